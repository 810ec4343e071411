import Checkpoints
import Files
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("a model and the state of its training")
struct TrainingFilesTests {
    let scratch: ScratchDirectory
    let files: TrainingFiles

    init() throws {
        scratch = try ScratchDirectory()
        files = TrainingFiles(model: scratch.file("m.safetensors"))
    }

    private func training(_ step: Int, _ value: Double? = nil) throws -> TrainingState {
        TrainingState(
            model: try tutorialModel(value ?? Double(step)), generator: Generator(seed: UInt64(abs(step))).snapshot,
            step: step)
    }

    @Test("a state comes back as it was, generator and values included")
    func roundTrip() throws {
        func normal(_ generator: Generator) -> Float {
            var value: [Float] = [0]
            value.withUnsafeMutableBufferPointer { generator.fillNormal($0) }
            return value[0]
        }
        let generator = Generator(seed: 42)
        for _ in 0..<1000 { _ = generator.next32() }
        // Normal numbers come in pairs: the second one waits.
        _ = normal(generator)
        var state = TrainingState(
            model: try tutorialModel(0.5), optimizer: [("0.momentum_buffer", try Tensor.full([10, 1, 5, 5], -3))],
            generator: generator.snapshot, epoch: 2, step: 1876,
            metadata: ["lr": "0.01", "": "", "\u{301}": "accent alone", "quote": "\"\n"])
        let weird: StateValue = .table([
            (.string("whole"), .integer(.min)), (.string("one"), .number(1)), (.string("none"), .number(-0.0)),
            (.string("least"), .number(.leastNonzeroMagnitude)), (.string("most"), .number(-.infinity)),
            (.string("nan"), .number(.nan)), (.string("bytes"), .bytes([0, 255, 10])), (.string("empty"), .list([])),
            (.string("list"), .list([.boolean(true), .string("é"), .tensor(try Tensor([7 as Int64], [1]))])),
            (
                .string("keys"),
                .table([(.integer(7), .boolean(false)), (.number(0.5), .integer(2)), (.string("$"), .list([]))])
            ),
        ])
        state.values = [("weird", weird), ("other", .tensor(try Tensor.full([2], 0.1)))]
        try files.save(state, durable: true)
        let loaded = try files.load()
        func sorted(_ tensors: [NamedTensor]) throws -> [String] {
            try tensors.map { "\($0.name) \(try contents($0.tensor))" }.sorted()
        }
        #expect(try sorted(loaded.model) == sorted(state.model))
        #expect(try sorted(loaded.optimizer) == sorted(state.optimizer))
        #expect(loaded.epoch == 2 && loaded.step == 1876 && loaded.metadata == state.metadata)
        #expect(loaded.values.map(\.name) == ["weird", "other"])
        #expect(try text(loaded["weird"]) == text(weird))
        #expect(try text(loaded["other"]) == text(state["other"]))
        let resumed = Generator(seed: 0)
        resumed.snapshot = loaded.generator
        #expect(normal(resumed) == normal(generator))
        #expect((0..<2000).allSatisfy { _ in resumed.next32() == generator.next32() })
        #expect(scratch.names == ["m.safetensors", "m.training.safetensors"])
        let kept = try SafeTensorsFile(files.model).metadata
        #expect(try kept["save.id"] == SafeTensorsFile(files.state).metadata["save"])
        #expect(kept["format"] == "pt" && kept["epoch"] == "2" && kept["step"] == "1876" && kept["lr"] == "0.01")
    }

    /// Everything that a value holds, tables in the order of their keys.
    private func text(_ value: StateValue?) throws -> String {
        switch value {
        case nil: "nil"
        case .boolean(let value): "\(value)"
        case .integer(let value): "integer \(value)"
        case .number(let value): "number \(value)"
        case .string(let value): "'\(value)'"
        case .bytes(let value): "\(value)"
        case .list(let items): "[\(try items.map { try text($0) }.joined(separator: ", "))]"
        case .table(let pairs):
            "{\(try pairs.map { "\(try text($0.key)) = \(try text($0.value))" }.sorted().joined(separator: ", "))}"
        case .tensor(let tensor): try contents(tensor)
        }
    }

    @Test("the same training gives the same files")
    func deterministic() throws {
        var state = try training(3)
        state.values = [("a", .table([(.string("x"), .integer(1)), (.string("y"), .integer(2))]))]
        try files.save(state, durable: false)
        let before = (try readFile(files.model), try readFile(files.state))
        state.values = [("a", .table([(.string("y"), .integer(2)), (.string("x"), .integer(1))]))]
        try files.save(state, durable: false)
        #expect(try readFile(files.model) == before.0 && readFile(files.state) == before.1)
    }

    /// What the files are after each part of a save, for a first save and for a later one.
    @Test("a process that ends between any two parts of a save leaves a pair that matches", arguments: [false, true])
    func cutShort(linked: Bool) throws {
        let previous = scratch.file("m.training.previous.safetensors")
        try files.save(try training(1), durable: false)
        let (model1, state1) = (try readFile(files.model), try readFile(files.state))
        try files.save(try training(2), durable: false)
        let (model2, state2) = (try readFile(files.model), try readFile(files.state))
        for (model, state, old, step) in [
            (model1, state1, state1, 1), (model1, state2, state1, 1), (model2, state2, state1, 2),
            (model1, state1, nil, 1), (nil, state1, nil, 1),
        ] as [([UInt8]?, [UInt8], [UInt8]?, Int)] {
            for path in [files.model, files.state, previous] { try removeFile(path) }
            if let model { try writeFile(files.model, model) }
            try writeFile(files.state, state)
            if let old { try writeFile(previous, old) }
            #expect(try files.load().step == step)
            // And the next save ends with a pair and nothing beside it, also where it is cut short itself.
            if linked {
                try files.save(try training(3), durable: true)
                #expect(try files.load().step == 3)
                #expect(scratch.names == ["m.safetensors", "m.training.safetensors"])
            }
        }
    }

    @Test("a state that was changed, or is another's, is refused")
    func mismatch() throws {
        try files.save(try training(1), durable: false)
        let other = TrainingFiles(model: scratch.file("o.safetensors"))
        try other.save(try training(2), durable: false)
        try writeFile(files.model, try readFile(other.model))
        let message =
            "cannot load '\(files.state)': it is of another save than '\(files.model)'; to go on from it all the same, move that file away"
        #expect(failure { _ = try files.load() } == message)
        // A model that was saved without a state.
        try Checkpoint.saveModel(try tutorialModel(), to: files.model)
        #expect(failure { _ = try files.load() } == message)
        #expect(failure { _ = try files.value("options") } == message)
        try removeFile(files.model)
        #expect(try files.load().step == 1)
        try removeFile(files.state)
        #expect(failure { _ = try files.load() } == "cannot open '\(files.state)': No such file or directory")
    }

    @Test("a save that fails leaves the pair that was there")
    func failed() throws {
        try files.save(try training(1), durable: false)
        let before = (try readFile(files.model), try readFile(files.state))
        #expect(
            failure { try files.save(try training(-1), durable: false) }
                == "cannot write '\(files.state)': epoch 0 and step -1: neither can be negative")
        #expect(failure { try files.checkRoom(growth: 1 << 60) }.hasPrefix("cannot write '\(files.state)': "))
        try files.checkRoom(growth: 1000)
        #expect(try readFile(files.model) == before.0 && readFile(files.state) == before.1)
        #expect(scratch.names == ["m.safetensors", "m.training.safetensors"])
        let null = TrainingFiles(model: "/dev/null")
        #expect(failure { try null.save(try training(1), durable: false) }.hasPrefix("cannot write '/dev/null"))
    }

    @Test("a byte that changed in weights, optimizer or generator is noticed")
    func changedByte() throws {
        try files.save(try training(1), durable: false)
        let bytes = try readFile(files.state)
        let start = 8 + bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        for place in stride(from: start, to: bytes.count, by: 61) {
            var changed = bytes
            changed[place] ^= 1
            try writeFile(files.state, changed)
            #expect(failure { _ = try files.load() } != "no error", "byte \(place)")
        }
        try writeFile(files.state, bytes)
        _ = try files.load()
    }

    @Test("a file that is no training state, or only part of one, says so")
    func otherFiles() throws {
        let lead = "cannot load '\(files.state)': it is not a training state: "
        func refusal(_ tensors: [NamedTensor], _ metadata: [String: String]) throws -> String {
            try SafeTensors.write(tensors, metadata: metadata, to: files.state)
            let message = failure { _ = try files.load() }
            return message.hasPrefix(lead) ? String(message.dropFirst(lead.count)) : message
        }
        let kept = #"{"metadata":{},"values":{}}"#
        let sound = ["format": "nightjar-training-2", "epoch": "1", "step": "2", "kept": kept]
        func with(_ key: String, _ value: String?) -> [String: String] {
            var metadata = sound
            metadata[key] = value
            return metadata
        }
        let one = try Tensor.ones([1])
        func words(_ words: [Int64]) throws -> [NamedTensor] { [("generator", try Tensor(words, [words.count]))] }
        let snapshot = Generator(seed: 1).snapshot.map { Int64($0) }
        // All of it is sound but the digest, which is missing.
        let damaged = "cannot load '\(files.state)': it is damaged: what it holds is not what was saved"
        #expect(try refusal(words(snapshot), sound) == damaged)
        #expect(try refusal([], [:]) == "its metadata lacks the format 'nightjar-training-2'")
        #expect(try refusal([], with("epoch", "-1")) == "its epoch is '-1'")
        #expect(try refusal([], with("step", nil)) == "its step is missing")
        #expect(try refusal([("stray", one)], sound) == "'stray' belongs to no part of one")
        #expect(try refusal([], sound) == "it has no state of the random generator")
        let kind = "its random generator has a state of another kind"
        for count in [0, 1, 624, 626, 628] {
            #expect(try refusal(words([Int64](repeating: 1, count: count)), sound) == kind)
        }
        #expect(try refusal(words(snapshot.dropLast() + [-1]), sound) == kind)
        #expect(try refusal(words(snapshot.dropLast() + [625]), sound) == kind)
        for bad in ["", "[]", "{", #"{"metadata":{}}"#, #"{"metadata":{"a":1},"values":{}}"#] {
            #expect(try refusal(words(snapshot), with("kept", bad)) == "what was kept in it cannot be read")
        }
        for bad in [
            #"{"$tensor":3}"#, #"{"$tensor":"x"}"#, #"{"$bytes":[256]}"#, #"{"$number":"x"}"#, #"{"$pairs":[[1]]}"#,
            #"{"$pairs":[[{"$number":"nan"},1]]}"#, #"{"$what":1}"#, "null",
        ] {
            let text = #"{"metadata":{},"values":{"v":"# + bad + "}}"
            #expect(try refusal(words(snapshot), with("kept", text)) == "'v' in it cannot be read", "\(bad)")
        }
    }
}
