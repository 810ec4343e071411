import Tracing

/// Numbers that depend on the batch, calculated with as far as `base + slope · images` can say the result.
extension Extent {
    static let one = Extent(base: 1)

    init(_ number: Int) { self.init(base: number) }

    var isConstant: Bool { slope == 0 }

    /// Its value where the batch is large: by it sizes are compared.
    var probe: Int { at(1009) }

    static func + (a: Extent, b: Extent) -> Extent { Extent(base: a.base + b.base, slope: a.slope + b.slope) }
    static func - (a: Extent, b: Extent) -> Extent { Extent(base: a.base - b.base, slope: a.slope - b.slope) }
    static func * (a: Extent, b: Int) -> Extent { Extent(base: a.base * b, slope: a.slope * b) }

    /// Nil where both depend on the batch.
    static func * (a: Extent, b: Extent) -> Extent? {
        if b.isConstant { return a * b.base }
        return a.isConstant ? b * a.base : nil
    }

    /// The quotient where it comes out even for every batch; else nil.
    func divided(by divisor: Extent) -> Extent? {
        if divisor.isConstant {
            guard divisor.base != 0, base % divisor.base == 0, slope % divisor.base == 0 else { return nil }
            return Extent(base: base / divisor.base, slope: slope / divisor.base)
        }
        guard slope % divisor.slope == 0 else { return nil }
        let quotient = slope / divisor.slope
        return base == quotient * divisor.base ? Extent(quotient) : nil
    }

    /// The largest number of divisors that are not beyond it, and what is left over.
    func dividedDown(by divisor: Extent) -> (quotient: Extent, rest: Extent)? {
        if let quotient = divided(by: divisor) { return (quotient, Extent(0)) }
        if divisor.isConstant, slope % divisor.base == 0 {
            return (Extent(base: base / divisor.base, slope: slope / divisor.base), Extent(base % divisor.base))
        }
        guard !divisor.isConstant else { return nil }
        let quotient = slope / divisor.slope
        return (Extent(quotient), self - divisor * quotient)
    }
}

extension [Extent] {
    /// Nil where two of them depend on the batch.
    var product: Extent? { reduce(Extent?.some(.one)) { product, size in product.flatMap { $0 * size } } }

    /// The sizes that two shapes are repeated to; nil where they do not fit.
    func broadcast(with other: [Extent]) -> [Extent]? {
        let rank = Swift.max(count, other.count)
        var result: [Extent] = []
        for i in 0..<rank {
            let a = i < rank - count ? .one : self[i - (rank - count)]
            let b = i < rank - other.count ? .one : other[i - (rank - other.count)]
            guard a == b || a == .one || b == .one else { return nil }
            result.append(a == .one ? b : a)
        }
        return result
    }
}
