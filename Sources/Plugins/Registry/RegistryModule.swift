import Files
import HTTP
import Host
import Lua
import Registry

/// `registry`: packages and where they are published.
let registryModule = HostModule(
    "registry", doc: "Packages of files, published to GitLab's generic package registry or to a directory.",
    types: [
        HostType(
            ScriptPackage.self, name: "Package", doc: "Files under a name and a version.", methods: packageMethods),
        HostType(
            ScriptRegistry.self, name: "Registry",
            doc: "Where packages are: a GitLab project, a directory, or what a script defines.",
            methods: registryMethods + registryReadingMethods),
        HostType(
            PackageText.self, name: "PackageText", doc: "The content of a package's file, in place of a path.",
            methods: [
                .metamethod(.length, doc: "How many bytes it has.", returns: .integer()) { text, _ in
                    .integer(text.bytes.count)
                }
            ]),
    ],
    functions: [
        .function(
            "package", doc: "A package. Nothing is read before it is published, written or planned.",
            arguments: [
                .string("name", "letters, digits and . _ - +"), .string("version", "the same, without .."),
                .table("files", "by their names in the package: the path of a file, or registry.text(...)"),
            ],
            options: runFileOptions,
            returns: .object(ScriptPackage.self)
        ) { call in
            let (name, version) = try (call.string("name"), call.string("version"))
            return .object(
                ScriptPackage(
                    try Package(
                        name: name, version: version, files: files(call),
                        runFiles: runFiles(call, folderName: "\(name)-\(version)"))))
        },
        .function(
            "text", doc: "Text as a package's file.", arguments: [.string("text")], returns: .object(PackageText.self)
        ) { call in .object(PackageText(try call.bytes("text"))) },
        .function(
            "from_environment",
            doc: "The registry that the environment names: in a GitLab job the job's own project (CI_API_V4_URL, "
                + "CI_PROJECT_ID, CI_JOB_TOKEN); else GITLAB_URL, GITLAB_PROJECT and GITLAB_TOKEN or "
                + "GITLAB_DEPLOY_TOKEN or GITLAB_BEARER_TOKEN (or with _FILE at the end, the file that holds it). Nil where "
                + "none is named; an error where it is named in part.",
            returns: .object(ScriptRegistry.self).orNil
        ) { _ in try GitLabRegistry.fromEnvironment().map { .object(ScriptRegistry($0)) } ?? .nil },
        .function(
            "gitlab", doc: "A registry by its address. One of the four tokens is needed.",
            arguments: [.string("url", "of the server or its API"), .string("project", "number, or path: group/app")],
            options: [
                .string("token", "an access token with the scope api").optional,
                .string("job_token", "the token of a CI job").optional,
                .string("deploy_token", "a deploy token with the scope write_package_registry").optional,
                .string("bearer_token", "a token that goes as Authorization: Bearer").optional,
                .string("ca_file", "certificates to trust for this server (PEM)").optional,
            ],
            returns: .object(ScriptRegistry.self)
        ) { call in
            .object(
                ScriptRegistry(
                    try GitLabRegistry(
                        api: call.string("url"), project: call.string("project"), credential: credential(call),
                        caFile: call.optionalString("ca_file"))))
        },
    ])

/// `nightjar.sha256`.
let digestModule = HostModule(
    "", doc: "Files.",
    functions: [
        .function(
            "sha256", doc: "The SHA-256 of a file's content.", arguments: [.string("path")],
            returns: .string("64 lower-case hexadecimal digits")
        ) { call in .string(try SHA256.hexDigest(ofFile: call.string("path"))) }
    ])

/// A registry that a script holds.
final class ScriptRegistry {
    let registry: any PackageRegistry

    init(_ registry: any PackageRegistry) { self.registry = registry }

    /// A GitLab that Ctrl-C interrupts.
    convenience init(_ gitlab: GitLabRegistry) {
        var gitlab = gitlab
        gitlab.client = .interruptible
        self.init(gitlab as any PackageRegistry)
    }
}

/// A file's content that a script has made.
final class PackageText {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
}

private let target: Argument = .anyOf(
    "target", "a registry or a directory", of: [.object(ScriptRegistry.self), .string])

private let registryMethods: [HostMethod<ScriptRegistry>] = [
    .method(
        "newest_version",
        doc: "The newest version of a package that reads MAJOR.MINOR.PATCH, complete or not; nil where there is none.",
        arguments: [.string("name")], returns: .string().orNil
    ) { registry, call in
        let versions = try call.withCallbacks { try registry.registry.versions(of: PackageName(call.string("name"))) }
        return nextVersion(after: versions, .patch).newest.map { .string($0) } ?? .nil
    },
    .method(
        "next_version", doc: "The version after the newest, of which one part is counted up.",
        arguments: [.string("name"), .choice("part", of: SemanticVersion.Part.allCases.map(\.rawValue))],
        returns: .string()
    ) { registry, call in
        let versions = try call.withCallbacks { try registry.registry.versions(of: PackageName(call.string("name"))) }
        return .string(
            nextVersion(after: versions, SemanticVersion.Part(rawValue: try call.string("part")) ?? .patch).next)
    },
    .metamethod(.tostring, returns: .string()) { registry, _ in .string(registry.registry.summary) },
]

private let packageMethods: [HostMethod<ScriptPackage>] = [
    .method(
        "publish",
        doc:
            "Publishes the package, its manifest last, and prints what happens: to the registry, or without one to the "
            + "directory dist/NAME-VERSION. What is there already with the same content is not sent again, so doing it "
            + "again is harmless. Not caught, a failure that may pass ends the script with status 75, a version that is "
            + "complete with other content with 73, another failure with 1.",
        arguments: [.object("registry", ScriptRegistry.self).optional],
        options: [
            .boolean("dry_run", "only prints what would go where", default: false),
            .string("to", "a directory to write to in place of the registry").optional,
            .boolean("add_differing", "adds a file although the version has another of its name", default: false),
            .boolean("download_again", "fetches every file at the end and compares", default: false),
            .integer("attempts", "how often a request is sent before giving up", min: 1, default: 6),
            .table("run", "what belongs to this run and not to the content, by name: goes into the manifest").optional,
        ],
        returns: .custom("string[]", "where each file is: addresses or paths")
    ) { package, call in
        let registry: ScriptRegistry? = try call.optionalObject("registry")
        let isDry = try call.boolean("dry_run")
        let measured = try package.measured(run: call.has("run") ? texts(call) : [:])
        if let directory = try call.optionalString("to") {
            return .strings(try package.write(measured, to: directory, isDry: isDry))
        }
        guard let registry else {
            return .strings(try package.write(measured, to: package.directory, isDry: isDry))
        }
        if isDry { return .strings(try call.withCallbacks { try package.rehearse(measured, registry.registry) }) }
        var options = PublishOptions()
        options.isCancelled = { Interrupt.isRequested }
        options.addsDiffering = try call.boolean("add_differing")
        options.downloadsAgain = try call.boolean("download_again")
        options.retry.attempts = try call.integer("attempts")
        return .strings(try call.withCallbacks { try package.publish(measured, to: registry.registry, options) })
    },
    .method(
        "state",
        doc:
            "What a registry has of this version: 'absent', 'begun' or 'published' with this content, 'differs' where it was "
            + "begun or 'taken' where it is complete with other content.",
        arguments: [.object("registry", ScriptRegistry.self)],
        returns: .custom("'absent'|'begun'|'published'|'differs'|'taken'")
    ) { package, call in
        let registry: ScriptRegistry = try call.object("registry")
        var options = PublishOptions()
        // It is only a look: who publishes afterwards has more patience.
        options.retry.attempts = 3
        options.isCancelled = { Interrupt.isRequested }
        return .string(
            try call.withCallbacks { try package.measured().state(in: registry.registry, options: options).rawValue })
    },
    .method(
        "write", doc: "Writes the package's files and its manifest to a directory, all or none.",
        arguments: [.string("directory", "made where it is missing")],
        returns: .custom("string[]", "the paths of the files")
    ) { package, call in
        .strings(try package.measured().write(toDirectory: call.string("directory")))
    },
    .method(
        "plan", doc: "What publishing or writing would do, line by line, without doing it.", arguments: [target],
        returns: .custom("string[]")
    ) { package, call in
        if let registry: ScriptRegistry = try call.optionalObject("target") {
            return .strings(try call.withCallbacks { try package.measured().plan(for: registry.registry) })
        }
        return .strings(try package.measured().plan(forDirectory: call.string("target")))
    },
    .metamethod(.tostring, returns: .string()) { package, _ in .string("\(package.package)") },
]

/// The files of a package in the order of their names: Lua's tables have none.
private func files(_ call: Call) throws -> [PackageFile] {
    let (state, index) = (call.state, try call.index("files"))
    guard state.rawCount(at: index) == 0 else {
        throw call.badArgument("files", expected: "table of contents by file name", got: "a list")
    }
    var files: [PackageFile] = []
    // Item by item, not as a LuaValue: a table that lies in it may hold anything.
    try state.forEachPair(at: index) {
        guard state.type(at: -2) == .string, let name = state.string(at: -2) else {
            throw call.badArgument("files", expected: "table with file names as keys", got: "another key in it")
        }
        if state.type(at: -1) == .string, let path = state.bytes(at: -1) {
            files.append(try PackageFile(name, .path(String(systemBytes: path))))
        } else if let text = state.object(at: -1, as: PackageText.self) {
            files.append(try PackageFile(name, .bytes(text.bytes)))
        } else {
            throw call.badArgument("files", expected: "path or registry.text(...) for '\(name)'", got: "something else")
        }
    }
    return files.sorted { $0.name.text < $1.name.text }
}

/// The texts and numbers of the table `run`.
private func texts(_ call: Call) throws -> [String: String] {
    let (state, index) = (call.state, try call.index("run"))
    var texts: [String: String] = [:]
    try state.forEachPair(at: index) {
        guard state.type(at: -2) == .string, let name = state.string(at: -2) else {
            throw call.badArgument("run", expected: "table of texts and numbers by name", got: "another key in it")
        }
        switch state.type(at: -1) {
        case .string: texts[name] = state.bytes(at: -1).map { String(decoding: $0, as: UTF8.self) }
        case .number:
            texts[name] = state.number(at: -1).map { $0 == $0.rounded() && abs($0) < 1e15 ? "\(Int($0))" : "\($0)" }
        default:
            throw call.badArgument("run", expected: "text or number for '\(name)'", got: "something else")
        }
    }
    return texts
}

private func credential(_ call: Call) throws -> Credential {
    var found: [Credential] = []
    if let token = try call.optionalString("token") { found.append(try Credential(.access, token, source: "'token'")) }
    if let token = try call.optionalString("job_token") {
        found.append(try Credential(.job, token, source: "'job_token'"))
    }
    if let token = try call.optionalString("deploy_token") {
        found.append(try Credential(.deploy, token, source: "'deploy_token'"))
    }
    if let token = try call.optionalString("bearer_token") {
        found.append(try Credential(.bearer, token, source: "'bearer_token'"))
    }
    guard let first = found.first, found.count == 1 else {
        throw RegistryError(
            .configuration,
            "exactly one of 'token', 'job_token', 'deploy_token' and 'bearer_token' is needed, got \(found.count)")
    }
    return first
}
