import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Adam, or AdamW where the weight decay is decoupled (`torch.optim.Adam`, `torch.optim.AdamW`).
public final class Adam: Optimizer {
    public let betas: (Double, Double)
    public let epsilon: Double, weightDecay: Double
    public let decoupled: Bool
    private var moments: [(mean: Tensor, square: Tensor, steps: Int)?]

    /// - Throws: `TensorError` for numbers out of range.
    public init(
        _ parameters: [Tensor], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 0, decoupled: Bool = false
    ) throws {
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.decoupled = decoupled
        moments = Array(repeating: nil, count: parameters.count)
        try super.init(parameters, learningRate: learningRate)
        try Optimizer.check(betas.0, "betas[1]", below: 1)
        try Optimizer.check(betas.1, "betas[2]", below: 1)
        try Optimizer.check(epsilon, "eps")
        try Optimizer.check(weightDecay, "weight_decay")
    }

    /// `m += (1 - β₁)(g - m); s = β₂·s + (1 - β₂)·g²; p -= lr / (1 - β₁ᵗ) · m / (√s / √(1 - β₂ᵗ) + ε)`; the decay is added
    /// to the gradient, or decoupled: the parameter is multiplied by `1 - lr·weightDecay` first.
    private lazy var update: ElementwiseUpdate = {
        let (p, g) = (Expression.variable(0), Expression.variable(1))
        let shrunk = decoupled && weightDecay != 0 ? p * .parameter(6) : p
        let gradient = decoupled || weightDecay == 0 ? g : g + .parameter(6) * p
        let mean = .variable(2) + .parameter(0) * (gradient - .variable(2))
        let square = .parameter(1) * .variable(3) + .parameter(2) * gradient * gradient
        let denominator = .sqrt(square) / .parameter(3) + .parameter(4)
        return ElementwiseUpdate(
            inputs: 4, parameters: 7, [(2, mean), (3, square), (0, shrunk - .parameter(5) * mean / denominator)])
    }()

    public override func step() throws {
        try eachGradient { place, parameter, gradient in
            var moment =
                try moments[place] ?? (Tensor.zeros(parameter.shape), Tensor.zeros(parameter.shape), 0)
            moment.steps += 1
            moments[place] = moment
            let steps = Double(moment.steps)
            update(
                [parameter, gradient, moment.mean, moment.square],
                [
                    1 - betas.0, betas.1, 1 - betas.1, (1 - pow(betas.1, steps)).squareRoot(), epsilon,
                    learningRate / (1 - pow(betas.0, steps)),
                    decoupled ? 1 - learningRate * weightDecay : weightDecay,
                ])
        }
    }

    public override var state: [(name: String, tensor: Tensor)] {
        moments.enumerated().flatMap { place, moment -> [(name: String, tensor: Tensor)] in
            guard let moment, let steps = try? Tensor([Float(moment.steps)], []) else { return [] }
            return [
                ("\(place).step", steps), ("\(place).exp_avg", moment.mean), ("\(place).exp_avg_sq", moment.square),
            ]
        }
    }

    public override func loadState(_ state: [(name: String, tensor: Tensor)]) throws {
        var loaded = [(mean: Tensor, square: Tensor, steps: Int)?](repeating: nil, count: parameters.count)
        for (name, tensor) in state {
            let (place, kind) = try resolve(name, tensor)
            let shape = parameters[place].shape
            var moment = try loaded[place] ?? (Tensor.zeros(shape), Tensor.zeros(shape), 0)
            switch kind {
            case "step":
                let steps = try tensor.item()
                guard steps >= 0, steps < 1e9 else { throw TensorError("state '\(name)' is not a number of steps") }
                moment.steps = Int(steps)
            case "exp_avg": moment.mean = try copy(tensor, name, like: parameters[place])
            case "exp_avg_sq": moment.square = try copy(tensor, name, like: parameters[place])
            default: throw TensorError("Adam has no state '\(name)'")
            }
            loaded[place] = moment
        }
        moments = loaded
    }
}
