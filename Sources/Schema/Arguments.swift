/// A value that was given for a parameter.
public enum Value {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([Value])
    case object(AnyObject)
}

/// Where a call's arguments come from: a script's stack, a list.
public protocol ArgumentReader {
    /// The value of the parameter at a position; nil where none was given. A variadic parameter's is a list.
    func value(_ position: Int) -> Value?
}

/// What something was called with, checked against its parameters. Arguments are asked for by their declared names; one
/// that was left out is its default.
public struct Arguments {
    public let parameters: [Argument]
    public let reader: any ArgumentReader

    public init(_ parameters: [Argument], _ reader: any ArgumentReader) {
        self.parameters = parameters
        self.reader = reader
    }

    /// Arguments in the order of the parameters; nil for one that is left out.
    public init(_ parameters: [Argument], _ values: [Value?]) {
        self.init(parameters, ListReader(values: values))
    }

    /// The value given for a parameter, or its default; nil where there is neither.
    public func value(_ name: StaticString) throws -> Value? { value(at: try position(name)) }

    /// The same for the parameter at a position.
    public func value(at position: Int) -> Value? {
        reader.value(position) ?? parameters[position].defaultValue.map { Value($0) }
    }

    private func position(_ name: StaticString) throws -> Int {
        // Equal literals usually are one literal, so comparing addresses finds most.
        for position in parameters.indices where parameters[position].name.utf8Start == name.utf8Start {
            if parameters[position].name.utf8CodeUnitCount == name.utf8CodeUnitCount { return position }
        }
        for position in parameters.indices where "\(parameters[position].name)" == "\(name)" { return position }
        throw ArgumentError("no parameter '\(name)' is declared")
    }

    public func has(_ name: StaticString) throws -> Bool { try value(name) != nil }

    private func missing(_ name: StaticString) -> ArgumentError {
        ArgumentError("'\(name)' was left out or is of another kind")
    }

    public func boolean(_ name: StaticString) throws -> Bool {
        guard case .boolean(let value)? = try value(name) else { throw missing(name) }
        return value
    }

    public func integer(_ name: StaticString) throws -> Int {
        guard let value = try optionalInteger(name) else { throw missing(name) }
        return value
    }

    public func optionalInteger(_ name: StaticString) throws -> Int? { try value(name)?.integer }

    public func number(_ name: StaticString) throws -> Double {
        guard let value = try optionalNumber(name) else { throw missing(name) }
        return value
    }

    public func optionalNumber(_ name: StaticString) throws -> Double? { try value(name)?.number }

    public func string(_ name: StaticString) throws -> String {
        guard let value = try optionalString(name) else { throw missing(name) }
        return value
    }

    public func optionalString(_ name: StaticString) throws -> String? {
        guard case .string(let value)? = try value(name) else { return nil }
        return value
    }

    /// A list of integers; one alone is a list of one.
    public func integers(_ name: StaticString) throws -> [Int] {
        guard let values = try optionalIntegers(name) else { throw missing(name) }
        return values
    }

    public func optionalIntegers(_ name: StaticString) throws -> [Int]? {
        switch try value(name) {
        case .list(let items)?: items.compactMap(\.integer)
        case let one?: one.integer.map { [$0] }
        case nil: nil
        }
    }

    public func numbers(_ name: StaticString) throws -> [Double] {
        guard case .list(let items)? = try value(name) else { throw missing(name) }
        return items.compactMap(\.number)
    }

    /// The object; nil where none was given or the value is of another kind.
    public func optionalObject<Object: AnyObject>(
        _ name: StaticString, as type: Object.Type = Object.self
    ) throws -> Object? {
        guard case .object(let object)? = try value(name) else { return nil }
        return object as? Object
    }

    public func object<Object: AnyObject>(
        _ name: StaticString, as type: Object.Type = Object.self
    ) throws -> Object {
        guard let object = try optionalObject(name, as: type) else { throw missing(name) }
        return object
    }

    public func objects<Object: AnyObject>(
        _ name: StaticString, as type: Object.Type = Object.self
    ) throws -> [Object] {
        guard case .list(let items)? = try value(name) else { throw missing(name) }
        return try items.map { item in
            guard case .object(let object) = item, let found = object as? Object else { throw missing(name) }
            return found
        }
    }
}

extension Value {
    public init(_ literal: Literal) {
        switch literal {
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        }
    }

    public var integer: Int? {
        if case .integer(let value) = self { return value }
        if case .number(let value) = self { return Int(exactly: value) }
        return nil
    }

    public var number: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }
}

/// An argument that is not what its declaration promises.
public struct ArgumentError: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

private struct ListReader: ArgumentReader {
    let values: [Value?]
    func value(_ position: Int) -> Value? { position < values.count ? values[position] : nil }
}
