/// What replaces a tensor's elements by random numbers. The draws, and their order, are PyTorch's.
extension Operators {
    private static func drawing(
        _ name: String, _ doc: String, _ arguments: [Argument], example: @autoclosure @escaping Lazy<Example>,
        anyType: Bool = false,
        body: @escaping @Sendable (Tensor, Arguments, Generator) throws -> Void
    ) -> Operator {
        Operator(
            name, doc: doc, [.tensor("input")] + arguments, returns: .receiver, faces: [.method], examples: [example()]
        ) { a, context in
            let x = try a.tensor("input")
            if !anyType { try x.expectDrawable() }
            try x.expectChangeable()
            guard GradMode.isEnabled, x.requiresGrad else {
                try body(x, a, context.generator)
                return .tensor(x)
            }
            // The draws lie as the elements do, and nothing depends on what was there.
            let drawn = x.detach()
            try body(drawn, a, context.generator)
            return .tensor(try x.assign(drawn))
        }
    }

    static let uniformInPlace = drawing(
        "uniform_", "Sets every element to a number uniform in `from`..`to`.",
        [.number("from", default: 0), .number("to", default: 1)], example: .init(.values(2, 3), -1, 1)
    ) { x, a, generator in
        let (low, high) = (try a.number("from"), try a.number("to"))
        guard low <= high else { throw TensorError("'from' of at most 'to' expected, got \(low) and \(high)") }
        try x.drawUniform(low, high, generator)
    }

    static let normalInPlace = drawing(
        "normal_", "Sets every element to a normally distributed number.",
        [.number("mean", default: 0), .number("std", default: 1)], example: .init(.values(2, 3), 1, 2)
    ) { x, a, generator in try x.drawNormal(a.number("mean"), deviation(a), generator) }

    private static func deviation(_ a: Arguments) throws -> Double {
        let deviation = try a.number("std")
        guard deviation >= 0 else { throw TensorError("a 'std' of at least 0 expected, got \(deviation)") }
        return deviation
    }

    static let logNormalInPlace = drawing(
        "log_normal_", "Sets every element to a number whose logarithm is normally distributed.",
        [.number("mean", default: 1), .number("std", default: 2)], example: .init(.values(2, 3), 0.5, 1.5)
    ) { x, a, generator in
        let (mean, deviation) = (try a.number("mean"), try deviation(a))
        try x.draw { generator.logNormal(mean, deviation) }
    }

    static let exponentialInPlace = drawing(
        "exponential_", "Sets every element to an exponentially distributed number with the rate `lambd`.",
        [.number("lambd", default: 1)], example: .init(.values(2, 3), 1.5)
    ) { x, a, generator in
        let rate = try a.number("lambd")
        guard rate > 0 else { throw TensorError("a 'lambd' above 0 expected, got \(rate)") }
        try x.draw { generator.exponential(rate) }
    }

    static let cauchyInPlace = drawing(
        "cauchy_", "Sets every element to a number of the Cauchy distribution.",
        [.number("median", default: 0), .number("sigma", default: 1)], example: .init(.values(2, 3), 0.5, 2)
    ) { x, a, generator in
        let (median, sigma) = (try a.number("median"), try a.number("sigma"))
        guard sigma > 0 else { throw TensorError("a 'sigma' above 0 expected, got \(sigma)") }
        try x.draw { generator.cauchy(median, sigma) }
    }

    static let geometricInPlace = drawing(
        "geometric_", "Sets every element to the number of trials up to the first success, each of probability `p`.",
        [.number("p")], example: .init(.values(2, 3), 0.3), anyType: true
    ) { x, a, generator in
        let p = try a.number("p")
        guard p > 0, p < 1 else { throw TensorError("a 'p' between 0 and 1 expected, got \(p)") }
        try x.draw { generator.geometric(p) }
    }

    static let randomInPlace = drawing(
        "random_",
        "Sets every element to an integer from `from` to below `to`; with one argument from 0 to below it, without any as "
            + "far as the type counts exactly.",
        [.integer("from").optional, .integer("to").optional], example: .init(.values(2, 3), -3, 10), anyType: true
    ) { x, a, generator in
        let first = try a.optionalInteger("from")
        if let bound = try a.optionalInteger("to") ?? first {
            return try x.drawIntegers(a.has("to") ? first ?? 0 : 0, bound, generator)
        }
        switch x.dtype {
        case .bool: try x.drawIntegers { Int64(generator.next32() & 1) }
        case .int64: try x.drawIntegers { generator.nextInt64() }
        case .float64: try x.drawIntegers { Int64(generator.next64() % (1 << 53 + 1)) }
        default:
            let bits = [.float32: 24, .int32: 31, .int16: 15, .int8: 7, .uint8: 8][x.dtype] ?? 31
            let range = UInt64(1) << bits + (x.dtype == .float32 ? 1 : 0)
            try x.drawIntegers { Int64(UInt64(generator.next32()) % range) }
        }
    }

    static let bernoulliInPlace = drawing(
        "bernoulli_", "Sets every element to 1 with probability `p`, a number or a tensor, else to 0.",
        [.operand("p").optional], example: .init(.values(2, 3), 0.3), anyType: true
    ) { x, a, generator in
        try x.drawTruths(a.has("p") ? a.operand("p") : .number(0.5), generator)
    }

    static let bernoulli = Operator(
        "bernoulli", doc: "1 with the probability that each element is, or with probability `p`, else 0.",
        [.tensor("input"), .number("p").optional], faces: .usual,
        examples: [.init(.values(2, 3, from: 0, to: 1)), .init(.values(2, 3), 0.3)]
    ) { a, context in
        let x = try a.tensor("input").detach()
        let result = try Tensor(uninitialized: x.shape, dtype: x.dtype)
        try result.drawTruths(a.has("p") ? .number(a.number("p")) : .tensor(x), context.generator)
        return .tensor(result)
    }
}

extension Tensor {
    /// Integers from `low` to below `high`, as `torch.randint` draws them.
    func drawIntegers(_ low: Int, _ high: Int, _ generator: Generator) throws {
        guard low < high else { throw TensorError("'from' below 'to' expected, got \(low) and \(high)") }
        if let limits = dtype.limits, low < limits.lowerBound || high - 1 > limits.upperBound {
            throw TensorError("integers from \(low) to \(high - 1) do not fit into \(dtype.rawValue)")
        }
        let range = UInt64(bitPattern: Int64(high &- low))
        try drawIntegers { Int64(low) &+ Int64(truncatingIfNeeded: generator.integer(below: range)) }
    }

    fileprivate func drawTruths(_ p: Operand, _ generator: Generator) throws {
        guard let probabilities = p.tensor else {
            guard p.number >= 0, p.number <= 1 else {
                throw TensorError("a probability from 0 to 1 expected, got \(p.number)")
            }
            return try draw { generator.bernoulli(p.number) ? 1 : 0 }
        }
        try probabilities.expectDrawable()
        let known = try similar(.float64)
        try known.assign(probabilities.detach().expand(shape))
        // In the order in which the draws are made.
        let chances = try known.permute(Shape(strideOrder)).contiguous()
        let values = chances.address(as: Double.self)
        for i in 0..<count where !(values[i] >= 0 && values[i] <= 1) {
            throw TensorError("probabilities from 0 to 1 expected, got \(values[i])")
        }
        let isSingle = probabilities.dtype == .float32
        var next = 0
        try draw {
            defer { next += 1 }
            return (isSingle ? Double(generator.uniform()) : generator.uniform53()) < values[next] ? 1 : 0
        }
        extendLifetime(chances)
    }
}

extension DType {
    /// The integers that a type holds exactly; nil for those that any integer is allowed for.
    var limits: ClosedRange<Int>? {
        switch self {
        case .float32: -(1 << 24)...(1 << 24)
        case .float64: -(1 << 53)...(1 << 53)
        case .int64: nil
        case .int32: Int(Int32.min)...Int(Int32.max)
        case .int16: Int(Int16.min)...Int(Int16.max)
        case .int8: -128...127
        case .uint8: 0...255
        case .bool: 0...1
        }
    }
}
