extension Tensor {
    /// Numbers in `low..<high`.
    public static func uniform(_ shape: Shape, _ low: Float, _ high: Float, _ generator: Generator) throws -> Tensor {
        let tensor = try Tensor(uninitialized: shape)
        let values = tensor.floats
        for i in 0..<tensor.count { values[i] = generator.uniform(low, high) }
        return tensor
    }

    /// Normally distributed numbers with mean 0 and standard deviation 1.
    public static func normal(_ shape: Shape, _ generator: Generator) throws -> Tensor {
        let tensor = try Tensor(uninitialized: shape)
        generator.fillNormal(UnsafeMutableBufferPointer(start: tensor.floats, count: tensor.count))
        return tensor
    }

    /// The numbers 0..<n in random order, int64.
    public static func permutation(_ n: Int, _ generator: Generator) throws -> Tensor {
        let tensor = try Tensor(uninitialized: [n], dtype: .int64)
        generator.fillPermutation(UnsafeMutableBufferPointer(start: tensor.address(as: Int64.self), count: n))
        return tensor
    }

    /// `value` with probability `p`, else 0, for each element.
    public static func bernoulli(_ shape: Shape, _ p: Double, value: Float, _ generator: Generator) throws -> Tensor {
        let tensor = try Tensor(uninitialized: shape)
        let values = UnsafeMutableBufferPointer(start: tensor.floats, count: tensor.count)
        generator.fillBernoulli(values, p, value: value)
        return tensor
    }
}
