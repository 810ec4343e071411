import Checkpoints
import Files
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("models and training states")
struct CheckpointTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test(
        "the training state's place beside a model",
        arguments: [
            ("model.safetensors", "model.training.safetensors"),
            ("runs.v2/model", "runs.v2/model.training.safetensors"),
            ("a/model.training.safetensors", "a/model.training.safetensors"),
        ])
    func trainingPath(model: String, training: String) {
        #expect(Checkpoint.trainingPath(for: model) == training)
    }

    @Test("a model file holds the state dict and names its format")
    func model() throws {
        let model = try tutorialModel()
        try Checkpoint.saveModel(model, metadata: ["epoch": "3"], to: scratch.file("m.safetensors"))
        let (tensors, metadata) = try SafeTensors.read(scratch.file("m.safetensors"))
        #expect(metadata == ["epoch": "3", "format": "pt"])
        #expect(Set(tensors.map(\.name)) == Set(model.map(\.name)))
    }

    @Test("a training state comes back as it was, generator included")
    func training() throws {
        func normal(_ generator: Generator) -> Float {
            var value: [Float] = [0]
            value.withUnsafeMutableBufferPointer { generator.fillNormal($0) }
            return value[0]
        }
        let generator = Generator(seed: 42)
        for _ in 0..<1000 { _ = generator.next32() }
        // Normal numbers come in pairs: the second one waits.
        _ = normal(generator)
        let model = try tutorialModel(0.5)
        let momentum = try tutorialModel(-3).map { (name: "momentum_buffer." + $0.name, tensor: $0.tensor) }
        let state = TrainingState(
            model: model, optimizer: momentum, generators: [("default", generator.snapshot)], epoch: 2, step: 1876,
            config: ["lr": "0.01", "optimizer": "SGD", "": "", "\u{301}": "accent alone"])
        let path = Checkpoint.trainingPath(for: scratch.file("model.safetensors"))
        try Checkpoint.saveTrainingState(state, to: path, durable: true)
        let loaded = try Checkpoint.loadTrainingState(from: path)

        func sorted(_ tensors: [NamedTensor]) throws -> [String] {
            try tensors.map { "\($0.name) \(try contents($0.tensor))" }.sorted()
        }
        #expect(try sorted(loaded.model) == sorted(model))
        #expect(try sorted(loaded.optimizer) == sorted(momentum))
        #expect(loaded.epoch == 2 && loaded.step == 1876)
        #expect(loaded.config == state.config)
        #expect(loaded.generators.map(\.name) == ["default"])
        let resumed = Generator(seed: 0)
        resumed.snapshot = try #require(loaded.generators.first).snapshot
        #expect(normal(resumed) == normal(generator))
        #expect((0..<2000).allSatisfy { _ in resumed.next32() == generator.next32() })
    }

    @Test("a file that is no training state says so")
    func otherFiles() throws {
        let path = scratch.file("m")
        let lead = "cannot load '\(path)': it is not a training state: "
        func refusal(_ tensors: [NamedTensor], _ metadata: [String: String]) throws -> String {
            try SafeTensors.write(tensors, metadata: metadata, to: path)
            let message = failure { _ = try Checkpoint.loadTrainingState(from: path) }
            return message.hasPrefix(lead) ? String(message.dropFirst(lead.count)) : message
        }
        let sound = ["format": "nightjar-training-1", "epoch": "1", "step": "2"]
        let one = try Tensor.ones([1])
        #expect(try refusal([], [:]) == "its metadata lacks the format 'nightjar-training-1'")
        #expect(try refusal([], sound.merging(["epoch": "-1"]) { $1 }) == "its epoch is '-1'")
        #expect(try refusal([], sound.filter { $0.key != "step" }) == "its step is missing")
        #expect(try refusal([("stray", one)], sound) == "'stray' belongs to no part of one")
        #expect(
            try refusal([("generator.default", try Tensor([1, -1] as [Int64], [2]))], sound)
                == "'generator.default' holds no 32-bit words")
        #expect(
            failure { try Checkpoint.saveTrainingState(TrainingState(model: [], step: -1), to: path) }
                == "cannot write '\(path)': epoch 0 and step -1: neither can be negative")
    }
}
