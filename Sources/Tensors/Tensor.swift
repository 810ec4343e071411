/// An array of numbers of one type with any number of dimensions, and, for float32, the history that leads to its
/// gradient.
///
/// A tensor is a view: a storage, an offset into it, a shape and a stride for each dimension, all counted in elements.
/// Dimensions and indices count from 0; a negative dimension counts from the end. Operations leave their operands as
/// they are, except those whose name ends in "InPlace". A tensor belongs to one thread at a time.
public final class Tensor {
    public let storage: Storage
    public let offset: Int
    public let shape: [Int]
    public let strides: [Int]
    public let dtype: DType

    /// The sum of all gradients that backward passes have left here; nil before the first and after `zeroGrad`.
    public var grad: Tensor?
    /// Whether a backward pass should leave a gradient here.
    public internal(set) var isLeafRequiringGrad = false
    /// The operation that made this tensor, where gradients flow through it.
    var node: Node?

    init(storage: Storage, offset: Int, shape: [Int], strides: [Int], dtype: DType) {
        self.storage = storage
        self.offset = offset
        self.shape = shape
        self.strides = strides
        self.dtype = dtype
    }

    /// A tensor whose elements are whatever the memory held.
    ///
    /// - Throws: `TensorError` for a negative size, or more elements than memory can hold.
    public convenience init(uninitialized shape: [Int], dtype: DType = .float32) throws {
        let storage = try Storage(byteCount: try checkedCount(shape) * dtype.size)
        self.init(storage: storage, offset: 0, shape: shape, strides: rowMajorStrides(shape), dtype: dtype)
    }

    /// A float32 tensor with these values in row-major order.
    ///
    /// - Throws: `TensorError` where their number is not the shape's.
    public convenience init(_ values: [Float], _ shape: [Int]) throws {
        try self.init(uninitialized: shape)
        try checkCount(values.count)
        values.withUnsafeBytes { storage.take($0) }
    }

    /// An int64 tensor with these values in row-major order.
    ///
    /// - Throws: `TensorError` where their number is not the shape's.
    public convenience init(_ values: [Int64], _ shape: [Int]) throws {
        try self.init(uninitialized: shape, dtype: .int64)
        try checkCount(values.count)
        values.withUnsafeBytes { storage.take($0) }
    }

    private func checkCount(_ given: Int) throws {
        guard given == count else {
            throw TensorError("\(describe(shape)) has \(plural(count, "element")), got \(plural(given, "value"))")
        }
    }

    /// A tensor with every element the same.
    public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32) throws -> Tensor {
        let tensor = try Tensor(uninitialized: shape, dtype: dtype)
        tensor.fillWithoutCheck(value)
        return tensor
    }

    public static func zeros(_ shape: [Int], dtype: DType = .float32) throws -> Tensor {
        try full(shape, 0, dtype: dtype)
    }

    public static func ones(_ shape: [Int], dtype: DType = .float32) throws -> Tensor {
        try full(shape, 1, dtype: dtype)
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }
    /// Number of dimensions.
    public var dim: Int { shape.count }
    /// Whether the elements stand one after the other in row-major order.
    public var isContiguous: Bool {
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size != 1 {
            if stride != expected { return count == 0 }
            expected *= size
        }
        return true
    }

    /// The size of one dimension; a negative one counts from the end.
    public func size(_ dimension: Int) throws -> Int { shape[try resolve(dimension)] }

    /// A dimension counted from the start.
    ///
    /// - Throws: `TensorError` where the tensor has no such dimension.
    public func resolve(_ dimension: Int, of rank: Int? = nil) throws -> Int {
        let rank = rank ?? dim
        let resolved = dimension < 0 ? dimension + rank : dimension
        guard resolved >= 0 && resolved < rank else {
            throw TensorError(
                rank == 0
                    ? "a tensor without dimensions has no dimension \(dimension)"
                    : "dimension \(dimension) is outside \(-rank)..\(rank - 1) of shape \(describe(shape))")
        }
        return resolved
    }

    /// The first element's address. Other elements follow by `strides`.
    package var floats: UnsafeMutablePointer<Float> { address(as: Float.self) }

    package func address<T>(as type: T.Type) -> UnsafeMutablePointer<T> {
        storage.pointer.assumingMemoryBound(to: type) + offset
    }

    /// The elements' bytes in row-major order, in the machine's byte order.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        let dense = try contiguous()
        defer { extendLifetime(dense) }
        return try body(
            UnsafeRawBufferPointer(
                start: dense.storage.pointer + dense.offset * dtype.size, count: count * dtype.size))
    }

    /// The elements' bytes for writing. Do not let the pointer leave the closure.
    ///
    /// - Throws: `TensorError` where the elements do not stand in one piece or gradients flow through them.
    public func withUnsafeMutableBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) throws -> R {
        guard isContiguous else { throw TensorError("a view with gaps cannot be written as one piece") }
        try expectChangeable()
        storage.version += 1
        return try body(
            UnsafeMutableRawBufferPointer(start: storage.pointer + offset * dtype.size, count: count * dtype.size))
    }

    /// The elements of a float32 tensor in row-major order.
    public func floatArray() throws -> [Float] {
        try expect(.float32)
        return try withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }

    /// The elements of an int64 tensor in row-major order.
    public func int64Array() throws -> [Int64] {
        try expect(.int64)
        return try withUnsafeBytes { Array($0.bindMemory(to: Int64.self)) }
    }

    /// The one element of a tensor that has one, as a number.
    public func item() throws -> Double {
        guard count == 1 else {
            throw TensorError("one element expected, got \(count) (shape \(describe(shape)))")
        }
        return element(at: 0)
    }

    /// The element `index` places behind the first, as a number.
    func element(at index: Int) -> Double {
        switch dtype {
        case .float32: Double(address(as: Float.self)[index])
        case .int64: Double(address(as: Int64.self)[index])
        case .uint8, .bool: Double(address(as: UInt8.self)[index])
        }
    }

    func expect(_ wanted: DType) throws {
        guard dtype == wanted else {
            let way = wanted == .float32 ? "; convert with float()" : ""
            throw TensorError("\(wanted.rawValue) expected, got \(dtype.rawValue)\(way)")
        }
    }

    func fillWithoutCheck(_ value: Double) {
        switch dtype {
        case .float32: address(as: Float.self).update(repeating: Float(value), count: count)
        case .int64: address(as: Int64.self).update(repeating: Int64(clamping: value), count: count)
        case .uint8: address(as: UInt8.self).update(repeating: UInt8(clamping: Int64(clamping: value)), count: count)
        case .bool: address(as: UInt8.self).update(repeating: value != 0 ? 1 : 0, count: count)
        }
    }
}

extension Int64 {
    /// The nearest integer that can be had; 0 for a NaN.
    init(clamping value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= 0x1p63 {
            self = .max
        } else if value <= -0x1p63 {
            self = .min
        } else {
            self = Int64(value)
        }
    }
}

/// The number of elements of a shape.
///
/// Sizes of tensors, views included, pass here once, so that no product of some of them overflows later: those beside
/// a size of 0 as well.
///
/// - Throws: `TensorError` for a negative size, or more elements than memory can hold.
func checkedCount(_ shape: [Int]) throws -> Int {
    var product = 1
    for size in shape {
        guard size >= 0 else { throw TensorError("a size cannot be negative: \(describe(shape))") }
        let (next, overflow) = product.multipliedReportingOverflow(by: max(1, size))
        guard !overflow, next <= 1 << 43 else {
            throw TensorError("\(describe(shape)) is more than memory can hold")
        }
        product = next
    }
    return shape.contains(0) ? 0 : product
}

/// Strides of a shape whose elements stand one after the other, the last dimension's closest.
func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for i in shape.indices.reversed() {
        strides[i] = step
        step *= max(1, shape[i])
    }
    return strides
}

/// Keeps an object alive up to this point, where only its memory is used.
@inline(__always)
func extendLifetime(_ object: AnyObject) { withExtendedLifetime(object) {} }
