import Files
import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a manifest says beside the files: when and by what they were made.
public struct ManifestDetails: Sendable {
    /// UTC in ISO 8601: "2026-01-31T12:00:00Z".
    public var created: String
    /// What made the package, with its version.
    public var tool: String
    /// Commit, pipeline, measured times and the like, by name: what belongs to the run.
    public var provenance: [String: String]

    public init(created: String, tool: String, provenance: [String: String] = [:]) {
        self.created = created
        self.tool = tool
        self.provenance = provenance
    }

    /// The time now (or that of `SOURCE_DATE_EPOCH`), and what GitLab tells a job of itself.
    public static func fromEnvironment(
        tool: String = "nightjar", _ variable: (String) -> String? = environmentVariable
    ) -> ManifestDetails {
        let names = [
            "commit_sha": "CI_COMMIT_SHA", "commit_ref": "CI_COMMIT_REF_NAME", "commit_tag": "CI_COMMIT_TAG",
            "commit_timestamp": "CI_COMMIT_TIMESTAMP", "pipeline_url": "CI_PIPELINE_URL", "job_url": "CI_JOB_URL",
            "project_url": "CI_PROJECT_URL",
        ]
        let seconds = variable("SOURCE_DATE_EPOCH").flatMap { Int($0) } ?? time(nil)
        return ManifestDetails(
            created: utcTime(seconds), tool: tool, provenance: names.compactMapValues { variable($0) })
    }
}

/// The list of a package's files, uploaded after all of them: a package that has it is complete.
public struct Manifest: Sendable, Equatable {
    /// The name it has in the package.
    public static let fileName = name.text
    static let name = PackageFileName(known: "manifest.json")

    public struct File: Sendable, Equatable {
        public let name: String
        /// In bytes.
        public let size: Int
        /// 64 lower-case hexadecimal digits.
        public let sha256: String
        /// Whether it belongs to the run that made the package and not to its content.
        public let isRun: Bool

        public init(name: String, size: Int, sha256: String, isRun: Bool = false) {
            self.name = name
            self.size = size
            self.sha256 = sha256
            self.isRun = isRun
        }
    }

    public let name: String
    public let version: String
    public let files: [File]
    public let created: String
    public let tool: String
    public let provenance: [String: String]

    init(_ package: Package, _ content: [MeasuredFile], runFiles: [MeasuredFile] = [], _ details: ManifestDetails) {
        name = package.name.text
        version = package.version.text
        files =
            content.map { File(name: $0.name.text, size: $0.size, sha256: $0.sha256) }
            + runFiles.map { File(name: $0.name.text, size: $0.size, sha256: $0.sha256, isRun: true) }
        created = details.created
        tool = details.tool
        provenance = details.provenance
    }

    /// - Throws: where the bytes are no manifest.
    public init(decoding bytes: [UInt8]) throws {
        let json = try JSONParser.parse(bytes)
        name = try json.required("name", \.asString)
        version = try json.required("version", \.asString)
        files = try json.required("files") { $0 }.items(File.self)
        created = try json.required("created", \.asString)
        tool = try json.required("tool", \.asString)
        var provenance: [String: String] = [:]
        for member in try json.required("provenance", \.asObject) {
            guard let text = member.value.asString else { throw WrongJSON(description: "'provenance' has no text") }
            provenance[member.name] = text
        }
        self.provenance = provenance
    }

    /// As JSON with sorted keys and a line break at the end: the same manifest gives the same bytes, and a manifest
    /// published long ago has the bytes that it would get now.
    func encoded() throws -> [UInt8] {
        let files = files.map { file in
            JSONValue.object(
                [
                    .init("name", .string(file.name)), .init("size", .integer(file.size)),
                    .init("sha256", .string(file.sha256)),
                ] + (file.isRun ? [.init("run", .bool(true))] : []))
        }
        let json = JSONValue.object([
            .init("name", .string(name)), .init("version", .string(version)), .init("files", .array(files)),
            .init("created", .string(created)), .init("tool", .string(tool)),
            .init("provenance", .object(provenance.map { .init($0.key, .string($0.value)) })),
        ])
        return try JSONWriter(.spaced(2), sortsNames: true).text(of: json) + [0x0a]
    }

    /// Whether it is of that package and lists the same content, whenever and by whomever it was made.
    func describes(_ package: Package, _ content: [MeasuredFile]) -> Bool {
        let own = content.map { File(name: $0.name.text, size: $0.size, sha256: $0.sha256) }
        func sorted(_ files: [File]) -> [File] { files.sorted { $0.name < $1.name } }
        return name == package.name.text && version == package.version.text
            && sorted(files.filter { !$0.isRun }) == sorted(own)
    }
}

/// A moment in seconds since 1970 as UTC in ISO 8601.
func utcTime(_ seconds: Int) -> String {
    var seconds = time_t(seconds)
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return "" }
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
}

extension Manifest.File: JSONReadable {
    init(json: JSONValue) throws {
        name = try json.required("name", \.asString)
        size = try json.required("size", \.asInteger)
        sha256 = try json.required("sha256", \.asString)
        isRun = try json.optional("run") { $0 == .bool(true) } ?? false
    }
}
