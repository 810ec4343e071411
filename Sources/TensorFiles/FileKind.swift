import Files

/// The kinds of files that tensors are kept in.
public enum FileKind: Sendable, CaseIterable {
    /// Tensors by name, and texts by name: `.safetensors`.
    case safetensors
    /// What `torch.save` writes: `.pth`, `.pt`.
    case pytorch
    /// Arrays by name, NumPy's: `.npz`.
    case npz
    /// One array, NumPy's: `.npy`.
    case npy

    /// What the names of such files end with, first the one to be recommended.
    public var endings: [String] {
        switch self {
        case .safetensors: [".safetensors"]
        case .pytorch: [".pth", ".pt"]
        case .npz: [".npz"]
        case .npy: [".npy"]
        }
    }

    /// The kind that a file is written as, by the end of its name.
    ///
    /// - Parameter kinds: those that can hold what is to be written.
    /// - Throws: `FileError` that names the ends that are known, where it is another.
    public init(writing path: String, of kinds: [FileKind] = allCases) throws {
        let name = baseName(path)
        func matches(_ kind: FileKind) -> Bool {
            kind.endings.contains { name.utf8.count > $0.utf8.count && name.hasSuffix($0) }
        }
        guard let kind = kinds.first(where: matches) else {
            let known = kinds.flatMap(\.endings).joined(separator: ", ")
            let reason: String
            if name.hasSuffix(".onnx") {
                reason = "nj.onnx.export writes ONNX; here the name ends in one of \(known)"
            } else if let other = Self.allCases.first(where: matches) {
                reason = "\(other.endings[0]) does not hold that; the name has to end in one of \(known)"
            } else {
                reason = "the end of its name says what it becomes, and has to be one of \(known)"
            }
            throw FileError(path: path, action: "write", reason: reason)
        }
        self = kind
    }
}
