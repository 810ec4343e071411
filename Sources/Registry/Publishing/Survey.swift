/// What a registry has of a package before anything is sent.
struct Survey {
    /// Every file that is there, by name.
    var remote: [String: RemoteFile]
    /// The content files that have to be sent.
    var missing: [MeasuredFile]
    /// Whether the manifest is there and lists this content.
    var hasManifest: Bool

    /// Nothing is left to be done. Without a manifest that is so once the content is there.
    func isFinished(needsManifest: Bool) -> Bool { missing.isEmpty && (hasManifest || !needsManifest) }
}

extension MeasuredPackage {
    /// Compares what is there with the content files.
    ///
    /// - Parameters:
    ///   - manifest: the manifest that is there; nil where there is none.
    ///   - addsDiffering: whether content that differs is to be sent beside what is there.
    /// - Throws: `RegistryError` of kind `.taken` or `.conflict` where other content is there.
    func survey(_ remote: [String: RemoteFile], manifest: [UInt8]?, addsDiffering: Bool) throws(RegistryError) -> Survey
    {
        var survey = Survey(remote: remote, missing: [], hasManifest: false)
        var difference: String?
        for file in content {
            guard let found = remote[file.name.text] else {
                survey.missing.append(file)
                continue
            }
            if found.isSame(as: file) == true { continue }
            survey.missing.append(file)
            difference =
                difference
                ?? "'\(file.name)' there: \(describe(found)); here: \(file.size) bytes with SHA-256 \(file.sha256)"
        }
        if let manifest {
            survey.hasManifest = (try? Manifest(decoding: manifest))?.describes(package, content) == true
            if !survey.hasManifest { difference = difference ?? "its manifest lists other files" }
        }
        guard let difference, !addsDiffering else { return survey }
        if manifest != nil {
            throw RegistryError(
                .taken,
                "\(package) is published already with other content (\(difference)): nothing was changed; raise the version, "
                    + "or have the next free one taken (--next patch)")
        }
        throw RegistryError(
            .conflict,
            "\(package) was begun with other content and is not complete (\(difference)): only that content can complete it"
        )
    }
}
