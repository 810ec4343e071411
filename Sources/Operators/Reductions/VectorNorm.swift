import Kernels

extension Operators {
    private static let doc =
        "(Σ |x|ᵖ)^(1/p) of all elements, or along dimensions; with an infinite p the extreme, with 0 how many are not 0."
    private static let order: Argument = .anyOf(
        "p", "a number, or \"fro\" for 2", of: [.number, .choice(["fro"])]
    ).optional

    static let norm = Operator(
        "norm", doc: doc, [.tensor("input"), order, .dimensions, .keepdim], options: [.dtype], faces: .usual,
        examples: [
            .init(.values(2, 3, away: 0)), .init(.values(2, 3, away: 0), 1), .init(.values(2, 3, away: 0), 3, 1, true),
        ]
    ) { a, _ in .tensor(try norm(a, a.optionalNumber("p"), a.optionalIntegers("dim"))) }

    static let vectorNorm = Operator(
        "vector_norm", doc: doc, [.tensor("x"), .number("ord", default: 2), .dimensions, .keepdim], options: [.dtype],
        faces: [.linalg],
        examples: [.init(.values(2, 3, away: 0)), .init(.values(2, 3, away: 0), 3, 1, true)]
    ) { a, _ in
        let x = try a.tensor("x")
        return .tensor(
            try x.to(a.dtype() ?? x.dtype).norm(
                a.number("ord"), a.optionalIntegers("dim"), keepDimensions: a.boolean("keepdim")))
    }

    static let linalgNorm = Operator(
        "norm",
        doc: "The square root of the sum of all squares, or for vectors and along one dimension the `ord`-norm; norms "
            + "of matrices are not there.",
        [.tensor("A"), .number("ord").optional, .dimensions, .keepdim], options: [.dtype], faces: [.linalg],
        examples: [.init(.values(2, 3, away: 0)), .init(.values(2, 3, away: 0), 1, 1, true)]
    ) { a, _ in
        let (x, dims, order) = (try a.tensor("A"), try a.optionalIntegers("dim"), try a.optionalNumber("ord"))
        if order != nil, (dims?.count ?? x.dim) != 1 {
            throw TensorError("norms of matrices are not there; use vector_norm, or name one dimension")
        }
        return .tensor(
            try x.to(a.dtype() ?? x.dtype).norm(order ?? 2, dims, keepDimensions: a.boolean("keepdim")))
    }

    private static func norm(_ a: Arguments, _ p: Double?, _ dims: [Int]?) throws -> Tensor {
        let x = try a.tensor("input")
        return try x.to(a.dtype() ?? x.dtype).norm(p ?? 2, dims, keepDimensions: a.boolean("keepdim"))
    }
}

extension Tensor {
    /// `(Σ |x|ᵖ)^(1/p)` over some dimensions, or over all. The gradient at 0 is taken for 0.
    public func norm(_ p: Double = 2, _ dimensions: [Int]? = nil, keepDimensions: Bool = false) throws -> Tensor {
        try expectFloatingPoint()
        let dims = try reducedDimensions(dimensions)
        let target = Tensors.reduced(shape, dims, keepDimensions)
        let size = try Operators.abs(self)
        switch p {
        case 0: return try .applyOne(PresenceOperation(), [self]).sum(dims, keepDimensions: keepDimensions)
        case 1: return try size.sum(dims, keepDimensions: keepDimensions)
        case 2:
            return try Operators.softRoot((self * self).sum(dims, keepDimensions: keepDimensions))
        case .infinity, -.infinity:
            return try size.extremes(p > 0 ? .maximum : .minimum, dims, sharesNaN: true).reshape(target)
        default:
            let total = try Self.power([.tensor(size), .number(p)]).sum(dims, keepDimensions: keepDimensions)
            return try Self.root([.tensor(total), .number(1 / p)])
        }
    }

    private static let power = positivePower("norm"), root = positivePower("norm")

    /// A power whose gradient at 0 is taken for 0.
    private static func positivePower(_ name: String) -> PointwiseFunction {
        let (x, p, g) = (Expression.variable(0), Expression.variable(1), Expression.variable(3))
        return PointwiseFunction(
            name, inputs: 2, value: .call(.power, x, p),
            gradients: [.select(x .== 0, 0, g * (p * .call(.power, x, p - 1))), 0])
    }
}

/// 1 where an element is not 0, of the same type. No gradient goes through it.
package struct PresenceOperation: Operation {
    package var name: String { "norm" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { inputs }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        outputs[0].copyElementsWithoutCheck(from: try Operators.ne(inputs[0].detach(), 0).to(inputs[0].dtype))
    }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] { [nil] }
}
