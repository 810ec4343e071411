/// What an argument takes.
public indirect enum ArgumentKind: Sendable {
    case boolean
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case string
    case choice([String])
    case integerOrPair(ClosedRange<Int>)
    case integers
    /// Of which some may be false or missing.
    case partialIntegers
    case numbers
    case strings
    case list
    case table
    case function
    case any
    case object(ClassReference)
    case objects(ClassReference)
    case anyOf([ArgumentKind])

    /// Any integer, for `.anyOf`.
    public static var integer: ArgumentKind { .integer(.min ... .max) }
    /// Any number, for `.anyOf`.
    public static var number: ArgumentKind { .number(-.infinity ... .infinity) }
    public static func object(_ type: AnyClass) -> ArgumentKind { .object(ClassReference(type)) }
    public static func objects(_ type: AnyClass) -> ArgumentKind { .objects(ClassReference(type)) }

    /// Whether a table may stand for it, and so is not an options table.
    public enum TableUse {
        case none
        case list
        case any
    }

    public var tableUse: TableUse {
        switch self {
        case .integerOrPair, .integers, .partialIntegers, .numbers, .strings, .objects, .list: .list
        case .table, .any: .any
        case .anyOf(let kinds):
            kinds.map(\.tableUse).reduce(.none) { a, b in a == .any || b == .any ? .any : a == .list ? .list : b }
        default: .none
        }
    }

    // MARK: In words

    /// What messages say was expected: "integer or pair of integers".
    public func expected(_ className: (ClassReference) -> String) -> String {
        switch self {
        case .boolean: "boolean"
        case .integer(let range): "integer" + Self.limits(range.lowerBound, range.upperBound, .min, .max)
        case .number(let range): "number" + Self.limits(range.lowerBound, range.upperBound, -.infinity, .infinity)
        case .string: "string"
        case .choice(let values): Self.alternatives(values.map { "'\($0)'" })
        case .integerOrPair(let range):
            "integer or pair of integers" + Self.limits(range.lowerBound, range.upperBound, .min, .max)
        case .integers: "list of integers"
        case .partialIntegers: "list of integers and false"
        case .numbers: "list of numbers"
        case .strings: "list of strings"
        case .list: "list"
        case .table: "table"
        case .function: "function"
        case .any: "value"
        case .object(let type): className(type)
        case .objects(let type): "list of \(className(type))"
        // Beside a list of something, a list of anything says nothing more.
        case .anyOf(let kinds):
            Self.alternatives(
                kinds.map { $0.expected(className) }.filter { text in
                    text != "list" || !kinds.contains { $0.expected(className).hasPrefix("list of") }
                })
        }
    }

    private static func limits<Value: Comparable>(_ low: Value, _ high: Value, _ least: Value, _ most: Value) -> String
    {
        switch (low > least, high < most) {
        case (true, true): " from \(low) to \(high)"
        case (true, false): " of at least \(low)"
        case (false, true): " of at most \(high)"
        case (false, false): ""
        }
    }

    private static func alternatives(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}
