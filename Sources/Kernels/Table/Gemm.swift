/// A matrix product `C = A·B`, or `C += A·B`, with A `[m, k]`, B `[k, n]` and C `[m, n]`.
///
/// A and B have any strides, so that a transposed operand costs nothing; C has rows of `cRow` floats.
public struct Gemm {
    public var m: Int, n: Int, k: Int
    public var a: UnsafePointer<Float>
    public var aRow: Int, aColumn: Int
    public var b: UnsafePointer<Float>
    public var bRow: Int, bColumn: Int
    public var c: UnsafeMutablePointer<Float>
    public var cRow: Int
    public var accumulate: Bool

    public init(
        m: Int, n: Int, k: Int,
        a: UnsafePointer<Float>, aRow: Int, aColumn: Int,
        b: UnsafePointer<Float>, bRow: Int, bColumn: Int,
        c: UnsafeMutablePointer<Float>, cRow: Int, accumulate: Bool = false
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
