import JSON
import Lua
import Operators

/// Prints the examples of all operators as JSON, with the values of every argument: what
/// `Tests/Reference/make_operators.py` asks PyTorch about.
///
/// - Returns: the exit status.
public func printOperatorExamples() -> Int32 {
    do {
        return StandardStreams.writeOutput(try operatorExamples() + "\n") ? 0 : 1
    } catch {
        StandardStreams.writeError("nightjar: \(error)\n")
        return 1
    }
}

private func operatorExamples() throws -> String {
    let operators = try Operators.all.map { operation in
        JSONValue.object([
            .init("name", .string(operation.schema.name)),
            .init("faces", .array(operation.faces.map { .string($0.text) })),
            .init("parameters", .array(operation.schema.parameters.map { .string("\($0.name)") })),
            .init("examples", .array(try operation.examples.map { try json(ExampleCall(operation, $0)) })),
        ])
    }
    let all = JSONValue.object([
        .init("seed", .integer(Int(ExampleCall.seed))), .init("operators", .array(operators)),
    ])
    return String(decoding: try JSONWriter().text(of: all), as: UTF8.self)
}

private func json(_ call: ExampleCall) throws -> JSONValue {
    let arguments = try zip(call.operation.schema.parameters, call.arguments).compactMap { parameter, value in
        try value.map { JSONValue.Member("\(parameter.name)", try json($0)) }
    }
    return .object([.init("call", .string("\(call)")), .init("arguments", .object(arguments))])
}

private func json(_ value: Value) throws -> JSONValue {
    switch value {
    case .boolean(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .string(let value): return .string(value)
    case .list(let items): return .array(try items.map { try json($0) })
    case .object(let object):
        guard let tensor = object as? Tensor else { throw TensorError("an example has a \(type(of: object))") }
        let values: [JSONValue] =
            tensor.dtype.isFloatingPoint
            ? try tensor.to(.float64).withUnsafeBytes { $0.bindMemory(to: Double.self).map { .number($0) } }
            : try tensor.to(.int64).int64Array().map { .integer(Int($0)) }
        return .object([
            .init("shape", .array(tensor.shape.map { .integer($0) })), .init("dtype", .string(tensor.dtype.rawValue)),
            .init("values", .array(values)),
        ])
    }
}

extension Face {
    fileprivate var text: String {
        switch self {
        case .method: "method"
        case .inPlace: "inPlace"
        case .function: "function"
        case .functional: "functional"
        case .layer(let name, _): "layer \(name)"
        case .symbol(let symbol): "symbol \(symbol.rawValue)"
        }
    }
}
