extension Operators {
    /// Sizes one after another or in a list: zeros(2, 3), zeros { 2, 3 }.
    static let shape: Argument = .rest(integers: "size")
    static let creationOptions: [Argument] = [.dtype, .boolean("requires_grad", default: false)]

    /// Declares what makes a tensor of nothing.
    static func creation(
        _ name: String, _ doc: String, _ arguments: @autoclosure @escaping Lazy<[Argument]> = [shape],
        examples: @autoclosure @escaping @Sendable () -> [Example],
        body: @escaping @Sendable (Arguments, Context) throws -> Tensor
    ) -> Operator {
        Operator(name, doc: doc, arguments(), options: creationOptions, faces: [.function], examples: examples()) {
            a, context in
            let tensor = try body(a, context)
            return .tensor(try a.boolean("requires_grad") ? tensor.requireGrad() : tensor)
        }
    }

    /// Declares what makes a tensor in the shape of another one and fills it.
    static func like(
        _ name: String, _ doc: String, _ arguments: @autoclosure @escaping Lazy<[Argument]> = [],
        example: @autoclosure @escaping Lazy<Example>,
        fill: @escaping @Sendable (Tensor, Arguments, Context) throws -> Void
    ) -> Operator {
        creation(name, doc, [.tensor("input")] + arguments(), examples: [example()]) { a, context in
            let result = try a.tensor("input").similar(a.dtype())
            try fill(result, a, context)
            return result
        }
    }

    static func sizes(_ a: Arguments) throws -> Shape {
        guard let sizes = try a.optionalIntegers("size") else { throw TensorError("sizes expected, got nothing") }
        return Shape(sizes)
    }

    static let zeros = creation("zeros", "A tensor of zeros.", examples: [.init([2, 3])]) { a, _ in
        try .zeros(sizes(a), dtype: a.dtype() ?? .float32)
    }

    static let ones = creation("ones", "A tensor of ones.", examples: [.init([2, 3])]) { a, _ in
        try .ones(sizes(a), dtype: a.dtype() ?? .float32)
    }

    static let empty = creation(
        "empty", "A tensor whose elements are to be set. They are 0, on which a script should not rely.",
        examples: [.init([2, 3])]
    ) { a, _ in try .zeros(sizes(a), dtype: a.dtype() ?? .float32) }

    static let full = creation(
        "full", "A tensor with every element the same. An integer gives int64, a truth value bool.",
        [.integers("size"), .anyOf("fill_value", of: [.number, .boolean])], examples: [.init([2, 3], 7)]
    ) { a, _ in try .full(sizes(a), a.operand("fill_value"), dtype: a.dtype()) }

    static let zerosLike = like("zeros_like", "Zeros in the shape of a tensor.", example: .init(.values(2, 3))) {
        try $0.fill(with: .integer(0), $1, $2)
    }
    static let onesLike = like("ones_like", "Ones in the shape of a tensor.", example: .init(.values(2, 3))) {
        try $0.fill(with: .integer(1), $1, $2)
    }
    static let emptyLike = like(
        "empty_like", "A tensor in the shape of another one whose elements, which are 0, are to be set.",
        example: .init(.values(2, 3))
    ) { try $0.fill(with: .integer(0), $1, $2) }
    static let fullLike = like(
        "full_like", "A tensor in the shape of another one with every element the same.",
        [.anyOf("fill_value", of: [.number, .boolean])], example: .init(.values(2, 3), 2.5)
    ) { try $0.fill(with: $1.operand("fill_value"), $1, $2) }
    static let randLike = like(
        "rand_like", "Numbers uniform in 0..1 in the shape of a tensor.", example: .init(.values(2, 3))
    ) {
        result, _, context in
        try result.expectDrawable()
        try result.drawUniform(0, 1, context.generator)
    }
    static let randnLike = like(
        "randn_like", "Normally distributed numbers in the shape of a tensor.", example: .init(.values(2, 3))
    ) {
        result, _, context in
        try result.expectDrawable()
        try result.drawNormal(0, 1, context.generator)
    }

    private static func new(
        _ name: String, _ doc: String, _ arguments: @autoclosure @escaping Lazy<[Argument]> = [shape],
        example: @autoclosure @escaping Lazy<Example>,
        value: @escaping @Sendable (Arguments) throws -> Operand
    ) -> Operator {
        Operator(
            name, doc: doc + " Its type is the tensor's by default.", [.tensor("input")] + arguments(),
            options: creationOptions, faces: [.method], examples: [example()]
        ) { a, _ in
            let tensor = try Tensor.full(sizes(a), value(a), dtype: a.dtype() ?? a.tensor("input").dtype)
            return .tensor(try a.boolean("requires_grad") ? tensor.requireGrad() : tensor)
        }
    }

    static let newZeros = new("new_zeros", "A tensor of zeros.", example: .init(.values(1), [2])) { _ in .integer(0) }
    static let newOnes = new("new_ones", "A tensor of ones.", example: .init(.values(1), [2])) { _ in .integer(1) }
    static let newEmpty = new(
        "new_empty", "A tensor whose elements, which are 0, are to be set.", example: .init(.values(1), [2])
    ) { _ in .integer(0) }
    static let newFull = new(
        "new_full", "A tensor with every element the same.",
        [.integers("size"), .anyOf("fill_value", of: [.number, .boolean])], example: .init(.values(1), [2], 3)
    ) { try $0.operand("fill_value") }

    static let scalarTensor = creation(
        "scalar_tensor", "A tensor without dimensions; float32 by default.",
        [.anyOf("s", of: [.number, .boolean])], examples: [.init(2)]
    ) { a, _ in try .full([], a.operand("s"), dtype: a.dtype() ?? .float32) }

    static let rand = creation("rand", "Numbers uniform in 0..1.", examples: [.init([2, 3])]) { a, context in
        let result = try Tensor(uninitialized: sizes(a), dtype: a.dtype() ?? .float32)
        try result.expectDrawable()
        try result.drawUniform(0, 1, context.generator)
        return result
    }

    static let randn = creation(
        "randn", "Normally distributed numbers, mean 0, standard deviation 1.", examples: [.init([2, 3])]
    ) { a, context in
        let result = try Tensor(uninitialized: sizes(a), dtype: a.dtype() ?? .float32)
        try result.expectDrawable()
        try result.drawNormal(0, 1, context.generator)
        return result
    }

    static let randperm = creation(
        "randperm", "The numbers from 0 to n - 1 in random order, int64.",
        [.integer("n", min: 0, max: 200_000_000)], examples: [.init(7)]
    ) { a, context in
        try .permutation(a.integer("n"), context.generator).to(a.dtype() ?? .int64)
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
        // Any number but 0 is true, also one that is 0 without its fraction.
        tensor.fillWithoutCheck(tensor.dtype == .bool ? .boolean(value.isTrue) : value)
        return tensor
    }

    fileprivate func fill(with value: Operand, _: Arguments, _: Context) throws {
        try assign(.full([], value, dtype: dtype))
    }
}

extension Operand {
    fileprivate var isTrue: Bool {
        switch self {
        case .number(let value): value != 0
        case .integer(let value): value != 0
        case .boolean(let value): value
        case .tensor: true
        }
    }
}
