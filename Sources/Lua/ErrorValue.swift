/// What a Swift error says of itself to scripts beside its words, which are its description.
public protocol ScriptError: Error {
    /// What scripts tell it from others by, as `err.kind`: "argument", "file".
    var errorKind: String { get }
    /// The status that the command ends with where no script catches it; nil for the usual one.
    var exitStatus: Int32? { get }
    /// The module of a network in which it happened: "features.3".
    var modulePath: String? { get }
    /// Whether its words say by themselves what failed, so that no function's name goes before them.
    var isComplete: Bool { get }
}

extension ScriptError {
    public var errorKind: String { ErrorValue.usualKind }
    public var exitStatus: Int32? { nil }
    public var modulePath: String? { nil }
    public var isComplete: Bool { false }
}

/// An error of Swift code as scripts hold it: a value with fields that prints, and joins with text, as its text does.
public final class ErrorValue: Sendable {
    /// The kind of an error that has no other.
    public static let usualKind = "error"

    public let kind: String
    /// What happened, without the place.
    public let message: String
    /// The file or chunk that was running.
    public let chunk: String?
    /// The line that was running.
    public let line: Int?
    /// The status for a script that ends with it; nil for the usual one.
    public let exitStatus: Int32?
    /// The module of a network in which it happened.
    public let modulePath: String?
    /// What it prints as: "train.lua:12: conv2d: expected 1 input channel, got 3".
    public let text: String

    /// - Parameter place: where the script was.
    public init(
        kind: String, message: String, place: (chunk: String, line: Int)?, exitStatus: Int32? = nil,
        modulePath: String? = nil
    ) {
        self.kind = kind
        self.message = message
        chunk = place?.chunk
        line = place?.line
        self.exitStatus = exitStatus
        self.modulePath = modulePath
        text = place.map { "\($0.chunk):\($0.line): \(message)" } ?? message
    }

    /// The same error in other words: what a script made of its text.
    init(_ error: ErrorValue, text: String) {
        kind = error.kind
        message = error.message
        chunk = error.chunk
        line = error.line
        exitStatus = error.exitStatus
        modulePath = error.modulePath
        self.text = text
    }
}
