import Files
import Host
import JSON
import Lua
import Registry
import Signing

/// `signing.provenance`.
let provenanceFunction: HostFunction = .function(
    "provenance",
    doc: "How a package came to be, for its provenance.json: a SLSA v1 statement with commit, runner, job and times as "
        + "GitLab tells them to a job.",
    options: [
        .string("script", "what was run: scripts/train.lua").optional,
        .table("hyperparameters", "by name").optional,
        .list("datasets", "tables with name, url and digests: SHA-256 of the parts, by name").optional,
        .string("build_type", "the kind of build, as a URI").optional,
    ],
    returns: .object(ScriptProvenance.self)
) { call in
    var provenance = Provenance.fromEnvironment(tool: ("nightjar", version), finished: currentTime())
    if let type = try call.optionalString("build_type") { provenance.buildType = type }
    var parameters: [JSONValue.Member] = []
    if let script = try call.optionalString("script") { parameters.append(.init("script", .string(script))) }
    if let values = try call.json("hyperparameters") {
        guard values.asObject != nil else {
            throw call.badArgument("hyperparameters", expected: "table with names", got: "a list")
        }
        parameters.append(.init("hyperparameters", values))
    }
    provenance.externalParameters = .object(parameters)
    provenance.materials += try call.rows("datasets", readDataSet).flatMap { set in
        set.parts.map { .init(name: "\(set.name)/\($0.name)", uri: set.url, digest: ["sha256": $0.sha256]) }
    }
    return .object(ScriptProvenance(provenance))
}

/// `signing.model_card`.
let modelCardFunction: HostFunction = .function(
    "model_card",
    doc: "A model card for a package, model-card.cdx.json (CycloneDX 1.6). The same facts give the same bytes. What is "
        + "not known is left out.",
    arguments: [.string("name", "the package's name"), .string("version", "the package's version")],
    options: [
        .string("description").optional,
        .string("licence", "an SPDX expression such as Apache-2.0, or words").optional,
        .string("model", "the path of the file with the weights, whose digest is taken").optional,
        .string("source", "the address of the source").optional, .string("commit").optional,
        .string("task", "what it is for, in short: image classification").optional,
        .string("architecture_family", "convolutional neural network").optional,
        .string("architecture", "what the network is made of").optional,
        .choice(
            "approach", "how it was taught",
            of: ["supervised", "unsupervised", "reinforcement-learning", "semi-supervised", "self-supervised"]
        ).optional,
        .list(
            "datasets",
            "tables with name, description, licence, url and digests: SHA-256 of the parts, by name"
        ).optional,
        .strings("inputs", "what goes in: image/png").optional, .strings("outputs", "what comes out").optional,
        .list("metrics", "tables with type, value, slice, lower and upper: the bounds of 95 %").optional,
        .strings("users", "who it is for").optional, .strings("use_cases").optional,
        .strings("limitations").optional, .strings("tradeoffs").optional,
        .list("risks", "tables with name and mitigation").optional,
        .table("properties", "hyperparameters and what else is known, by name").optional,
    ],
    returns: .string("JSON")
) { call in
    var card = ModelCard(name: try call.string("name"), version: try call.string("version"))
    card.description = try call.optionalString("description")
    card.licence = try call.optionalString("licence")
    if let path = try call.optionalString("model") {
        card.model = FileDigest(name: baseName(path), sha256: try SHA256.hexDigest(ofFile: path))
    }
    card.sourceURL = try call.optionalString("source")
    card.commit = try call.optionalString("commit")
    card.tool = ("nightjar", version)
    card.task = try call.optionalString("task")
    card.architectureFamily = try call.optionalString("architecture_family")
    card.architecture = try call.optionalString("architecture")
    card.approach = try call.optionalString("approach")
    card.dataSets = try call.rows("datasets", readDataSet)
    card.inputs = try strings(call, "inputs")
    card.outputs = try strings(call, "outputs")
    card.metrics = try call.rows("metrics") { table in
        try table.expect(["type", "value", "slice", "lower", "upper"])
        var metric = ModelCard.Metric(
            type: try table.required("type"), value: try table.required("value"), slice: try table.text("slice"))
        if let lower = try table.text("lower"), let upper = try table.text("upper") { metric.interval = (lower, upper) }
        return metric
    }
    card.users = try strings(call, "users")
    card.useCases = try strings(call, "use_cases")
    card.limitations = try strings(call, "limitations")
    card.tradeoffs = try strings(call, "tradeoffs")
    card.risks = try call.rows("risks") { table in
        try table.expect(["name", "mitigation"])
        return (try table.required("name"), try table.required("mitigation"))
    }
    card.properties = try call.texts("properties")
    return .bytes(try card.encoded())
}

private func strings(_ call: Call, _ name: StaticString) throws -> [String] {
    try call.has(name) ? call.strings(name) : []
}

private func readDataSet(_ table: DescribedTable) throws -> ModelCard.DataSet {
    try table.expect(["name", "description", "licence", "url", "digests"])
    return ModelCard.DataSet(
        name: try table.required("name"), description: try table.text("description"),
        licence: try table.text("licence"), url: try table.text("url"), parts: try table.digests("digests"))
}

/// Now, or what `SOURCE_DATE_EPOCH` says, as a manifest has it.
private func currentTime() -> String { ManifestDetails.fromEnvironment().created }
