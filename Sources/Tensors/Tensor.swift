import KernelInterface

/// An array of numbers of one type with any number of dimensions, and, for float32, the history that leads to its
/// gradient.
///
/// A tensor is a view: a storage, an offset into it, a shape and a stride for each dimension, all counted in elements.
/// Dimensions and indices count from 0; a negative dimension counts from the end. Operations leave their operands as
/// they are, except those whose name ends in "InPlace". A tensor belongs to one thread at a time.
public final class Tensor {
    public let storage: Storage
    @exclusivity(unchecked) public internal(set) var offset: Int
    @exclusivity(unchecked) public internal(set) var shape: Shape
    @exclusivity(unchecked) public internal(set) var strides: Shape
    public let dtype: DType

    /// The sum of all gradients that backward passes have left here; nil before the first and after `zeroGrad`.
    @exclusivity(unchecked) public var grad: Tensor?
    /// Whether a backward pass should leave a gradient here.
    @exclusivity(unchecked) public internal(set) var isLeafRequiringGrad = false
    /// Whether modules take it for something to be learned, even where it is frozen.
    public var isParameter = false
    /// Number of elements.
    public let count: Int
    /// The operation that made this tensor, where gradients flow through it; see `history`.
    @exclusivity(unchecked) var ownHistory: History?
    /// The tensor that this one looks at a part of.
    @exclusivity(unchecked) var parent: Parent?
    /// How often this tensor's history was changed by changes in place.
    @exclusivity(unchecked) var rebases = 0
    /// Whether another tensor is a view of this one.
    @exclusivity(unchecked) var isViewed = false
    /// How often this tensor came to look at its elements in another way.
    @exclusivity(unchecked) var reshapes = 0
    var leafHooks: [GradientHookHandle] = []

    /// How a view came about.
    struct Parent {
        private let viewed: Tensor
        /// Its `reshapes` when it was viewed.
        private let reshapes: Int
        let view: any ViewOperation
        /// The root's `rebases` that the view's history is of.
        var rebases: Int
        let depth: Int

        init(tensor: Tensor, view: any ViewOperation, rebases: Int, depth: Int) {
            (viewed, reshapes) = (tensor, tensor.reshapes)
            (self.view, self.rebases, self.depth) = (view, rebases, depth)
        }

        /// The tensor as it was when it was viewed: what came to look at its elements in another way is a view of that.
        var tensor: Tensor {
            var tensor = viewed
            for _ in reshapes..<viewed.reshapes { tensor = tensor.parent?.tensor ?? tensor }
            return tensor
        }
    }

    /// A look at the elements of a storage, which must have those that it reaches.
    package init(storage: Storage, offset: Int, shape: Shape, strides: Shape, dtype: DType) {
        self.storage = storage
        self.offset = offset
        self.shape = shape
        self.strides = strides
        self.dtype = dtype
        count = shape.product
    }

    /// The operation that made this tensor, where gradients flow through it. Where the tensor that this one is a view of
    /// was changed in place since, the view looks at the result of that.
    var history: History? {
        guard let parent else { return ownHistory }
        let current = root.rebases
        if parent.rebases == current { return ownHistory }
        self.parent?.rebases = current
        ownHistory = nil
        if parent.tensor.requiresGrad { Node.record(parent.view, [parent.tensor], [self]) }
        return ownHistory
    }

    /// A tensor whose elements are whatever the memory held.
    ///
    /// - Throws: `TensorError` for a negative size, or more elements than memory can hold.
    public convenience init(uninitialized shape: Shape, dtype: DType = .float32) throws {
        let storage = try Storage(byteCount: checkedCount(shape) * dtype.size)
        self.init(storage: storage, offset: 0, shape: shape, strides: rowMajorStrides(shape), dtype: dtype)
    }

    /// A float32 tensor with these values in row-major order.
    ///
    /// - Throws: `TensorError` where their number is not the shape's.
    public convenience init(_ values: [Float], _ shape: Shape) throws {
        try self.init(uninitialized: shape)
        try checkCount(values.count)
        values.withUnsafeBytes { storage.take($0) }
    }

    /// An int64 tensor with these values in row-major order.
    ///
    /// - Throws: `TensorError` where their number is not the shape's.
    public convenience init(_ values: [Int64], _ shape: Shape) throws {
        try self.init(uninitialized: shape, dtype: .int64)
        try checkCount(values.count)
        values.withUnsafeBytes { storage.take($0) }
    }

    private func checkCount(_ given: Int) throws {
        guard given == count else {
            throw TensorError("\(shape) has \(plural(count, "element")), got \(plural(given, "value"))")
        }
    }

    /// A tensor with every element the same.
    public static func full(_ shape: Shape, _ value: Double, dtype: DType = .float32) throws -> Tensor {
        let tensor = try Tensor(uninitialized: shape, dtype: dtype)
        tensor.fillWithoutCheck(value)
        return tensor
    }

    public static func zeros(_ shape: Shape, dtype: DType = .float32) throws -> Tensor {
        try full(shape, 0, dtype: dtype)
    }

    public static func ones(_ shape: Shape, dtype: DType = .float32) throws -> Tensor {
        try full(shape, 1, dtype: dtype)
    }

    /// Number of dimensions.
    public var dim: Int { shape.count }
    /// Whether the elements stand one after the other in row-major order.
    public var isContiguous: Bool {
        var expected = 1
        for d in shape.indices.reversed() where shape[d] != 1 {
            if strides[d] != expected { return count == 0 }
            expected *= shape[d]
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
                    : "dimension \(dimension) is outside \(-rank)..\(rank - 1) of shape \(shape)")
        }
        return resolved
    }

    /// The first element's address. Other elements follow by `strides`.
    package var bytes: UnsafeMutableRawPointer { storage.pointer + offset * dtype.size }

    package var floats: UnsafeMutablePointer<Float> { address(as: Float.self) }

    package func address<T>(as type: T.Type) -> UnsafeMutablePointer<T> {
        storage.pointer.assumingMemoryBound(to: type) + offset
    }

    /// The elements' bytes in row-major order, in the machine's byte order.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        try Listening.listener?.touches(self)
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
        try Listening.listener?.touches(self)
        storage.willChange()
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
            throw TensorError("one element expected, got \(count) (shape \(shape))")
        }
        try Listening.listener?.touches(self)
        return element(at: 0)
    }

    /// The element `index` places behind the first, as a number.
    func element(at index: Int) -> Double {
        switch dtype {
        case .float32: Double(address(as: Float.self)[index])
        case .float64: address(as: Double.self)[index]
        default: Double(integer(at: index))
        }
    }

    /// The same for an integer or truth value.
    func integer(at index: Int) -> Int64 {
        switch dtype {
        case .int64: address(as: Int64.self)[index]
        case .int32: Int64(address(as: Int32.self)[index])
        case .int16: Int64(address(as: Int16.self)[index])
        case .int8: Int64(address(as: Int8.self)[index])
        default: Int64(address(as: UInt8.self)[index])
        }
    }

    package func expect(_ wanted: DType) throws {
        guard dtype == wanted else {
            let way = wanted == .float32 ? "; convert with float()" : ""
            throw TensorError("\(wanted.rawValue) expected, got \(dtype.rawValue)\(way)")
        }
    }

    /// - Throws: `TensorError` where the elements are not floating-point numbers.
    public func expectFloatingPoint() throws {
        guard dtype.isFloatingPoint else {
            throw TensorError("float32 expected, got \(dtype.rawValue); convert with float()")
        }
    }

    /// Sets every element of a contiguous tensor.
    package func fillWithoutCheck(_ value: Double) { fillWithoutCheck(.number(value)) }

    package func fillWithoutCheck(_ value: Operand) {
        run(Self.identity, dtype.computeType, [value], parameters: [], into: [self])
    }

    private static let identity = Program([.variable(0)], inputs: 1, parameters: 0)
}

/// Keeps an object alive up to this point, where only its memory is used.
@inline(__always)
package func extendLifetime(_ object: AnyObject) { withExtendedLifetime(object) {} }
