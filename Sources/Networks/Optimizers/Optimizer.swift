import Tensors

/// Changes parameters along their gradients.
open class Optimizer {
    public let parameters: [Tensor]
    /// How far a step goes. May be changed between steps.
    public var learningRate: Double

    /// - Throws: `TensorError` where there is nothing to optimise, a parameter stands in the list twice, or a rate is not
    ///   a number from 0 up.
    init(_ parameters: [Tensor], learningRate: Double) throws {
        guard !parameters.isEmpty else { throw TensorError("at least one parameter expected, got an empty list") }
        var places: [ObjectIdentifier: Int] = [:]
        for (i, parameter) in parameters.enumerated() {
            guard parameter.isLeaf && parameter.requiresGrad && parameter.isContiguous else {
                throw TensorError("parameter \(i + 1) is not a parameter of a module: it has no gradient of its own")
            }
            if let first = places.updateValue(i, forKey: ObjectIdentifier(parameter)) {
                throw TensorError("parameter \(i + 1) is the same tensor as parameter \(first + 1)")
            }
        }
        self.parameters = parameters
        self.learningRate = learningRate
        try Optimizer.check(learningRate, "lr")
    }

    static func check(_ value: Double, _ name: String, below limit: Double = .infinity) throws {
        guard value >= 0, value < limit else {
            throw TensorError(
                limit == .infinity
                    ? "\(name) of 0 or more expected, got \(value)"
                    : "\(name) from 0 to below \(limit) expected, got \(value)")
        }
    }

    /// Forgets all gradients.
    public func zeroGrad() { for parameter in parameters { parameter.grad = nil } }

    /// Changes every parameter that has a gradient.
    open func step() throws {}

    /// What the optimiser remembers between steps, by the parameter's place (from 0) and PyTorch's name:
    /// "0.momentum_buffer".
    open var state: [(name: String, tensor: Tensor)] { [] }

    /// Goes on from a state that was saved.
    ///
    /// - Throws: `TensorError` for a name or shape that is not of this optimiser.
    open func loadState(_ state: [(name: String, tensor: Tensor)]) throws {
        if let first = state.first { throw TensorError("this optimiser has no state '\(first.name)'") }
    }

    /// A tensor of the state that belongs to a parameter.
    ///
    /// - Returns: the parameter's place and what is behind the dot.
    func resolve(_ name: String, _ tensor: Tensor) throws -> (place: Int, kind: String) {
        let parts = name.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let place = Int(parts[0]), parameters.indices.contains(place) else {
            throw TensorError("this optimiser has no state '\(name)'")
        }
        return (place, String(parts[1]))
    }

    func copy(_ tensor: Tensor, _ name: String, like parameter: Tensor) throws -> Tensor {
        guard tensor.dtype == .float32 else {
            throw TensorError("state '\(name)' is \(tensor.dtype.rawValue), its parameter is float32")
        }
        guard tensor.shape == parameter.shape else {
            throw TensorError(
                "state '\(name)' has shape \(tensor.shape), its parameter has \(parameter.shape)")
        }
        return try tensor.detach().contiguous().clone()
    }

    /// Calls `body` with each parameter that has a gradient, its place and the gradient.
    func eachGradient(_ body: (Int, Tensor, Tensor) throws -> Void) throws {
        for (place, parameter) in parameters.enumerated() {
            guard let grad = parameter.grad else { continue }
            guard grad.shape == parameter.shape else {
                throw TensorError("the gradient of parameter \(place + 1) has shape \(grad.shape)")
            }
            try body(place, parameter, grad.detach().contiguous())
        }
    }
}
