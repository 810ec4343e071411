import Kernels
import Tensors

/// Stochastic gradient descent with momentum (`torch.optim.SGD`).
public final class SGD: Optimizer {
    public let momentum: Double, dampening: Double, weightDecay: Double
    public let nesterov: Bool
    private var velocities: [Tensor?]

    /// - Throws: `TensorError` for negative numbers, or Nesterov's method without momentum or with dampening.
    public init(
        _ parameters: [Tensor], learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0,
        weightDecay: Double = 0, nesterov: Bool = false
    ) throws {
        self.momentum = momentum
        self.dampening = dampening
        self.weightDecay = weightDecay
        self.nesterov = nesterov
        velocities = Array(repeating: nil, count: parameters.count)
        try super.init(parameters, learningRate: learningRate)
        try Optimizer.check(momentum, "momentum")
        try Optimizer.check(weightDecay, "weight_decay")
        guard !nesterov || momentum > 0 && dampening == 0 else {
            throw TensorError("nesterov needs a momentum above 0 and no dampening")
        }
    }

    public override func step() throws {
        try eachGradient { place, parameter, gradient in
            let isFirst = velocities[place] == nil
            if momentum != 0 && isFirst { velocities[place] = try Tensor.zeros(parameter.shape) }
            let (p, g, v) = (parameter.floats, gradient.floats, velocities[place]?.floats)
            inParts(of: parameter.count) { part in
                kernels.sgd(
                    SGDStep(
                        count: part.count, parameter: p + part.lowerBound, gradient: g + part.lowerBound,
                        velocity: v.map { $0 + part.lowerBound }, isFirst: isFirst,
                        learningRate: Float(learningRate), momentum: Float(momentum), dampening: Float(dampening),
                        weightDecay: Float(weightDecay), nesterov: nesterov))
            }
        }
    }

    public override var state: [(name: String, tensor: Tensor)] {
        velocities.enumerated().compactMap { place, velocity in velocity.map { ("\(place).momentum_buffer", $0) } }
    }

    public override func loadState(_ state: [(name: String, tensor: Tensor)]) throws {
        var loaded = [Tensor?](repeating: nil, count: parameters.count)
        for (name, tensor) in state {
            let (place, kind) = try resolve(name, tensor)
            guard kind == "momentum_buffer" else { throw TensorError("SGD has no state '\(name)'") }
            loaded[place] = try copy(tensor, name, like: parameters[place])
        }
        velocities = loaded
    }
}
