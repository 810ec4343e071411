/// A command that is built in: `nightjar NAME [arguments]` runs a script that is part of the program.
public struct HostCommand: Sendable {
    let name: String
    /// The command and its arguments, for --help.
    let usage: String
    /// What it does, in a few words.
    let doc: String
    /// The script's text.
    let source: @Sendable () -> [UInt8]

    public init(_ name: String, usage: String, doc: String, source: @escaping @Sendable () -> [UInt8]) {
        self.name = name
        self.usage = usage
        self.doc = doc
        self.source = source
    }
}
