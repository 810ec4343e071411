/// An image operation that failed.
public struct ImageError: Error, CustomStringConvertible, Equatable {
    /// What can be told apart by a program.
    public enum Kind: Sendable, Equatable {
        /// The file is something else than an image that is read here.
        case unknownFormat
        /// The file ends before the image does.
        case truncated
        /// More pixels than `Image.mostPixels`.
        case tooLarge
        /// The content breaks the format, or the arguments do not fit.
        case invalid
        /// Memory ran out.
        case memory
        /// The library that JPEG files take is not on this machine.
        case libraryMissing
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
