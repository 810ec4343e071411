import Operators

/// Some tensors as one vector, their elements one after the other (`torch.nn.utils.parameters_to_vector`).
public enum ParameterVector {
    public static func join(_ tensors: [Tensor]) throws -> Tensor {
        try .cat(tensors.map { try $0.reshape([$0.count]) })
    }

    /// Puts a vector's elements into tensors, which keep their shapes.
    ///
    /// - Throws: `TensorError` where the vector has another number of elements than they have together.
    public static func split(_ vector: Tensor, into tensors: [Tensor]) throws {
        let wanted = tensors.reduce(0) { $0 + $1.count }
        guard vector.shape == [wanted] else {
            throw TensorError("a vector of \(plural(wanted, "element")) expected, got one of shape \(vector.shape)")
        }
        try GradMode.set(false) {
            var start = 0
            for tensor in tensors {
                try tensor.assign(vector.narrow(0, start: start, length: tensor.count).reshape(tensor.shape))
                start += tensor.count
            }
        }
    }
}
