import Foundation
import Networks
import TestSupport

/// Parameter groups without parameters.
final class PlainGroups: ScheduledGroups {
    var rates: [Double]
    var initials: [Double?]
    var momenta: [Double?]

    init(_ rates: [Double] = [0.1], momentum: Double? = 0.9) {
        self.rates = rates
        initials = Array(repeating: nil, count: rates.count)
        momenta = Array(repeating: momentum, count: rates.count)
    }

    var groupCount: Int { rates.count }
    func learningRate(_ group: Int) -> Double { rates[group] }
    func setLearningRate(_ group: Int, _ value: Double) { rates[group] = value }
    func initialLearningRate(_ group: Int) -> Double? { initials[group] }
    func setInitialLearningRate(_ group: Int, _ value: Double) { initials[group] = value }
    func scheduledMomentum(_ group: Int) -> Double? { momenta[group] }
    func setScheduledMomentum(_ group: Int, _ value: Double) { momenta[group] = value }
}

extension Value: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByArrayLiteral
{
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(arrayLiteral values: Value...) { self = .list(values) }

    static func objects(_ objects: [AnyObject]) -> Value { .list(objects.map { .object($0) }) }
}

/// A schedule of a kind, by its name and PyTorch's names of the options.
func make(_ kind: String, _ groups: PlainGroups, _ options: [String: Value?] = [:]) throws -> LRScheduler {
    guard let declared = Schedules.all.first(where: { $0.schema.name == kind }) else {
        throw UnknownSchedule(kind: kind)
    }
    let parameters = declared.schema.parameters
    let values = parameters.map { "\($0.name)" == "optimizer" ? .object(groups) : options["\($0.name)"] ?? nil }
    return try declared.make(Arguments(parameters, values))
}

/// The schedule that a case of `schedules.json` is about.
func makeSchedule(_ kind: String, _ options: JSON, _ groups: PlainGroups) throws -> LRScheduler {
    guard case .object(let members) = options else { return try make(kind, groups) }
    func value(_ name: String, _ json: JSON) throws -> Value? {
        switch json {
        case .string(let function) where name == "lr_lambda": .object(ScheduleFunction(factor(function)))
        case .array(let pairs) where name == "schedulers":
            .objects(try pairs.map { try makeSchedule($0[0].string, $0[1], groups) })
        case .array(let items): .list(try items.compactMap { try value(name, $0) })
        case .bool(let value): .boolean(value)
        case .number(let number): Int(exactly: number).map { .integer($0) } ?? .number(number)
        case .string(let text): .string(text)
        case .null, .object: nil
        }
    }
    return try make(kind, groups, Dictionary(uniqueKeysWithValues: members.map { ($0, try value($0, $1)) }))
}

struct UnknownSchedule: Error {
    let kind: String
}

/// The functions of `make_schedules.py`.
private func factor(_ name: String) -> (Int) throws -> Double {
    switch name {
    case "0.95**n": { pow(0.95, Double($0)) }
    case "1/(1+n)": { 1 / Double(1 + $0) }
    default: { cos(Double($0) / 10) }
    }
}
