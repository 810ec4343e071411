import Files
import Tensors

/// An array from an IDX file, the format of MNIST's files (https://yann.lecun.com/exdb/mnist/): two zero bytes, the type
/// of the elements, the number of dimensions, each dimension as a big-endian 32-bit number, then the elements.
public struct IDX: Sendable, Equatable {
    /// The dimensions, outermost first; at least one.
    public let shape: [Int]
    public let dtype: DType
    /// The elements' bytes in the machine's order, the last dimension's side by side.
    public let elements: [UInt8]

    /// The most bytes of elements that are taken: 2 GiB.
    static let mostBytes = 2 << 30

    /// Reads an IDX file, plain or packed by gzip. No more memory is taken than its header promises and, of a packed
    /// file, the file itself has.
    ///
    /// - Throws: `FileError` where it is no regular file or cannot be read, `DatasetError.unreadable` where it is no IDX
    ///   file or its length is not what its header asks for.
    public init(path: String) throws {
        let file = try ReadableFile(path, kind: .regular)
        let start = try Self.bytes(of: file, upTo: IDXHeader.mostBytes)
        guard !isGzip(start) else {
            try file.seek(to: 0)
            let packed = try readFile(path, limit: Self.mostBytes, kind: .regular)
            try self.init(Self.unpacked(packed, name: path), name: path)
            return
        }
        if let total = try IDXHeader.total(start, name: path), total != file.size {
            // Told by its numbers, before anything of that size is read.
            throw try IDXHeader(start, name: path).wrongLength(file.size)
        }
        try file.seek(to: 0)
        try self.init(Self.bytes(of: file, upTo: min(file.size, Self.mostBytes + IDXHeader.mostBytes)), name: path)
    }

    /// What a packed file unpacks to, no further than its header promises.
    ///
    /// - Throws: `DatasetError.unreadable`.
    static func unpacked(_ packed: [UInt8], name: String) throws -> [UInt8] {
        try gunzip(packed, name: name, limit: mostBytes) { try IDXHeader.total($0, name: name) }
    }

    private static func bytes(of file: ReadableFile, upTo count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// Takes apart the plain content of an IDX file, which errors call `name`.
    public init(_ content: [UInt8], name: String) throws {
        let header = try IDXHeader(content, name: name)
        guard content.count == header.size + header.byteCount else { throw header.wrongLength(content.count) }
        (shape, dtype) = (header.shape, header.dtype)
        // In place where nobody else holds the content.
        var content = content
        content.removeFirst(header.size)
        if dtype.size > 1 {
            for start in stride(from: 0, to: content.count, by: dtype.size) {
                content[start..<start + dtype.size].reverse()
            }
        }
        elements = content
    }

    /// The array as a tensor of its own type. - Throws: `TensorError` where memory runs out.
    public func tensor() throws -> Tensor {
        let tensor = try Tensor(uninitialized: Shape(shape), dtype: dtype)
        try tensor.withUnsafeMutableBytes { $0.copyBytes(from: elements) }
        return tensor
    }
}

/// What stands before the elements.
private struct IDXHeader {
    let name: String
    let shape: [Int]
    let dtype: DType
    /// The header's own bytes.
    let size: Int
    /// The elements' bytes, at most `IDX.mostBytes`.
    let byteCount: Int

    /// The longest header: 255 dimensions.
    static let mostBytes = 4 + 4 * 255

    private static let types: [UInt8: DType] = [
        0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
    ]

    /// - Throws: `DatasetError.unreadable`.
    init(_ content: [UInt8], name: String) throws {
        func fail(_ reason: String) -> DatasetError { .unreadable(file: name, reason: reason) }
        guard content.count >= 4, content[0] == 0, content[1] == 0 else { throw fail("not an IDX file") }
        guard let dtype = Self.types[content[2]] else {
            throw fail("IDX elements of type \(content[2]), of which there is none (8, 9, 11 to 14 are read)")
        }
        let rank = Int(content[3])
        guard rank > 0 else { throw fail("an IDX array of 0 dimensions, 1 to 255 are read") }
        let size = 4 + 4 * rank
        guard content.count >= size else {
            throw fail("truncated: a header of \(size) bytes expected, got \(content.count)")
        }
        let shape = (0..<rank).map { axis in
            content[4 + 4 * axis..<8 + 4 * axis].reduce(0) { $0 << 8 | Int($1) }
        }
        // A dimension of 0 makes no element, whatever the others are.
        var bytes: Int? = dtype.size
        for length in shape where !shape.contains(0) {
            bytes = bytes.flatMap {
                let (product, overflow) = $0.multipliedReportingOverflow(by: length)
                return overflow ? nil : product
            }
        }
        guard let bytes, bytes <= IDX.mostBytes else {
            throw fail(
                "\(shape.map { "\($0)" }.joined(separator: " x ")) elements of \(dtype.rawValue) promised, at most "
                    + "\(IDX.mostBytes) bytes are taken")
        }
        (self.name, self.shape, self.dtype, self.size) = (name, shape, dtype, size)
        byteCount = shape.contains(0) ? 0 : bytes
    }

    /// How many bytes a file that begins so has; nil where the header is not all there.
    ///
    /// - Throws: `DatasetError.unreadable` where it begins as no IDX file does.
    static func total(_ content: [UInt8], name: String) throws -> Int? {
        guard content.count >= 4, content.count >= 4 + 4 * Int(content[3]) || content[0] != 0 || content[1] != 0 else {
            return nil
        }
        let header = try IDXHeader(content, name: name)
        return header.size + header.byteCount
    }

    /// The error for content of so many bytes.
    func wrongLength(_ count: Int) -> DatasetError {
        let noun = shape.count == 1 ? "labels" : "images"
        return .unreadable(
            file: name, reason: "\(byteCount) bytes of \(noun) expected, got \(count - size)")
    }
}
