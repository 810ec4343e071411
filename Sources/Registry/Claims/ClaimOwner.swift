import Files
import HTTP
import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Who publishes: a process, and in CI the job that it belongs to. Says enough for others to tell whether it can still be
/// at work.
public struct ClaimOwner: Sendable, Equatable {
    /// For people: the job's address, or the machine's name.
    public var who: String
    /// What this start of the machine is called; "" where the system does not say.
    public var boot = ""
    /// In which numbers of processes `process` counts: containers have their own.
    public var processes = ""
    public var process = 0
    /// When the process started, in ticks of its machine.
    public var started = ""
    /// The CI pipeline, the job's name in it, and the number of this run of the job; "" outside CI.
    public var pipeline = ""
    public var job = ""
    public var jobID = ""
    /// UTC in ISO 8601.
    public var since = ""

    public init(who: String) { self.who = who }

    /// This process.
    public static func current(_ variable: (String) -> String? = environmentVariable) -> ClaimOwner {
        var owner = ClaimOwner(who: variable("CI_JOB_URL") ?? "a process on \(hostName())")
        owner.boot = firstLine("/proc/sys/kernel/random/boot_id")
        owner.processes = linkTarget("/proc/self/ns/pid")
        owner.process = Int(getpid())
        owner.started = Self.start(of: owner.process)?.time ?? ""
        owner.pipeline = variable("CI_PIPELINE_ID") ?? ""
        owner.job = variable("CI_JOB_NAME") ?? ""
        owner.jobID = variable("CI_JOB_ID") ?? ""
        owner.since = utcTime(time(nil))
        return owner
    }

    /// Whether the owner has certainly come to an end, as far as `observer` can tell: its process is gone from the machine
    /// that both are on, or its job is being repeated, which GitLab does only after its end.
    func isGone(seenBy observer: ClaimOwner) -> Bool {
        if !pipeline.isEmpty, !job.isEmpty, pipeline == observer.pipeline, job == observer.job, jobID != observer.jobID
        {
            return true
        }
        guard !boot.isEmpty, !processes.isEmpty, boot == observer.boot, processes == observer.processes else {
            return false
        }
        guard let found = Self.start(of: process) else { return true }
        return found.isOver || found.time != started
    }

    /// When a process of this machine started, and whether it has ended and nobody has asked how; nil where there is none.
    private static func start(of process: Int) -> (time: String, isOver: Bool)? {
        // "1234 (name) S 1 ...": the name may hold anything, also parentheses. Field 3 is the state, 22 the start.
        guard let text = try? readText("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19 else { return nil }
        return (String(fields[19]), fields[0] == "Z" || fields[0] == "X")
    }

    // MARK: As JSON

    private static let members: [(String, WritableKeyPath<ClaimOwner, String> & Sendable)] = [
        ("who", \.who), ("boot", \.boot), ("processes", \.processes), ("started", \.started), ("pipeline", \.pipeline),
        ("job", \.job), ("job_id", \.jobID), ("since", \.since),
    ]

    func encoded() throws -> [UInt8] {
        let texts = Self.members.map { JSONValue.Member($0.0, .string(self[keyPath: $0.1])) }
        let json = JSONValue.object(texts + [.init("process", .integer(process))])
        return try JSONWriter(.spaced(2), sortsNames: true).text(of: json) + [0x0a]
    }

    /// - Throws: where the bytes are no claim.
    init(decoding bytes: [UInt8]) throws {
        let json = try JSONParser.parse(bytes)
        self.init(who: try json.required("who", \.asString))
        for (name, path) in Self.members { self[keyPath: path] = try json.optional(name, \.asString) ?? "" }
        process = try json.optional("process", \.asInteger) ?? 0
    }
}

private func firstLine(_ path: String) -> String {
    let text = (try? readText(path)) ?? ""
    return String(text.prefix { !$0.isNewline })
}

private func linkTarget(_ path: String) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    let count = readlink(path, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
}

private func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "another machine" }
    return printable(String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
}
