/// A dense array seen as `outer` × `length` × `inner`, with the dimension in question in the middle.
public struct Slices: Sendable {
    public var outer: Int, length: Int, inner: Int

    public init(outer: Int, length: Int, inner: Int) {
        self.outer = outer
        self.length = length
        self.inner = inner
    }

    @inlinable public var count: Int { outer * length * inner }
}

/// What is made of the elements of a slice.
public enum SliceReduction: Sendable {
    case sum, product, maximum, minimum
}

/// Rows of elements that several arrays step through together, by dimension, the last the innermost.
public struct Rows {
    public var rank: Int
    public var sizes: UnsafePointer<Int>
    /// Elements from one place to the next, by dimension, for the first, second and third array.
    public var first: UnsafePointer<Int>, second: UnsafePointer<Int>, third: UnsafePointer<Int>

    public init(
        rank: Int, sizes: UnsafePointer<Int>, first: UnsafePointer<Int>, second: UnsafePointer<Int>,
        third: UnsafePointer<Int>? = nil
    ) {
        self.rank = rank
        self.sizes = sizes
        self.first = first
        self.second = second
        self.third = third ?? second
    }
}

/// What becomes of an element that another one is put upon.
public enum ScatterMode: Sendable {
    case assign, add, multiply, maximum, minimum
}
