extension Operators {
    static let bilinear = Operator(
        "bilinear", doc: "Σ x1_i · W_oij · x2_j + b_o over the last dimensions.",
        [
            .tensor("input1"), .tensor("input2"), .tensor("weight", "[out, in1, in2]"),
            .tensor("bias", "[out]").optional,
        ], faces: [.function, .functional],
        examples: [.init(.values(3, 2), .values(3, 4), .values(5, 2, 4), .values(5))]
    ) { a, _ in
        .tensor(
            try a.tensor("input1").bilinear(a.tensor("input2"), a.tensor("weight"), a.optionalTensor("bias")))
    }
}

extension Tensor {
    /// `Σ x_i · W_oij · other_j + b_o` over the last dimensions; those before agree.
    public func bilinear(_ other: Tensor, _ weight: Tensor, _ bias: Tensor? = nil) throws -> Tensor {
        guard weight.dim == 3, dim >= 1, shape.dropLast() == other.shape.dropLast(),
            shape.last == weight.shape[1], other.shape.last == weight.shape[2]
        else {
            throw TensorError(
                "inputs [..., in1] and [..., in2] and a weight [out, in1, in2] expected, got \(shape), \(other.shape) and "
                    + "\(weight.shape)")
        }
        if let bias, bias.shape != [weight.shape[0]] {
            throw TensorError("a bias of shape [\(weight.shape[0])] expected, got \(bias.shape)")
        }
        let rows = shape.dropLast().reduce(1, *)
        let (outputs, first, second) = (weight.shape[0], weight.shape[1], weight.shape[2])
        let matrix = try weight.permute([1, 0, 2]).reshape([first, outputs * second])
        let products = try reshape([rows, first]).matmul(matrix).reshape([rows, outputs, second])
        let sums = try products.matmul(other.reshape([rows, second, 1])).reshape(shape.dropLast() + [outputs])
        return try bias.map { try sums + $0 } ?? sums
    }
}
