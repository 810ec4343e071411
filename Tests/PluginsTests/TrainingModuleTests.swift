import Files
import TestSupport
import Testing

@Suite("The state of a training in Lua")
struct TrainingModuleTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private var prelude: String {
        "local checkpoint, path = nj.checkpoint, '\(scratch.path)/m.safetensors' local net = nn.Linear(1, 1) "
            + "local optimizer = optim.SGD(net:parameters(), { lr = 0.5 }) "
            + "local function both(more) local all = { model = net, optimizer = optimizer } "
            + "for name, value in pairs(more or {}) do all[name] = value end return all end "
    }

    @Test("A training whose data draw random numbers, of both kinds, goes on anywhere in the epoch", arguments: 1...5)
    func drawingData(cut: Int) throws {
        #expect(
            try evaluate(
                prelude + """
                    local function train(cut, resume)
                      nj.manual_seed(5)
                      local set = setmetatable({}, { __len = function() return 10 end })
                      function set:get(i) return nj.randn(3) + i + math.random(), i % 3 end
                      local loader = data.loader(set, { batch_size = 4, shuffle = true })
                      local net = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.3))
                      local optimizer = optim.Adam(net:parameters(), { lr = 0.1 })
                      local schedule = optim.lr_scheduler.StepLR(optimizer, 2)
                      local all = { model = net, optimizer = optimizer, stateful = { loader = loader, schedule = schedule } }
                      local first, steps = 1, 0
                      if resume then
                        local position = checkpoint.resume(path, all)
                        first, steps = position.epoch + 1, position.step
                      end
                      for epoch = first, 3 do
                        for _, x, y in loader:batches() do
                          optimizer:zero_grad()
                          F.cross_entropy(net(x), y):backward()
                          optimizer:step()
                          schedule:step()
                          steps = steps + 1
                          all.epoch, all.step = epoch - 1, steps
                          checkpoint.save(path, all)
                          if steps == cut then return end
                        end
                      end
                      return ("%a %a %a %a"):format(
                        net[1].weight:sum():item(), nj.rand(1):item(), math.random(), optimizer:lr())
                    end
                    local whole = train(0)
                    train(\(cut))
                    nj.manual_seed(99)
                    math.randomseed(99)
                    return whole == train(0, true)
                    """) == "true")
    }

    @Test(
        "What is kept comes back",
        arguments: [
            (
                "checkpoint.save(path, both { state = { 1, 2.0, 'x', { deep = nj.tensor { 3 } } } }) "
                    + "local s = checkpoint.resume(path, both()).state return s[1], s[2], s[3], s[4].deep:item()",
                "1 2.0 x 3"
            ),
            ("checkpoint.save(path, both { state = false }) return checkpoint.resume(path, both()).state", "false"),
            ("checkpoint.save(path, both()) return checkpoint.resume(path, both()).state", "nil"),
            (
                "checkpoint.save(path, both { options = { lr = 0.5, list = { 'a' }, f = print } }) "
                    + "local o = checkpoint.options(path) return o.lr, o.list[1], o.f",
                "0.5 a nil"
            ),
            (
                "optimizer:param_groups()[1].momentum = 0.25 checkpoint.save(path, both()) "
                    + "optimizer:param_groups()[1].momentum = 0 checkpoint.resume(path, both()) "
                    + "return optimizer:param_groups()[1].momentum",
                "0.25"
            ),
            (
                "checkpoint.save(path, both { step = 7, metadata = { a = 1, ['config.b'] = 'x', ['config.changes'] = 'step 2: c 1 in place of 2' } }) "
                    + "return checkpoint.resume(path, both { metadata = { a = 1, ['config.b'] = 'y' } }).changes",
                "step 2: c 1 in place of 2; step 7: b y in place of x"
            ),
            (
                "local a = checkpoint.due(100) checkpoint.save(path, both()) return a, checkpoint.due(100), checkpoint.due(0)",
                "true false true"
            ),
        ])
    func kept(source: String, expected: String) throws { #expect(try evaluate(prelude + source) == expected) }

    @Test(
        "What is refused",
        arguments: [
            (
                "checkpoint.save(path, both { state = { best = { f = print } } })",
                "checkpoint.save: state.best.f is a function: numbers, texts, booleans, tensors and tables of them can be kept"
            ),
            (
                "checkpoint.save(path, both { stateful = { x = 5 } })",
                "checkpoint.save: bad argument 'stateful' (objects with state_dict() and load_state_dict(state) expected, got number without state_dict as 'x')"
            ),
            (
                "checkpoint.save(path, { model = net, state = 5 })",
                "checkpoint.save: bad argument 'state' (nothing without an optimizer expected, got a value)"
            ),
            (
                "checkpoint.save(path, both()) checkpoint.resume(path, both { stateful = { net = net } })",
                "checkpoint.resume: bad argument 'stateful' (what was saved expected, got 'net', which was not)"
            ),
            (
                "checkpoint.save(path, both { stateful = { net = net } }) checkpoint.resume(path, both())",
                "checkpoint.resume: bad argument 'stateful' ('net', which was saved expected, got none of that name)"
            ),
            (
                "checkpoint.save(path, both { metadata = { data = 'a' } }) checkpoint.resume(path, both { metadata = { data = 'b' }, fixed = { 'data' } })",
                "checkpoint.resume: 'PATH' was saved with data a, now it is b: a training goes on with what it began with"
            ),
            (
                "checkpoint.save(path, both()) local other = nn.Linear(2, 1) checkpoint.resume(path, { model = other, optimizer = optim.SGD(other:parameters()) })",
                "checkpoint.resume: cannot load 'PATH': it is for another network: weight has shape [1, 1], expected [1, 2]"
            ),
            (
                "checkpoint.save(path, both()) checkpoint.resume(path, { model = net, optimizer = optim.Adam(net:parameters()) })",
                "checkpoint.resume: cannot load 'PATH': it is of SGD, this optimizer is Adam"
            ),
        ])
    func refused(source: String, expected: String) {
        #expect(
            failure(prelude + source)
                == "test.lua:1: " + expected.replacing("PATH", with: scratch.file("m.training.safetensors")))
    }
}
