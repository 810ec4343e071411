/// One step of stochastic gradient descent, as `torch.optim.SGD` defines it:
/// `g += weightDecay·p; v = momentum·v + (1 - dampening)·g; p -= lr·v` (or `lr·(g + momentum·v)` by Nesterov).
public struct SGDStep {
    public var count: Int
    public var parameter: UnsafeMutablePointer<Float>
    public var gradient: UnsafePointer<Float>
    /// The momentum buffer; nil without momentum.
    public var velocity: UnsafeMutablePointer<Float>?
    /// Whether this step fills the buffer with the gradient itself.
    public var isFirst: Bool
    public var learningRate: Float, momentum: Float, dampening: Float, weightDecay: Float
    public var nesterov: Bool

    public init(
        count: Int, parameter: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        velocity: UnsafeMutablePointer<Float>?, isFirst: Bool, learningRate: Float, momentum: Float,
        dampening: Float, weightDecay: Float, nesterov: Bool
    ) {
        self.count = count
        self.parameter = parameter
        self.gradient = gradient
        self.velocity = velocity
        self.isFirst = isFirst
        self.learningRate = learningRate
        self.momentum = momentum
        self.dampening = dampening
        self.weightDecay = weightDecay
        self.nesterov = nesterov
    }
}

/// One step of Adam (Kingma and Ba, 2015) as `torch.optim.Adam` defines it, or of AdamW
/// (Loshchilov and Hutter, 2019) where the decay is decoupled.
public struct AdamStep {
    public var count: Int
    public var parameter: UnsafeMutablePointer<Float>
    public var gradient: UnsafePointer<Float>
    public var mean: UnsafeMutablePointer<Float>
    public var square: UnsafeMutablePointer<Float>
    public var beta1: Float, beta2: Float, epsilon: Float
    /// `lr / (1 - beta1^t)`.
    public var stepSize: Float
    /// `sqrt(1 - beta2^t)`.
    public var squareCorrection: Float
    /// Added to the gradient as `weightDecay·p`; 0 in AdamW.
    public var weightDecay: Float
    /// What the parameter is multiplied by first: `1 - lr·weightDecay` in AdamW, else 1.
    public var shrink: Float

    public init(
        count: Int, parameter: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        mean: UnsafeMutablePointer<Float>, square: UnsafeMutablePointer<Float>, beta1: Float, beta2: Float,
        epsilon: Float, stepSize: Float, squareCorrection: Float, weightDecay: Float, shrink: Float
    ) {
        self.count = count
        self.parameter = parameter
        self.gradient = gradient
        self.mean = mean
        self.square = square
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.stepSize = stepSize
        self.squareCorrection = squareCorrection
        self.weightDecay = weightDecay
        self.shrink = shrink
    }
}
