import Files
import TensorFiles
import Tensors

/// Models and training states on disk, all of them safetensors files that appear whole or not at all.
///
/// A model file holds the state dict under PyTorch's names and nothing else, so that `safetensors.torch.load_file`
/// and `load_state_dict` take it. A training state is one file of its own beside the model; see `TrainingFiles`.
public enum Checkpoint {
    /// The training state's place beside a model: "run/model.training.safetensors" for "run/model.safetensors".
    public static func trainingPath(for model: String) -> String {
        let ending = ".safetensors"
        if model.hasSuffix(".training" + ending) { return model }
        return (model.hasSuffix(ending) ? String(model.dropLast(ending.count)) : model) + ".training" + ending
    }

    /// Writes a state dict for everyone to read, as the end of the path says: `.safetensors`, `.pth`, `.pt` or `.npz`. The
    /// metadata of a safetensors file gets "format": "pt", as PyTorch's users expect; the others keep none.
    ///
    /// - Throws: `FileError`, after which the file that was there before is as it was.
    public static func saveModel(
        _ stateDict: [NamedTensor], metadata: [String: String] = [:], to path: String, durable: Bool = false
    ) throws {
        let kind = try FileKind(writing: path, of: modelKinds)
        let kept = kind == .safetensors ? metadata.merging(["format": "pt"]) { own, _ in own } : [:]
        let tensors = stateDict.map { (StoredValue.Key.text($0.name), StoredValue.tensor(StoredTensor($0.tensor))) }
        try TensorFile.write(.dictionary(tensors), metadata: kept, to: path, durable: durable)
    }

    /// The kinds of files that hold a model.
    public static let modelKinds: [FileKind] = [.safetensors, .pytorch, .npz]
}
