/// A matrix product `C = A·B`, or `C += A·B`, with A `[m, k]`, B `[k, n]` and C `[m, n]`.
///
/// A and B have any strides, so that a transposed operand costs nothing; C has rows of `cRow` elements.
public struct Gemm<Element> {
    public var m: Int, n: Int, k: Int
    public var a: UnsafePointer<Element>
    public var aRow: Int, aColumn: Int
    public var b: UnsafePointer<Element>
    public var bRow: Int, bColumn: Int
    public var c: UnsafeMutablePointer<Element>
    public var cRow: Int
    public var accumulate: Bool

    public init(
        m: Int, n: Int, k: Int,
        a: UnsafePointer<Element>, aRow: Int, aColumn: Int,
        b: UnsafePointer<Element>, bRow: Int, bColumn: Int,
        c: UnsafeMutablePointer<Element>, cRow: Int, accumulate: Bool = false
    ) {
        self.m = m
        self.n = n
        self.k = k
        self.a = a
        self.aRow = aRow
        self.aColumn = aColumn
        self.b = b
        self.bRow = bRow
        self.bColumn = bColumn
        self.c = c
        self.cRow = cRow
        self.accumulate = accumulate
    }
}

/// Calls `body` with each number in `0..<parts`, on several threads where there are some, and returns when all calls have.
public typealias ParallelLoop = (_ parts: Int, _ body: (_ part: Int) -> Void) -> Void
