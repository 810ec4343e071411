import KernelInterface

/// A type that programs calculate in.
protocol TileElement: Comparable, Numeric {
    static var dtype: DType { get }
    init(float: Float)
    init(value: Double)
    init(whole: Int64)
    var float: Float { get }
    var value: Double { get }
    /// Towards 0; the nearest integer that can be had, 0 for a NaN.
    var whole: Int64 { get }
    /// Sums and products; those of integers wrap around.
    static func plus(_ a: Self, _ b: Self) -> Self
    static func times(_ a: Self, _ b: Self) -> Self
    /// Runs one instruction over `n` elements.
    static func execute(_ instruction: Instruction, _ registers: UnsafeMutablePointer<Register<Self>>, _ n: Int)
}

extension Int64: TileElement {
    static var dtype: DType { .int64 }
    init(float: Float) { self = Int64(saturating: Double(float)) }
    init(value: Double) { self = Int64(saturating: value) }
    init(whole: Int64) { self = whole }
    var float: Float { Float(self) }
    var value: Double { Double(self) }
    static func plus(_ a: Int64, _ b: Int64) -> Int64 { a &+ b }
    static func times(_ a: Int64, _ b: Int64) -> Int64 { a &* b }
    var whole: Int64 { self }

    /// The nearest integer; 0 for a NaN.
    @inline(__always)
    init(saturating value: Double) {
        if value >= 0x1p63 {
            self = .max
        } else if value > -0x1p63 {
            self = Int64(value)
        } else {
            self = value != value ? 0 : .min
        }
    }
}

extension Float: TileElement {
    static var dtype: DType { .float32 }
    init(float: Float) { self = float }
    init(value: Double) { self = Float(value) }
    init(whole: Int64) { self = Float(whole) }
    var float: Float { self }
    var value: Double { Double(self) }
    static func plus(_ a: Float, _ b: Float) -> Float { a + b }
    static func times(_ a: Float, _ b: Float) -> Float { a * b }
    var whole: Int64 { Int64(saturating: Double(self)) }
}

extension Double: TileElement {
    static var dtype: DType { .float64 }
    init(float: Float) { self = Double(float) }
    init(value: Double) { self = value }
    init(whole: Int64) { self = Double(whole) }
    var float: Float { Float(self) }
    var value: Double { self }
    static func plus(_ a: Double, _ b: Double) -> Double { a + b }
    static func times(_ a: Double, _ b: Double) -> Double { a * b }
    var whole: Int64 { Int64(saturating: self) }
}

extension UnsafeRawPointer {
    /// As elements of a type.
    @inline(__always)
    func of<T>(_: T.Type = T.self) -> UnsafePointer<T> { assumingMemoryBound(to: T.self) }
}

extension UnsafeMutableRawPointer {
    /// As elements of a type.
    @inline(__always)
    func of<T>(_: T.Type = T.self) -> UnsafeMutablePointer<T> { assumingMemoryBound(to: T.self) }
}
