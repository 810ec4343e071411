import Archives
import Files
import Tensors

/// A file of tensors of any kind that is known. What it is, its content says; what it is called makes no difference.
public struct TensorFile {
    public let path: String
    public let kind: FileKind
    /// What it holds; tensors are read when they are asked for.
    public let content: StoredValue
    /// What safetensors files keep beside their tensors.
    public let metadata: [String: String]

    /// Opens a file and reads what it says of its tensors.
    ///
    /// - Throws: `FileError` where it cannot be read, or is damaged or of no known kind.
    public init(_ path: String) throws {
        self.path = path
        let file = try ReadableFile(path, kind: .regular)
        let start = try file.start()
        if start.starts(with: NumPyHeader.magic) {
            let array = try NumPyFile(path)
            let tensor = StoredTensor(shape: array.shape, dtype: array.dtype) { try array.tensor() }
            (kind, content, metadata) = (.npy, .tensor(tensor), [:])
        } else if start.starts(with: Array("PK".utf8)) {
            (kind, content) = try Self.archive(file, path)
            metadata = [:]
        } else if SafeTensorsFile.isOne(start) || start.count > 0 && path.hasSuffix(".safetensors") {
            // What is called so and is none is told why.
            let tensors = try SafeTensorsFile(path)
            (kind, content, metadata) = (.safetensors, StoredValue(tensors.stored()), tensors.metadata)
        } else {
            throw FileError(path: path, action: "read", reason: Self.describe(start))
        }
    }

    private static func archive(_ file: ReadableFile, _ path: String) throws -> (FileKind, StoredValue) {
        let archive = try ZipReader(file)
        if TorchFile.isOne(archive) { return (.pytorch, try TorchFile(archive, path).value()) }
        guard NumPyArchive.isOne(archive) else {
            let name = archive.entries.first { !$0.name.hasSuffix(".npy") }?.name ?? ""
            throw FileError(
                path: path, action: "read",
                reason: "it is a ZIP archive, but neither PyTorch's nor NumPy's: it holds \(quoted(name))")
        }
        return (.npz, StoredValue(try NumPyArchive.arrays(archive, path)))
    }

    /// What a file is that is none of those known.
    private static func describe(_ start: [UInt8]) -> String {
        func begins(_ bytes: [UInt8], at place: Int = 0) -> Bool { start.dropFirst(place).starts(with: bytes) }
        if start.isEmpty { return "it is empty" }
        // The number 0x1950a86a20f9469cfc6c as a pickle.
        if begins([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]) {
            return "it is of PyTorch before 1.6; where its origin is trusted, save it again in Python: "
                + "torch.save(torch.load(path, weights_only=True), path)"
        }
        if begins(Array("ustar".utf8), at: 257) {
            return "it is a tar archive, as the first versions of PyTorch wrote; where its origin is trusted, "
                + "save it again in Python: torch.save(torch.load(path), path)"
        }
        if begins([0x80]), start.dropFirst().first.map({ (2...5).contains($0) }) ?? false {
            return
                "it is a bare pickle, which may run anything: nothing of it is run; save a state dict with torch.save"
        }
        if begins([0x1f, 0x8b]) { return "it is packed by gzip: unpack it first" }
        if begins([0x89] + Array("HDF".utf8)) { return "it is HDF5, which is not known here" }
        return "it is neither safetensors nor PyTorch's .pth nor NumPy's .npz or .npy"
    }

    /// Writes values and tensors as the end of the path's name says. The file appears whole or not at all.
    ///
    /// - Parameters:
    ///   - value: a tensor for `.npy`, tensors by name for `.npz` and `.safetensors`, anything for `.pth`.
    ///   - metadata: texts to be kept beside the tensors, which only `.safetensors` can.
    ///   - durable: whether to wait until the disk has it. Default: false.
    /// - Throws: `FileError`, after which the file that was there before is as it was.
    public static func write(
        _ value: StoredValue, metadata: [String: String] = [:], to path: String, durable: Bool = false
    ) throws {
        let kind = try FileKind(writing: path, of: kinds(for: value))
        guard metadata.isEmpty || kind == .safetensors else {
            throw FileError(
                path: path, action: "write",
                reason: "only .safetensors files keep metadata, \(kind.endings[0]) does not")
        }
        func named() throws -> [NamedTensor] {
            try (value.namedTensors ?? []).map { ($0.name, try $0.tensor.tensor()) }
        }
        switch (kind, value) {
        case (.npy, .tensor(let tensor)): try NumPy.write(tensor.tensor(), to: path, durable: durable)
        case (.npz, _): try NumPyArchive.write(named(), to: path, durable: durable)
        case (.safetensors, _): try SafeTensors.write(named(), metadata: metadata, to: path, durable: durable)
        case (.pytorch, _), (.npy, _): try TorchWriter.write(value, to: path, durable: durable)
        }
    }

    /// The kinds of files that hold such a value.
    private static func kinds(for value: StoredValue) -> [FileKind] {
        if case .tensor = value { return [.npy, .pytorch] }
        if case .dictionary(let pairs) = value, pairs.isEmpty || value.namedTensors != nil {
            return [.safetensors, .pytorch, .npz]
        }
        return [.pytorch]
    }
}

extension ReadableFile {
    /// The bytes by which a file's kind is known; fewer of a shorter one.
    fileprivate func start() throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
            count = try read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
    }
}
