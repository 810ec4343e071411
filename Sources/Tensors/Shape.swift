/// The sizes or strides of a tensor's dimensions: a list of integers that needs no memory of its own up to six of them.
public struct Shape: Sendable {
    public private(set) var count = 0
    private var inline: (Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0)
    /// All of them, where there are more than six.
    private var spilled: [Int] = []

    public init() {}

    public init(repeating value: Int, count: Int) {
        self.init()
        for _ in 0..<count { append(value) }
    }

    public init(_ sizes: some Sequence<Int>) {
        self.init()
        for size in sizes { append(size) }
    }

    /// The sizes as an array.
    public var array: [Int] { Array(self) }

    public mutating func append(_ size: Int) {
        count += 1
        if count <= 6 {
            self[count - 1] = size
        } else {
            if count == 7 { spilled = [inline.0, inline.1, inline.2, inline.3, inline.4, inline.5] }
            spilled.append(size)
        }
    }

    /// The product of all sizes, which was found to be possible when the tensor was made.
    @inline(__always)
    public var product: Int {
        var product = 1
        for i in 0..<count { product *= self[i] }
        return product
    }
}

extension Shape: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    public subscript(position: Int) -> Int {
        @inline(__always) get {
            if count > 6 { return spilled[position] }
            precondition(position >= 0 && position < count)
            switch position {
            case 0: return inline.0
            case 1: return inline.1
            case 2: return inline.2
            case 3: return inline.3
            case 4: return inline.4
            default: return inline.5
            }
        }
        set {
            if count > 6 {
                spilled[position] = newValue
                return
            }
            precondition(position >= 0 && position < count)
            switch position {
            case 0: inline.0 = newValue
            case 1: inline.1 = newValue
            case 2: inline.2 = newValue
            case 3: inline.3 = newValue
            case 4: inline.4 = newValue
            default: inline.5 = newValue
            }
        }
    }

    public mutating func replaceSubrange(_ range: Range<Int>, with sizes: some Collection<Int>) {
        var changed = Shape()
        for i in 0..<range.lowerBound { changed.append(self[i]) }
        for size in sizes { changed.append(size) }
        for i in range.upperBound..<count { changed.append(self[i]) }
        self = changed
    }
}

extension Shape: Hashable, ExpressibleByArrayLiteral {
    public init(arrayLiteral sizes: Int...) { self.init(sizes) }

    public static func == (a: Shape, b: Shape) -> Bool {
        if a.count != b.count { return false }
        for i in 0..<a.count where a[i] != b[i] { return false }
        return true
    }

    public static func == (a: Shape, b: [Int]) -> Bool { a.elementsEqual(b) }

    public func hash(into hasher: inout Hasher) { for size in self { hasher.combine(size) } }
}

extension Shape: CustomStringConvertible {
    /// As it stands in messages: `[64, 1, 28, 28]`.
    public var description: String { "[\(map(String.init).joined(separator: ", "))]" }
}

/// Dimensions at the most, as in PyTorch.
public let mostDimensions = 64

/// The number of elements of a shape.
///
/// Sizes of tensors, views included, pass here once, so that no product of some of them overflows later: those beside
/// a size of 0 as well.
///
/// - Throws: `TensorError` for a negative size, too many dimensions, or more elements than memory can hold.
func checkedCount(_ shape: Shape) throws -> Int {
    guard shape.count <= mostDimensions else {
        throw TensorError("at most \(mostDimensions) dimensions expected, got \(shape.count)")
    }
    var (product, isEmpty) = (1, false)
    for size in shape {
        guard size >= 0 else { throw TensorError("a size cannot be negative: \(shape)") }
        isEmpty = isEmpty || size == 0
        let (next, overflow) = product.multipliedReportingOverflow(by: max(1, size))
        guard !overflow, next <= 1 << 43 else { throw TensorError("\(shape) is more than memory can hold") }
        product = next
    }
    return isEmpty ? 0 : product
}

/// Strides of a shape whose elements stand one after the other, the last dimension's closest.
package func rowMajorStrides(_ shape: Shape) -> Shape {
    var strides = shape
    var step = 1
    for i in shape.indices.reversed() {
        strides[i] = step
        step *= max(1, shape[i])
    }
    return strides
}

/// The shape that two operands take together: sizes are compared from the last dimension, and a size of 1 is repeated.
///
/// - Throws: `TensorError` where two sizes differ and neither is 1.
public func broadcastShape(_ a: Shape, _ b: Shape) throws -> Shape {
    if a == b { return a }
    let rank = max(a.count, b.count)
    var shape = Shape(repeating: 1, count: rank)
    for i in 0..<rank {
        let (x, y) = (i < rank - a.count ? 1 : a[i - rank + a.count], i < rank - b.count ? 1 : b[i - rank + b.count])
        guard x == y || x == 1 || y == 1 else {
            throw TensorError("shapes \(a) and \(b) do not fit: sizes \(x) and \(y) in dimension \(i - rank)")
        }
        shape[i] = x == 1 ? y : x
    }
    return shape
}
