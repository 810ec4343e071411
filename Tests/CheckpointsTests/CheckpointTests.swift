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
}
