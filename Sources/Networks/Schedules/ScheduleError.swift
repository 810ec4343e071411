/// A schedule that cannot be made, or cannot go on.
public struct ScheduleError: Error, CustomStringConvertible, Equatable {
    public let description: String

    init(_ description: String) { self.description = description }

    /// - Throws: where a number is below a limit.
    static func check(_ value: Int, _ name: String, atLeast limit: Int) throws {
        guard value >= limit else { throw ScheduleError("\(name) of at least \(limit) expected, got \(value)") }
        try checkSize(value, name)
    }

    /// - Throws: where a number is so large that sums with it would not be exact.
    static func checkSize(_ value: Int, _ name: String) throws {
        guard value.magnitude <= 1 << 53 else { throw ScheduleError("\(name) of at most 2^53 expected, got \(value)") }
    }
}
