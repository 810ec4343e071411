/// What is wrong with the numbers that a metric was given.
public struct MetricsError: Error, CustomStringConvertible, Equatable {
    public let description: String

    public init(_ description: String) { self.description = description }
}
