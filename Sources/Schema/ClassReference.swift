/// A Swift class named in a declaration.
public struct ClassReference: @unchecked Sendable {
    // A class never changes; the language does not know that all metatypes may be shared.
    public let type: AnyClass

    public init(_ type: AnyClass) { self.type = type }

    public var identifier: ObjectIdentifier { ObjectIdentifier(type) }
}
