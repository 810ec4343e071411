/// A type that the C library has its functions for.
protocol Real: BinaryFloatingPoint, TileElement {
    /// The function of one number, or of two, which the library has once for each type: `call(x, exp, exp)`.
    static func call(_ x: Self, _ float: (Float) -> Float, _ double: (Double) -> Double) -> Self
    static func call(
        _ x: Self, _ y: Self, _ float: (Float, Float) -> Float, _ double: (Double, Double) -> Double
    ) -> Self
}

extension Float: Real {
    @inline(__always)
    static func call(_ x: Float, _ float: (Float) -> Float, _: (Double) -> Double) -> Float { float(x) }
    @inline(__always)
    static func call(
        _ x: Float, _ y: Float, _ float: (Float, Float) -> Float, _: (Double, Double) -> Double
    ) -> Float { float(x, y) }
}

extension Double: Real {
    @inline(__always)
    static func call(_ x: Double, _: (Float) -> Float, _ double: (Double) -> Double) -> Double { double(x) }
    @inline(__always)
    static func call(
        _ x: Double, _ y: Double, _: (Float, Float) -> Float, _ double: (Double, Double) -> Double
    ) -> Double { double(x, y) }
}
