import Files
import JSON

/// How a package came to be: a SLSA v1 provenance statement (https://slsa.dev/spec/v1.0/provenance) as an in-toto
/// statement. What differs from run to run stands here, not in the files that it is about.
public struct Provenance: Sendable {
    /// The name that the statement has in a package.
    public static let fileName = "provenance.json"
    static let predicateType = "https://slsa.dev/provenance/v1"

    /// Something that the build took: a commit, a data set.
    public struct Material: Sendable, Equatable {
        public var name: String?
        public var uri: String?
        /// By the name of the algorithm: `sha256`, `gitCommit`.
        public var digest: [String: String]

        public init(name: String? = nil, uri: String? = nil, digest: [String: String]) {
            self.name = name
            self.uri = uri
            self.digest = digest
        }
    }

    /// What kind of build this is, as a URI. Default: `urn:nightjar:train-and-publish:v1`.
    public var buildType = "urn:nightjar:train-and-publish:v1"
    /// What whoever started the build chose, an object: the script, its hyperparameters.
    public var externalParameters: JSONValue = .object([])
    public var materials: [Material] = []
    /// Who built, as a URI: the runner.
    public var builderID = "urn:nightjar:local"
    /// The tools that built, with their versions.
    public var builderVersion: [String: String] = [:]
    /// This run alone: the job's address.
    public var invocationID: String?
    /// UTC in ISO 8601: "2026-01-31T12:00:00Z".
    public var startedOn: String?
    /// UTC in ISO 8601.
    public var finishedOn: String?

    public init() {}

    /// What GitLab tells a job of itself: commit, runner, job, start.
    ///
    /// - Parameters:
    ///   - tool: the name and version of what makes the package.
    ///   - finished: when the build ended, UTC in ISO 8601.
    ///   - variable: looks a variable up; nil for unset or empty. Default: the process's environment.
    public static func fromEnvironment(
        tool: (name: String, version: String), finished: String,
        _ variable: (String) -> String? = environmentVariable
    ) -> Provenance {
        var provenance = Provenance()
        if let server = variable("CI_SERVER_URL"), let runner = variable("CI_RUNNER_ID") {
            provenance.builderID = "\(server)/-/runners/\(runner)"
        }
        provenance.builderVersion = [tool.name: tool.version]
        provenance.builderVersion["gitlab"] = variable("CI_SERVER_VERSION")
        provenance.builderVersion["gitlab-runner"] = variable("CI_RUNNER_VERSION")
        provenance.invocationID = variable("CI_JOB_URL")
        provenance.startedOn = variable("CI_JOB_STARTED_AT")
        provenance.finishedOn = finished
        if let commit = variable("CI_COMMIT_SHA") {
            let reference =
                variable("CI_COMMIT_TAG").map { "refs/tags/\($0)" }
                ?? variable("CI_COMMIT_BRANCH").map { "refs/heads/\($0)" }
            // CI_REPOSITORY_URL holds a token; this address does not.
            let uri = variable("CI_PROJECT_URL").map { "git+\($0).git" + (reference.map { "@\($0)" } ?? "") }
            provenance.materials = [Material(name: "source", uri: uri, digest: ["gitCommit": commit])]
        }
        return provenance
    }

    /// The statement about files, as JSON with a line break at the end.
    ///
    /// - Throws: `SigningError` where there are no files, `JSONError`.
    public func encoded(about files: [FileDigest]) throws -> [UInt8] {
        guard !files.isEmpty else { throw SigningError(.invalid, "there are no files to tell the provenance of") }
        let subjects = files.sorted { ModelSignature.isBefore($0.name, $1.name) }.map { file in
            JSONValue.object([
                .init("name", .string(file.name)), .init("digest", .object([.init("sha256", .string(file.sha256))])),
            ])
        }
        var builder: [JSONValue.Member] = [.init("id", .string(builderID))]
        if !builderVersion.isEmpty { builder.append(.init("version", texts(builderVersion))) }
        let metadata = [("invocationId", invocationID), ("startedOn", startedOn), ("finishedOn", finishedOn)]
            .compactMap { name, value in value.map { JSONValue.Member(name, .string($0)) } }
        let statement = JSONValue.object([
            .init("_type", .string(ModelSignature.statementType)),
            .init("subject", .array(subjects)),
            .init("predicateType", .string(Self.predicateType)),
            .init(
                "predicate",
                .object([
                    .init(
                        "buildDefinition",
                        .object([
                            .init("buildType", .string(buildType)),
                            .init("externalParameters", externalParameters),
                            .init("resolvedDependencies", .array(materials.map(\.json))),
                        ])),
                    .init(
                        "runDetails",
                        .object([.init("builder", .object(builder)), .init("metadata", .object(metadata))])
                    ),
                ])),
        ])
        return try JSONWriter(.indented(2)).text(of: statement) + [0x0a]
    }

    /// Whether bytes are a provenance statement about these files and no others, whatever run it tells of.
    public static func isStatement(_ bytes: [UInt8], about files: [FileDigest]) -> Bool {
        guard let json = try? JSONParser.parse(bytes), json["_type"]?.asString == ModelSignature.statementType,
            json["predicateType"]?.asString == predicateType, let subjects = json["subject"]?.asArray
        else { return false }
        let named = subjects.compactMap { subject in
            subject["name"]?.asString.flatMap { name in
                subject["digest"]?["sha256"]?.asString.map { FileDigest(name: name, sha256: $0) }
            }
        }
        return named.count == subjects.count && named.count == files.count && Set(named) == Set(files)
    }
}

extension Provenance.Material {
    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = []
        if let name { members.append(.init("name", .string(name))) }
        if let uri { members.append(.init("uri", .string(uri))) }
        return .object(members + [.init("digest", texts(digest))])
    }
}

/// Texts by name, sorted.
private func texts(_ texts: [String: String]) -> JSONValue {
    .object(texts.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
}
