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

    private lazy var plainStep = step { gradient, _ in (nil, gradient) }
    /// The first step fills the buffer with the gradient itself.
    private lazy var firstStep = step { gradient, _ in (gradient, gradient) }
    private lazy var laterStep = step { gradient, velocity in
        let next = .parameter(1) * velocity + .parameter(2) * gradient
        return (next, next)
    }

    /// `g += weightDecay·p; p -= lr·v`, with the velocity that `velocity` makes of the gradient and the buffer.
    private func step(
        _ velocity: (Expression, Expression) -> (kept: Expression?, direction: Expression)
    ) -> ElementwiseUpdate {
        let (p, g) = (Expression.variable(0), Expression.variable(1))
        let gradient = weightDecay == 0 ? g : g + .parameter(3) * p
        let (kept, direction) = velocity(gradient, .variable(2))
        let ahead = kept != nil && nesterov ? gradient + .parameter(1) * direction : direction
        let parameter = (input: 0, value: p - .parameter(0) * ahead)
        return ElementwiseUpdate(
            inputs: kept == nil ? 2 : 3, parameters: 4, (kept.map { [(input: 2, value: $0)] } ?? []) + [parameter])
    }

    public override func step() throws {
        let numbers = [learningRate, momentum, 1 - dampening, weightDecay]
        try eachGradient { place, parameter, gradient in
            guard momentum != 0 else { return plainStep([parameter, gradient], numbers) }
            if let velocity = velocities[place] { return laterStep([parameter, gradient, velocity], numbers) }
            let velocity = try Tensor(uninitialized: parameter.shape, dtype: parameter.dtype)
            velocities[place] = velocity
            firstStep([parameter, gradient, velocity], numbers)
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
