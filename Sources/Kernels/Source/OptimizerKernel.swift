import KernelTable

func sgd(_ s: SGDStep) {
    guard let velocity = s.velocity else {
        for i in 0..<s.count {
            let gradient = s.gradient[i] + s.weightDecay * s.parameter[i]
            s.parameter[i] -= s.learningRate * gradient
        }
        return
    }
    let fresh = s.isFirst ? 1 : 1 - s.dampening
    let kept = s.isFirst ? 0 : s.momentum
    for i in 0..<s.count {
        let gradient = s.gradient[i] + s.weightDecay * s.parameter[i]
        let v = kept * velocity[i] + fresh * gradient
        velocity[i] = v
        s.parameter[i] -= s.learningRate * (s.nesterov ? gradient + s.momentum * v : v)
    }
}

func adam(_ s: AdamStep) {
    for i in 0..<s.count {
        let p = s.parameter[i] * s.shrink
        let gradient = s.gradient[i] + s.weightDecay * p
        let mean = s.mean[i] + (1 - s.beta1) * (gradient - s.mean[i])
        let square = s.beta2 * s.square[i] + (1 - s.beta2) * gradient * gradient
        s.mean[i] = mean
        s.square[i] = square
        s.parameter[i] = p - s.stepSize * mean / (square.squareRoot() / s.squareCorrection + s.epsilon)
    }
}
