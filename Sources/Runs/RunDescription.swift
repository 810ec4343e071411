import Files
import JSON

/// What a run is: its options, where it ran, on which data. `options.json` and `run.json` keep it.
public struct RunDescription: Sendable {
    /// All options of the script in its order, and the names of those that are not the defaults.
    public var options: [JSONValue.Member]
    public var changed: [String]
    /// What else the results depend on: "nightjar", "processor", "threads", "instruction set".
    public var environment: [JSONValue.Member]
    /// The name of the data set and its digests.
    public var data: [JSONValue.Member]
    /// When it began and ended, "2026-11-28 11:05:33"; nil where it has not.
    public var begun: String?
    public var finished: String?
    /// How often it was resumed.
    public var resumed = 0

    public init(
        options: [JSONValue.Member] = [], changed: [String] = [], environment: [JSONValue.Member] = [],
        data: [JSONValue.Member] = []
    ) {
        self.options = options
        self.changed = changed
        self.environment = environment
        self.data = data
    }

    /// What a folder's files say. What is missing or damaged in them is left out.
    ///
    /// - Throws: `FileError` or `JSONError` where `run.json` cannot be read.
    public init(folder: String) throws {
        let run = try JSONParser.parse(readFile(RunFiles.description(folder), limit: 16 << 20))
        let options = try? JSONParser.parse(readFile(RunFiles.options(folder), limit: 16 << 20))
        self.init(
            options: options?.asObject ?? [], changed: run["changed"]?.asArray?.compactMap(\.asString) ?? [],
            environment: run["environment"]?.asObject ?? [], data: run["data"]?.asObject ?? [])
        begun = run["begun"]?.asString
        finished = run["finished"]?.asString
        resumed = run["resumed"]?.asInteger ?? 0
    }

    func write(to folder: String) throws {
        let writer = JSONWriter(.indented(2))
        try writeFile(RunFiles.options(folder), try writer.text(of: .object(options)) + [UInt8(ascii: "\n")])
        var members: [JSONValue.Member] = []
        if let begun { members.append(.init("begun", .string(begun))) }
        if let finished { members.append(.init("finished", .string(finished))) }
        if resumed > 0 { members.append(.init("resumed", .integer(resumed))) }
        members += [
            .init("changed", .array(changed.map { .string($0) })), .init("environment", .object(environment)),
            .init("data", .object(data)),
        ]
        try writeFile(RunFiles.description(folder), try writer.text(of: .object(members)) + [UInt8(ascii: "\n")])
    }
}
