@_exported import Operators

/// A kind of module that can be made: its constructor, as scripts know it.
public struct Layer: Sendable {
    public let name: String
    /// What its constructor takes, made when it is asked for.
    public var schema: Schema { makeSchema() }
    private let makeSchema: @Sendable () -> Schema
    private let body: @Sendable (Arguments, Context) throws -> Module

    /// - Parameters:
    ///   - name: PyTorch's.
    ///   - arguments: PyTorch's, in its order.
    public init(
        _ name: String, doc: @autoclosure @escaping @Sendable () -> String,
        _ arguments: @autoclosure @escaping @Sendable () -> [Argument],
        options: @autoclosure @escaping @Sendable () -> [Argument] = [],
        body: @escaping @Sendable (Arguments, Context) throws -> Module
    ) {
        self.name = name
        makeSchema = {
            Schema(name, doc: doc(), arguments: arguments(), options: options(), returns: .object(Module.self))
        }
        self.body = body
    }

    /// A module, which remembers what it was made with.
    public func make(_ arguments: Arguments, _ context: Context) throws -> Module {
        let module = try body(arguments, context)
        module.origin = (self, try schema.parameters.map { try arguments.value($0.name) })
        module.settings += try schema.parameters.compactMap { parameter in
            let isSet = module.settings.contains { $0.name == "\(parameter.name)" }
            return isSet ? nil : ("\(parameter.name)", try arguments.value(parameter.name))
        }
        return module
    }
}

/// The one list of layers: those with parameters of their own, and those that are operators with some of their
/// arguments given.
public enum Layers {
    public static let all: [Layer] =
        convolutions + normalizations + [linear, bilinear, embedding, pretrainedEmbedding, prelu] + shaping + paddings
        + upsamplings
        + maxPools
        + recurrent + [attention, transformerEncoder] + Operators.all.flatMap(operatorLayers)

    private static let maxPools = Operators.maxPoolLayers.map { name, operation, arguments in
        Layer(name, doc: operation.schema.doc, arguments) { a, _ in
            try OperatorLayer(name, operation, inputs: 1, a)
        }
    }

    private static func operatorLayers(_ operation: Operator) -> [Layer] {
        operation.faces.compactMap { face in
            guard case .layer(let name, let inputs) = face else { return nil }
            @Sendable func given() -> [Argument] {
                operation.schema.arguments.dropFirst(inputs).filter { "\($0.name)" != "training" }
            }
            return Layer(name, doc: operation.schema.doc, given(), options: operation.schema.options) { a, _ in
                try OperatorLayer(name, operation, inputs: inputs, a)
            }
        }
    }
}

/// A layer without parameters.
final class FunctionLayer: Module {
    private let text: String
    private let body: (Tensor) throws -> Tensor

    init(_ kind: String, _ details: String = "", body: @escaping (Tensor) throws -> Tensor) {
        text = details
        self.body = body
        super.init(kind: kind)
    }

    override var details: String { text }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        .tensor(try body(Module.only(inputs, kind)))
    }
}

/// An operator whose first arguments come with each call and whose others the constructor got.
final class OperatorLayer: Module {
    private let operation: Operator
    private let inputs: Int
    private let parameters: [Argument]
    private let trainingPlace: Int?
    /// By the operator's parameters, nil for those that come with a call or were left out.
    private var values: [Value?]

    init(_ kind: String, _ operation: Operator, inputs: Int, _ arguments: Arguments) throws {
        self.operation = operation
        self.inputs = inputs
        let parameters = operation.schema.parameters
        let training = parameters.firstIndex { "\($0.name)" == "training" }
        (self.parameters, trainingPlace) = (parameters, training)
        values = try parameters.enumerated().map { place, parameter in
            place < inputs || place == training ? nil : try arguments.value(parameter.name)
        }
        super.init(kind: kind)
        if let kernel = arguments.parameters.first(where: { "\($0.name)" == "kernel_size" }),
            arguments.parameters.contains(where: { "\($0.name)" == "stride" && $0.isOptional }),
            try !arguments.has("stride"), let size = try arguments.value(kernel.name)
        {
            settings = [("stride", size)]
        }
        for (value, parameter) in zip(values, parameters) {
            if case .object(let object)? = value, let tensor = object as? Tensor {
                try registerBuffer("\(parameter.name)", tensor)
            }
        }
    }

    override func change(_ setting: String, _ value: Value) throws {
        guard let place = parameters.firstIndex(where: { "\($0.name)" == setting }), place >= inputs,
            values[place]?.isOfKind(value) ?? true
        else { return try super.change(setting, value) }
        values[place] = value
        settings.removeAll { $0.name == setting }
        settings.append((setting, value))
        if let origin, let own = origin.layer.schema.parameters.firstIndex(where: { "\($0.name)" == setting }) {
            self.origin?.values[own] = value
        }
    }

    override var details: String {
        zip(parameters, values).compactMap { parameter, value in
            guard let value, !value.isDefault(of: parameter) else { return nil }
            return Module.describe("\(parameter.name)", value)
        }.joined(separator: ", ")
    }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        guard inputs.count == self.inputs else {
            throw TensorError("\(plural(self.inputs, "input")) expected, got \(inputs.count)")
        }
        let all = values.enumerated().map { place, value -> Value? in
            if place < inputs.count { return .object(inputs[place]) }
            if case .object? = value, let buffer = buffer("\(parameters[place].name)") { return .object(buffer) }
            return place == trainingPlace ? .boolean(isTraining) : value
        }
        return try operation.body(Arguments(parameters, all), scope.context)
    }
}

extension Value {
    /// Whether another value is one of the same kind, numbers being one.
    func isOfKind(_ other: Value) -> Bool {
        switch (self, other) {
        case (.boolean, .boolean), (.string, .string), (.list, .list): true
        default: number != nil && other.number != nil
        }
    }

    func isDefault(of parameter: Argument) -> Bool {
        switch (self, parameter.defaultValue) {
        case (.boolean(let value), .boolean(let usual)?): value == usual
        case (.string(let value), .string(let usual)?): value == usual
        case (_, .integer(let usual)?): integer == usual
        case (_, .number(let usual)?): number == usual
        default: false
        }
    }
}
