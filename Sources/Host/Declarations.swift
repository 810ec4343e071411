import Lua

/// A function of a module, declared once: registration, checks, messages, editor stubs and the reference page
/// all come from here.
public struct HostFunction: Sendable {
    public typealias Body = @Sendable (Call) throws -> Results

    /// What it is called on.
    enum Role: Sendable {
        case function
        case method
        case metamethod(Metamethod)
    }

    public let name: String
    /// What is declared, the object that a method is called on among the arguments where `declaresReceiver` says so.
    /// Made when it is asked for: of the hundreds of functions that a module has a script calls a few.
    let makeDeclared: @Sendable () -> Schema
    let declaresReceiver: Bool
    let role: Role
    /// Whether the object stands before the arguments.
    let isReceiverFirst: Bool
    /// nil where the module's Lua part holds it: then this is for the documentation only.
    let body: Body?

    /// What a script gives.
    var schema: Schema {
        let declared = makeDeclared()
        guard declaresReceiver else { return declared }
        return Schema(
            name, doc: declared.doc, arguments: Array(declared.arguments.dropFirst()), options: declared.options,
            returns: declared.returns)
    }
    public var doc: String { schema.doc }
    var isMetamethod: Bool { if case .metamethod = role { true } else { false } }
    var arguments: [Argument] { schema.arguments }
    var options: [Argument] { schema.options }
    var returns: Returns { schema.returns }

    init(
        _ name: String, _ role: Role, isReceiverFirst: Bool, body: Body?, declaresReceiver: Bool = false,
        schema: @autoclosure @escaping @Sendable () -> Schema
    ) {
        self.name = name
        makeDeclared = schema
        self.declaresReceiver = declaresReceiver
        self.role = role
        self.isReceiverFirst = isReceiverFirst
        self.body = body
    }

    @usableFromInline init(
        _ name: String, doc: String, isMethod: Bool, metamethod: Metamethod?, arguments: [Argument],
        options: [Argument], returns: Returns, body: Body?
    ) {
        let schema = Schema(name, doc: doc, arguments: arguments, options: options, returns: returns)
        self.init(
            name, metamethod.map { .metamethod($0) } ?? (isMethod ? .method : .function), isReceiverFirst: isMethod,
            body: body, schema: schema)
    }

    /// Declares a function by what is declared elsewhere.
    public static func function(
        _ name: String, _ schema: @autoclosure @escaping @Sendable () -> Schema, body: @escaping Body
    ) -> HostFunction {
        HostFunction(name, .function, isReceiverFirst: false, body: body, schema: schema())
    }

    /// Declares a function.
    ///
    /// - Parameters:
    ///   - arguments: given by position, or by name in the trailing table.
    ///   - options: given by name in the trailing table.
    public static func function(
        _ name: String, doc: String, arguments: [Argument] = [], options: [Argument] = [],
        returns: Returns = .nothing, body: @escaping Body
    ) -> HostFunction {
        HostFunction(
            name, doc: doc, isMethod: false, metamethod: nil, arguments: arguments, options: options,
            returns: returns, body: body)
    }

    /// Declares a function that the module's Lua part defines, for the stubs and the reference.
    public static func inLua(
        _ name: String, doc: String, arguments: [Argument] = [], options: [Argument] = [],
        returns: Returns = .nothing
    ) -> HostFunction {
        HostFunction(
            name, doc: doc, isMethod: false, metamethod: nil, arguments: arguments, options: options,
            returns: returns, body: nil)
    }
}

/// A method of a type, declared like a function; its body gets the object first.
public struct HostMethod<Object: AnyObject>: Sendable {
    @usableFromInline let function: HostFunction

    @usableFromInline init(_ function: HostFunction) { self.function = function }

    /// Declares `object:name(...)` by what is declared elsewhere, of which the first argument is the object.
    ///
    /// - Parameters:
    ///   - note: what the documentation says besides.
    ///   - returns: where it is not the schema's.
    public static func method(
        _ name: String, _ schema: @autoclosure @escaping @Sendable () -> Schema, note: String = "",
        returns: Returns? = nil, body: @escaping HostFunction.Body
    ) -> HostMethod {
        @Sendable func declared() -> Schema {
            let schema = schema()
            return Schema(
                name, doc: schema.doc + note, arguments: schema.arguments, options: schema.options,
                returns: returns ?? schema.returns)
        }
        return HostMethod(
            HostFunction(
                name, .method, isReceiverFirst: true, body: body, declaresReceiver: true, schema: declared()))
    }

    /// Declares `object:name(...)`.
    @inlinable public static func method(
        _ name: String, doc: String, arguments: [Argument] = [], options: [Argument] = [],
        returns: Returns = .nothing, body: @escaping @Sendable (Object, Call) throws -> Results
    ) -> HostMethod {
        HostMethod(
            HostFunction(
                name, doc: doc, isMethod: true, metamethod: nil, arguments: arguments, options: options,
                returns: returns, body: { call in try body(call.receiver(), call) }))
    }

    /// Declares what an operator or a call does with an object: `object(...)`, `#object`, `-object`.
    @inlinable public static func metamethod(
        _ event: Metamethod, doc: String = "", arguments: [Argument] = [], options: [Argument] = [],
        returns: Returns = .nothing, body: @escaping @Sendable (Object, Call) throws -> Results
    ) -> HostMethod {
        HostMethod(
            HostFunction(
                event.rawValue, doc: doc, isMethod: true, metamethod: event, arguments: arguments, options: options,
                returns: returns, body: { call in try body(call.receiver(), call) }))
    }

    /// Declares an operator of two operands, either of which may be the object: `2 * x`, `x * 2`.
    public static func binary(
        _ event: Metamethod, doc: String = "", left: Argument, right: Argument, returns: Returns,
        body: @escaping HostFunction.Body
    ) -> HostMethod {
        HostMethod(
            HostFunction(
                event.rawValue, doc: doc, isMethod: false, metamethod: event, arguments: [left, right], options: [],
                returns: returns, body: body))
    }

    /// Declares a method that the module's Lua part defines, for the stubs and the reference.
    public static func inLua(
        _ name: String, doc: String, arguments: [Argument] = [], options: [Argument] = [],
        returns: Returns = .nothing
    ) -> HostMethod {
        HostMethod(
            HostFunction(
                name, doc: doc, isMethod: true, metamethod: nil, arguments: arguments, options: options,
                returns: returns, body: nil))
    }
}

/// The events of Lua that a type can answer.
public enum Metamethod: String, Sendable {
    case call = "__call"
    case add = "__add"
    case subtract = "__sub"
    case multiply = "__mul"
    case divide = "__div"
    case modulo = "__mod"
    case power = "__pow"
    case negate = "__unm"
    case floorDivide = "__idiv"
    case concatenate = "__concat"
    case length = "__len"
    case equal = "__eq"
    case less = "__lt"
    case lessOrEqual = "__le"
    case tostring = "__tostring"
    /// Where the key is no name.
    case index = "__index"
    /// Where the key is no method's name.
    case property = "__property"
    case newindex = "__newindex"
    case pairs = "__pairs"

    /// As a script writes it, for messages.
    var symbol: String {
        switch self {
        case .call: "call"
        case .add: "operator +"
        case .subtract: "operator -"
        case .multiply: "operator *"
        case .divide: "operator /"
        case .modulo: "operator %"
        case .power: "operator ^"
        case .negate: "operator -"
        case .floorDivide: "operator //"
        case .concatenate: "operator .."
        case .length: "operator #"
        case .equal: "operator =="
        case .less: "operator <"
        case .lessOrEqual: "operator <="
        case .tostring: "tostring"
        case .index, .property, .newindex: "index"
        case .pairs: "pairs"
        }
    }
}
