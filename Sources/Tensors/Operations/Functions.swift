import Kernels

/// Functions of each element by itself.
extension Tensor {
    /// Without history.
    func mapped(_ operation: UnaryOperation) throws -> Tensor {
        try expect(.float32)
        let source = try contiguous()
        let result = try Tensor(uninitialized: shape)
        let (x, y) = (source.floats, result.floats)
        inParts(of: count) { kernels.unary(operation, $0.count, x + $0.lowerBound, y + $0.lowerBound) }
        extendLifetime(source)
        return result
    }

    public func negated() throws -> Tensor {
        if dtype == .int64 { return try Tensor([0 as Int64], []).subtracting(self) }
        return recorded(try mapped(.negate), "neg", [self]) { [try $0.negated()] }
    }

    public func absolute() throws -> Tensor {
        let saved = Saved(self)
        return recorded(try mapped(.absolute), "abs", [self]) { gradient in
            let x = try saved.unwrap()
            let zero = try Tensor.scalar(0)
            let sign = try x.compared(.greater, zero).to(.float32).subtracting(x.compared(.less, zero).to(.float32))
            return [try gradient.multiplied(by: sign)]
        }
    }

    public func exponential() throws -> Tensor {
        let result = try mapped(.exponential)
        let saved = Saved(result.detach())
        return recorded(result, "exp", [self]) { [try $0.multiplied(by: saved.unwrap())] }
    }

    /// The natural logarithm.
    public func logarithm() throws -> Tensor {
        let saved = Saved(self)
        return recorded(try mapped(.logarithm), "log", [self]) { [try $0.divided(by: saved.unwrap())] }
    }

    public func squareRoot() throws -> Tensor {
        let result = try mapped(.squareRoot)
        let saved = Saved(result.detach())
        return recorded(result, "sqrt", [self]) { [try $0.divided(by: saved.unwrap()).multiplied(by: 0.5)] }
    }

    /// Negative elements replaced by 0.
    public func relu() throws -> Tensor { try activated(.relu, .keepWherePositive, "relu") }

    /// `1 / (1 + exp(-x))`.
    public func sigmoid() throws -> Tensor { try activated(.sigmoid, .sigmoidGradient, "sigmoid") }

    public func tanh() throws -> Tensor { try activated(.tanh, .tanhGradient, "tanh") }

    /// A function whose gradient follows from its result.
    private func activated(_ function: UnaryOperation, _ gradient: BinaryOperation, _ name: String) throws -> Tensor {
        let result = try mapped(function)
        let saved = Saved(result.detach())
        return recorded(result, name, [self]) { [try $0.combined(gradient, with: saved.unwrap())] }
    }

    /// Elements below `low` or above `high` replaced by these.
    public func clamped(_ low: Double?, _ high: Double?) throws -> Tensor {
        var result = detach()
        if let low { result = try result.combined(.maximum, with: .scalar(low)) }
        if let high { result = try result.combined(.minimum, with: .scalar(high)) }
        if low == nil && high == nil { result = try result.clone() }
        let saved = Saved(self)
        return recorded(result, "clamp", [self]) { gradient in
            let x = try saved.unwrap()
            var kept = gradient
            if let low { kept = try kept.multiplied(by: x.compared(.greaterOrEqual, .scalar(low)).to(.float32)) }
            if let high { kept = try kept.multiplied(by: x.compared(.lessOrEqual, .scalar(high)).to(.float32)) }
            return [kept]
        }
    }
}
