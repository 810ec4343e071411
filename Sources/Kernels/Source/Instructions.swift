import KernelInterface

@inline(__always)
private func map<T>(
    _ i: Instruction, _ r: UnsafeMutablePointer<Register<T>>, _ n: Int, _ function: (T) -> T
) {
    let (x, y) = (r[i.a].pointer, r[i.result].pointer)
    for k in 0..<n { y[k] = function(x[k]) }
}

@inline(__always)
private func combine<T>(
    _ i: Instruction, _ r: UnsafeMutablePointer<Register<T>>, _ n: Int, _ function: (T, T) -> T
) {
    let (a, b, y) = (r[i.a], r[i.b], r[i.result].pointer)
    let (x, z) = (a.pointer, b.pointer)
    if a.step == 1 && b.step == 1 {
        for k in 0..<n { y[k] = function(x[k], z[k]) }
    } else if a.step == 1 {
        let value = z[0]
        for k in 0..<n { y[k] = function(x[k], value) }
    } else {
        let value = x[0]
        for k in 0..<n { y[k] = function(value, z[k * b.step]) }
    }
}

@inline(__always)
private func choose<T: Numeric>(_ i: Instruction, _ r: UnsafeMutablePointer<Register<T>>, _ n: Int) {
    let (condition, a, b, y) = (r[i.a], r[i.b], r[i.c], r[i.result].pointer)
    let (c, x, z) = (condition.pointer, a.pointer, b.pointer)
    if condition.step == 1 && a.step == 1 && b.step == 1 {
        for k in 0..<n { y[k] = c[k] != 0 ? x[k] : z[k] }
    } else if condition.step == 1 && a.step == 1 {
        let value = z[0]
        for k in 0..<n { y[k] = c[k] != 0 ? x[k] : value }
    } else if condition.step == 1 && b.step == 1 {
        let value = x[0]
        for k in 0..<n { y[k] = c[k] != 0 ? value : z[k] }
    } else {
        for k in 0..<n { y[k] = c[k * condition.step] != 0 ? x[k * a.step] : z[k * b.step] }
    }
}

extension Real {
    static func execute(_ i: Instruction, _ r: UnsafeMutablePointer<Register<Self>>, _ n: Int) {
        switch i.primitive {
        case .negate: map(i, r, n) { -$0 }
        case .absolute: map(i, r, n) { Swift.abs($0) }
        case .exp: map(i, r, n) { expOf($0) }
        case .expm1: map(i, r, n) { expm1Of($0) }
        case .log: map(i, r, n) { logOf($0) }
        case .log1p: map(i, r, n) { log1pOf($0) }
        case .log2: map(i, r, n) { log2Of($0) }
        case .log10: map(i, r, n) { log10Of($0) }
        case .sqrt: map(i, r, n) { $0.squareRoot() }
        case .rsqrt: map(i, r, n) { 1 / $0.squareRoot() }
        case .reciprocal: map(i, r, n) { 1 / $0 }
        case .sin: map(i, r, n) { sinOf($0) }
        case .cos: map(i, r, n) { cosOf($0) }
        case .tan: map(i, r, n) { tanOf($0) }
        case .asin: map(i, r, n) { asinOf($0) }
        case .acos: map(i, r, n) { acosOf($0) }
        case .atan: map(i, r, n) { atanOf($0) }
        case .sinh: map(i, r, n) { sinhOf($0) }
        case .cosh: map(i, r, n) { coshOf($0) }
        case .tanh: map(i, r, n) { tanhOf($0) }
        case .asinh: map(i, r, n) { asinhOf($0) }
        case .acosh: map(i, r, n) { acoshOf($0) }
        case .atanh: map(i, r, n) { atanhOf($0) }
        case .erf: map(i, r, n) { erfOf($0) }
        case .erfc: map(i, r, n) { erfcOf($0) }
        case .floor: map(i, r, n) { $0.rounded(.down) }
        case .ceil: map(i, r, n) { $0.rounded(.up) }
        case .round: map(i, r, n) { $0.rounded(.toNearestOrEven) }
        case .trunc: map(i, r, n) { $0.rounded(.towardZero) }
        case .sign: map(i, r, n) { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
        case .sigmoid: map(i, r, n) { 1 / (1 + expOf(-$0)) }
        case .not: map(i, r, n) { $0 == 0 ? 1 : 0 }
        case .isNaN: map(i, r, n) { $0 != $0 ? 1 : 0 }
        case .add: combine(i, r, n) { $0 + $1 }
        case .subtract: combine(i, r, n) { $0 - $1 }
        case .multiply: combine(i, r, n) { $0 * $1 }
        case .divide: combine(i, r, n) { $0 / $1 }
        case .power: combine(i, r, n) { powOf($0, $1) }
        case .maximum: combine(i, r, n) { $0 > $1 || $0 != $0 ? $0 : $1 }
        case .minimum: combine(i, r, n) { $0 < $1 || $0 != $0 ? $0 : $1 }
        case .atan2: combine(i, r, n) { atan2Of($0, $1) }
        case .hypot: combine(i, r, n) { hypotOf($0, $1) }
        case .copySign: combine(i, r, n) { Self(signOf: $1, magnitudeOf: $0) }
        case .fmod: combine(i, r, n) { fmodOf($0, $1) }
        case .remainder:
            combine(i, r, n) { a, b in
                let rest = fmodOf(a, b)
                return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
            }
        case .floorDivide:
            combine(i, r, n) { a, b in
                if b == 0 { return a / b }
                let rest = fmodOf(a, b)
                let quotient = (a - rest) / b
                let floored = rest != 0 && (rest < 0) != (b < 0) ? quotient - 1 : quotient
                if floored == 0 { return Self(signOf: a / b, magnitudeOf: 0) }
                let whole = floored.rounded(.down)
                return floored - whole > 0.5 ? whole + 1 : whole
            }
        case .reluBackward: combine(i, r, n) { $1 <= 0 ? 0 : $0 }
        case .less: combine(i, r, n) { $0 < $1 ? 1 : 0 }
        case .lessOrEqual: combine(i, r, n) { $0 <= $1 ? 1 : 0 }
        case .equal: combine(i, r, n) { $0 == $1 ? 1 : 0 }
        case .notEqual: combine(i, r, n) { $0 != $1 ? 1 : 0 }
        case .and: combine(i, r, n) { $0 != 0 && $1 != 0 ? 1 : 0 }
        case .or: combine(i, r, n) { $0 != 0 || $1 != 0 ? 1 : 0 }
        case .xor: combine(i, r, n) { ($0 != 0) != ($1 != 0) ? 1 : 0 }
        case .select: choose(i, r, n)
        case .bitNot: map(i, r, n) { _ in .nan }
        case .bitAnd, .bitOr, .bitXor: combine(i, r, n) { _, _ in .nan }
        }
    }
}

extension Int64 {
    /// Sums and products wrap around. Whoever calls sees to it that no divisor is 0.
    static func execute(_ i: Instruction, _ r: UnsafeMutablePointer<Register<Self>>, _ n: Int) {
        switch i.primitive {
        case .negate: map(i, r, n) { 0 &- $0 }
        case .absolute: map(i, r, n) { $0 < 0 ? 0 &- $0 : $0 }
        case .sign: map(i, r, n) { $0.signum() }
        case .not: map(i, r, n) { $0 == 0 ? 1 : 0 }
        case .isNaN: map(i, r, n) { _ in 0 }
        case .bitNot: map(i, r, n) { ~$0 }
        case .floor, .ceil, .round, .trunc: map(i, r, n) { $0 }
        case .add: combine(i, r, n) { $0 &+ $1 }
        case .subtract: combine(i, r, n) { $0 &- $1 }
        case .multiply: combine(i, r, n) { $0 &* $1 }
        case .divide: combine(i, r, n) { quotient($0, $1) }
        case .power: combine(i, r, n) { power($0, $1) }
        case .maximum: combine(i, r, n) { Swift.max($0, $1) }
        case .minimum: combine(i, r, n) { Swift.min($0, $1) }
        case .fmod: combine(i, r, n) { $0 &- quotient($0, $1) &* $1 }
        case .remainder: combine(i, r, n) { $0 &- floorQuotient($0, $1) &* $1 }
        case .floorDivide: combine(i, r, n) { floorQuotient($0, $1) }
        case .bitAnd: combine(i, r, n) { $0 & $1 }
        case .bitOr: combine(i, r, n) { $0 | $1 }
        case .bitXor: combine(i, r, n) { $0 ^ $1 }
        case .reluBackward: combine(i, r, n) { $1 <= 0 ? 0 : $0 }
        case .less: combine(i, r, n) { $0 < $1 ? 1 : 0 }
        case .lessOrEqual: combine(i, r, n) { $0 <= $1 ? 1 : 0 }
        case .equal: combine(i, r, n) { $0 == $1 ? 1 : 0 }
        case .notEqual: combine(i, r, n) { $0 != $1 ? 1 : 0 }
        case .and: combine(i, r, n) { $0 != 0 && $1 != 0 ? 1 : 0 }
        case .or: combine(i, r, n) { $0 != 0 || $1 != 0 ? 1 : 0 }
        case .xor: combine(i, r, n) { ($0 != 0) != ($1 != 0) ? 1 : 0 }
        case .select: choose(i, r, n)
        default: map(i, r, n) { _ in 0 }
        }
    }
}

/// Towards 0; 0 for a divisor of 0.
@inline(__always)
private func quotient(_ a: Int64, _ b: Int64) -> Int64 {
    b == 0 ? 0 : b == -1 ? 0 &- a : a / b
}

@inline(__always)
private func floorQuotient(_ a: Int64, _ b: Int64) -> Int64 {
    let towardZero = quotient(a, b)
    let rest = a &- towardZero &* b
    return rest != 0 && (rest < 0) != (b < 0) ? towardZero &- 1 : towardZero
}

/// Whole powers; 0 for a negative exponent, but for bases of 1 and -1.
private func power(_ base: Int64, _ exponent: Int64) -> Int64 {
    if exponent < 0 { return base == 1 ? 1 : base == -1 ? (exponent & 1 == 0 ? 1 : -1) : 0 }
    var (result, square, left): (Int64, Int64, Int64) = (1, base, exponent)
    while left > 0 {
        if left & 1 == 1 { result = result &* square }
        square = square &* square
        left >>= 1
    }
    return result
}
