import Operators

/// Where a layer's first values come from.
struct Initializer {
    let generator: Generator
    let dtype: DType

    init(_ generator: Generator, _ dtype: DType = .float32) {
        self.generator = generator
        self.dtype = dtype
    }

    /// What the arguments of a layer's constructor say of it.
    init(_ a: Arguments, _ context: Context) throws {
        generator = context.generator
        dtype = try a.dtype() ?? .float32
    }

    /// PyTorch's default for convolutions and linear layers: uniform in `±1 / sqrt(fanIn)`, which is Kaiming's rule
    /// (He et al., 2015) with a = √5.
    ///
    /// - Parameter fanIn: how many inputs go into one output.
    func weight(_ shape: Shape, fanIn: Int) throws -> Tensor {
        let gain = (2.0 / (1 + 5.0.squareRoot() * 5.0.squareRoot())).squareRoot()
        return try uniform(shape, bound: 3.0.squareRoot() * (gain / Double(max(1, fanIn)).squareRoot()))
    }

    /// Zeros where nothing goes in.
    func bias(_ count: Int, fanIn: Int) throws -> Tensor {
        try uniform([count], bound: fanIn > 0 ? 1 / Double(fanIn).squareRoot() : 0)
    }

    /// From `-bound` to below `bound`.
    func uniform(_ shape: Shape, bound: Double) throws -> Tensor {
        if dtype != .float64 { return try .uniform(shape, Float(-bound), Float(bound), generator) }
        let tensor = try Tensor(uninitialized: shape, dtype: .float64)
        try tensor.withUnsafeMutableBytes { bytes in
            let values = bytes.bindMemory(to: Double.self)
            for i in values.indices { values[i] = generator.uniform53() * (bound - -bound) - bound }
        }
        return tensor
    }

    /// Mean 0, standard deviation 1.
    func normal(_ shape: Shape) throws -> Tensor { try .normal(shape, generator).to(dtype) }

    func full(_ shape: Shape, _ value: Double) throws -> Tensor { try .full(shape, value, dtype: dtype) }
}

extension Argument {
    /// The type of a layer's parameters.
    static var parameterType: Argument {
        .choice("dtype", "type of the parameters", of: ["float32", "float64"]).optional
    }
}

/// Checks a size that a script gave.
func requirePositive(_ value: Int, _ name: String) throws {
    guard value >= 1 else { throw TensorError("\(name) of at least 1 expected, got \(value)") }
    guard value <= 1 << 24 else { throw TensorError("\(name) from 1 to \(1 << 24) expected, got \(value)") }
}
