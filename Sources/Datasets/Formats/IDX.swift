import Files

/// An array of bytes from an IDX file, the format of MNIST's files (https://yann.lecun.com/exdb/mnist/): two zero
/// bytes, the type of the elements, the number of dimensions, each dimension as a big-endian 32-bit number, then
/// the elements.
public struct IDX: Sendable, Equatable {
    /// The dimensions, outermost first; 1 to 4 of them.
    public let shape: [Int]
    /// The elements, the last dimension's side by side; as many as the product of the dimensions.
    public let elements: [UInt8]

    /// The longest content that is taken, packed or unpacked: 2 GiB.
    static let mostBytes = 2 << 30

    /// Reads an IDX file, plain or packed by gzip.
    ///
    /// - Throws: `FileError` where it cannot be read, `DatasetError.unreadable` where it is no IDX file of unsigned
    ///   bytes or its length is not what its header asks for.
    public init(path: String) throws {
        try self.init(unpacked(readFile(path, limit: Self.mostBytes), name: path), name: path)
    }

    /// Takes apart the plain content of an IDX file, which errors call `name`.
    public init(_ content: [UInt8], name: String) throws {
        func fail(_ reason: String) -> DatasetError { .unreadable(file: name, reason: reason) }
        guard content.count >= 4, content[0] == 0, content[1] == 0 else { throw fail("not an IDX file") }
        guard content[2] == 0x08 else {
            throw fail("IDX elements of type \(content[2]), only type 8 (unsigned bytes) is read")
        }
        let rank = Int(content[3])
        guard 1...4 ~= rank else { throw fail("an IDX array of \(rank) dimensions, 1 to 4 are read") }
        let start = 4 + 4 * rank
        guard content.count >= start else {
            throw fail("truncated: a header of \(start) bytes expected, got \(content.count)")
        }
        let shape = (0..<rank).map { axis in
            content[4 + 4 * axis..<8 + 4 * axis].reduce(0) { $0 << 8 | Int($1) }
        }
        let noun = rank == 1 ? "labels" : "images"
        var expected: Int? = 1
        for size in shape {
            guard let product = expected?.multipliedReportingOverflow(by: size), !product.overflow else {
                expected = nil
                break
            }
            expected = product.partialValue
        }
        guard let expected, expected == content.count - start else {
            let size = expected.map { "\($0)" } ?? shape.map { "\($0)" }.joined(separator: " x ")
            throw fail("\(size) bytes of \(noun) expected, got \(content.count - start)")
        }
        self.shape = shape
        // In place where nobody else holds the content.
        var content = content
        content.removeFirst(start)
        elements = content
    }
}

/// The content itself, or what it packs where it is gzip data.
func unpacked(_ content: [UInt8], name: String) throws -> [UInt8] {
    isGzip(content) ? try gunzip(content, name: name, limit: IDX.mostBytes) : content
}
