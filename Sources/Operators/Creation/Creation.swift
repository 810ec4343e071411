extension Operators {
    /// Sizes one after another or in a list: zeros(2, 3), zeros { 2, 3 }.
    private static let shape: Argument = .rest(integers: "size")
    private static let options: [Argument] = [.dtype, .boolean("requires_grad", default: false)]

    private static func creation(
        _ name: String, _ doc: String, _ arguments: [Argument] = [shape], examples: [Example],
        body: @escaping @Sendable (Arguments, Context) throws -> Tensor
    ) -> Operator {
        Operator(name, doc: doc, arguments, options: options, faces: [.function], examples: examples) { a, context in
            let tensor = try body(a, context)
            return .tensor(try a.boolean("requires_grad") ? tensor.requireGrad() : tensor)
        }
    }

    private static func sizes(_ a: Arguments) throws -> Shape {
        guard let sizes = try a.optionalIntegers("size") else { throw TensorError("sizes expected, got nothing") }
        return Shape(sizes)
    }

    static let zeros = creation("zeros", "A tensor of zeros.", examples: [.init([2, 3])]) { a, _ in
        try .zeros(sizes(a), dtype: a.dtype() ?? .float32)
    }

    static let ones = creation("ones", "A tensor of ones.", examples: [.init([2, 3])]) { a, _ in
        try .ones(sizes(a), dtype: a.dtype() ?? .float32)
    }

    static let full = creation(
        "full", "A tensor with every element the same. An integer gives int64, a truth value bool.",
        [.integers("size"), .anyOf("fill_value", of: [.number, .boolean])], examples: [.init([2, 3], 7)]
    ) { a, _ in
        let value = try a.operand("fill_value")
        return try .full(sizes(a), value, dtype: a.dtype())
    }

    static let rand = creation("rand", "Numbers uniform in 0..1.", examples: [.init([2, 3])]) { a, context in
        try .uniform(sizes(a), 0, 1, context.generator).to(a.dtype() ?? .float32)
    }

    static let randn = creation(
        "randn", "Normally distributed numbers, mean 0, standard deviation 1.", examples: [.init([2, 3])]
    ) { a, context in
        try .normal(sizes(a), context.generator).to(a.dtype() ?? .float32)
    }

    static let randperm = creation(
        "randperm", "The numbers from 0 to n - 1 in random order, int64.",
        [.integer("n", min: 0, max: 200_000_000)], examples: [.init(7)]
    ) { a, context in
        try .permutation(a.integer("n"), context.generator).to(a.dtype() ?? .int64)
    }

    static let arange = creation(
        "arange",
        "The numbers from `start` up to below `stop`, `step` apart; with one argument, from 0 up to below it. Integers "
            + "give int64, others float32.",
        [.number("start"), .number("stop").optional, .number("step", "1 by default").optional],
        examples: [.init(5), .init(2, 9, 3), .init(0.5, 2.0, 0.25)]
    ) { a, _ in
        let (first, second) = (try a.operand("start"), try a.has("stop") ? a.operand("stop") : nil)
        // A default with a type would decide the result's.
        let step = try a.has("step") ? a.operand("step") : .integer(1)
        return try .arange(second == nil ? .integer(0) : first, second ?? first, step, dtype: a.dtype())
    }
}

extension Tensor {
    /// A tensor with every element the same; its type is the value's by default.
    public static func full(_ shape: Shape, _ value: Operand, dtype: DType?) throws -> Tensor {
        let usual: DType
        switch value {
        case .integer: usual = .int64
        case .boolean: usual = .bool
        default: usual = .float32
        }
        let tensor = try Tensor(uninitialized: shape, dtype: dtype ?? usual)
        tensor.fillWithoutCheck(value)
        return tensor
    }

    /// The numbers from `start` up to below `stop`, `step` apart.
    ///
    /// - Throws: `TensorError` for a step of 0, bounds that are not finite, or more numbers than memory can hold.
    public static func arange(_ start: Operand, _ stop: Operand, _ step: Operand, dtype: DType? = nil) throws -> Tensor
    {
        if case (.integer(let start), .integer(let stop), .integer(let step)) = (start, stop, step) {
            guard step != 0 else { throw TensorError("a step other than 0 expected") }
            let (span, overflow) = stop.subtractingReportingOverflow(start)
            guard !overflow else { throw TensorError("from \(start) to \(stop) is more than memory can hold") }
            let steps = step.magnitude
            let count = span.signum() == step.signum() ? (span.magnitude - 1) / steps + 1 : 0
            guard let count = Int(exactly: count) else {
                throw TensorError("from \(start) to \(stop) is more than memory can hold")
            }
            let result = try Tensor(uninitialized: [count], dtype: .int64)
            let values = result.address(as: Int64.self)
            for place in 0..<count { values[place] = Int64(start &+ place &* step) }
            return try result.to(dtype ?? .int64)
        }
        let (start, stop, step) = (start.number, stop.number, step.number)
        let count = ((stop - start) / step).rounded(.up)
        guard step != 0, count < 0x1p43, start.isFinite, stop.isFinite else {
            throw TensorError(
                "finite bounds and a step other than 0 expected, got \(start), \(stop) and \(step)")
        }
        let result = try Tensor(uninitialized: [Int(max(0, count))], dtype: .float64)
        let values = result.address(as: Double.self)
        for place in 0..<result.count { values[place] = start + Double(place) * step }
        return try result.to(dtype ?? .float32)
    }
}
