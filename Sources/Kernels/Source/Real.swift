import CLibrary

/// The functions of one number that the C library has for both types.
protocol Real: BinaryFloatingPoint, TileElement {
    static func expOf(_ x: Self) -> Self
    static func expm1Of(_ x: Self) -> Self
    static func logOf(_ x: Self) -> Self
    static func log1pOf(_ x: Self) -> Self
    static func log2Of(_ x: Self) -> Self
    static func log10Of(_ x: Self) -> Self
    static func sinOf(_ x: Self) -> Self
    static func cosOf(_ x: Self) -> Self
    static func tanOf(_ x: Self) -> Self
    static func asinOf(_ x: Self) -> Self
    static func acosOf(_ x: Self) -> Self
    static func atanOf(_ x: Self) -> Self
    static func sinhOf(_ x: Self) -> Self
    static func coshOf(_ x: Self) -> Self
    static func tanhOf(_ x: Self) -> Self
    static func asinhOf(_ x: Self) -> Self
    static func acoshOf(_ x: Self) -> Self
    static func atanhOf(_ x: Self) -> Self
    static func erfOf(_ x: Self) -> Self
    static func erfcOf(_ x: Self) -> Self
    static func powOf(_ x: Self, _ y: Self) -> Self
    static func atan2Of(_ x: Self, _ y: Self) -> Self
    static func hypotOf(_ x: Self, _ y: Self) -> Self
    static func fmodOf(_ x: Self, _ y: Self) -> Self
}

extension Float: Real {
    static func expOf(_ x: Float) -> Float { exp(x) }
    static func expm1Of(_ x: Float) -> Float { expm1(x) }
    static func logOf(_ x: Float) -> Float { log(x) }
    static func log1pOf(_ x: Float) -> Float { log1p(x) }
    static func log2Of(_ x: Float) -> Float { log2(x) }
    static func log10Of(_ x: Float) -> Float { log10(x) }
    static func sinOf(_ x: Float) -> Float { sin(x) }
    static func cosOf(_ x: Float) -> Float { cos(x) }
    static func tanOf(_ x: Float) -> Float { tan(x) }
    static func asinOf(_ x: Float) -> Float { asin(x) }
    static func acosOf(_ x: Float) -> Float { acos(x) }
    static func atanOf(_ x: Float) -> Float { atan(x) }
    static func sinhOf(_ x: Float) -> Float { sinh(x) }
    static func coshOf(_ x: Float) -> Float { cosh(x) }
    static func tanhOf(_ x: Float) -> Float { tanh(x) }
    static func asinhOf(_ x: Float) -> Float { asinh(x) }
    static func acoshOf(_ x: Float) -> Float { acosh(x) }
    static func atanhOf(_ x: Float) -> Float { atanh(x) }
    static func erfOf(_ x: Float) -> Float { erf(x) }
    static func erfcOf(_ x: Float) -> Float { erfc(x) }
    static func powOf(_ x: Float, _ y: Float) -> Float { pow(x, y) }
    static func atan2Of(_ x: Float, _ y: Float) -> Float { atan2(x, y) }
    static func hypotOf(_ x: Float, _ y: Float) -> Float { hypot(x, y) }
    static func fmodOf(_ x: Float, _ y: Float) -> Float { fmod(x, y) }
}
extension Double: Real {
    static func expOf(_ x: Double) -> Double { exp(x) }
    static func expm1Of(_ x: Double) -> Double { expm1(x) }
    static func logOf(_ x: Double) -> Double { log(x) }
    static func log1pOf(_ x: Double) -> Double { log1p(x) }
    static func log2Of(_ x: Double) -> Double { log2(x) }
    static func log10Of(_ x: Double) -> Double { log10(x) }
    static func sinOf(_ x: Double) -> Double { sin(x) }
    static func cosOf(_ x: Double) -> Double { cos(x) }
    static func tanOf(_ x: Double) -> Double { tan(x) }
    static func asinOf(_ x: Double) -> Double { asin(x) }
    static func acosOf(_ x: Double) -> Double { acos(x) }
    static func atanOf(_ x: Double) -> Double { atan(x) }
    static func sinhOf(_ x: Double) -> Double { sinh(x) }
    static func coshOf(_ x: Double) -> Double { cosh(x) }
    static func tanhOf(_ x: Double) -> Double { tanh(x) }
    static func asinhOf(_ x: Double) -> Double { asinh(x) }
    static func acoshOf(_ x: Double) -> Double { acosh(x) }
    static func atanhOf(_ x: Double) -> Double { atanh(x) }
    static func erfOf(_ x: Double) -> Double { erf(x) }
    static func erfcOf(_ x: Double) -> Double { erfc(x) }
    static func powOf(_ x: Double, _ y: Double) -> Double { pow(x, y) }
    static func atan2Of(_ x: Double, _ y: Double) -> Double { atan2(x, y) }
    static func hypotOf(_ x: Double, _ y: Double) -> Double { hypot(x, y) }
    static func fmodOf(_ x: Double, _ y: Double) -> Double { fmod(x, y) }
}
