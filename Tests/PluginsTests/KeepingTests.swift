import Files
import TestSupport
import Testing

@Suite("Keeping the best in Lua")
struct KeepingTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private var prelude: String { "local checkpoint, path = nj.checkpoint, '\(scratch.path)/m.safetensors' " }

    @Test(
        "Stopping early, as Lightning does",
        arguments: [
            ("{ patience = 2 }", "1, 0.9, 0.95, 0.91", "- - - stop 0.9"),
            ("{ patience = 2 }", "1, 0.9, 0.95, 0.89, 0.9, 0.9", "- - - - - stop 0.89"),
            ("{ patience = 2, mode = 'max' }", "1, 0.9, 2, 2, 2", "- - - - stop 2.0"),
            ("{ patience = 2, min_delta = 0.1 }", "1, 0.95, 0.92", "- - stop 1.0"),
            ("{ patience = 2, min_delta = 0.1 }", "1, 0.95, 0.89, 0.88", "- - - - 0.89"),
            ("{ patience = 0 }", "1, 0.5, 0.5", "- - stop 0.5"), ("{}", "3, 3, 3, 3", "- - - stop 3.0"),
            ("{}", "3, 0/0", "- stop 3.0"), ("{ mode = 'max' }", "3, math.huge", "- stop 3.0"),
            // What was said stays said.
            ("{ patience = 1 }", "3, 4, 1", "- stop stop 1.0"),
        ])
    func stopping(options: String, values: String, expected: String) throws {
        #expect(
            try evaluate(
                prelude + """
                    local stopping, all = checkpoint.EarlyStopping \(options), {}
                    for _, value in ipairs { \(values) } do
                      -- Between any two numbers it may be saved and loaded.
                      local other = checkpoint.EarlyStopping \(options)
                      other:load_state_dict(stopping:state_dict())
                      stopping = other
                      all[#all + 1] = stopping:step(value) and "stop" or "-"
                      assert(stopping:stopped() == (all[#all] == "stop"))
                    end
                    return table.concat(all, " "), stopping:best()
                    """) == expected)
    }

    @Test("The best model and the last ones are kept, the others removed")
    func keeper() throws {
        #expect(
            try evaluate(
                prelude + """
                    local net, all = nn.Linear(1, 1), {}
                    local keeper = checkpoint.Keeper(path, { mode = "max", last = 2 })
                    assert(keeper:best() == nil)
                    for epoch, value in ipairs { 0.5, 0/0, 0.75, 0.75, 0.5 } do
                      net.weight:detach():fill_(epoch)
                      local other = checkpoint.Keeper(path, { mode = "max", last = 2 })
                      other:load_state_dict(keeper:state_dict())
                      keeper = other
                      all[#all + 1] = tostring(keeper:save(value, { model = net, epoch = epoch, step = 10 * epoch }))
                    end
                    local best = keeper:best()
                    local loaded, kept = checkpoint.load(best.path, nn.Linear(1, 1))
                    return table.concat(all, " "), best.value, best.epoch, best.step, loaded.weight:item(), kept.step, #keeper:paths()
                    """) == "true false true false false 0.75 3 30 3.0 30 2")
        #expect(scratch.names == ["m.best.safetensors", "m.epoch-4.safetensors", "m.epoch-5.safetensors"])
    }

    @Test("A training that was resumed keeps the same models and stops at the same epoch", arguments: 1...6)
    func resumed(cut: Int) throws {
        let source =
            prelude + """
                local function train(path, cut, resume)
                  nj.manual_seed(3)
                  local set = data.generated_digits { limit = 40 }
                  local learned, held = table.unpack(data.random_split(set, { 30, 10 }))
                  local loader = data.loader(learned, { batch_size = 10, shuffle = true })
                  local net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
                  local optimizer = optim.SGD(net:parameters(), { lr = 3 })
                  local keeper = checkpoint.Keeper(path, { last = 2 })
                  local stopping = checkpoint.EarlyStopping { patience = 2 }
                  local stateful = { loader = loader, keeper = keeper, stopping = stopping }
                  local first = 0
                  if resume then
                    first = checkpoint.resume(path, { model = net, optimizer = optimizer, stateful = stateful }).epoch
                  end
                  for epoch = first + 1, 8 do
                    if stopping:stopped() then break end
                    for _, images, labels in loader:batches() do
                      optimizer:zero_grad()
                      F.cross_entropy(net(images), labels):backward()
                      optimizer:step()
                    end
                    local _, images, labels = data.loader(held, { batch_size = 10 }):batches()()
                    local loss = F.cross_entropy(net(images), labels):item()
                    keeper:save(loss, { model = net, epoch = epoch })
                    stopping:step(loss)
                    -- What was kept after the last save is kept again.
                    if epoch == cut then return end
                    checkpoint.save(path, { model = net, optimizer = optimizer, epoch = epoch, stateful = stateful })
                  end
                  local best = keeper:best()
                  return ("%d %a %s"):format(best.epoch, best.value, table.concat(keeper:paths(), " "):gsub("[^ ]*/", ""))
                end
                local whole = train(path, 99)
                os.remove(path) os.remove((path:gsub("safe", "training.safe")))
                train(path, \(cut))
                return whole == train(path, 99, \(cut) > 1), (whole:gsub(" 0x.-p", " ", 1):gsub("^(%d+) [^ ]+", "%1"))
                """
        let result = try evaluate(source)
        #expect(result.hasPrefix("true "), "\(result)")
    }

    @Test(
        "Mistakes",
        arguments: [
            (
                "checkpoint.Keeper(path, { mode = 'best' })",
                "checkpoint.Keeper: bad argument 'mode' ('min' or 'max' expected, got 'best')"
            ),
            (
                "checkpoint.EarlyStopping { patience = -1 }",
                "checkpoint.EarlyStopping: bad argument 'patience' (integer of at least 0 expected, got -1)"
            ),
            (
                "checkpoint.EarlyStopping():load_state_dict { waited = 'x' }",
                "EarlyStopping:load_state_dict: bad argument 'state_dict' (what state_dict() gave expected, got another table)"
            ),
            (
                "checkpoint.Keeper(path):load_state_dict { epochs = { 1 }, best = {} }",
                "Keeper:load_state_dict: bad argument 'state_dict' (what state_dict() gave expected, got another table)"
            ),
        ])
    func mistakes(source: String, expected: String) {
        #expect(failure(prelude + source) == "test.lua:1: \(expected)")
    }
}
