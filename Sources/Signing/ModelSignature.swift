import Files
import JSON

/// A signature over the files of a model, as OpenSSF Model Signing 1.0 has it: what the PyPI package `model-signing`
/// writes and verifies.
///
/// It names every file with its digest. A file that is missing, that was added or that was changed does not pass.
public struct ModelSignature: Sendable {
    /// The name that the signature has in a package.
    public static let fileName = "model.sig"
    /// The files of a package that are not signed: those of the run that published it. The signature says so itself,
    /// so that whoever verifies a downloaded folder need not know.
    public static let unsignedNames = ["manifest.json", fileName, "provenance.json"]
    /// What is left out where nothing else is said: the files of the run and what belongs to git.
    public static let uncountedNames = Set(unsignedNames + gitNames)
    /// What every verifier leaves out.
    static let gitNames = [".git", ".gitattributes", ".github", ".gitignore"]

    static let payloadType = "application/vnd.in-toto+json"
    static let statementType = "https://in-toto.io/Statement/v1"
    static let predicateType = "https://model_signing/signature/v1.0"

    /// The folder's name when it was signed; it says nothing about the files.
    public let folderName: String
    /// The files that the signature names, in its order.
    public let files: [FileDigest]
    /// Files and folders in the signed one that do not count.
    public let ignoredPaths: [String]
    private let bundle: SignatureBundle

    // MARK: Signing

    /// Signs files.
    ///
    /// - Parameters:
    ///   - files: each once, by its path in the folder.
    ///   - folderName: what the signature calls them together; it need not be the name of a folder.
    ///   - ignoring: paths in the folder that are not to count when it is verified. Default: what a package has beside
    ///     the signed files.
    /// - Returns: the content of `model.sig`. It differs each time, as every ECDSA signature has a random part.
    /// - Throws: `SigningError` where there are no files, or one twice, without a digest or among the ignored ones.
    public static func sign(
        _ files: [FileDigest], folderName: String, key: PrivateKey, ignoring: [String] = unsignedNames
    ) throws -> [UInt8] {
        guard !files.isEmpty else { throw SigningError(.invalid, "there are no files to sign") }
        var names: Set<[UInt8]> = []
        let ignored = Set(gitNames + ignoring)
        let resources = try files.sorted { isBefore($0.name, $1.name) }.map { file in
            guard names.insert(file.key).inserted else {
                throw SigningError(.invalid, "'\(printable(file.name))' cannot be signed twice")
            }
            guard !isIgnored(file.name, ignored) else {
                throw SigningError(
                    .invalid, "'\(printable(file.name))' cannot be signed: a model signature leaves that name out")
            }
            guard let digest = file.digestBytes else {
                throw SigningError(.invalid, "'\(printable(file.name))' has no SHA-256")
            }
            return (file, digest)
        }
        let statement = JSONValue.object([
            .init("_type", .string(statementType)),
            .init(
                "subject",
                .array([
                    .object([
                        .init("name", .string(folderName)),
                        .init(
                            "digest",
                            .object([.init("sha256", .string(SHA256.hexDigest(of: resources.flatMap(\.1))))])),
                    ])
                ])),
            .init("predicateType", .string(predicateType)),
            .init(
                "predicate",
                .object([
                    .init(
                        "serialization",
                        .object([
                            .init("method", .string("files")), .init("hash_type", .string("sha256")),
                            .init("allow_symlinks", .bool(false)),
                            .init("ignore_paths", .array(ignored.sorted(by: isBefore).map { .string($0) })),
                        ])),
                    .init(
                        "resources",
                        .array(
                            resources.map { file, _ in
                                .object([
                                    .init("name", .string(file.name)), .init("algorithm", .string("sha256")),
                                    .init("digest", .string(file.sha256)),
                                ])
                            })),
                ])),
        ])
        return try SignatureBundle(
            signing: JSONWriter(.indented(2)).text(of: statement), type: payloadType, key: key
        ).encoded()
    }

    /// Signs every file of a folder; as `sign(_:folderName:key:ignoring:)`.
    ///
    /// - Throws: also for links and what else is neither file nor folder.
    public static func sign(
        folder: String, key: PrivateKey, ignoring: [String] = unsignedNames
    ) throws -> [UInt8] {
        try sign(
            FolderDigest.files(in: folder, ignoring: Set(gitNames + ignoring)), folderName: baseName(folder), key: key,
            ignoring: ignoring)
    }

    // MARK: Reading

    /// Reads a signature, which proves nothing yet.
    ///
    /// - Throws: `SigningError` where the bytes are none, contradict themselves, or need what is not known here.
    public init(decoding bytes: [UInt8]) throws {
        bundle = try SignatureBundle(decoding: bytes)
        guard bundle.payloadType == Self.payloadType else {
            throw SignatureBundle.wrong(
                "its payload is of the type \(printable(bundle.payloadType)), expected \(Self.payloadType)")
        }
        let statement: JSONValue
        do {
            statement = try JSONParser.parse(bundle.payload)
        } catch { throw SignatureBundle.wrong("its payload is no JSON: \(error)") }
        for (name, expected) in [("_type", Self.statementType), ("predicateType", Self.predicateType)] {
            let found = statement[name]?.asString
            guard found == expected else {
                throw SignatureBundle.wrong(
                    "its '\(name)' is \(found.map(printable) ?? "missing"), expected \(expected)")
            }
        }
        guard let subjects = statement["subject"]?.asArray, subjects.count == 1,
            let name = subjects[0]["name"]?.asString, let root = subjects[0]["digest"]?["sha256"]?.asString,
            let predicate = statement["predicate"], let method = predicate["serialization"],
            let resources = predicate["resources"]?.asArray
        else { throw SignatureBundle.wrong("its statement is not complete") }
        guard method["method"]?.asString == "files", method["hash_type"]?.asString == "sha256" else {
            let words = [method["method"], method["hash_type"]].map { $0?.asString.map(printable) ?? "?" }
            throw SignatureBundle.wrong(
                "it is over \(words[0]) by \(words[1]), which is not supported: only files by sha256")
        }
        folderName = name
        files = try Self.files(resources)
        ignoredPaths = method["ignore_paths"]?.asArray?.compactMap { $0.asString.map(Self.plainPath) } ?? []
        let digests = files.compactMap(\.digestBytes)
        guard SHA256.hexDigest(of: digests.flatMap { $0 }) == root else {
            throw SignatureBundle.wrong("its digest of all files is not that of the files it names")
        }
    }

    private static func files(_ resources: [JSONValue]) throws -> [FileDigest] {
        var names: Set<[UInt8]> = []
        let files = try resources.map { resource in
            guard let name = resource["name"]?.asString, resource["algorithm"]?.asString == "sha256",
                let digest = resource["digest"]?.asString
            else { throw SignatureBundle.wrong("a file in it has no name or SHA-256") }
            let file = FileDigest(name: name, sha256: digest)
            guard file.digestBytes != nil, names.insert(file.key).inserted else {
                throw SignatureBundle.wrong("it names '\(printable(name))' twice or without a SHA-256")
            }
            return file
        }
        guard !files.isEmpty else { throw SignatureBundle.wrong("it names no files") }
        return files
    }

    /// Whether the signature names these files with these digests and no others. Who signed is another question.
    public func names(_ files: [FileDigest]) -> Bool {
        Set(self.files) == Set(files) && self.files.count == files.count
    }

    // MARK: Verifying

    /// Checks that the key made this signature. - Throws: `SigningError` of kind `.mismatch`.
    public func verify(publicKey: PublicKey) throws { try bundle.check(publicKey) }

    /// Checks that the key made this signature and that it is over these files and no others.
    ///
    /// - Throws: `SigningError` of kind `.mismatch`, which names the files that are missing, too many or changed.
    public func verify(_ files: [FileDigest], publicKey: PublicKey) throws {
        try verify(publicKey: publicKey)
        let there = Dictionary(files.map { ($0.key, $0) }) { first, _ in first }
        let signed = Dictionary(self.files.map { ($0.key, $0) }) { first, _ in first }
        let groups = [
            ("missing", self.files.filter { there[$0.key] == nil }),
            ("not signed", files.filter { signed[$0.key] == nil }),
            ("changed", self.files.filter { there[$0.key].map(\.sha256) ?? $0.sha256 != $0.sha256 }),
        ]
        let found = groups.filter { !$0.1.isEmpty }.map {
            "\($0.0): \(listed($0.1.map(\.name).sorted(by: Self.isBefore)))"
        }
        guard found.isEmpty else {
            throw SigningError(.mismatch, "the files are not those that were signed: \(found.joined(separator: "; "))")
        }
    }

    /// Checks every file of a folder against a signature, as the reference implementation's
    /// `model_signing verify key` does, which also leaves out what belongs to git and what the signature says does
    /// not count. Links and what else is neither file nor folder are refused.
    ///
    /// - Parameters:
    ///   - signature: where the signature lies. Default: `model.sig` in the folder.
    ///   - publicKey: the key that must have made it.
    /// - Returns: the signature.
    /// - Throws: `SigningError`; `FileError` where something cannot be read.
    @discardableResult
    public static func verify(
        folder: String, signature path: String? = nil, publicKey: PublicKey
    ) throws -> ModelSignature {
        if path == nil, FileStatus(of: joinPath(folder, fileName)) == nil {
            throw SigningError(.mismatch, "'\(folder)' is not signed: there is no \(fileName) in it")
        }
        let path = path ?? joinPath(folder, fileName)
        let signature = try ModelSignature(decoding: readFile(path, limit: 64 << 20))
        try signature.verify(publicKey: publicKey)
        var ignored = Set(gitNames + signature.ignoredPaths)
        if directoryName(path) == folder || path == joinPath(folder, baseName(path)) { ignored.insert(baseName(path)) }
        try signature.verify(FolderDigest.files(in: folder, ignoring: ignored), publicKey: publicKey)
        return signature
    }

    // MARK: Names

    /// The reference's order of files: name by name along their paths, each by its code points.
    static func isBefore(_ one: String, _ other: String) -> Bool {
        let (one, other) = (
            one.utf8.split(separator: UInt8(ascii: "/")), other.utf8.split(separator: UInt8(ascii: "/"))
        )
        return one.lexicographicallyPrecedes(other) { $0.lexicographicallyPrecedes($1) }
    }

    /// A path without steps that lead nowhere: "a/b" of "./a//b/".
    private static func plainPath(_ path: String) -> String {
        let start = path.hasPrefix("/") ? "/" : ""
        return start + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// Whether a path is one of those that do not count, or lies in one.
    static func isIgnored(_ path: String, _ ignored: Set<String>) -> Bool {
        var path = path
        while true {
            if ignored.contains(path) { return true }
            let parent = directoryName(path)
            guard parent != path, parent != "." else { return false }
            path = parent
        }
    }
}
