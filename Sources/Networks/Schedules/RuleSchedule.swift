import Operators

/// A schedule whose rates follow from its options and the epoch. Its state is its options and what all schedules have.
final class RuleSchedule: LRScheduler {
    typealias Rates = @Sendable (RuleSchedule) throws -> [Double]

    /// What tells a kind of such schedules from another.
    struct Rule: Sendable {
        let name: String
        let options: [Argument]
        let validate: @Sendable (RuleSchedule) throws -> Void
        let closedForm: Rates?
        let rates: Rates
    }

    private let rule: Rule
    private var options: [(name: String, value: any ScheduleStorable)] = []
    /// The functions of `lr_lambda`, one for each group; they are not saved, as in PyTorch.
    private(set) var functions: [ScheduleFunction]?

    init(_ rule: Rule, _ groups: any ScheduledGroups, _ a: Arguments) throws {
        self.rule = rule
        for option in rule.options {
            switch option.kind {
            case .integer: options.append(("\(option.name)", try a.integer(option.name)))
            case .integers: options.append(("\(option.name)", try a.integers(option.name)))
            case .number: options.append(("\(option.name)", try a.number(option.name)))
            default: functions = try a.functions(option.name, for: groups)
            }
        }
        try super.init(groups, lastEpoch: a.integer("last_epoch"))
    }

    override var kind: String { rule.name }
    override func rates() throws -> [Double] { try rule.rates(self) }
    override func closedForm() throws -> [Double]? { try rule.closedForm?(self) }

    override func validate() throws {
        try super.validate()
        try rule.validate(self)
    }

    func integer(_ name: String) throws -> Int { try option(name) }
    func integers(_ name: String) throws -> [Int] { try option(name) }
    func number(_ name: String) throws -> Double { try option(name) }

    private func option<Value>(_ name: String) throws -> Value {
        guard let value = options.first(where: { $0.name == name })?.value as? Value else {
            throw ScheduleError("no option '\(name)' is declared")
        }
        return value
    }

    override var fields: [ScheduleField] {
        options.indices.map(field) + super.fields
            + (functions.map { [ScheduleField("lr_lambdas", constant: .list($0.map { _ in .null }))] } ?? [])
    }

    private func field(_ place: Int) -> ScheduleField {
        func field<Value: ScheduleStorable>(of value: Value) -> ScheduleField {
            ScheduleField(options[place].name, value) { self.options[place].value = $0 }
        }
        return field(of: options[place].value)
    }
}

extension Arguments {
    /// A function for each group, or one for all.
    fileprivate func functions(_ name: StaticString, for groups: any ScheduledGroups) throws -> [ScheduleFunction] {
        let given: [Value]
        switch try value(name) {
        case .list(let items)?: given = items
        case let one?: given = Array(repeating: one, count: groups.groupCount)
        case nil: given = []
        }
        guard given.count == groups.groupCount else {
            throw ScheduleError("\(name) has \(given.count) functions for \(groups.groupCount) parameter groups")
        }
        return try given.map { item in
            guard case .object(let object) = item, let function = object as? ScheduleFunction else {
                throw ScheduleError("\(name) is a function or a list of functions")
            }
            return function
        }
    }
}
