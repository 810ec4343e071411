import Kernels

extension Operators {
    static let prod = Operator(
        "prod", doc: "The product of all elements, or along a dimension. Integers and truth values give int64.",
        [.tensor("input"), .integer("dim").optional, .keepdim], options: [.dtype], faces: .usual,
        examples: [.init(.values(2, 3)), .init(.values(2, 3), 1), .init(.values(2, 3), 0, true)]
    ) { a, _ in
        let given = try a.tensor("input")
        let x = try given.to(a.dtype() ?? (given.dtype.isFloatingPoint ? given.dtype : .int64))
        guard let dim = try a.optionalInteger("dim") else { return .tensor(try x.reshape([-1]).product(0, false)) }
        return .tensor(try x.product(dim, a.boolean("keepdim")))
    }

    static let cumsum = running("cumsum", "Running sums along a dimension. Integers and truth values give int64.", .sum)
    static let cumprod = running(
        "cumprod", "Running products along a dimension. Integers and truth values give int64.", .product)

    private static func running(_ name: String, _ doc: String, _ reduction: SliceReduction) -> Operator {
        @Sendable func accumulated(_ given: Tensor, _ a: Arguments) throws -> Tensor {
            let x = try given.to(a.dtype() ?? (given.dtype.isFloatingPoint ? given.dtype : .int64))
            return try x.accumulated(reduction, a.integer("dim"))
        }
        return Operator(
            name, doc: doc, [.tensor("input"), .integer("dim")], options: [.dtype], faces: .elementwise,
            examples: [.init(.values(2, 4), 1), .init(.values(3, 2), 0)],
            inPlace: { a, _ in
                // The gradient needs what was there before.
                let x = try a.tensor("input")
                return .tensor(try x.put(accumulated(x.requiresGrad ? x.clone() : x, a)))
            }
        ) { a, _ in .tensor(try accumulated(a.tensor("input"), a)) }
    }

    static let logcumsumexp = Operator(
        "logcumsumexp", doc: "Logarithms of the running sums of the exponentials along a dimension.",
        [.tensor("input"), .integer("dim")], faces: .usual, examples: [.init(.values(2, 4), 1)]
    ) { a, _ in
        let x = try a.tensor("input")
        try x.expectFloatingPoint()
        return .tensor(try x.accumulated(.logSumExp, a.integer("dim")))
    }

    static let cummax = runningExtreme("cummax", "The largest elements so far along a dimension", .maximum)
    static let cummin = runningExtreme("cummin", "The smallest elements so far along a dimension", .minimum)

    private static func runningExtreme(_ name: String, _ doc: String, _ reduction: SliceReduction) -> Operator {
        Operator(
            name, doc: doc + ", and where they stand: the last of equal ones.",
            [.tensor("input"), .integer("dim")],
            returns: .several([.object(Tensor.self, "values"), .object(Tensor.self, "indices")]), faces: .usual,
            examples: [.init(.values(2, 4), 1)]
        ) { a, _ in
            let x = try a.tensor("input")
            if x.dim == 0 { return .several([try x.clone(), try .zeros([], dtype: .int64)]) }
            let d = try x.resolve(a.integer("dim"))
            let indices = try Tensor.applyOne(RunningExtremeOperation(reduction: reduction, dimension: d), [x.detach()])
            return .several([try x.gather(d, indices), indices])
        }
    }

    static let diff = Operator(
        "diff", doc: "The differences of neighbours along a dimension, `n` times.",
        [.tensor("input"), .integer("n", min: 0, max: 64, default: 1), .integer("dim", default: -1)], faces: .usual,
        examples: [.init(.values(2, 4)), .init(.values(4, 2), 2, 0)]
    ) { a, _ in
        var x = try a.tensor("input")
        let d = try x.resolve(a.integer("dim"))
        for _ in 0..<(try a.integer("n")) where x.shape[d] > 0 {
            let (later, earlier) = (try x.slice(d, 1), try x.slice(d, 0, x.shape[d] - 1))
            x = try x.dtype == .bool ? ne(later, earlier) : later - earlier
        }
        return .tensor(x)
    }
}

extension Tensor {
    func product(_ dimension: Int, _ keepsDimension: Bool) throws -> Tensor {
        if dim == 0 {
            _ = try resolve(dimension, of: 1)
            return try clone()
        }
        let d = try resolve(dimension)
        let product = try Tensor.applyOne(ProductOperation(dimension: d), [self])
        return try keepsDimension ? product : product.squeeze([d])
    }

    func accumulated(_ reduction: SliceReduction, _ dimension: Int) throws -> Tensor {
        if dim == 0 {
            _ = try resolve(dimension, of: 1)
            return try clone()
        }
        return try .applyOne(AccumulateOperation(reduction: reduction, dimension: resolve(dimension)), [self])
    }

    /// Sums of each place and those behind it.
    fileprivate func sumsFromBehind(_ dimension: Int) throws -> Tensor {
        try flip([dimension]).accumulated(.sum, dimension).flip([dimension])
    }
}

private struct ProductOperation: Operation {
    let dimension: Int
    var name: String { "prod" }

    func infer(_ inputs: [Spec]) throws -> [Spec] {
        [Spec(reduced(inputs[0].shape, [dimension], true), inputs[0].dtype)]
    }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let type = inputs[0].dtype.computeType
        let x = try inputs[0].detach().contiguous().to(type.dtype)
        let result =
            try outputs[0].dtype == type.dtype ? outputs[0] : Tensor(uninitialized: outputs[0].shape, dtype: type.dtype)
        kernels.reduce(.product, type, Slices(x.shape, dimension), x.bytes, result.bytes)
        extendLifetime(x)
        if result !== outputs[0] { outputs[0].copyElementsWithoutCheck(from: try result.to(outputs[0].dtype)) }
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [0]) }

    /// The product of the others is that of those in front times that of those behind, whatever of them is 0.
    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let x = try kept.input(0)
        var edge = x.shape
        edge[dimension] = Swift.min(1, x.shape[dimension])
        let one = try Tensor.ones(edge, dtype: x.dtype)
        let count = Swift.max(0, x.shape[dimension] - 1)
        let front = try Tensor.cat([one, x.narrow(dimension, start: 0, length: count)], dimension)
            .accumulated(.product, dimension)
        let behind = try Tensor.cat([one, x.flip([dimension]).narrow(dimension, start: 0, length: count)], dimension)
            .accumulated(.product, dimension).flip([dimension])
        return [try gradient * (front * behind)]
    }
}

private struct AccumulateOperation: Operation {
    let reduction: SliceReduction
    let dimension: Int
    var name: String { reduction == .sum ? "cumsum" : reduction == .product ? "cumprod" : "logcumsumexp" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { inputs }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let type = inputs[0].dtype.computeType
        let x = try inputs[0].detach().contiguous().to(type.dtype)
        let y = try outputs[0].dtype == type.dtype ? outputs[0] : Tensor(uninitialized: x.shape, dtype: type.dtype)
        if x.count > 0 { kernels.accumulate(reduction, type, Slices(x.shape, dimension), x.bytes, y.bytes) }
        extendLifetime(x)
        if y !== outputs[0] { outputs[0].copyElementsWithoutCheck(from: try y.to(outputs[0].dtype)) }
    }

    func saves(_ needs: [Bool]) -> Saves {
        switch reduction {
        case .sum: Saves()
        case .product: Saves(inputs: [0])
        default: Saves(inputs: [0], outputs: true)
        }
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        switch reduction {
        case .sum: return [try gradient.sumsFromBehind(dimension)]
        case .product: return [try productGradient(gradient, kept.input(0))]
        default: return [try logGradient(gradient, kept.input(0), kept.output(0))]
        }
    }

    /// Up to the first 0 the usual quotient; at it, what the products would be without it; behind it nothing.
    private func productGradient(_ gradient: Tensor, _ x: Tensor) throws -> Tensor {
        let zero = try Operators.eq(x.detach(), 0)
        let zeros = try zero.to(.int64).accumulated(.sum, dimension)
        let isBefore = try Operators.eq(zeros, 0)
        let isFirst = try (Operators.eq(zeros, 1).to(.int64) * zero.to(.int64)).to(.bool)
        let spared = try isFirst.to(x.dtype) + x
        let usual =
            try (gradient * x.accumulated(.product, dimension)).sumsFromBehind(dimension)
            / (zero.to(x.dtype) + x)
        let without = try gradient * spared.accumulated(.product, dimension) * Operators.ne(zeros, 0).to(x.dtype)
        let atFirst = try without.sumsFromBehind(dimension)
        return try usual * isBefore.to(x.dtype) + atFirst * isFirst.to(x.dtype)
    }

    /// exp(x) · Σ gradient · exp(-y) from behind, with the largest exponent taken off.
    private func logGradient(_ gradient: Tensor, _ x: Tensor, _ y: Tensor) throws -> Tensor {
        let positive = try Operators.maximum(gradient, .zeros([], dtype: gradient.dtype))
        let negative = try positive - gradient
        func part(_ part: Tensor) throws -> Tensor {
            // Where nothing comes, a logarithm that counts for nothing, and whose own gradient is 0.
            let isSome = try Operators.gt(part, 0)
            let some = try Operators.chosen(isSome, .tensor(part), .number(1))
            let logarithm = try Operators.chosen(isSome, .tensor(Operators.log(some)), .number(-1e30))
            let logs = try (logarithm - y).flip([dimension]).accumulated(.logSumExp, dimension)
            return try Operators.exp(logs.flip([dimension]) + x)
        }
        return try part(positive) - part(negative)
    }
}

struct RunningExtremeOperation: Operation {
    let reduction: SliceReduction
    let dimension: Int
    var name: String { reduction == .maximum ? "cummax" : "cummin" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(inputs[0].shape, .int64)] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let type = inputs[0].dtype.computeType
        let x = try inputs[0].contiguous().to(type.dtype)
        if x.count == 0 { return }
        kernels.runningExtreme(
            reduction, type, Slices(x.shape, dimension), x.bytes, outputs[0].address(as: Int64.self))
        extendLifetime(x)
    }
}
