import KernelTable

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

func unary(_ operation: UnaryOperation, _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    switch operation {
    case .negate: map(n, x, y) { -$0 }
    case .absolute: map(n, x, y) { $0.magnitude }
    case .exponential: map(n, x, y) { exp($0) }
    case .logarithm: map(n, x, y) { log($0) }
    case .squareRoot: map(n, x, y) { $0.squareRoot() }
    case .reciprocal: map(n, x, y) { 1 / $0 }
    // A NaN stays one.
    case .relu: map(n, x, y) { $0 < 0 ? 0 : $0 }
    case .sigmoid: map(n, x, y) { 1 / (1 + exp(-$0)) }
    case .tanh: map(n, x, y) { tanh($0) }
    }
}

func binary(_ operation: BinaryOperation, _ arguments: Binary) {
    switch operation {
    case .add: combine(arguments) { $0 + $1 }
    case .subtract: combine(arguments) { $0 - $1 }
    case .multiply: combine(arguments) { $0 * $1 }
    case .divide: combine(arguments) { $0 / $1 }
    case .maximum: combine(arguments) { $0 > $1 || $0 != $0 ? $0 : $1 }
    case .minimum: combine(arguments) { $0 < $1 || $0 != $0 ? $0 : $1 }
    case .power: combine(arguments) { pow($0, $1) }
    case .keepWherePositive: combine(arguments) { $1 <= 0 ? 0 : $0 }
    case .sigmoidGradient: combine(arguments) { $0 * $1 * (1 - $1) }
    case .tanhGradient: combine(arguments) { $0 * (1 - $1 * $1) }
    }
}

@inline(__always)
private func map(
    _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ function: (Float) -> Float
) {
    for i in 0..<n { y[i] = function(x[i]) }
}

@inline(__always)
private func combine(_ v: Binary, _ function: (Float, Float) -> Float) {
    if v.aStep == 1 && v.bStep == 1 {
        for i in 0..<v.count { v.result[i] = function(v.a[i], v.b[i]) }
    } else if v.aStep == 1 {
        let b = v.b[0]
        for i in 0..<v.count { v.result[i] = function(v.a[i], b) }
    } else if v.bStep == 1 {
        let a = v.a[0]
        for i in 0..<v.count { v.result[i] = function(a, v.b[i]) }
    } else {
        let value = function(v.a[0], v.b[0])
        for i in 0..<v.count { v.result[i] = value }
    }
}

/// Four vectors of running sums, added up at the end, in blocks whose sums are added in pairs: the error grows with
/// the logarithm of the count, and the result is the same on every number of threads.
func sum(_ count: Int, _ x: UnsafePointer<Float>) -> Float {
    if count > 4096 {
        let half = (count / 2 + 4095) / 4096 * 4096
        return sum(half, x) + sum(count - half, x + half)
    }
    var (s0, s1, s2, s3) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    var i = 0
    let raw = UnsafeRawPointer(x)
    while i + 32 <= count {
        s0 += raw.loadUnaligned(fromByteOffset: 4 * i, as: SIMD8<Float>.self)
        s1 += raw.loadUnaligned(fromByteOffset: 4 * i + 32, as: SIMD8<Float>.self)
        s2 += raw.loadUnaligned(fromByteOffset: 4 * i + 64, as: SIMD8<Float>.self)
        s3 += raw.loadUnaligned(fromByteOffset: 4 * i + 96, as: SIMD8<Float>.self)
        i += 32
    }
    let s = (s0 + s1) + (s2 + s3)
    let quarter = s.lowHalf + s.highHalf
    var total = (quarter[0] + quarter[2]) + (quarter[1] + quarter[3])
    while i < count {
        total += x[i]
        i += 1
    }
    return total
}
