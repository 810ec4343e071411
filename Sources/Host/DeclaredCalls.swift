extension Call {
    /// This call with its arguments checked against another declaration, for objects that say themselves what a call of
    /// them takes. The arguments must have come as values of any kind.
    ///
    /// - Parameter label: what messages call the function.
    public func checked(against arguments: [Argument], label: String) throws -> Call {
        let declaration = HostFunction(
            label, .method, isReceiverFirst: true, body: nil, schema: Schema(label, doc: "", arguments: arguments))
        return try BoundFunction(
            declaration, body: { _ in .none }, label: label, luaClass: function.luaClass, moduleKey: nil,
            loader: function.loader
        ).checkedCall(state)
    }
}
