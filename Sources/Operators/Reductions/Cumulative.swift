import Kernels

extension Operators {
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
}

extension Tensor {
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

package struct AccumulateOperation: Operation {
    package let reduction: SliceReduction
    package let dimension: Int
    package var name: String { reduction == .sum ? "cumsum" : reduction == .product ? "cumprod" : "logcumsumexp" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { inputs }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let type = inputs[0].dtype.computeType
        let x = try inputs[0].detach().contiguous().to(type.dtype)
        let y = try outputs[0].dtype == type.dtype ? outputs[0] : Tensor(uninitialized: x.shape, dtype: type.dtype)
        if x.count > 0 { kernels.accumulate(reduction, type, Slices(x.shape, dimension), x.bytes, y.bytes) }
        extendLifetime(x)
        if y !== outputs[0] { outputs[0].copyElementsWithoutCheck(from: try y.to(outputs[0].dtype)) }
    }

    package func saves(_ needs: [Bool]) -> Saves {
        switch reduction {
        case .sum: Saves()
        case .product: Saves(inputs: [0])
        default: Saves(inputs: [0], outputs: true)
        }
    }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
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

package struct RunningExtremeOperation: Operation {
    package let reduction: SliceReduction
    package let dimension: Int
    package var name: String { reduction == .maximum ? "cummax" : "cummin" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(inputs[0].shape, .int64)] }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let type = inputs[0].dtype.computeType
        let x = try inputs[0].contiguous().to(type.dtype)
        if x.count == 0 { return }
        kernels.runningExtreme(
            reduction, type, Slices(x.shape, dimension), x.bytes, outputs[0].address(as: Int64.self))
        extendLifetime(x)
    }
}
