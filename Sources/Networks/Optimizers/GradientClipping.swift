import Operators

/// What keeps gradients from becoming too large (`torch.nn.utils`).
public enum GradientClipping {
    /// The norm of all elements of some tensors together, a tensor without dimensions.
    ///
    /// - Parameters:
    ///   - order: 2 for Euclid's, 1 for the sum of absolute values, infinity for the largest, -infinity for the smallest,
    ///     0 for how many are not 0.
    ///   - errorIfNonfinite: whether a norm that is infinite or NaN is an error.
    /// - Throws: `TensorError` for such a norm.
    public static func totalNorm(
        _ tensors: [Tensor], order: Double = 2, errorIfNonfinite: Bool = false
    ) throws -> Tensor {
        let total = try GradMode.set(false) {
            let norms = try tensors.map { try norm($0.detach(), order) }
            if norms.isEmpty { return try Tensor.full([], 0) }
            return try norm(.stack(norms), order)
        }
        if errorIfNonfinite, try !total.item().isFinite {
            throw TensorError(
                "the norm of order \(order) of the gradients is \(try total.item()), so they cannot be clipped; "
                    + "error_if_nonfinite = false scales them all the same")
        }
        return total
    }

    /// Scales the gradients of some parameters so that their norm is at most `maxNorm` (`clip_grad_norm_`).
    ///
    /// - Returns: the norm as it was.
    public static func clipNorm(
        _ parameters: [Tensor], maxNorm: Double, order: Double = 2, errorIfNonfinite: Bool = false
    ) throws -> Tensor {
        let gradients = parameters.compactMap(\.grad)
        let total = try totalNorm(gradients, order: order, errorIfNonfinite: errorIfNonfinite)
        try GradMode.set(false) {
            // As PyTorch does, without a branch: a factor of 1 changes nothing.
            let factor = try factor(total, parameters: [maxNorm])
            for gradient in gradients { _ = try scale.inPlace([.tensor(gradient.detach()), .tensor(factor)]) }
        }
        return total
    }

    /// Brings every element of the gradients into `-limit...limit` (`clip_grad_value_`).
    public static func clipValue(_ parameters: [Tensor], limit: Double) throws {
        try GradMode.set(false) {
            for gradient in parameters.compactMap(\.grad) {
                _ = try clamp.inPlace([.tensor(gradient.detach())], parameters: [limit])
            }
        }
    }

    private static func norm(_ x: Tensor, _ order: Double) throws -> Tensor {
        x.count == 0 ? try .full([], 0, dtype: x.dtype) : try x.norm(order)
    }

    private static let x = Expression.variable(0)
    private static let factor = PointwiseFunction(
        "clip", inputs: 1, parameters: 1, value: .minimum(.parameter(0) / (x + 1e-6), 1))
    private static let scale = PointwiseFunction("clip", inputs: 2, value: x * .variable(1))
    private static let clamp = PointwiseFunction(
        "clip", inputs: 1, parameters: 1, value: .minimum(.maximum(x, -.parameter(0)), .parameter(0)))
}
