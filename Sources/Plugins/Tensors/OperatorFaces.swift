import Host
import Lua
import Operators

/// The operators as scripts see them: everything here follows from `Operators.all`.
enum OperatorFaces {
    /// `x:name(...)`.
    static let methods = LateFunctions(all: { Operators.all.flatMap(methods) }, find: method)

    /// `x + y` and the like.
    static var signs: [HostMethod<Tensor>] {
        Operators.all.flatMap { operation in
            operation.faces.compactMap { face in
                if case .symbol(let symbol) = face { metamethod(symbol, operation) } else { nil }
            }
        }
    }

    /// `nightjar.name(...)`.
    static let functions = functions(.function)

    /// `nn.functional.name(...)`.
    static let functionals = functions(.functional)

    /// `nightjar.linalg.name(...)`.
    static let linearAlgebra = functions(.linalg)

    private static func functions(_ face: Face) -> LateFunctions {
        LateFunctions(
            all: { Operators.all.filter { $0.faces.contains(face) }.map(function) },
            find: { name in find(name, face).map(function) })
    }

    private static func find(_ name: String, _ face: Face) -> Operator? {
        Operators.all.last { $0.name == name && $0.faces.contains(face) }
    }

    private static func function(_ operation: Operator) -> HostFunction {
        .function(operation.name, operation.schema) { call in
            Results(try operation.body(call.arguments, call.context))
        }
    }

    private static func methods(_ operation: Operator) -> [HostMethod<Tensor>] {
        operation.faces.compactMap { face in
            switch face {
            case .method: method(operation)
            case .inPlace: methodInPlace(operation)
            default: nil
            }
        }
    }

    private static func method(_ name: String) -> HostMethod<Tensor>? {
        if let operation = find(name, .method) { return method(operation) }
        guard name.hasSuffix("_") else { return nil }
        return find(String(name.dropLast()), .inPlace).map(methodInPlace)
    }

    private static func method(_ operation: Operator) -> HostMethod<Tensor> {
        .method(operation.name, operation.schema) { call in
            Results(try operation.body(call.arguments, call.context))
        }
    }

    private static func methodInPlace(_ operation: Operator) -> HostMethod<Tensor> {
        .method(
            operation.name + "_", operation.schema, note: " Changes the tensor itself.", returns: .receiver
        ) { call in
            try operation.changeInPlace(call.arguments, call.context)
            return .receiver
        }
    }

    private static func metamethod(_ symbol: Symbol, _ operation: Operator) -> HostMethod<Tensor> {
        let schema = operation.schema
        if symbol == .negate {
            return .metamethod(.negate, doc: schema.doc, returns: schema.returns) { tensor, call in
                Results(try operation.body(Arguments(schema.parameters, [.object(tensor)]), call.context))
            }
        }
        let event: Metamethod =
            switch symbol {
            case .add: .add
            case .subtract: .subtract
            case .multiply: .multiply
            case .divide: .divide
            case .modulo: .modulo
            case .power: .power
            case .floorDivide: .floorDivide
            case .negate: .negate
            }
        return .binary(
            event, doc: schema.doc, left: Argument("left", "", schema.arguments[0].kind),
            right: Argument("right", "", schema.arguments[1].kind), returns: schema.returns
        ) { call in
            if let body = operation.bodyOfTwo, let left = Operand(call.state, 1), let right = Operand(call.state, 2) {
                return .object(try body(left, right))
            }
            return Results(try operation.body(call.arguments(for: schema), call.context))
        }
    }
}

extension Operand {
    /// The value on a script's stack; nil for one that is neither a tensor nor a number.
    fileprivate init?(_ state: LuaState, _ index: Int32) {
        if let tensor = state.object(at: index, as: Tensor.self) {
            self = .tensor(tensor)
        } else if !state.isFloat(at: index), let integer = state.integer(at: index) {
            self = .integer(integer)
        } else if let number = state.number(at: index) {
            self = .number(number)
        } else if let truth = state.boolean(at: index) {
            self = .boolean(truth)
        } else {
            return nil
        }
    }
}

extension Results {
    /// What an operator or a module gave.
    init(_ outcome: Outcome) {
        switch outcome {
        case .tensor(let tensor): self = .object(tensor)
        case .several(let tensors): self = .values(tensors.map { .object($0) })
        case .list(let tensors): self = .objects(tensors)
        case .tuple(let outcomes): self = .values(outcomes.map { LuaValue($0) })
        case .nothing: self = .nil
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        }
    }
}

extension LuaValue {
    /// One result; several are a list.
    fileprivate init(_ outcome: Outcome) {
        switch outcome {
        case .tensor(let tensor): self = .object(tensor)
        case .several(let tensors), .list(let tensors): self = .list(tensors.map { .object($0) })
        case .tuple(let outcomes): self = .list(outcomes.map { LuaValue($0) })
        case .nothing: self = .nil
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        }
    }
}
