/// One axis that is brought to another size: where each new place lies between the old ones. Places are worked out in the
/// precision that PyTorch works them out in, so that both round to the same ones.
struct Line {
    let from: Int, to: Int
    /// New size by old size, where that was given.
    let factor: Double?
    let alignsCorners: Bool

    typealias Tap = (places: [Int64], weights: Tensor?)

    init(from: Int, to: Int, factor: Double?, alignsCorners: Bool) {
        (self.from, self.to, self.factor, self.alignsCorners) = (from, to, factor, alignsCorners)
    }

    /// For each tap, which old places the new ones see, and with what weights.
    func taps(_ mode: Interpolation.Mode, _ dtype: DType) throws -> [Tap] {
        switch mode {
        case .nearest, .nearestExact, .area: return [(nearest(isExact: mode == .nearestExact), nil)]
        case .linear, .bilinear:
            return try dtype == .float64 ? linear(Double.self, dtype) : linear(Float.self, dtype)
        case .bicubic: return try dtype == .float64 ? cubic(Double.self, dtype) : cubic(Float.self, dtype)
        }
    }

    private func nearest(isExact: Bool) -> [Int64] {
        let scale = (factor.map { $0 > 0 ? Float(1 / $0) : nil } ?? nil) ?? Float(from) / Float(to)
        return (0..<to).map { place in
            if !isExact, to == from { return Int64(place) }
            if !isExact, to == 2 * from { return Int64(place / 2) }
            let position = (Float(place) + (isExact ? 0.5 : 0)) * scale
            return min(Int64(position.rounded(.down)), Int64(from - 1))
        }
    }

    /// Where a new place lies among the old ones.
    private func position<Real: BinaryFloatingPoint>(_ place: Int, clamped: Bool, _ type: Real.Type) -> Real {
        if alignsCorners {
            return to > 1 ? Real(place) * (Real(from - 1) / Real(to - 1)) : 0
        }
        let scale = factor.map { $0 > 0 ? Real(1 / $0) : nil } ?? nil
        let position = (scale ?? Real(from) / Real(to)) * (Real(place) + 0.5) - 0.5
        return clamped ? max(0, position) : position
    }

    private func linear<Real: BinaryFloatingPoint>(_ type: Real.Type, _ dtype: DType) throws -> [Tap] {
        var (low, high, weights) = ([Int64](), [Int64](), [Double]())
        for place in 0..<to {
            let position = to == from ? Real(place) : position(place, clamped: true, type)
            let first = min(Int64(position.rounded(.down)), Int64(from - 1))
            low.append(first)
            high.append(min(first + 1, Int64(from - 1)))
            weights.append(Double(min(max(position - Real(first), 0), 1)))
        }
        let others = weights.map { Double(1 - Real($0)) }
        return [(low, try .of(others, [to], dtype)), (high, try .of(weights, [to], dtype))]
    }

    /// Cubic convolution (Keys, 1981) with a = -0.75.
    private func cubic<Real: BinaryFloatingPoint>(_ type: Real.Type, _ dtype: DType) throws -> [Tap] {
        let a: Real = -0.75
        func near(_ x: Real) -> Real { ((a + 2) * x - (a + 3)) * x * x + 1 }
        func far(_ x: Real) -> Real { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
        var (places, weights) = ([[Int64]](repeating: [], count: 4), [[Double]](repeating: [], count: 4))
        for place in 0..<to {
            let position = position(place, clamped: false, type)
            let first = position.rounded(.down)
            let t = position - first
            for (tap, weight) in [far(t + 1), near(t), near(1 - t), far(2 - t)].enumerated() {
                places[tap].append(min(max(Int64(first) + Int64(tap) - 1, 0), Int64(from - 1)))
                weights[tap].append(Double(weight))
            }
        }
        return try zip(places, weights).map { ($0, try Tensor.of($1, [to], dtype)) }
    }
}
