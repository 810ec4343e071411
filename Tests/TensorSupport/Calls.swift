@_exported import Operators

/// What tests write for an argument of an operator.
public protocol Given {
    var value: Value { get }
}

extension Tensor: Given {
    public var value: Value { .object(self) }
}
extension Int: Given {
    public var value: Value { .integer(self) }
}
extension Double: Given {
    public var value: Value { .number(self) }
}
extension Bool: Given {
    public var value: Value { .boolean(self) }
}
extension String: Given {
    public var value: Value { .string(self) }
}
extension Array: Given where Element: Given {
    public var value: Value { .list(map(\.value)) }
}

extension Operators {
    /// The declared operator of this name.
    public static func named(_ name: String) throws -> Operator {
        guard let found = all.first(where: { $0.schema.name == name }) else {
            throw TensorError("there is no operator '\(name)'")
        }
        return found
    }
}

extension Operator {
    /// The arguments of a call, by position and by name.
    public func arguments(_ given: [(any Given)?], _ options: [String: any Given] = [:]) -> Arguments {
        let parameters = schema.parameters
        return Arguments(
            parameters,
            parameters.enumerated().map { place, parameter in
                ((place < given.count ? given[place] : nil) ?? options["\(parameter.name)"])?.value
            })
    }
}

/// What a declared operator gives, called as scripts call it.
public func call(
    _ name: String, _ given: (any Given)?..., options: [String: any Given] = [:],
    generator: Generator = Generator(seed: 0)
) throws -> Outcome {
    let operation = try Operators.named(name)
    return try operation.body(operation.arguments(given, options), Context(generator: generator))
}

/// The operators that most tests use, as methods, called as scripts call them.
extension Tensor {
    public func call(_ name: String, _ given: (any Given)?..., options: [String: any Given] = [:]) throws -> Tensor {
        let operation = try Operators.named(name)
        let arguments = operation.arguments([self] + given, options)
        return try operation.body(arguments, Context(generator: Generator(seed: 0))).tensors[0]
    }

    /// The operator's form that changes this tensor.
    @discardableResult
    public func callInPlace(_ name: String, _ given: (any Given)?..., options: [String: any Given] = [:]) throws
        -> Tensor
    {
        let operation = try Operators.named(name)
        let arguments = operation.arguments([self] + given, options)
        let context = Context(generator: Generator(seed: 0))
        try operation.changeInPlace(arguments, context)
        return self
    }

    public func add(_ other: any Given) throws -> Tensor { try call("add", other) }
    public func sub(_ other: any Given) throws -> Tensor { try call("sub", other) }
    public func mul(_ other: any Given) throws -> Tensor { try call("mul", other) }
    public func div(_ other: any Given) throws -> Tensor { try call("div", other) }
    public func pow(_ exponent: any Given) throws -> Tensor { try call("pow", exponent) }
    public func maximum(_ other: Tensor) throws -> Tensor { try call("maximum", other) }
    public func minimum(_ other: Tensor) throws -> Tensor { try call("minimum", other) }
    public func clamp(_ low: (any Given)?, _ high: (any Given)?) throws -> Tensor { try call("clamp", low, high) }

    public func neg() throws -> Tensor { try call("neg") }
    public func abs() throws -> Tensor { try call("abs") }
    public func exp() throws -> Tensor { try call("exp") }
    public func log() throws -> Tensor { try call("log") }
    public func sqrt() throws -> Tensor { try call("sqrt") }
    public func relu() throws -> Tensor { try call("relu") }
    public func sigmoid() throws -> Tensor { try call("sigmoid") }
    public func tanh() throws -> Tensor { try call("tanh") }

    public func max() throws -> Tensor { try call("max") }
    public func min() throws -> Tensor { try call("min") }
    public func argmax(_ dim: Int? = nil) throws -> Tensor { try call("argmax", dim) }

    public func max(_ dim: Int, keepdim: Bool = false) throws -> (values: Tensor, indices: Tensor) {
        let found = try TensorSupport.call("max", self, dim, keepdim).tensors
        return (found[0], found[1])
    }

    public func min(_ dim: Int, keepdim: Bool = false) throws -> (values: Tensor, indices: Tensor) {
        let found = try TensorSupport.call("min", self, dim, keepdim).tensors
        return (found[0], found[1])
    }

    public func squeeze(_ dim: Int) throws -> Tensor { try squeeze([dim]) }

    public func dropout(_ p: Double, training: Bool, _ generator: Generator) throws -> Tensor {
        try TensorSupport.call("dropout", self, p, training, generator: generator).tensors[0]
    }

    public func dropout2d(_ p: Double, training: Bool, _ generator: Generator) throws -> Tensor {
        try TensorSupport.call("dropout2d", self, p, training, generator: generator).tensors[0]
    }

    @discardableResult
    public func addInPlace(_ other: any Given, alpha: Double = 1) throws -> Tensor {
        try callInPlace("add", other, options: ["alpha": alpha])
    }
    @discardableResult
    public func mulInPlace(_ other: any Given) throws -> Tensor { try callInPlace("mul", other) }
    @discardableResult
    public func divInPlace(_ other: any Given) throws -> Tensor { try callInPlace("div", other) }
    @discardableResult
    public func fillInPlace(_ value: Double) throws -> Tensor { try assign(.full([], value)) }
    @discardableResult
    public func copyInPlace(_ other: Tensor) throws -> Tensor { try assign(other) }
}
