import Files
import Tensors

/// A tensor in a file, read when it is asked for, or one that is to be written.
public final class StoredTensor {
    public let shape: [Int]
    /// The type that the tensor has or will have; nil where the file's type has no counterpart here.
    public let dtype: DType?
    private let read: () throws -> Tensor

    init(shape: [Int], dtype: DType?, read: @escaping () throws -> Tensor) {
        (self.shape, self.dtype, self.read) = (shape, dtype, read)
    }

    /// One that is there.
    public convenience init(_ tensor: Tensor) {
        self.init(shape: tensor.shape.array, dtype: tensor.dtype) { tensor }
    }

    /// - Throws: `FileError` where it cannot be read or its type has no counterpart.
    public func tensor() throws -> Tensor { try read() }
}

/// What a file of tensors holds: a tensor, or values by name in as many levels as PyTorch's files have.
public indirect enum StoredValue {
    /// The key of a pair.
    public enum Key {
        case text(String)
        case integer(Int)
    }

    case none
    case truth(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case bytes([UInt8])
    case list([StoredValue])
    /// Pairs in the order of the file.
    case dictionary([(key: Key, value: StoredValue)])
    case tensor(StoredTensor)
}

extension StoredValue {
    /// Tensors by their names.
    init(_ tensors: [(name: String, tensor: StoredTensor)]) {
        self = .dictionary(tensors.map { (.text($0.name), .tensor($0.tensor)) })
    }

    /// The tensors of a dictionary that holds nothing else, and at least one; nil for any other value.
    public var namedTensors: [(name: String, tensor: StoredTensor)]? {
        guard case .dictionary(let pairs) = self, !pairs.isEmpty else { return nil }
        var tensors: [(String, StoredTensor)] = []
        for (key, value) in pairs {
            guard case .text(let name) = key, case .tensor(let tensor) = value else { return nil }
            tensors.append((name, tensor))
        }
        return tensors
    }
}
