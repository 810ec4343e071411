import JSON

/// What a model is, what it was made of and how good it is: a CycloneDX 1.6 document with a component of the type
/// `machine-learning-model` (https://cyclonedx.org/docs/1.6/json/).
///
/// It holds no time, no serial number and nothing else of the run that wrote it: the same model has the same card.
public struct ModelCard: Sendable {
    /// The name that the card has in a package.
    public static let fileName = "model-card.cdx.json"

    /// Data that the model was trained or measured with.
    public struct DataSet: Sendable {
        public var name: String
        public var description: String?
        /// An SPDX expression, or words.
        public var licence: String?
        public var url: String?
        /// The files, or parts, that the data consists of.
        public var parts: [FileDigest]

        public init(
            name: String, description: String? = nil, licence: String? = nil, url: String? = nil,
            parts: [FileDigest] = []
        ) {
            self.name = name
            self.description = description
            self.licence = licence
            self.url = url
            self.parts = parts
        }
    }

    /// A figure that tells how good the model is.
    public struct Metric: Sendable {
        /// "accuracy", "recall".
        public var type: String
        public var value: String
        /// What it was measured on: "MNIST, test, class 7".
        public var slice: String?
        /// Between which values it lies with a probability of 95 %.
        public var interval: (lower: String, upper: String)?

        public init(type: String, value: String, slice: String? = nil, interval: (lower: String, upper: String)? = nil)
        {
            self.type = type
            self.value = value
            self.slice = slice
            self.interval = interval
        }
    }

    public var name: String
    public var version: String
    public var description: String?
    /// An SPDX expression, or words.
    public var licence: String?
    /// The file with the weights.
    public var model: FileDigest?
    /// Where the source lies.
    public var sourceURL: String?
    public var commit: String?
    /// The name and version of what trained.
    public var tool: (name: String, version: String)?
    public var task: String?
    public var architectureFamily: String?
    public var architecture: String?
    /// How it was taught: "supervised".
    public var approach: String?
    public var dataSets: [DataSet] = []
    public var inputs: [String] = []
    public var outputs: [String] = []
    public var metrics: [Metric] = []
    public var users: [String] = []
    public var useCases: [String] = []
    public var limitations: [String] = []
    public var tradeoffs: [String] = []
    /// Risks, each with what is done about it.
    public var risks: [(name: String, mitigation: String)] = []
    /// Hyperparameters and the like, by name.
    public var properties: [String: String] = [:]

    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// The document, as JSON with a line break at the end: the same card gives the same bytes.
    ///
    /// - Throws: `JSONError` for text that has no JSON form.
    public func encoded() throws -> [UInt8] {
        var metadata = Members()
        if let tool {
            metadata["tools"] = .object([
                .init(
                    "components",
                    .array([
                        Members(("type", "application"), ("name", tool.name), ("version", tool.version)).json
                    ]))
            ])
        }
        metadata["component"] = component
        var document = Members(
            ("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"), ("bomFormat", "CycloneDX"),
            ("specVersion", "1.6"))
        document["version"] = .integer(1)
        document["metadata"] = metadata.json
        document["components"] = dataSets.isEmpty ? nil : .array(dataSets.map(\.component))
        return try JSONWriter(.indented(2)).text(of: document.json) + [0x0a]
    }

    private var component: JSONValue {
        var members = Members(
            ("type", "machine-learning-model"), ("bom-ref", "model:\(name)@\(version)"), ("name", name),
            ("version", version), ("description", description))
        members["hashes"] = model.map { .array([hash($0)]) }
        members["licenses"] = licence.map(licences)
        members["purl"] = .string("pkg:generic/\(name)@\(version)")
        if let sourceURL {
            members["externalReferences"] = .array([
                Members(("type", "vcs"), ("url", sourceURL), ("comment", commit.map { "commit \($0)" })).json
            ])
        }
        var card = Members()
        card["modelParameters"] = parameters
        card["quantitativeAnalysis"] =
            metrics.isEmpty ? nil : .object([.init("performanceMetrics", .array(metrics.map(\.json)))])
        card["considerations"] = considerations
        members["modelCard"] = card.json
        var named = properties
        named["commit"] = commit
        named["modelFile"] = model?.name
        let pairs = named.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        members["properties"] =
            pairs.isEmpty
            ? nil : .array(pairs.map { Members(("name", "nightjar:\($0.key)"), ("value", $0.value)).json })
        return members.json
    }

    private var parameters: JSONValue {
        var members = Members()
        members["approach"] = approach.map { Members(("type", $0)).json }
        members["task"] = task.map { .string($0) }
        members["architectureFamily"] = architectureFamily.map { .string($0) }
        members["modelArchitecture"] = architecture.map { .string($0) }
        members["datasets"] = dataSets.isEmpty ? nil : .array(dataSets.map { Members(("ref", $0.reference)).json })
        members["inputs"] = inputs.isEmpty ? nil : .array(inputs.map { Members(("format", $0)).json })
        members["outputs"] = outputs.isEmpty ? nil : .array(outputs.map { Members(("format", $0)).json })
        return members.json
    }

    private var considerations: JSONValue? {
        var members = Members()
        for (name, texts) in [
            ("users", users), ("useCases", useCases), ("technicalLimitations", limitations),
            ("performanceTradeoffs", tradeoffs),
        ] { members[name] = texts.isEmpty ? nil : .array(texts.map { .string($0) }) }
        members["ethicalConsiderations"] =
            risks.isEmpty
            ? nil : .array(risks.map { Members(("name", $0.name), ("mitigationStrategy", $0.mitigation)).json })
        return members.isEmpty ? nil : members.json
    }
}

extension ModelCard.DataSet {
    fileprivate var reference: String { "data:\(name)" }

    fileprivate var component: JSONValue {
        var members = Members(
            ("type", "data"), ("bom-ref", reference), ("name", name), ("description", description))
        members["licenses"] = licence.map(licences)
        if let url { members["externalReferences"] = .array([Members(("type", "distribution"), ("url", url)).json]) }
        members["data"] = .array([Members(("type", "dataset"), ("name", name)).json])
        if !parts.isEmpty {
            members["components"] = .array(
                parts.map { part in
                    var members = Members(
                        ("type", "file"), ("bom-ref", "\(reference)/\(part.name)"), ("name", part.name))
                    members["hashes"] = .array([hash(part)])
                    return members.json
                })
        }
        return members.json
    }
}

extension ModelCard.Metric {
    fileprivate var json: JSONValue {
        var members = Members(("type", type), ("value", value), ("slice", slice))
        members["confidenceInterval"] = interval.map {
            Members(("lowerBound", $0.lower), ("upperBound", $0.upper)).json
        }
        return members.json
    }
}

/// The members of an object that are known, in the order in which they came.
private struct Members {
    private var list: [JSONValue.Member] = []

    init(_ texts: (String, String?)...) {
        list = texts.compactMap { name, text in text.map { .init(name, .string($0)) } }
    }

    var isEmpty: Bool { list.isEmpty }
    var json: JSONValue { .object(list) }

    subscript(name: String) -> JSONValue? {
        get { json[name] }
        set { if let newValue { list.append(.init(name, newValue)) } }
    }
}

private func hash(_ file: FileDigest) -> JSONValue {
    Members(("alg", "SHA-256"), ("content", file.sha256)).json
}

/// A licence as the format takes it: an expression of SPDX's where it looks like one, else its name.
private func licences(_ licence: String) -> JSONValue {
    let isExpression =
        !licence.isEmpty
        && licence.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "+", "(", ")": true
            default: false
            }
        } || [" AND ", " OR ", " WITH "].contains { licence.contains($0) }
    if isExpression { return .array([Members(("expression", licence)).json]) }
    return .array([.object([.init("license", Members(("name", licence)).json)])])
}
