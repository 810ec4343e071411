/// What a user who stopped a script is told after "interrupted"; belongs to a Lua state, and modules set it.
public final class InterruptNote {
    public var text: String?

    public init() {}
}
