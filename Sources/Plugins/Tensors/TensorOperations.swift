import Host
import Lua
import Tensors

private let operandKinds: [ArgumentKind] = [.object(Tensor.self), .number]

extension Call {
    /// An argument that is a tensor or a number, as a tensor.
    func operand(_ name: StaticString) throws -> Tensor {
        if let tensor: Tensor = try optionalObject(name) { return tensor }
        if !state.isFloat(at: try index(name)) { return try Tensor([Int64(integer(name))], []) }
        return try .full([], number(name))
    }

    /// Two operands in the type that PyTorch brings them to: float32 where one is; a number alone makes no other
    /// tensor int64 than one of truth values.
    fileprivate func operands(_ left: Tensor, _ right: Tensor) throws -> (Tensor, Tensor) {
        if left.dtype == right.dtype, left.dtype != .bool { return (left, right) }
        if left.dtype == .float32 || right.dtype == .float32 { return (try left.to(.float32), try right.to(.float32)) }
        let isWhole = [left, right].allSatisfy { $0.dtype != .uint8 }
        return isWhole ? (try left.to(.int64), try right.to(.int64)) : (left, right)
    }
}

private func arithmetic(
    _ name: String, _ event: Metamethod, _ doc: String,
    _ operation: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
) -> [HostMethod<Tensor>] {
    [
        .method(
            name, doc: doc, arguments: [.anyOf("other", of: operandKinds)], returns: .object(Tensor.self)
        ) { tensor, call in
            let (left, right) = try call.operands(tensor, call.operand("other"))
            return .object(try operation(left, right))
        },
        .binary(
            event, doc: doc, left: .anyOf("left", of: operandKinds), right: .anyOf("right", of: operandKinds),
            returns: .object(Tensor.self)
        ) { call in
            let (left, right) = try call.operands(call.operand("left"), call.operand("right"))
            return .object(try operation(left, right))
        },
    ]
}

private func comparison(_ name: String, _ doc: String, _ comparison: Comparison) -> HostMethod<Tensor> {
    .method(
        name, doc: doc, arguments: [.anyOf("other", of: operandKinds)], returns: .object(Tensor.self, "bool")
    ) { tensor, call in
        guard let other: Tensor = try call.optionalObject("other") else {
            return .object(try tensor.compared(comparison, call.number("other")))
        }
        if tensor.dtype == other.dtype { return .object(try tensor.compared(comparison, other)) }
        let (left, right) = try call.operands(tensor, other)
        return .object(try left.compared(comparison, right))
    }
}

/// The larger or smaller of two.
private func choice(
    _ name: String, _ doc: String, _ operation: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
) -> HostMethod<Tensor> {
    .method(name, doc: doc, arguments: [.anyOf("other", of: operandKinds)], returns: .object(Tensor.self)) {
        tensor, call in
        let (left, right) = try call.operands(tensor, call.operand("other"))
        return .object(try operation(left, right))
    }
}

private func function(
    _ name: String, _ doc: String, _ function: @escaping @Sendable (Tensor) throws -> Tensor
) -> HostMethod<Tensor> {
    .method(name, doc: doc, returns: .object(Tensor.self)) { tensor, _ in .object(try function(tensor)) }
}

let tensorArithmetic: [HostMethod<Tensor>] =
    arithmetic("add", .add, "The sum, element by element.") { try $0.adding($1) }
    + arithmetic("sub", .subtract, "The difference, element by element.") { try $0.subtracting($1) }
    + arithmetic("mul", .multiply, "The product, element by element.") { try $0.multiplied(by: $1) }
    + arithmetic("div", .divide, "The quotient, element by element.") {
        // The quotient of integers is none.
        try $0.dtype == .int64 ? $0.to(.float32).divided(by: $1.to(.float32)) : $0.divided(by: $1)
    }
    + [
        .method(
            "pow", doc: "Each element to a power.", arguments: [.number("exponent")], returns: .object(Tensor.self)
        ) { tensor, call in .object(try tensor.power(call.number("exponent"))) },
        .binary(
            .power, doc: "Each element to a power.", left: .tensor("base"), right: .number("exponent"),
            returns: .object(Tensor.self)
        ) { call in .object(try call.object("base", as: Tensor.self).power(call.number("exponent"))) },
        .metamethod(.negate, doc: "Each element negated.", returns: .object(Tensor.self)) { tensor, _ in
            .object(try tensor.negated())
        },
        choice("maximum", "The larger, element by element.") { try $0.maximum($1) },
        choice("minimum", "The smaller, element by element.") { try $0.minimum($1) },
        .method(
            "matmul", doc: "The matrix product of the last two dimensions.", arguments: [.tensor("other")],
            returns: .object(Tensor.self)
        ) { tensor, call in .object(try tensor.matmul(call.object("other"))) },
        comparison("eq", "Where both are equal.", .equal),
        comparison("ne", "Where they differ.", .unequal),
        comparison("lt", "Where the element is less.", .less),
        comparison("le", "Where the element is less or equal.", .lessOrEqual),
        comparison("gt", "Where the element is greater.", .greater),
        comparison("ge", "Where the element is greater or equal.", .greaterOrEqual),
    ]

let tensorFunctions: [HostMethod<Tensor>] = [
    function("neg", "Each element negated.") { try $0.negated() },
    function("abs", "The absolute value of each element.") { try $0.absolute() },
    function("exp", "e to the power of each element.") { try $0.exponential() },
    function("log", "The natural logarithm of each element.") { try $0.logarithm() },
    function("sqrt", "The square root of each element.") { try $0.squareRoot() },
    function("relu", "Negative elements replaced by 0.") { try $0.relu() },
    function("sigmoid", "1 / (1 + exp(-x)) of each element.") { try $0.sigmoid() },
    function("tanh", "The hyperbolic tangent of each element.") { try $0.tanh() },
    function("float", "The elements as float32.") { try $0.to(.float32) },
    function("long", "The elements as int64, towards 0.") { try $0.to(.int64) },
    .method(
        "to", doc: "The elements as another type.", arguments: [.choice("dtype", of: dtypeNames)],
        returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.to(DType(rawValue: call.string("dtype")) ?? tensor.dtype)) },
    .method(
        "clamp", doc: "Elements below `min` or above `max` replaced by these.",
        arguments: [.number("min").optional, .number("max").optional], returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.clamped(call.optionalNumber("min"), call.optionalNumber("max"))) },
    .method(
        "softmax", doc: "exp(x) / Σ exp(x) along a dimension.", arguments: [.integer("dim")],
        returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.softmax(call.integer("dim"))) },
    .method(
        "log_softmax", doc: "The logarithm of softmax along a dimension.", arguments: [.integer("dim")],
        returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.logSoftmax(call.integer("dim"))) },
]

private let reduced: [Argument] = [
    .anyOf("dim", "one dimension or a list; all by default", of: [.integer, .integers]).optional
]
private let keepdim: [Argument] = [.boolean("keepdim", default: false)]

extension Call {
    fileprivate func dimensions() throws -> [Int]? {
        if let one = try optionalInteger("dim") { return [one] }
        return try optionalIntegers("dim")
    }
}

private func extreme(
    _ name: String, _ doc: String, _ whole: @escaping @Sendable (Tensor) throws -> Tensor,
    _ along: @escaping @Sendable (Tensor, Int, Bool) throws -> (values: Tensor, indices: Tensor)
) -> HostMethod<Tensor> {
    .method(
        name, doc: doc, arguments: [.integer("dim").optional], options: keepdim,
        returns: .several([.object(Tensor.self, "values"), .object(Tensor.self, "indices").orNil])
    ) { tensor, call in
        guard let dim = try call.optionalInteger("dim") else { return .object(try whole(tensor)) }
        let (values, indices) = try along(tensor, dim, call.boolean("keepdim"))
        return .values([.object(values), .object(indices)])
    }
}

let tensorReductions: [HostMethod<Tensor>] = [
    .method(
        "sum", doc: "The sum of all elements, or along dimensions.", arguments: reduced, options: keepdim,
        returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.sum(call.dimensions(), keepDimensions: call.boolean("keepdim"))) },
    .method(
        "mean", doc: "The mean of all elements, or along dimensions.", arguments: reduced, options: keepdim,
        returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.mean(call.dimensions(), keepDimensions: call.boolean("keepdim"))) },
    extreme(
        "max", "The largest element; along a dimension, the values and where they stand.", { try $0.max() },
        { try $0.max($1, keepDimension: $2) }),
    extreme(
        "min", "The smallest element; along a dimension, the values and where they stand.", { try $0.min() },
        { try $0.min($1, keepDimension: $2) }),
    .method(
        "argmax", doc: "Where the largest element stands, from 0: along a dimension, or among all.",
        arguments: [.integer("dim").optional], options: keepdim, returns: .object(Tensor.self, "int64")
    ) { tensor, call in
        .object(try tensor.argmax(call.optionalInteger("dim"), keepDimension: call.boolean("keepdim")))
    },
]
