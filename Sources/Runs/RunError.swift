/// What is wrong with a run's folder, or with what it was given.
public struct RunError: Error, CustomStringConvertible, Equatable {
    public let description: String

    public init(_ description: String) { self.description = description }
}
