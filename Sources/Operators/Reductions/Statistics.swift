import Kernels

extension Operators {
    static let `var` = spread("var", "The variance", pairs: false) { $0 }
    static let std = spread("std", "The standard deviation", pairs: false) { try softRoot($0) }
    static let varMean = spread("var_mean", "The variance and the mean", pairs: true) { $0 }
    static let stdMean = spread("std_mean", "The standard deviation and the mean", pairs: true) { try softRoot($0) }

    private static func spread(
        _ name: String, _ doc: String, pairs: Bool, _ finish: @escaping @Sendable (Tensor) throws -> Tensor
    ) -> Operator {
        Operator(
            name,
            doc: doc + " of all elements, or along dimensions: squared distances from the mean, divided by their "
                + "number less `correction`, 1 by default and 0 with `unbiased = false`.",
            [
                .tensor("input"),
                .anyOf("dim", "one dimension or a list; all by default", of: [.integer, .integers, .boolean]).optional,
                .boolean("unbiased").optional, .keepdim,
            ], options: [.number("correction").optional],
            returns: pairs
                ? .several([.object(Tensor.self, name), .object(Tensor.self, "mean")]) : .object(Tensor.self),
            faces: pairs ? [.function] : .usual,
            examples: [
                .init(.values(2, 3)), .init(.values(2, 3), 1), .init(.values(2, 3), [0, 1], false, true),
                .init(.values(2, 3), options: ["correction": 0]),
            ]
        ) { a, _ in
            let x = try a.tensor("input")
            try x.expectFloatingPoint()
            var (dims, isUnbiased): ([Int]?, Bool?) = (nil, nil)
            // A truth value alone is `unbiased`.
            switch try a.value("dim") {
            case .boolean(let truth)?: isUnbiased = truth
            case nil: break
            default: dims = try a.optionalIntegers("dim")
            }
            if case .boolean(let truth)? = try a.value("unbiased") { isUnbiased = truth }
            let correction = try a.optionalNumber("correction") ?? (isUnbiased ?? true ? 1 : 0)
            let found = try x.variance(dims, correction: correction, keepDimensions: a.boolean("keepdim"))
            let result = try finish(found.variance)
            return pairs ? .several([result, found.mean]) : .tensor(result)
        }
    }

    /// The square root, whose gradient at 0 is taken for 0.
    static func softRoot(_ x: Tensor) throws -> Tensor { try softRootFunction(x) }

    private static let softRootFunction = PointwiseFunction(
        "sqrt", inputs: 1, value: .sqrt(.variable(0)),
        gradients: [.select(.variable(1) .== 0, 0, .variable(2) * (0.5 / .variable(1)))])

    static let logsumexp = Operator(
        "logsumexp",
        doc: "The logarithm of the sum of the exponentials along dimensions, without leaving the type's range.",
        [.tensor("input"), .anyOf("dim", of: [.integer, .integers]), .keepdim], faces: .usual,
        examples: [.init(.values(2, 3), 1), .init(.values(2, 3, 2), [0, 2], true)]
    ) { a, _ in
        let given = try a.tensor("input")
        let x = try given.dtype.isFloatingPoint ? given : given.to(.float32)
        let dims = try x.reducedDimensions(a.integers("dim"))
        let total = try Tensor.applyOne(LogSumExpOperation(dimensions: dims), [x])
        return .tensor(try total.reshape(reduced(x.shape, dims, a.boolean("keepdim"))))
    }

    /// 0 in place of what is not finite.
    fileprivate static let finiteOrZero: PointwiseFunction = {
        let x = Expression.variable(0)
        return PointwiseFunction("nan_to_num", inputs: 1, value: .select((x - x) .== 0, x, 0), gradients: [0])
    }()

    static let nansum = Operator(
        "nansum", doc: "The sum of the elements that are no NaN.", [.tensor("input"), .dimensions, .keepdim],
        options: [.dtype], faces: .usual, examples: [.init(.values(2, 3)), .init(.values(2, 3), 0, true)]
    ) { a, _ in
        let x = try a.tensor("input")
        let dtype = try a.dtype()
        let sum = try withoutNaN([.tensor(x.to(dtype ?? x.dtype))]).sum(
            a.optionalIntegers("dim"), keepDimensions: a.boolean("keepdim"))
        return .tensor(try sum.to(dtype ?? sum.dtype))
    }

    static let nanmean = Operator(
        "nanmean", doc: "The mean of the elements that are no NaN.", [.tensor("input"), .dimensions, .keepdim],
        options: [.dtype], faces: .usual, examples: [.init(.values(2, 3)), .init(.values(2, 3), 0, true)]
    ) { a, _ in
        let given = try a.tensor("input")
        let x = try given.to(a.dtype() ?? given.dtype)
        try x.expectFloatingPoint()
        let (dims, keeps) = (try a.optionalIntegers("dim"), try a.boolean("keepdim"))
        let counts = try eq(x.detach(), x.detach()).to(x.dtype).sum(dims, keepDimensions: keeps)
        return .tensor(try withoutNaN([.tensor(x)]).sum(dims, keepDimensions: keeps) / counts)
    }

    private static let withoutNaN: PointwiseFunction = {
        let x = Expression.variable(0)
        return PointwiseFunction(
            "nansum", inputs: 1, value: .select(x .== x, x, 0), gradients: [.select(x .== x, .variable(2), 0)])
    }()

    static let countNonzero = Operator(
        "count_nonzero", doc: "How many elements are not 0, of all or along dimensions.",
        [.tensor("input"), .dimensions], returns: .object(Tensor.self, "int64"), faces: .usual,
        examples: [.init(.values(2, 3)), .init(.integers(2, 3, below: 2), 1)]
    ) { a, _ in
        .tensor(try ne(a.tensor("input").detach(), 0).sum(a.optionalIntegers("dim")))
    }

    static let anyTrue = truth("any", "Whether any element is not 0", .maximum)
    static let allTrue = truth("all", "Whether no element is 0", .minimum)

    private static func truth(_ name: String, _ doc: String, _ reduction: SliceReduction) -> Operator {
        Operator(
            name, doc: doc + ", of all or along dimensions (bool; uint8 for uint8).",
            [.tensor("input"), .dimensions, .keepdim], returns: .object(Tensor.self, "bool"), faces: .usual,
            examples: [
                .init(.truths([2, 3])), .init(.truths([2, 3]), 1), .init(.integers(2, 3, below: 2), [0], true),
            ]
        ) { a, _ in
            let x = try a.tensor("input").detach()
            let dims = try x.reducedDimensions(a.optionalIntegers("dim"))
            let shape = reduced(x.shape, dims, try a.boolean("keepdim"))
            let found =
                try dims.contains { x.shape[$0] == 0 }
                ? Tensor.full(shape, reduction == .minimum ? 1 : 0, dtype: .bool)
                : ne(x, 0).extremes(reduction, dims).reshape(shape)
            return .tensor(try x.dtype == .uint8 ? found.to(.uint8) : found)
        }
    }

    static let dist = Operator(
        "dist", doc: "The p-norm of the difference.", [.tensor("input"), .tensor("other"), .number("p", default: 2)],
        faces: .usual, examples: [.init(.values(2, 3), .values(3)), .init(.values(3), .values(3), 1)]
    ) { a, _ in
        let (x, other) = (try a.tensor("input"), try a.tensor("other"))
        guard x.dtype != .bool, other.dtype != .bool else {
            throw TensorError("numbers expected, got \(x.dtype.rawValue) and \(other.dtype.rawValue)")
        }
        return .tensor(try (x - other).norm(a.number("p")))
    }
}

extension Tensor {
    /// The variance and the mean over some dimensions, or over all.
    func variance(
        _ dimensions: [Int]?, correction: Double, keepDimensions: Bool
    ) throws -> (variance: Tensor, mean: Tensor) {
        let dims = try reducedDimensions(dimensions)
        let variance = try Tensor.applyOne(VarianceOperation(dimensions: dims, correction: correction), [self])
        let target = Tensors.reduced(shape, dims, keepDimensions)
        return (try variance.reshape(target), try mean(dims, keepDimensions: keepDimensions).reshape(target))
    }
}

package struct VarianceOperation: Operation {
    package let dimensions: [Int]
    package let correction: Double
    package var name: String { "var" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        [Spec(reduced(inputs[0].shape, dimensions, true), inputs[0].dtype)]
    }

    private func members(_ shape: Shape) -> Double { Double(dimensions.reduce(1) { $0 * shape[$1] }) - correction }

    private func distance(_ x: Tensor) throws -> Tensor {
        try x - x.mean(dimensions.isEmpty ? nil : dimensions, keepDimensions: true)
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let distance = try distance(inputs[0].detach())
        let total = try (distance * distance).sum(dimensions.isEmpty ? nil : dimensions, keepDimensions: true)
        outputs[0].copyElementsWithoutCheck(from: try total / Swift.max(0, members(inputs[0].shape)))
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [0]) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let distance = try distance(kept.input(0))
        let members = members(kept.inputSpecs[0].shape)
        return [try gradient * distance * (2 / Swift.max(0, members))]
    }
}

/// Its gradient is the share of each element, as PyTorch has it: the exponential of how far it lies below the result.
package struct LogSumExpOperation: Operation {
    package let dimensions: [Int]
    package var name: String { "logsumexp" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        [Spec(reduced(inputs[0].shape, dimensions, true), inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = inputs[0].detach()
        let total: Tensor
        if dimensions.contains(where: { x.shape[$0] == 0 }) {
            total = try Operators.log(Operators.exp(x).sum(dimensions, keepDimensions: true))
        } else {
            let shift = try Operators.finiteOrZero([.tensor(x.extremes(.maximum, dimensions))])
            let sum = try Operators.exp(x - shift).sum(dimensions, keepDimensions: true)
            total = try Operators.log(sum) + shift
        }
        outputs[0].copyElementsWithoutCheck(from: total)
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [0], outputs: true) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        return [try gradient * Operators.exp(kept.input(0) - kept.output(0))]
    }
}
