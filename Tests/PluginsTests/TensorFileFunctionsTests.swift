import Files
import TestSupport
import Testing

@Suite("Files of tensors in Lua")
struct TensorFileFunctionsTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private var prelude: String { "local checkpoint, dir = nj.checkpoint, '\(scratch.path)/' " }

    private func run(_ source: String) throws -> String { try evaluate(prelude + source) }

    private func message(_ source: String) -> String {
        failure(prelude + source).replacing(scratch.path, with: "DIR")
    }

    @Test("Tensors by name, with metadata, and one tensor")
    func tensors() throws {
        #expect(
            try run(
                """
                local tensors = { a = nj.arange(6):reshape(2, 3), ["b.c"] = nj.tensor { 1.5 } }
                for _, name in ipairs { "x.safetensors", "x.npz", "x.pth", "x.pt" } do
                  nj.save(tensors, dir .. name)
                  local found = nj.load(dir .. name)
                  assert(found.a:equal(tensors.a) and found["b.c"]:equal(tensors["b.c"]))
                end
                nj.save(tensors.a:t(), dir .. "x.npy")
                assert(nj.load(dir .. "x.npy"):equal(tensors.a:t()))
                nj.save(tensors, dir .. "m.safetensors", { metadata = { note = "n", count = 3 } })
                local kept = nj.checkpoint.metadata(dir .. "m.safetensors")
                local net = nn.Linear(1, 1)
                nj.save(net:state_dict(), dir .. "n.pth")
                net:load_state_dict(nj.load(dir .. "n.pth"))
                return kept.note, kept.count, select("#", nj.load(dir .. "m.safetensors"))
                """) == "n 3 1")
    }

    @Test("Tables in tables go to .pth and come back")
    func values() throws {
        #expect(
            try run(
                """
                local json = nj.json
                nj.save({ epoch = 3, loss = 0.5, name = "x", done = true, list = { 1, "two", json.null }, none = json.null,
                  [0] = "zero", deep = { deeper = { nj.ones(2) } } }, dir .. "x.pth")
                local found = nj.load(dir .. "x.pth")
                return found.epoch, found.loss, found.name, found.done, #found.list, found.list[3] == json.null,
                  found.none, found[0], found.deep.deeper[1]:sum():item(), math.type(found.epoch)
                """) == "3 0.5 x true 3 true nil zero 2.0 integer")
    }

    @Test("What PyTorch's training keeps: a model's state dict and an optimizer's")
    func checkpoint() throws {
        #expect(
            try run(
                """
                local function make()
                  local net = nn.Linear(2, 1)
                  return net, optim.Adam(net:parameters(), { lr = 0.1, betas = { 0.8, 0.9 } })
                end
                local function step(net, optimizer)
                  optimizer:zero_grad()
                  net(nj.ones(1, 2)):sum():backward()
                  optimizer:step()
                end
                local net, optimizer = make()
                step(net, optimizer)
                nj.save({ model = net:state_dict(), optimizer = optimizer:state_dict() }, dir .. "x.pth")
                local again, other = make()
                checkpoint.load(dir .. "x.pth", again)
                other:load_state_dict(nj.load(dir .. "x.pth").optimizer)
                step(net, optimizer)
                step(again, other)
                -- State of the second parameter alone: a table with the key 1, and no list.
                nj.save(other:state_dict(), dir .. "o.pth")
                local state = other:state_dict()
                state.state[0] = nil
                nj.save(state, dir .. "p.pth")
                return again.weight:equal(net.weight), nj.load(dir .. "o.pth").param_groups[1].betas[1],
                  nj.load(dir .. "p.pth").state[1].exp_avg:numel(), nj.load(dir .. "p.pth").state[0]
                """) == "true 0.8 1 nil")
    }

    @Test("A model from any kind of file, from a part of it, from other names")
    func models() throws {
        #expect(
            try run(
                """
                local net = nn.Linear(2, 1)
                local function loads(path, options)
                  local other = nn.Linear(2, 1)
                  checkpoint.load(dir .. path, other, options or {})
                  return other.weight:equal(net.weight)
                end
                for _, name in ipairs { "m.safetensors", "m.pth", "m.npz" } do
                  checkpoint.save(dir .. name, { model = net })
                  assert(loads(name))
                end
                local state = net:state_dict()
                nj.save({ model = state, ema = { weight = state.weight * 2, bias = state.bias } }, dir .. "two.pth")
                assert(loads("two.pth", { key = "model" }) and not loads("two.pth", { key = "ema" }))
                nj.save({ ["module.weight"] = state.weight, ["module.bias"] = state.bias, }, dir .. "parallel.pth")
                return loads("parallel.pth", { prefix = "module." }), checkpoint.tensors(dir .. "two.pth")["ema.bias"]:numel()
                """) == "true 1")
    }

    @Test(
        "What is refused",
        arguments: [
            ("nj.load(dir .. 'none')", "load: cannot open 'DIR/none': No such file or directory"),
            (
                "nj.save({}, dir .. 'x.bin')",
                "save: cannot write 'DIR/x.bin': the end of its name says what it becomes, and has to be one of "
                    + ".safetensors, .pth, .pt, .npz"
            ),
            (
                "checkpoint.save(dir .. 'x.onnx', { model = nn.Linear(1, 1), optimizer = optim.SGD({ nj.ones(1) }, 0.1) })",
                "checkpoint.save: cannot write 'DIR/x.onnx': nj.onnx.export writes ONNX; here the name ends in one of .safetensors"
            ),
            (
                "nj.save({ print }, dir .. 'x.pth')",
                "save: bad argument 'obj' (tensor, or table of tensors, tables, strings, numbers and booleans expected, got "
                    + "function)"
            ),
            (
                "nj.save({ [1.5] = 1 }, dir .. 'x.pth')",
                "save: bad argument 'obj' (tensor, or table of tensors, tables, strings, numbers and booleans expected, got the "
                    + "key [1.5])"
            ),
            (
                "nj.save({ a = 1 }, dir .. 'x.safetensors')",
                "save: cannot write 'DIR/x.safetensors': .safetensors does not hold that; the name has to end in one of .pth, .pt"
            ),
            (
                "nj.save({ a = nj.ones(1) }, dir .. 'x.npz', { metadata = { a = 1 } })",
                "save: cannot write 'DIR/x.npz': only .safetensors files keep metadata, .npz does not"
            ),
            (
                "nj.save({ a = { nj.ones(1) }, b = { c = nj.ones(1) } }, dir .. 'x.pth') checkpoint.load(dir .. 'x.pth', nn.Linear(1, 1))",
                "checkpoint.load: cannot load 'DIR/x.pth': it is for another network: missing weight, bias; unexpected c"
            ),
            (
                "nj.save({ ['module.weight'] = nj.ones(1, 1) }, dir .. 'x.pth') checkpoint.load(dir .. 'x.pth', nn.Linear(1, 1))",
                "checkpoint.load: cannot load 'DIR/x.pth': all its names begin with 'module.', as DataParallel leaves them: "
                    + "{ prefix = \"module.\" } takes that off"
            ),
            (
                "nj.save({ ['é'] = nj.ones(1), ['e\u{301}'] = nj.ones(2) }, dir .. 'x.safetensors') "
                    + "error(nj.load(dir .. 'x.safetensors')['e\u{301}']:numel(), 0)",
                "(error object is the number 2)"
            ),
        ])
    func refusals(source: String, expected: String) {
        #expect(message(source).hasSuffix(expected), "\(message(source))")
        #expect(scratch.names.allSatisfy { !$0.contains("training") })
    }
}
