/// What can be called: its name, its parameters, what it returns, and a line on what it does.
///
/// Checks of arguments, messages, editor stubs and reference pages all come from here, whatever language calls.
public struct Schema: Sendable {
    public let name: String
    public let doc: String
    /// Given by position, or by name in a trailing table.
    public let arguments: [Argument]
    /// Given by name in a trailing table.
    public let options: [Argument]
    public let returns: Returns
    /// All parameters, those that have a position first.
    public let parameters: [Argument]

    public init(
        _ name: String, doc: String, arguments: [Argument] = [], options: [Argument] = [],
        returns: Returns = .nothing
    ) {
        self.name = name
        self.doc = doc
        self.arguments = arguments
        self.options = options
        self.returns = returns
        parameters = arguments + options
    }
}
