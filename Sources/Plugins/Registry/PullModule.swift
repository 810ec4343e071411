import Files
import Host
import HTTP
import Lua
import Registry

/// The part of `registry` that fetches packages and moves channels.
let pullModule = HostModule(
    "registry", doc: "Packages fetched, and channels moved.",
    functions: [
        .registryFunction(
            "pull",
            doc: """
                Fetches a version of a package: mnist-cnn@latest (the newest complete release, also without @latest), \
                @1.2.0, @~1.2, @^1, or @prod, a channel. The folder appears only when every file has the size and SHA-256 \
                of its manifest, and with a key its signature. What came before is in a cache, compared with its digests and \
                not fetched again; where the registry gives no answer, the newest cached version that fits is taken and \
                that is said. Not caught, a failure that may pass ends the script with status 75, another with 1.
                """,
            arguments: [request],
            options: [
                .string(
                    "to", "the folder to make, or to replace where an earlier pull made it; else it is in the cache"
                )
                .optional,
                registryOption, keyOption, offlineOption, attemptsOption,
                .boolean("quiet", "prints nothing but what has to be known, on standard error", default: false),
            ],
            returns: .several([
                .string("the folder"), .string("the version"), .boolean("whether anything new came"),
            ])
        ) { call in
            let show: (String) -> Void =
                try call.boolean("quiet") ? { _ in } : { StandardStreams.writeOutput($0 + "\n") }
            let request = try PackageRequest(call.string("spec"))
            let registry = try scriptRegistry(call)
            var options = try pullOptions(call)
            options.target = try call.optionalString("to")
            let report = try call.withCallbacks { try pull(request, registry, options, show) }
            let end = report.isNew ? "" : ": nothing new"
            show("\(report.name) \(report.version) is in \(report.folder)\(end)")
            return .values([.string(report.folder), .string(report.version.text), .boolean(report.isNew)])
        },
        .registryFunction(
            "locate",
            doc: """
                The path of a file of a package that a text names: 'registry:mnist-cnn@latest', which is fetched into the \
                cache where it is not there yet. Any other text is a path and comes back as it is.
                """,
            arguments: [
                .string("text", "a path, or registry: and what `pull` takes"),
                .string("file", "its name in the package"),
            ],
            options: [registryOption, keyOption, offlineOption, attemptsOption], returns: .string("a path")
        ) { call in
            let (text, file) = (try call.string("text"), try PackageFileName(call.string("file")))
            guard text.hasPrefix("registry:") else { return .string(text) }
            let request = try PackageRequest(String(text.dropFirst("registry:".count)))
            let (registry, options) = (try scriptRegistry(call), try pullOptions(call))
            let report = try call.withCallbacks { try pull(request, registry, options) { _ in } }
            guard report.files.contains(file.text) else {
                throw RegistryError(
                    .invalid,
                    "\(report.name) \(report.version) has no file '\(file)'; it has: "
                        + report.files.sorted().joined(separator: ", "))
            }
            return .string(joinPath(report.folder, file.text))
        },
        .registryFunction(
            "promote",
            doc: """
                Moves a channel of a package to a version that is there and complete, without uploading it again: 'prod' to \
                '1.2.0', to 'latest', to a range, or to where another channel is. Rolling back is moving, too. What was moved \
                when and by whom stays.
                """,
            arguments: [
                .string("name", "the package's"), .string("version", "a version, latest, a range or another channel"),
                .string("channel", "a word like prod"),
            ],
            options: [registryOption],
            returns: .several([
                .string("the version that it was moved to"), .boolean("whether it was elsewhere before"),
            ])
        ) { call in
            let channels = try Channels(of: PackageName(call.string("name")), in: scriptRegistry(call))
            let channel = try Channels.checkName(call.string("channel"))
            let choice = try VersionChoice(call.string("version"))
            var options = Channels.Options()
            options.isCancelled = { Interrupt.isRequested }
            let (move, isNew) = try call.withCallbacks {
                try interruptible {
                    try channels.move(channel, to: channels.resolve(choice), options: options) {
                        StandardStreams.writeError("\($0)\n")
                    }
                }
            }
            StandardStreams.writeOutput(
                "channel \(channel) of \(channels.package) is at \(move.version)\(isNew ? "" : " already")\n")
            return .values([.string(move.version.text), .boolean(isNew)])
        },
        .registryFunction(
            "channels", doc: "Where the channels of a package are, sorted by name.", arguments: [packageName],
            options: [registryOption], returns: moves
        ) { call in
            let channels = try Channels(of: PackageName(call.string("name")), in: scriptRegistry(call))
            return try call.withCallbacks {
                let moves = try channels.names().compactMap { channel in
                    try channels.current(channel).map { try described($0, channel, channels) }
                }
                return .value(.list(moves))
            }
        },
        .registryFunction(
            "channel_history", doc: "Every move of a channel, the oldest first.",
            arguments: [packageName, .string("channel")], options: [registryOption], returns: moves
        ) { call in
            let channels = try Channels(of: PackageName(call.string("name")), in: scriptRegistry(call))
            let channel = try PackageVersion(call.string("channel"))
            return try call.withCallbacks {
                .value(.list(try channels.moves(of: channel).map { try described($0, channel, channels) }))
            }
        },
        .registryFunction(
            "versions", doc: "The complete versions of a package, the newest first.", arguments: [packageName],
            options: [registryOption, .boolean("all", "also those that are not complete", default: false)],
            returns: .custom("string[]")
        ) { call in
            var options = PullOptions()
            options.isCancelled = { Interrupt.isRequested }
            let registry = try scriptRegistry(call)
            let (name, all) = (try PackageName(call.string("name")), try call.boolean("all"))
            let versions = try call.withCallbacks {
                try registry.versions(of: name, includesIncomplete: all, options: options)
            }
            return .strings(versions.map(\.text))
        },
    ])

private let request = Argument.string("spec", "a package, and behind @ which version: mnist-cnn@^1")
private let packageName = Argument.string("name", "the package's")
private let registryOption = Argument.anyOf(
    "registry", "a registry or what `open` takes; else $NIGHTJAR_REGISTRY, else what `from_environment` finds",
    of: [.object(ScriptRegistry.self), .string]
).optional
private let keyOption = Argument.string("key", "the public key (PEM file) that must have signed it").optional
private let offlineOption = Argument.boolean("offline", "asks no registry, only the cache", default: false)
private let attemptsOption = Argument.integer(
    "attempts", "how often a request is sent before giving up", min: 1, default: 6)
private let moves = Returns.custom(
    "{channel: string, version: string, from: string?, moved: string, by: string}[]",
    "the channel, where it is, where it was, when (UTC) and by whom it was moved")

private func described(_ move: ChannelMove, _ channel: PackageVersion, _ channels: Channels) throws -> LuaValue {
    let record = try channels.record(of: move, in: channel)
    var fields: [(key: LuaValue, value: LuaValue)] = [
        (.string("channel"), .string(channel.text)), (.string("version"), .string(move.version.text)),
        (.string("moved"), .string(printable(record.moved))), (.string("by"), .string(printable(record.by))),
    ]
    if let from = record.from { fields.append((.string("from"), .string(printable(from)))) }
    return .table(fields)
}

private func pullOptions(_ call: Call) throws -> PullOptions {
    var options = PullOptions()
    options.isOffline = try call.boolean("offline")
    options.retry.attempts = try call.integer("attempts")
    options.isCancelled = { Interrupt.isRequested }
    options.verify = try call.optionalString("key").map { try signatureCheck(publicKey: $0) }
    return options
}

/// The registry of the option `registry`, or the one that the environment names.
private func scriptRegistry(_ call: Call) throws -> any PackageRegistry {
    if let given: ScriptRegistry = try call.optionalObject("registry") { return given.registry }
    if let spec = try call.optionalString("registry") ?? environmentVariable("NIGHTJAR_REGISTRY") {
        // By way of the script's own `open`, which plugins are found by.
        let state = call.state
        let top = state.top
        defer { state.setTop(top) }
        try state.require("nightjar.registry")
        try state.get("open", from: -1)
        state.push(spec)
        _ = try state.call(arguments: 1, results: 1)
        guard let opened = state.object(at: -1, as: ScriptRegistry.self) else {
            throw RegistryError(.configuration, "'\(printable(spec))' is no registry")
        }
        return opened.registry
    }
    guard let found = try GitLabRegistry.fromEnvironment() else {
        throw RegistryError(
            .configuration,
            "no registry is configured: name one (directory:PATH, or a project's web address), or set NIGHTJAR_REGISTRY, or "
                + "GITLAB_URL, GITLAB_PROJECT and GITLAB_TOKEN")
    }
    return ScriptRegistry(found).registry
}
