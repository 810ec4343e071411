import Kernels
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

    public override func step() throws {
        try eachGradient { place, parameter, gradient in
            var moment =
                try moments[place] ?? (Tensor.zeros(parameter.shape), Tensor.zeros(parameter.shape), 0)
            moment.steps += 1
            moments[place] = moment
            let steps = Double(moment.steps)
            let (p, g, m, s) = (parameter.floats, gradient.floats, moment.mean.floats, moment.square.floats)
            inParts(of: parameter.count) { part in
                kernels.adam(
                    AdamStep(
                        count: part.count, parameter: p + part.lowerBound, gradient: g + part.lowerBound,
                        mean: m + part.lowerBound, square: s + part.lowerBound, beta1: Float(betas.0),
                        beta2: Float(betas.1), epsilon: Float(epsilon),
                        stepSize: Float(learningRate / (1 - pow(betas.0, steps))),
                        squareCorrection: Float((1 - pow(betas.1, steps)).squareRoot()),
                        weightDecay: decoupled ? 0 : Float(weightDecay),
                        shrink: decoupled ? Float(1 - learningRate * weightDecay) : 1))
            }
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
