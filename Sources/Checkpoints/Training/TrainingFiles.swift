import CLibrary
import Files
import TensorFiles
import Tensors

/// A model and the state of its training on disk, which always match.
///
/// There are two files, and for a moment three: the model (model.safetensors), the state beside it
/// (model.training.safetensors), which is complete in itself, and, while a save is under way, the state before
/// (model.training.previous.safetensors). Both of a pair carry the same `save` in their metadata ("save.id" in the
/// model's), a digest of the weights and of what is kept with them. A save first writes both files out, then puts the
/// state in place and last the model, which is the moment from which on the new pair counts: who reads takes the model,
/// and of the two states the one with the model's own `save`. However a process ends, one of them has it.
public struct TrainingFiles {
    /// The model's path.
    public let model: String

    public init(model: String) { self.model = model }

    /// "run/model.training.safetensors" for "run/model.safetensors".
    public var state: String { Checkpoint.trainingPath(for: model) }
    private var stem: String { String(state.dropLast(".safetensors".count)) }
    private var previous: String { stem + ".previous.safetensors" }

    /// Gives up what `lock` claimed.
    public func unlock() { FileLock.release(stem + ".lock") }

    /// Claims the files for this process, until it ends or gives them up.
    ///
    /// - Parameter isWriting: whether it is an error that nothing can be written there. Default: true.
    /// - Returns: whether this process had not claimed them before.
    /// - Throws: `FileError` where another process trains into them.
    @discardableResult
    public func lock(isWriting: Bool = true) throws -> Bool {
        try checkKinds()
        do {
            return try FileLock.take(stem + ".lock")
        } catch let held as FileLock.Held {
            let process = held.process.map { "process \($0)" } ?? "another process"
            throw FileError(path: model, action: "write", reason: "\(process) is training into it")
        } catch let error as FileError {
            guard isWriting else { return false }
            throw FileError(path: model, action: "write", reason: error.reason, code: error.code)
        }
    }

    /// Devices and pipes take no two files that match.
    private func checkKinds() throws {
        for path in [model, state] {
            guard let status = FileStatus(of: path), !status.isRegularFile, !status.isDirectory else { continue }
            throw FileError(path: path, action: "write", reason: "it is no regular file, and a training needs one")
        }
    }

    /// Saves a pair.
    ///
    /// - Parameter metadata: what is kept with the model; it gets "format", "epoch", "step" and "save.id" besides.
    /// - Throws: `FileError`, after which the pair that was there before is as it was.
    public func save(_ training: TrainingState, durable: Bool) throws {
        try checkKinds()
        let id = saveID(training)
        let (tensors, metadata) = try training.contents(path: state, save: id)
        let newState = try SafeTensors.prepare(tensors, metadata: metadata, to: state, durable: durable)
        var kept = training.metadata
        kept["format"] = "pt"
        kept["epoch"] = String(training.epoch)
        kept["step"] = String(training.step)
        kept["save.id"] = id
        let newModel = try SafeTensors.prepare(training.model, metadata: kept, to: model, durable: durable)
        try newState.complete()
        try newModel.complete()
        try keepPrevious(durable: durable)
        try newState.commit()
        try newModel.commit()
        try removeFile(previous)
    }

    /// Whether the disk has room for saves that are so many bytes larger than the one before.
    ///
    /// - Throws: `FileError` where it has not.
    public func checkRoom(growth: Int) throws {
        guard let model = FileStatus(of: model), let state = FileStatus(of: state) else { return }
        // The old pair stays until the new one is complete.
        let size = model.size + state.size + growth
        do {
            try AtomicFile(self.state).reserve(size + growth)
        } catch let error as FileError {
            throw FileError(
                path: self.state, action: "write",
                reason: "\(error.reason): a save of this training takes \(size) bytes and the one before as many",
                code: error.code)
        }
    }

    /// Keeps the state that belongs to the model which is there now, under a second name, while another takes its place.
    private func keepPrevious(durable: Bool) throws {
        guard let id = Self.metadata(model)?["save.id"] else { return }
        guard Self.metadata(state)?["save"] == id else {
            // A save was cut short after it had put its state in place: the one before has its second name already.
            return
        }
        try removeFile(previous)
        if !(try isSymbolicLink(state)), (try? linkFile(state, previous)) == true { return }
        // A file system without second names.
        let (old, copy) = (try ReadableFile(state), try AtomicFile(previous, durable: durable))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try old.read(into: buffer), count > 0 {
            try copy.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        try copy.commit()
    }

    /// Reads the state that belongs to the model; without a model, the one that is there.
    ///
    /// - Throws: `FileError` where there is none, or none that belongs to the model.
    public func load() throws -> TrainingState {
        let file = try matchingFile()
        let training = try TrainingState(file)
        guard saveID(training) == file.metadata["save"] else {
            throw FileError(
                path: file.path, action: "load", reason: "it is damaged: what it holds is not what was saved")
        }
        return training
    }

    /// One of the values that were kept, if it holds no tensors; the others are not read.
    ///
    /// - Throws: `FileError` as `load` does.
    public func value(_ name: String) throws -> StateValue? {
        try TrainingState.value(name, of: matchingFile())
    }

    private func matchingFile() throws -> SafeTensorsFile {
        // A training may go on saving meanwhile.
        for _ in 0..<20 {
            guard model != state, FileStatus(of: model) != nil else { return try SafeTensorsFile(state) }
            let id = try SafeTensorsFile(model).metadata["save.id"]
            for path in [state, previous] where FileStatus(of: path) != nil {
                guard let id, let file = try? SafeTensorsFile(path) else { continue }
                if file.metadata["save"] == id { return file }
            }
            if try SafeTensorsFile(model).metadata["save.id"] == id { break }
        }
        // Says what is wrong with the file, where it cannot be read.
        let file = try SafeTensorsFile(state)
        if file.metadata["format"] != TrainingState.format { return file }
        throw FileError(
            path: state, action: "load",
            reason: "it is of another save than '\(model)'; to go on from it all the same, move that file away")
    }

    private static func metadata(_ path: String) -> [String: String]? { (try? SafeTensorsFile(path))?.metadata }

    /// 32 hexadecimal digits that tell one save from another; the same training gives the same ones.
    private func saveID(_ training: TrainingState) -> String {
        var digest = SHA256()
        func add(_ text: String) { digest.update(Array("\(text.utf8.count):\(text)".utf8)) }
        for tensors in [training.model, training.optimizer] {
            for (name, tensor) in tensors.sorted(by: { $0.name.precedesInBytes($1.name) }) {
                add("\(name) \(tensor.dtype.rawValue) \(tensor.shape.array)")
                try? tensor.withUnsafeBytes { digest.update($0) }
            }
        }
        training.generator.withUnsafeBytes { digest.update($0) }
        for (key, value) in training.metadata.sorted(by: { $0.key.precedesInBytes($1.key) }) {
            add(key)
            add(value)
        }
        add("\(training.epoch) \(training.step)")
        return String(digest.hexDigest().prefix(32))
    }
}
