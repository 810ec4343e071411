import Tensors

extension Tensor {
    /// PyTorch's default for convolutions and linear layers: uniform in `±1 / sqrt(fanIn)`, which is Kaiming's rule
    /// (He et al., 2015) with a = √5.
    ///
    /// - Parameter fanIn: how many inputs go into one output.
    static func defaultWeight(_ shape: Shape, fanIn: Int, _ generator: Generator) throws -> Tensor {
        let gain = (2.0 / (1 + 5.0.squareRoot() * 5.0.squareRoot())).squareRoot()
        let bound = 3.0.squareRoot() * (gain / Double(Swift.max(1, fanIn)).squareRoot())
        return try .uniform(shape, Float(-bound), Float(bound), generator)
    }

    static func defaultBias(_ count: Int, fanIn: Int, _ generator: Generator) throws -> Tensor {
        let bound = 1 / Double(Swift.max(1, fanIn)).squareRoot()
        return try .uniform([count], Float(-bound), Float(bound), generator)
    }
}

/// Checks a size that a script gave.
func requirePositive(_ value: Int, _ name: String) throws {
    guard value >= 1 else { throw TensorError("\(name) of at least 1 expected, got \(value)") }
    guard value <= 1 << 24 else { throw TensorError("\(name) from 1 to \(1 << 24) expected, got \(value)") }
}
