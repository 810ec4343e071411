/// What a tensor operation cannot do, in one line: what was expected, what came, and where it helps what to do.
public struct TensorError: Error, CustomStringConvertible, Equatable {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// A shape as it stands in messages: `[64, 1, 28, 28]`.
public func describe(_ shape: some Sequence<Int>) -> String { "[\(shape.map(String.init).joined(separator: ", "))]" }

/// "1 channel", "2 channels".
public func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
