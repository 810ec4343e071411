import Tensors

/// One value of every sample, in memory. Any thread may look at it.
public struct Column: Sendable {
    /// The sizes of one sample's value; empty for a number.
    public let shape: [Int]
    /// How many samples there are.
    public let count: Int
    /// The elements of what is stored, and the tensors' type unless pixels are translated.
    public let dtype: DType
    let bytes: [UInt8]
    /// What pixels of each channel become; nil where elements stay as they are.
    let tables: [PixelTable]?
    /// Elements a sample.
    private let size: Int

    /// - Parameters:
    ///   - bytes: the elements in the machine's order, sample by sample.
    ///   - shape: of one sample's value.
    ///   - count: how many samples there are.
    ///   - tables: for uint8 elements `[channels, height, width]`, what they become, a float32 each; one for all channels
    ///     or one for each.
    /// - Throws: `DatasetError.invalid` where the numbers do not fit each other.
    public init(_ bytes: [UInt8], dtype: DType, shape: [Int], count: Int, tables: [PixelTable]? = nil) throws {
        var size: Int? = 1
        for length in shape + [count, dtype.size] {
            size = size.flatMap {
                let (product, overflow) = $0.multipliedReportingOverflow(by: length)
                return overflow || length < 0 ? nil : product
            }
        }
        guard size == bytes.count else {
            throw DatasetError.invalid("\(bytes.count) bytes for \(count) values of shape \(describe(shape))")
        }
        if let tables {
            guard dtype == .uint8, let channels = shape.first, !tables.isEmpty, [1, channels].contains(tables.count)
            else {
                throw DatasetError.invalid("\(tables.count) translations for \(dtype.rawValue) of \(describe(shape))")
            }
        }
        (self.bytes, self.dtype, self.shape, self.count) = (bytes, dtype, shape, count)
        self.tables = tables
        self.size = shape.reduce(1, *)
    }

    /// Integers, int64.
    public init(_ labels: [Int64]) throws {
        try self.init(labels.withUnsafeBytes { Array($0) }, dtype: .int64, shape: [], count: labels.count)
    }

    /// The value of one sample: a number for a single int64, else a tensor.
    ///
    /// - Parameter index: in `0..<count`.
    func value(at index: Int) throws -> Element {
        if dtype == .int64, shape.isEmpty { return .integer(integer(at: index)) }
        return .tensor(try gather([index]).reshape(Shape(shape)))
    }

    /// An element of an int64 column of single numbers.
    func integer(at index: Int) -> Int {
        bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self)) }
    }

    /// The values of samples side by side, `[indices.count] + shape`. - Parameter indices: in `0..<count`.
    func gather(_ indices: [Int]) throws -> Tensor {
        let target = try Tensor(
            uninitialized: Shape([indices.count] + shape), dtype: tables == nil ? dtype : .float32)
        try bytes.withUnsafeBytes { source in
            try target.withUnsafeMutableBytes { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                guard let tables else {
                    return copyRows(from, indices, size: size * dtype.size, to: to)
                }
                let pixels = from.assumingMemoryBound(to: UInt8.self)
                let floats = to.assumingMemoryBound(to: Float.self)
                // Pixels of a channel.
                let plane = size / tables.count
                inParts(of: indices.count, size: max(1, elementsAPart / 4 / max(1, size))) { part in
                    for place in part {
                        for (channel, table) in tables.enumerated() {
                            let start = pixels + indices[place] * size + channel * plane
                            let target = floats + place * size + channel * plane
                            table.values.withUnsafeBufferPointer { values in
                                for i in 0..<plane { target[i] = values[Int(start[i])] }
                            }
                        }
                    }
                }
            }
        }
        return target
    }

    /// The first values; all where there are not more.
    func prefix(_ length: Int) throws -> Column {
        guard length < count else { return self }
        return try Column(
            Array(bytes[..<(length * size * dtype.size)]), dtype: dtype, shape: shape, count: length, tables: tables)
    }
}

/// Samples whose values stand in columns in memory.
public final class ColumnDataset: Dataset {
    public let columns: [Column]
    /// What the classes are called that the last column's numbers stand for; empty where it has none.
    public let classes: [String]
    /// What the columns are called, where a file says; empty where it does not.
    public let names: [String]

    /// - Throws: `DatasetError.invalid` where there are no columns, or they are of different lengths.
    public init(_ columns: [Column], classes: [String] = [], names: [String] = []) throws {
        guard let first = columns.first else { throw DatasetError.invalid("at least one column expected, got none") }
        for column in columns where column.count != first.count {
            throw DatasetError.invalid("columns of one length expected, got \(first.count) and \(column.count)")
        }
        (self.columns, self.classes, self.names) = (columns, classes, names)
    }

    public var count: Int { columns[0].count }

    /// What it holds in memory.
    public var byteCount: Int { columns.reduce(0) { $0 + $1.bytes.count } }

    public func sample(at index: Int) throws -> [Element] {
        try check(index, of: count)
        return try columns.map { try $0.value(at: index) }
    }

    public func batch(at indices: [Int]) throws -> [Element]? {
        for index in indices { try check(index, of: count) }
        return try columns.map { .tensor(try $0.gather(indices)) }
    }
}
