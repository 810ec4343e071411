import Kernels

extension Operators {
    static let softmax = normalisation(
        "softmax", "exp(x) / Σ exp(x) along a dimension.", layer: "Softmax", isLog: false)
    static let logSoftmax = normalisation(
        "log_softmax", "The logarithm of softmax along a dimension.", layer: "LogSoftmax", isLog: true)

    static let softmin = Operator(
        "softmin", doc: "The softmax of the negated elements along a dimension.", [.tensor("input"), .integer("dim")],
        options: [.dtype], faces: [.functional, .layer("Softmin")],
        examples: [.init(.values(2, 3, 2), 1), .init(.values(4, 3), -1, options: ["dtype": "float64"])]
    ) { a, _ in
        let x = try a.tensor("input")
        return .tensor(try (-x.to(a.dtype() ?? x.dtype)).softmax(a.integer("dim")))
    }

    private static func normalisation(_ name: String, _ doc: String, layer: String, isLog: Bool) -> Operator {
        Operator(
            name, doc: doc, [.tensor("input"), .integer("dim")], options: [.dtype],
            faces: .usual + [.functional, .layer(layer)],
            examples: [.init(.values(2, 3, 2), 1), .init(.values(4, 3), -1)]
        ) { a, _ in
            let x = try a.tensor("input")
            return .tensor(try x.to(a.dtype() ?? x.dtype).normalised(a.integer("dim"), isLog: isLog))
        }
    }
}

extension Tensor {
    public func softmax(_ dimension: Int) throws -> Tensor { try normalised(dimension, isLog: false) }

    public func logSoftmax(_ dimension: Int) throws -> Tensor { try normalised(dimension, isLog: true) }

    fileprivate func normalised(_ dimension: Int, isLog: Bool) throws -> Tensor {
        // A number has one dimension here, as in PyTorch.
        let d = try dim == 0 ? resolve(dimension, of: 1) : resolve(dimension)
        return try .applyOne(SoftmaxOperation(dimension: d, isLog: isLog), [self])
    }
}

package struct SoftmaxOperation: Operation, Equatable {
    package let dimension: Int
    package let isLog: Bool
    package var name: String { isLog ? "log_softmax" : "softmax" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        guard inputs[0].dtype.isFloatingPoint else {
            throw TensorError("float32 expected, got \(inputs[0].dtype.rawValue); convert with float()")
        }
        return inputs
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = try inputs[0].detach().contiguous()
        let y = outputs[0].bytes
        if x.count == 0 { return }
        let slices = x.dim == 0 ? Slices(outer: 1, length: 1, inner: 1) : Slices(x.shape, try x.resolve(dimension))
        inParts(of: slices.outer, size: max(1, elementsAPart / 8 / max(1, slices.length * slices.inner))) {
            kernels.softmax(log: isLog, x.dtype.computeType, slices, x.bytes, y, $0)
        }
        extendLifetime(x)
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(outputs: true) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let y = try kept.output(0)
        if isLog { return [try Self.logGradient([.tensor(gradient), .tensor(y), .tensor(total(gradient))])] }
        return [try Self.gradient([.tensor(gradient), .tensor(y), .tensor(total(gradient * y))])]
    }

    private func total(_ x: Tensor) throws -> Tensor {
        x.dim == 0 ? x : try x.sum([dimension], keepDimensions: true)
    }

    private static let g = Expression.variable(0), y = Expression.variable(1), total = Expression.variable(2)
    private static let logGradient = PointwiseFunction(
        "log_softmax_backward", inputs: 3, value: g - .exp(y) * total)
    private static let gradient = PointwiseFunction("softmax_backward", inputs: 3, value: (g - total) * y)
}
