extension Operators {
    static let randint = creation(
        "randint", "Integers from `low` to below `high`; with one bound, from 0 to below it.",
        [
            .integer("low").optional, .anyOf("high", of: [.integer, .integers]).optional, .integers("size").optional,
        ], examples: [.init(10, [2, 3]), .init(-3, 3, [4])]
    ) { a, context in
        // randint(high, size) or randint(low, high, size).
        let given = try a.value("high")
        var (low, size) = (try a.optionalInteger("low"), try a.optionalIntegers("size"))
        var high = given?.integer
        if case .list(let items)? = given { (high, size) = (nil, items.compactMap(\.integer)) }
        if high == nil { (low, high) = (0, low) }
        guard let high, let size else { throw TensorError("'high' and 'size' expected") }
        let result = try Tensor(uninitialized: Shape(size), dtype: a.dtype() ?? .int64)
        try result.drawIntegers(low ?? 0, high, context.generator)
        return result
    }

    static let randintLike = like(
        "randint_like", "Integers from `low` to below `high` in the shape of a tensor; with one bound, from 0.",
        [.integer("low"), .integer("high").optional], example: .init(.values(2, 3), -2, 10)
    ) { result, a, context in
        let high = try a.optionalInteger("high")
        try result.drawIntegers(high == nil ? 0 : a.integer("low"), high ?? a.integer("low"), context.generator)
    }

    static let normal = Operator(
        "normal",
        doc: "Normally distributed numbers; `mean` and `std` are numbers or tensors, and where both are numbers "
            + "`size` is needed.",
        [
            .operand("mean", "0 by default").optional, .operand("std", "1 by default").optional,
            .integers("size").optional,
        ], options: [.dtype], faces: [.function],
        examples: [.init(0.5, 2, [2, 3]), .init(.values(2, 3), 0.5), .init(1, .positive(4))]
    ) { a, context in
        let mean = try a.has("mean") ? a.operand("mean") : .number(0)
        let deviation = try a.has("std") ? a.operand("std") : .number(1)
        if deviation.tensor == nil, deviation.number < 0 {
            throw TensorError("a 'std' of at least 0 expected, got \(deviation.number)")
        }
        guard mean.tensor != nil || deviation.tensor != nil else {
            guard let size = try a.optionalIntegers("size") else {
                throw TensorError("'size' expected where 'mean' and 'std' are numbers")
            }
            let result = try Tensor(uninitialized: Shape(size), dtype: a.dtype() ?? .float32)
            try result.expectDrawable()
            try result.drawNormal(mean.number, deviation.number, context.generator)
            return .tensor(result)
        }
        let (m, s) = (try mean.asTensor().detach(), try deviation.asTensor().detach())
        let dtype = try a.dtype() ?? (mean.tensor ?? deviation.tensor)?.dtype ?? .float32
        let result = try Tensor(uninitialized: broadcastShape(m.shape, s.shape), dtype: dtype)
        try result.expectDrawable()
        try result.drawNormal(0, 1, context.generator)
        return .tensor(try (result * s + m).to(dtype))
    }

    static let multinomial = Operator(
        "multinomial", doc: "`num_samples` places of each row, drawn with probabilities in proportion to the elements.",
        [.tensor("input"), .integer("num_samples", min: 1), .boolean("replacement", default: false)],
        returns: .object(Tensor.self, "int64"), faces: .usual,
        examples: [.init(.positive(3, 5), 2), .init(.positive(5), 7, true)]
    ) { a, context in
        let x = try a.tensor("input").detach()
        return .tensor(
            try x.multinomial(a.integer("num_samples"), replacement: a.boolean("replacement"), context.generator))
    }
}

extension Tensor {
    /// Places of each row, drawn with probabilities in proportion to the elements.
    ///
    /// - Parameters:
    ///   - samples: how many of each row, int64 `[samples]` or `[rows, samples]`.
    ///   - replacement: whether a place may come again.
    /// - Throws: `TensorError` for weights that are not finite, at least 0 and somewhere above it, or more samples than
    ///   places without replacement.
    public func multinomial(_ samples: Int, replacement isReplacing: Bool, _ generator: Generator) throws -> Tensor {
        try expectDrawable()
        guard dim == 1 || dim == 2 else { throw TensorError("a row or rows of weights expected, got \(shape)") }
        let categories = shape[dim - 1]
        guard isReplacing || samples <= categories else {
            throw TensorError("at most \(plural(categories, "sample")) without replacement expected, got \(samples)")
        }
        let rows = try to(.float64).reshape([-1, categories]).contiguous()
        for i in 0..<rows.shape[0] { try rows.checkWeights(i) }
        if !isReplacing || samples == 1 {
            // The exponential races of Efraimidis and Spirakis (2006): the first to arrive are the sample.
            let times = try similar()
            try times.draw { generator.exponential(1) }
            return try (self / times).sorted(-1, descending: true).indices.slice(-1, 0, samples).contiguous()
        }
        return try rows.sampled(samples, dtype, generator).reshape(shape.dropLast() + [samples])
    }

    private func checkWeights(_ row: Int) throws {
        let values = address(as: Double.self) + row * shape[1]
        var total = 0.0
        for i in 0..<shape[1] {
            guard values[i] >= 0, values[i].isFinite else {
                throw TensorError("finite weights of at least 0 expected, got \(values[i])")
            }
            total += values[i]
        }
        guard total > 0 else { throw TensorError("a row whose weights are not all 0 expected") }
    }

    /// Places of each row by inversion of its running sums.
    fileprivate func sampled(_ samples: Int, _ dtype: DType, _ generator: Generator) throws -> Tensor {
        let (rows, categories) = (shape[0], shape[1])
        let result = try Tensor(uninitialized: [rows, samples], dtype: .int64)
        let (weights, places) = (address(as: Double.self), result.address(as: Int64.self))
        func rounded(_ value: Double) -> Double { dtype == .float32 ? Double(Float(value)) : value }
        for row in 0..<rows {
            var (sums, total) = ([Double](), 0.0)
            for i in 0..<categories {
                total = rounded(total + weights[row * categories + i])
                sums.append(total)
            }
            sums = sums.map { rounded($0 / total) }
            for i in 0..<samples {
                let draw = generator.uniform53()
                var (low, high) = (0, categories)
                while low < high {
                    let middle = (low + high) / 2
                    if sums[middle] < draw { low = middle + 1 } else { high = middle }
                }
                places[row * samples + i] = Int64(Swift.min(low, categories - 1))
            }
        }
        return result
    }
}
