import CLibrary
import KernelInterface

// A loop whose result takes an operand's place has one pointer for both: of two that are equal the compiler would only
// find out that they overlap, and work element by element.

@inline(__always)
private func map<T>(
    _ i: Instruction, _ r: UnsafeMutablePointer<Register<T>>, _ n: Int, _ function: (T) -> T
) {
    let (x, y) = (r[i.a].pointer, r[i.result].pointer)
    if x == y {
        for k in 0..<n { y[k] = function(y[k]) }
    } else {
        for k in 0..<n { y[k] = function(x[k]) }
    }
}

@inline(__always)
private func combine<T>(
    _ i: Instruction, _ r: UnsafeMutablePointer<Register<T>>, _ n: Int, _ function: (T, T) -> T
) {
    let (a, b, y) = (r[i.a], r[i.b], r[i.result].pointer)
    let (x, z) = (a.pointer, b.pointer)
    if a.step == 1 && b.step == 1 {
        if x == y {
            for k in 0..<n { y[k] = function(y[k], z[k]) }
        } else {
            for k in 0..<n { y[k] = function(x[k], z[k]) }
        }
    } else if a.step == 1 {
        let value = z[0]
        if x == y {
            for k in 0..<n { y[k] = function(y[k], value) }
        } else {
            for k in 0..<n { y[k] = function(x[k], value) }
        }
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
        case .exp: map(i, r, n) { call($0, exp, exp) }
        case .expm1: map(i, r, n) { call($0, expm1, expm1) }
        case .log: map(i, r, n) { call($0, log, log) }
        case .log1p: map(i, r, n) { call($0, log1p, log1p) }
        case .log2: map(i, r, n) { call($0, log2, log2) }
        case .log10: map(i, r, n) { call($0, log10, log10) }
        case .sqrt: map(i, r, n) { $0.squareRoot() }
        case .rsqrt: map(i, r, n) { 1 / $0.squareRoot() }
        case .reciprocal: map(i, r, n) { 1 / $0 }
        case .sin: map(i, r, n) { call($0, sin, sin) }
        case .cos: map(i, r, n) { call($0, cos, cos) }
        case .tan: map(i, r, n) { call($0, tan, tan) }
        case .asin: map(i, r, n) { call($0, asin, asin) }
        case .acos: map(i, r, n) { call($0, acos, acos) }
        case .atan: map(i, r, n) { call($0, atan, atan) }
        case .sinh: map(i, r, n) { call($0, sinh, sinh) }
        case .cosh: map(i, r, n) { call($0, cosh, cosh) }
        case .tanh: map(i, r, n) { call($0, tanh, tanh) }
        case .asinh: map(i, r, n) { call($0, asinh, asinh) }
        case .acosh: map(i, r, n) { call($0, acosh, acosh) }
        case .atanh: map(i, r, n) { call($0, atanh, atanh) }
        case .erf: map(i, r, n) { call($0, erf, erf) }
        case .erfc: map(i, r, n) { call($0, erfc, erfc) }
        case .floor: map(i, r, n) { $0.rounded(.down) }
        case .ceil: map(i, r, n) { $0.rounded(.up) }
        case .round: map(i, r, n) { $0.rounded(.toNearestOrEven) }
        case .trunc: map(i, r, n) { $0.rounded(.towardZero) }
        case .sign: map(i, r, n) { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
        case .sigmoid: map(i, r, n) { 1 / (1 + call(-$0, exp, exp)) }
        case .not: map(i, r, n) { $0 == 0 ? 1 : 0 }
        case .isNaN: map(i, r, n) { $0 != $0 ? 1 : 0 }
        case .add: combine(i, r, n) { $0 + $1 }
        case .subtract: combine(i, r, n) { $0 - $1 }
        case .multiply: combine(i, r, n) { $0 * $1 }
        case .divide: combine(i, r, n) { $0 / $1 }
        case .power: combine(i, r, n) { call($0, $1, pow, pow) }
        case .maximum: combine(i, r, n) { $0 > $1 || $0 != $0 ? $0 : $1 }
        case .minimum: combine(i, r, n) { $0 < $1 || $0 != $0 ? $0 : $1 }
        case .atan2: combine(i, r, n) { call($0, $1, atan2, atan2) }
        case .hypot: combine(i, r, n) { call($0, $1, hypot, hypot) }
        case .copySign: combine(i, r, n) { Self(signOf: $1, magnitudeOf: $0) }
        case .fmod: combine(i, r, n) { call($0, $1, fmod, fmod) }
        case .remainder:
            combine(i, r, n) { a, b in
                let rest = call(a, b, fmod, fmod)
                return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
            }
        case .floorDivide:
            combine(i, r, n) { a, b in
                if b == 0 { return a / b }
                let rest = call(a, b, fmod, fmod)
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
