import Kernels

extension Tensor {
    public func adding(_ other: Tensor) throws -> Tensor {
        let (a, b) = (shape, other.shape)
        return recorded(try combined(.add, with: other), "add", [self, other]) {
            [try $0.summed(to: a), try $0.summed(to: b)]
        }
    }

    public func subtracting(_ other: Tensor) throws -> Tensor {
        let (a, b) = (shape, other.shape)
        return recorded(try combined(.subtract, with: other), "sub", [self, other]) {
            [try $0.summed(to: a), try $0.negated().summed(to: b)]
        }
    }

    public func multiplied(by other: Tensor) throws -> Tensor {
        let (a, b) = (Saved(self), Saved(other))
        let (aShape, bShape) = (shape, other.shape)
        let (needA, needB) = (requiresGrad, other.requiresGrad)
        return recorded(try combined(.multiply, with: other), "mul", [self, other]) { gradient in
            [
                needA ? try gradient.multiplied(by: b.unwrap()).summed(to: aShape) : nil,
                needB ? try gradient.multiplied(by: a.unwrap()).summed(to: bShape) : nil,
            ]
        }
    }

    public func divided(by other: Tensor) throws -> Tensor {
        let (a, b) = (Saved(self), Saved(other))
        let (aShape, bShape) = (shape, other.shape)
        let (needA, needB) = (requiresGrad, other.requiresGrad)
        return recorded(try combined(.divide, with: other), "div", [self, other]) { gradient in
            let b = try b.unwrap()
            let share = try gradient.divided(by: b)
            return [
                needA ? try share.summed(to: aShape) : nil,
                needB ? try share.multiplied(by: a.unwrap()).divided(by: b).negated().summed(to: bShape) : nil,
            ]
        }
    }

    /// The larger of both elements; a NaN where either is one. Equal elements share the gradient.
    public func maximum(_ other: Tensor) throws -> Tensor { try chosen(.maximum, "maximum", other) { $0.greater($1) } }

    /// The smaller of both elements; a NaN where either is one. Equal elements share the gradient.
    public func minimum(_ other: Tensor) throws -> Tensor { try chosen(.minimum, "minimum", other) { $0.less($1) } }

    private func chosen(
        _ operation: BinaryOperation, _ name: String, _ other: Tensor,
        _ isChosen: @escaping (Tensor, Tensor) -> (() throws -> Tensor)
    ) throws -> Tensor {
        let (a, b) = (Saved(self), Saved(other))
        let (aShape, bShape) = (shape, other.shape)
        return recorded(try combined(operation, with: other), name, [self, other]) { gradient in
            let (a, b) = (try a.unwrap(), try b.unwrap())
            let half = try a.compared(.equal, b).to(.float32).multiplied(by: 0.5)
            let first = try isChosen(a, b)().to(.float32).adding(half)
            let second = try isChosen(b, a)().to(.float32).adding(half)
            return [
                try gradient.multiplied(by: first).summed(to: aShape),
                try gradient.multiplied(by: second).summed(to: bShape),
            ]
        }
    }

    private func greater(_ other: Tensor) -> () throws -> Tensor { { try self.compared(.greater, other) } }
    private func less(_ other: Tensor) -> () throws -> Tensor { { try self.compared(.less, other) } }

    /// A number as a tensor without dimensions.
    public static func scalar(_ value: Double) throws -> Tensor { try Tensor([Float(value)], []) }

    public func adding(_ value: Double) throws -> Tensor { try adding(.scalar(value)) }
    public func subtracting(_ value: Double) throws -> Tensor { try subtracting(.scalar(value)) }
    public func multiplied(by value: Double) throws -> Tensor { try multiplied(by: .scalar(value)) }
    public func divided(by value: Double) throws -> Tensor { try divided(by: .scalar(value)) }

    /// Each element to the power of `exponent`.
    public func power(_ exponent: Double) throws -> Tensor {
        let saved = Saved(self)
        return recorded(try combined(.power, with: .scalar(exponent)), "pow", [self]) { gradient in
            let slope = try saved.unwrap().combined(.power, with: .scalar(exponent - 1)).multiplied(by: exponent)
            return [exponent == 0 ? try Tensor.zeros(gradient.shape) : try gradient.multiplied(by: slope)]
        }
    }
}
