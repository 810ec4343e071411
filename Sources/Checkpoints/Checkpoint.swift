import Files
import TensorFiles
import Tensors

/// Everything that training needs to go on as if it had not stopped.
public struct TrainingState {
    /// The network's parameters and buffers by their names in its state dict.
    public var model: [NamedTensor]
    /// What the optimiser remembers: "momentum_buffer.conv1.weight".
    public var optimizer: [NamedTensor]
    /// The words of each random number generator (`Generator.snapshot`) by its name.
    public var generators: [(name: String, snapshot: [UInt32])]
    /// Epochs that are complete.
    public var epoch: Int
    /// Steps that are complete, over all epochs.
    public var step: Int
    /// What the run was started with and whatever else it wants back.
    public var config: [String: String]

    public init(
        model: [NamedTensor], optimizer: [NamedTensor] = [], generators: [(name: String, snapshot: [UInt32])] = [],
        epoch: Int = 0, step: Int = 0, config: [String: String] = [:]
    ) {
        self.model = model
        self.optimizer = optimizer
        self.generators = generators
        self.epoch = epoch
        self.step = step
        self.config = config
    }
}

/// Models and training states on disk, all of them safetensors files that appear whole or not at all.
///
/// A model file holds the state dict under PyTorch's names and nothing else, so that `safetensors.torch.load_file`
/// and `load_state_dict` take it. A training state is one file of its own, usually beside the model: parameters,
/// optimiser and generators in it belong to the same moment.
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

    /// Writes everything that training needs to go on.
    ///
    /// - Throws: `FileError`, after which the file that was there before is as it was.
    public static func saveTrainingState(_ state: TrainingState, to path: String, durable: Bool = false) throws {
        guard state.epoch >= 0, state.step >= 0 else {
            throw FileError(
                path: path, action: "write",
                reason: "epoch \(state.epoch) and step \(state.step): neither can be negative")
        }
        var tensors = state.model.map { (name: "model." + $0.name, tensor: $0.tensor) }
        tensors += state.optimizer.map { (name: "optimizer." + $0.name, tensor: $0.tensor) }
        for (name, snapshot) in state.generators {
            tensors.append(("generator." + name, try Tensor(snapshot.map { Int64($0) }, [snapshot.count])))
        }
        var metadata = ["format": trainingFormat, "epoch": String(state.epoch), "step": String(state.step)]
        for (key, value) in state.config { metadata["config." + key] = value }
        try SafeTensors.write(tensors, metadata: metadata, to: path, durable: durable)
    }

    /// Reads what `saveTrainingState` wrote. Lists come back in the order of the file, not as they were given.
    ///
    /// - Throws: `FileError` where the file cannot be read or holds something else.
    public static func loadTrainingState(from path: String) throws -> TrainingState {
        func other(_ reason: String) -> FileError {
            FileError(path: path, action: "load", reason: "it is not a training state: \(reason)")
        }
        let file = try SafeTensorsFile(path)
        guard file.metadata["format"] == trainingFormat else {
            throw other("its metadata lacks the format '\(trainingFormat)'")
        }
        func number(_ key: String) throws -> Int {
            let text = file.metadata[key]
            guard let text, let value = Int(text), value >= 0 else {
                throw other("its \(key) is \(text.map(quoted) ?? "missing")")
            }
            return value
        }
        var state = TrainingState(model: [], epoch: try number("epoch"), step: try number("step"))
        for (key, value) in file.metadata {
            if let key = key.dropping("config.") { state.config[key] = value }
        }
        for entry in file.entries {
            let tensor = try file.tensor(entry.name)
            if let name = entry.name.dropping("model.") {
                state.model.append((name, tensor))
            } else if let name = entry.name.dropping("optimizer.") {
                state.optimizer.append((name, tensor))
            } else if let name = entry.name.dropping("generator."), tensor.dtype == .int64 {
                let words = try tensor.int64Array().compactMap { UInt32(exactly: $0) }
                guard words.count == tensor.count else { throw other("\(quoted(entry.name)) holds no 32-bit words") }
                state.generators.append((name, words))
            } else {
                throw other("\(quoted(entry.name)) belongs to no part of one")
            }
        }
        return state
    }

    private static let trainingFormat = "nightjar-training-1"
}

extension String {
    /// The text behind `start`; nil where it begins otherwise.
    fileprivate func dropping(_ start: String) -> String? {
        utf8.starts(with: start.utf8) ? String(decoding: utf8.dropFirst(start.utf8.count), as: UTF8.self) : nil
    }
}
