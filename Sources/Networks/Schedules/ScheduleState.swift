/// A value in the state of a schedule.
public enum ScheduleValue: Sendable, Equatable {
    /// Python's None.
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([ScheduleValue])
    case entries([ScheduleEntry])
}

/// A name and its value in the state of a schedule.
public struct ScheduleEntry: Sendable, Equatable {
    public let name: String
    public let value: ScheduleValue

    public init(_ name: String, _ value: ScheduleValue) {
        self.name = name
        self.value = value
    }
}

/// What can stand in a state.
protocol ScheduleStorable {
    /// What messages call it: "an integer".
    static var noun: String { get }
    /// Nil for a value of another kind.
    init?(_ value: ScheduleValue)
    var scheduleValue: ScheduleValue { get }
}

extension Bool: ScheduleStorable {
    static var noun: String { "a boolean" }
    init?(_ value: ScheduleValue) {
        guard case .bool(let bool) = value else { return nil }
        self = bool
    }
    var scheduleValue: ScheduleValue { .bool(self) }
}

extension Int: ScheduleStorable {
    static var noun: String { "an integer" }
    init?(_ value: ScheduleValue) {
        switch value {
        case .integer(let integer): self = integer
        case .number(let number):
            guard let integer = Int(exactly: number) else { return nil }
            self = integer
        default: return nil
        }
    }
    var scheduleValue: ScheduleValue { .integer(self) }
}

extension Double: ScheduleStorable {
    static var noun: String { "a number" }
    init?(_ value: ScheduleValue) {
        switch value {
        case .integer(let integer): self = Double(integer)
        case .number(let number): self = number
        default: return nil
        }
    }
    var scheduleValue: ScheduleValue { .number(self) }
}

extension String: ScheduleStorable {
    static var noun: String { "a string" }
    init?(_ value: ScheduleValue) {
        guard case .string(let string) = value else { return nil }
        self = string
    }
    var scheduleValue: ScheduleValue { .string(self) }
}

extension Array: ScheduleStorable where Element: ScheduleStorable {
    static var noun: String { "a list, each item \(Element.noun)" }
    init?(_ value: ScheduleValue) {
        guard case .list(let values) = value else { return nil }
        let items = values.compactMap { Element($0) }
        guard items.count == values.count else { return nil }
        self = items
    }
    var scheduleValue: ScheduleValue { .list(map(\.scheduleValue)) }
}

extension Optional: ScheduleStorable where Wrapped: ScheduleStorable {
    static var noun: String { "\(Wrapped.noun) or none" }
    init?(_ value: ScheduleValue) {
        if value == .null {
            self = Wrapped?.none
        } else {
            guard let wrapped = Wrapped(value) else { return nil }
            self = wrapped
        }
    }
    var scheduleValue: ScheduleValue { self?.scheduleValue ?? .null }
}

/// A named part of a schedule's state.
struct ScheduleField {
    let name: String
    let read: () -> ScheduleValue
    /// Takes a value apart, and gives what puts it in place: nothing changes before all parts are known to fit.
    let prepare: (ScheduleValue) throws -> () -> Void

    /// A value of one type.
    init<Value: ScheduleStorable>(_ name: String, _ value: Value, set: @escaping (Value) -> Void) {
        self.init(name, read: { value.scheduleValue }) { given in
            guard let new = Value(given) else { throw ScheduleError("'\(name)' in the state is not \(Value.noun)") }
            return { set(new) }
        }
    }

    /// A property.
    init<Root: AnyObject, Value: ScheduleStorable>(
        _ name: String, _ root: Root, _ path: ReferenceWritableKeyPath<Root, Value>
    ) { self.init(name, root[keyPath: path]) { root[keyPath: path] = $0 } }

    /// A value that PyTorch's state has and this schedule does not need to be told.
    init(_ name: String, constant value: ScheduleValue) {
        self.name = name
        read = { value }
        prepare = { _ in {} }
    }

    init(
        _ name: String, read: @escaping () -> ScheduleValue,
        prepare: @escaping (ScheduleValue) throws -> () -> Void
    ) {
        self.name = name
        self.read = read
        self.prepare = prepare
    }
}
