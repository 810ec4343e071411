import Files
import Tensors

/// A `.npy` file whose header has been read and compared with the file's size; its elements are read when they are
/// asked for.
///
/// The file may come from anywhere. bool, int8 to int64, uint8, float32 and float64 are taken as they are, in either
/// order of bytes; float16 becomes float32 exactly, uint16 and uint32 int64 exactly, uint64 int64 where every element
/// is below 2^63. Python objects, records, texts, complex numbers and times are refused.
public final class NumPyFile {
    public let path: String
    /// The sizes of the array's dimensions; empty for a single number.
    public let shape: [Int]
    /// The type that the tensor will have.
    public let dtype: DType
    private let header: NumPyHeader
    private let file: ReadableFile

    /// Reads the header.
    ///
    /// - Throws: `FileError` where the file cannot be read or is not a sound `.npy` file of numbers.
    public init(_ path: String) throws {
        self.path = path
        file = try ReadableFile(path, kind: .regular)
        do {
            header = try NumPyHeader(file)
            try header.check(dataSize: file.size - header.size)
            (shape, dtype) = (header.shape, try header.dtype)
        } catch let error as Malformed {
            throw NumPy.unsound(path, error)
        }
    }

    /// Reads all elements, in row-major order whatever order the file has them in.
    ///
    /// - Throws: `FileError` where that fails or there is not enough memory.
    public func tensor() throws -> Tensor {
        do {
            try file.seek(to: header.size)
            return try header.tensor(file)
        } catch let error as Malformed {
            throw NumPy.unsound(path, error)
        } catch let error as TensorError {
            throw FileError(path: path, action: "read", reason: error.description)
        }
    }
}

/// NumPy's files of single arrays, `.npy`.
public enum NumPy {
    /// Reads an array; see `NumPyFile`.
    public static func read(_ path: String) throws -> Tensor { try NumPyFile(path).tensor() }

    /// Writes a tensor as `numpy.save` writes it, version 1.0, in row-major order. The file appears whole or not at all.
    ///
    /// - Parameter durable: whether to wait until the disk has it. Default: false.
    /// - Throws: `FileError`, after which the file that was there before is as it was.
    public static func write(_ tensor: Tensor, to path: String, durable: Bool = false) throws {
        let file = try AtomicFile(path, durable: durable)
        try file.write(NumPyHeader.encoded(tensor.shape.array, tensor.dtype))
        do {
            try tensor.withUnsafeBytes { try file.write($0) }
        } catch let error as TensorError {
            throw FileError(path: path, action: "write", reason: error.description)
        }
        try file.commit()
    }

    static func unsound(_ path: String, _ error: Malformed) -> FileError {
        FileError(path: path, action: "read", reason: "it is not a sound .npy file: \(error.reason)")
    }
}

extension NumPyHeader {
    /// The type that a tensor of the elements has.
    var dtype: DType {
        get throws {
            guard let dtype = type.stored.dtype else {
                throw Malformed("its elements are of type \(type.stored.rawValue), which has no counterpart here")
            }
            return dtype
        }
    }

    /// Compares what the array needs with what follows the header.
    func check(dataSize: Int) throws {
        guard self.dataSize <= dataSize else {
            throw Malformed(
                "an array of shape \(describe(shape)) needs \(plural(self.dataSize, "byte")), it has "
                    + "\(max(0, dataSize)): it was cut off or is still being copied")
        }
        guard self.dataSize == dataSize else {
            throw Malformed("its array is followed by \(plural(dataSize - self.dataSize, "byte")) too many")
        }
    }

    /// Reads the elements, which come next.
    func tensor(_ source: some ByteSource) throws -> Tensor {
        let tensor = try Tensor(uninitialized: Shape(isFortran ? shape.reversed() : shape), dtype: dtype)
        try tensor.withUnsafeMutableBytes {
            try source.readElements(type.stored, count: count, isBigEndian: type.isBigEndian, into: $0)
        }
        return isFortran ? try tensor.permute(Shape((0..<shape.count).reversed())).contiguous() : tensor
    }
}
