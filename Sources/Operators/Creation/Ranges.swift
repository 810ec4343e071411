extension Operators {
    static let arange = creation(
        "arange",
        "The numbers from `start` up to below `end`, `step` apart; with one argument, from 0 up to below it. Integers "
            + "give int64, others float32.",
        [.number("start").optional, .number("end").optional, .number("step").optional],
        examples: [.init(5), .init(2, 9, 3), .init(0.5, 2.0, 0.25)]
    ) { a, _ in
        let (start, end) = (try number(a, "start"), try number(a, "end"))
        guard let bound = end ?? start else { throw TensorError("'end' expected, got nothing") }
        let first = end == nil ? .integer(0) : start ?? .integer(0)
        return try .arange(first, bound, number(a, "step") ?? .integer(1), dtype: a.dtype())
    }

    private static func number(_ a: Arguments, _ name: StaticString) throws -> Operand? {
        try a.has(name) ? a.operand(name) : nil
    }

    static let linspace = creation(
        "linspace", "`steps` numbers at equal distances, the first `start` and the last `end`.",
        [.number("start"), .number("end"), .integer("steps", min: 0)], examples: [.init(0, 1, 5)]
    ) { a, _ in
        try .linspace(a.number("start"), a.number("end"), a.integer("steps"), dtype: a.dtype() ?? .float32)
    }

    static let logspace = creation(
        "logspace", "`base` to the powers that linspace gives.",
        [.number("start"), .number("end"), .integer("steps", min: 0), .number("base", default: 10)],
        examples: [.init(0, 2, 3), .init(0, 3, 4, 2)]
    ) { a, _ in
        let base = try a.number("base")
        let exponents = try Tensor.linspace(
            a.number("start"), a.number("end"), a.integer("steps"), dtype: .float64)
        return try power(.full([], base, dtype: .float64), .tensor(exponents)).to(a.dtype() ?? .float32)
    }

    static let eye = creation(
        "eye", "Ones on the diagonal of n rows and m columns, n by default, and zeros elsewhere.",
        [.integer("n", min: 0), .integer("m", min: 0).optional], examples: [.init(3), .init(2, 3)]
    ) { a, _ in
        let rows = try a.integer("n")
        let result = try Tensor.zeros([rows, a.optionalInteger("m") ?? rows], dtype: a.dtype() ?? .float32)
        try result.diagonal().assign(.ones([], dtype: result.dtype))
        return result
    }
}

extension Tensor {
    /// The numbers from `start` up to below `end`, `step` apart.
    ///
    /// - Throws: `TensorError` for a step of 0 or away from the end, bounds that are not finite, or more numbers than
    ///   memory can hold.
    public static func arange(_ start: Operand, _ end: Operand, _ step: Operand, dtype: DType? = nil) throws -> Tensor {
        guard step.value != 0 else { throw TensorError("a step other than 0 expected, got \(step.text)") }
        guard start.value == end.value || (start.value < end.value) == (step.value > 0) else {
            throw TensorError("a step from \(start.text) towards \(end.text) expected, got \(step.text)")
        }
        if case (.integer(let start), .integer(let end), .integer(let step)) = (start, end, step) {
            let (span, overflow) = end.subtractingReportingOverflow(start)
            let count = overflow ? nil : Int(exactly: span == 0 ? 0 : (span.magnitude - 1) / step.magnitude + 1)
            guard let count else { throw TensorError("from \(start) to \(end) is more than memory can hold") }
            let result = try Tensor(uninitialized: [count], dtype: .int64)
            let values = result.address(as: Int64.self)
            for place in 0..<count { values[place] = Int64(start &+ place &* step) }
            return try result.to(dtype ?? .int64)
        }
        let (start, end, step) = (start.value, end.value, step.value)
        let count = ((end - start) / step).rounded(.up)
        guard count < 0x1p43, start.isFinite, end.isFinite else {
            throw TensorError("finite bounds and fewer numbers expected, got \(start), \(end) and \(step)")
        }
        let result = try Tensor(uninitialized: [max(0, Int(count))], dtype: .float64)
        let values = result.address(as: Double.self)
        for place in 0..<result.count { values[place] = start + Double(place) * step }
        return try result.to(dtype ?? .float32)
    }

    /// `count` numbers at equal distances. From both ends to the middle, so that the last is exact.
    static func linspace(
        _ start: Double, _ end: Double, _ count: Int, dtype: DType
    ) throws -> Tensor {
        let result = try Tensor(uninitialized: [count], dtype: .float64)
        let values = result.address(as: Double.self)
        let step = count > 1 ? (end - start) / Double(count - 1) : 0
        for i in 0..<count {
            values[i] = i < (count + 1) / 2 ? start + step * Double(i) : end - step * Double(count - 1 - i)
        }
        return try result.to(dtype)
    }
}

extension Operand {
    fileprivate var value: Double {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        case .boolean(let value): value ? 1 : 0
        case .tensor: .nan
        }
    }

    fileprivate var text: String {
        if case .integer(let value) = self { return "\(value)" }
        return "\(value)"
    }
}
