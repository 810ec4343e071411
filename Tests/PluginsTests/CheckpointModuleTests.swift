import Files
import TestSupport
import Testing

@Suite("Checkpoints in Lua")
struct CheckpointModuleTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private var prelude: String { "local checkpoint, path = nj.checkpoint, '\(scratch.path)/m.safetensors' " }

    private func run(_ source: String) throws -> String { try evaluate(prelude + source) }

    private func message(_ source: String) -> String { failure(prelude + source) }

    @Test("A model comes back, with what was kept with it")
    func roundTrip() throws {
        #expect(
            try run(
                """
                local net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
                local before = net(nj.ones(1, 2)):item()
                checkpoint.save(path, { model = net, epoch = 2, step = 7, metadata = { note = "x", n = 5, ok = true } })
                local loaded, kept = checkpoint.load(path, nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)))
                local again = checkpoint.metadata(path)
                return before == loaded(nj.ones(1, 2)):item(), kept.note, kept.n, kept.ok, kept.epoch, again.step, kept.format,
                  checkpoint.tensors(path)["2.bias"]:size(0), loaded[1].weight:requires_grad()
                """) == "true x 5 true 2 7 pt 1 true")
        #expect(scratch.names == ["m.safetensors"])
    }

    @Test("Layers that were put into a list after the start are saved and loaded")
    func lists() throws {
        #expect(
            try run(
                """
                local Net = nn.module "Net"
                function Net:init() self.layers = {} end
                local a, b = Net(), Net()
                table.insert(a.layers, nn.Linear(1, 1))
                table.insert(b.layers, nn.Linear(1, 1))
                checkpoint.save(path, { model = a })
                checkpoint.load(path, b)
                return b.layers[1].weight:item() == a.layers[1].weight:item()
                """) == "true")
    }

    /// The tutorial's network has dropout, so that the state of the random numbers counts too.
    private static let training = """
        local Net = nn.module "Net"
        function Net:init() self.a = nn.Linear(4, 8) self.b = nn.Linear(8, 3) end
        function Net:forward(x)
          return F.log_softmax(self.b(F.dropout(F.relu(self.a(x)), { training = self.training })), 1)
        end
        local function epoch(net, optimizer)
          local last
          for _ = 1, 5 do
            optimizer:zero_grad()
            last = F.nll_loss(net(nj.randn(6, 4)), nj.tensor { 0, 1, 2, 0, 1, 2 })
            last:backward()
            optimizer:step()
          end
          return last:item()
        end
        local function text(net)
          local all = {}
          for name, p in net:named_parameters() do
            for _, v in ipairs(p:view(-1):tolist()) do all[#all + 1] = name .. ("%a"):format(v) end
          end
          return table.concat(all, " ")
        end

        """

    @Test(
        "Training that was resumed is the training that was not interrupted, bit for bit",
        arguments: [
            "optim.SGD(net:parameters(), { lr = 0.1, momentum = 0.9 })", "optim.SGD(net:parameters(), { lr = 0.1 })",
            "optim.Adam(net:parameters(), { lr = 0.01 })", "optim.AdamW(net:parameters(), { lr = 0.01 })",
        ])
    func resume(optimizer: String) throws {
        #expect(
            try run(
                Self.training + """
                    local function make(seed)
                      nj.manual_seed(seed)
                      local net = Net()
                      return net, \(optimizer)
                    end
                    local net, optimizer = make(1)
                    epoch(net, optimizer)
                    checkpoint.save(path, { model = net, optimizer = optimizer, epoch = 1, step = 5, metadata = { lr = "0.1" } })
                    local loss = epoch(net, optimizer)
                    local other, second = make(99)
                    local state = checkpoint.resume(path, { model = other, optimizer = second })
                    local same = epoch(other, second) == loss and text(other) == text(net)
                    return same, state.epoch, state.step, state.metadata.lr
                    """) == "true 1 5 0.1")
        #expect(scratch.names == ["m.safetensors", "m.training.safetensors"])
    }

    @Test(
        "What cannot be loaded is refused, and the model stays as it was",
        arguments: [
            (
                "checkpoint.load(path, nn.Linear(1, 2))",
                "checkpoint.load: cannot load 'PATH': it is for another network: weight has shape [1, 1], expected [2, 1]; "
                    + "bias has shape [1], expected [2]"
            ),
            (
                "checkpoint.load(path, nn.Sequential(nn.Linear(1, 1)))",
                "checkpoint.load: cannot load 'PATH': it is for another network: missing 0.weight, 0.bias; unexpected bias, weight"
            ),
            ("checkpoint.load('DIR/none', net)", "checkpoint.load: cannot open 'DIR/none': No such file or directory"),
            ("checkpoint.load('DIR', net)", "checkpoint.load: cannot read 'DIR': Is a directory"),
            (
                "checkpoint.load('DIR/corrupt', net)",
                "checkpoint.load: cannot read 'DIR/corrupt': it is neither safetensors nor PyTorch's .pth nor NumPy's .npz or .npy"
            ),
            ("checkpoint.load('DIR/cut', net)", "checkpoint.load: cannot read 'DIR/cut'"),
            ("checkpoint.metadata('DIR/cut')", "checkpoint.metadata: cannot read 'DIR/cut'"),
            ("checkpoint.tensors('DIR/corrupt')", "checkpoint.tensors: cannot read 'DIR/corrupt'"),
            (
                "checkpoint.resume(path, { model = net, optimizer = optimizer })",
                "checkpoint.resume: cannot open 'DIR/m.training.safetensors': No such file or directory"
            ),
            (
                "checkpoint.resume('DIR/model.training.safetensors', { model = net, optimizer = optimizer })",
                "checkpoint.resume: cannot load 'DIR/model.training.safetensors': it is not a training state: its metadata "
                    + "lacks the format 'nightjar-training-2'"
            ),
            (
                "checkpoint.resume(path, { model = net })",
                "checkpoint.resume: bad argument 'optimizer' (Optimizer expected, got nil)"
            ),
            ("checkpoint.load(path)", "checkpoint.load: bad argument 'model' (Module expected, got nothing)"),
        ])
    func refusedLoads(source: String, expected: String) throws {
        func full(_ text: String) -> String {
            text.replacing("PATH", with: scratch.file("m.safetensors")).replacing("DIR", with: scratch.path)
        }
        _ = try run("checkpoint.save(path, { model = nn.Linear(1, 1) })")
        let whole = try readFile(scratch.file("m.safetensors"))
        try writeFile(scratch.file("cut"), Array(whole.dropLast(3)))
        try writeFile(scratch.file("corrupt"), [UInt8](repeating: 0x7b, count: 200))
        try writeFile(scratch.file("model.training.safetensors"), whole)
        let result = try run(
            "local net = nn.Linear(1, 1) net.weight:detach():fill_(5) local optimizer = optim.SGD(net:parameters()) "
                + "local ok, message = pcall(function()\n\(full(source))\nend) return net.weight:item(), message")
        #expect(result.hasPrefix("5.0 test.lua:2: " + full(expected)), "\(result)")
    }

    @Test("The state of another optimiser is refused before anything changes")
    func foreignOptimizer() throws {
        let source = """
            local net = nn.Linear(1, 1)
            local sgd, adam = optim.SGD(net:parameters(), { momentum = 0.5 }), optim.Adam(net:parameters())
            net(nj.ones(1, 1)):sum():backward()
            sgd:step()
            checkpoint.save(path, { model = net, optimizer = sgd })
            local before = net.weight:item()
            adam:step()
            local changed = net.weight:item()
            local ok, message = pcall(checkpoint.resume, path, { model = net, optimizer = adam })
            return before ~= changed, net.weight:item() == changed, message
            """
        #expect(try run(source).hasPrefix("true true "))
        #expect(try run(source).hasSuffix("m.training.safetensors': it is of SGD, this optimizer is Adam"))
    }

    @Test("Not strict: what fits is loaded, other shapes are errors all the same")
    func notStrict() throws {
        #expect(
            try run(
                """
                checkpoint.save(path, { model = nn.Linear(1, 1) })
                local net = nn.Linear(1, 1, { bias = false })
                local strict = pcall(checkpoint.load, path, net)
                checkpoint.load(path, net, { strict = false })
                return strict, net.weight:item() == checkpoint.tensors(path).weight:item(),
                  (pcall(checkpoint.load, path, nn.Linear(2, 1), { strict = false }))
                """) == "false true false")
    }

    @Test(
        "What cannot be saved",
        arguments: [
            (
                "checkpoint.save('/nowhere/x.safetensors', { model = net })",
                "checkpoint.save: cannot write '/nowhere/x.safetensors': No such file or directory"
            ),
            ("checkpoint.save(path)", "checkpoint.save: bad argument 'model' (Module expected, got nothing)"),
            (
                "checkpoint.save(path, { model = 5 })",
                "checkpoint.save: bad argument 'model' (Module expected, got number)"
            ),
            (
                "checkpoint.save(path, { model = net, epoch = -1 })",
                "checkpoint.save: bad argument 'epoch' (integer of at least 0 expected, got -1)"
            ),
            (
                "checkpoint.save(path, { model = net, metadata = { a = {} } })",
                "checkpoint.save: bad argument 'metadata' (table of strings and numbers expected, got another value as 'a')"
            ),
            (
                "checkpoint.save(path, { model = net, metadata = { 1 } })",
                "checkpoint.save: bad argument 'metadata' (table with names as keys expected, got list)"
            ),
            (
                "checkpoint.save(path, { modle = net })",
                "checkpoint.save: unknown option 'modle' (did you mean 'model'?)"
            ),
        ])
    func refusedSaves(source: String, expected: String) {
        #expect(message("local net = nn.Linear(1, 1) " + source) == "test.lua:1: \(expected)")
        #expect(scratch.names == [])
    }

    @Test("The old file survives a save that fails")
    func survival() throws {
        let path = scratch.file("m.safetensors")
        _ = try run("checkpoint.save(path, { model = nn.Linear(1, 1) })")
        let before = try readFile(path)
        // The training state cannot be written where a directory is, and is written first.
        try makeDirectory(scratch.file("m.training.safetensors"))
        #expect(
            message(
                "local net = nn.Linear(1, 1) checkpoint.save(path, { model = net, optimizer = optim.SGD(net:parameters()) })"
            )
                == "test.lua:1: checkpoint.save: cannot write '\(scratch.path)/m.training.safetensors': Is a directory")
        #expect(try readFile(path) == before)
        #expect(scratch.names == ["m.safetensors", "m.training.safetensors"])
    }
}
