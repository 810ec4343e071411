/// An image operation that failed.
public struct ImageError: Error, CustomStringConvertible, Equatable {
    /// What can be told apart by a program.
    public enum Kind: Sendable, Equatable {
        /// The file is something else than a PNG.
        case notPNG
        /// The file ends before the image does.
        case truncated
        /// More pixels than `Image.mostPixels`.
        case tooLarge
        /// The content breaks the format, or the arguments do not fit.
        case invalid
        /// Memory ran out.
        case memory
    }

    public let kind: Kind
    /// The whole message: "cannot read 'x.png': not a PNG file".
    public let description: String

    /// - Parameter message: what could not be done and why, as it reads after "cannot".
    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        description = "cannot " + message
    }

    init(_ message: String) { self.init(.invalid, message) }
}
