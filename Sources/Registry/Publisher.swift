import Files
import HTTP

/// Publishes one package: looks, claims the version, sends what is missing, the manifest last, and verifies.
final class Publisher {
    private let measured: MeasuredPackage
    private let registry: any PackageRegistry
    private let options: PublishOptions
    private let report: (PublishEvent) -> Void
    private let retrying: Retrier
    private let sender: Sender

    private var uploaded: Set<PackageFileName> = []
    private var present: Set<PackageFileName> = []
    private var uncertain: Set<PackageFileName> = []

    /// Seconds of sending after which it is looked whether another publisher has taken over.
    private static let longUpload = 30.0

    init(
        _ measured: MeasuredPackage, _ registry: any PackageRegistry, _ options: PublishOptions,
        _ report: @escaping (PublishEvent) -> Void
    ) {
        self.measured = measured
        self.registry = registry
        self.options = options
        self.report = report
        retrying = Retrier(options.retry, options.clock, isCancelled: options.isCancelled)
        sender = Sender(registry, measured.package, retrying)
    }

    private var package: Package { measured.package }

    func run() throws -> PublishReport {
        while true {
            let before = try survey()
            if before.isFinished(needsManifest: measured.details != nil) { return finished(before) }
            do {
                let claim = try registry.claim(wish(before))
                tellNotes()
                guard let claim else { continue }
                if let report = try publish(claim) { return report }
            } catch let error as RegistryError {
                // What another publisher made of the version meanwhile is as it is.
                guard error.kind != .taken else { throw error }
                throw error.with(state: progress)
            }
        }
    }

    func state() throws -> PublishedState {
        do {
            let survey = try survey()
            if survey.isFinished(needsManifest: measured.details != nil) { return .published }
            return survey.remote.isEmpty ? .absent : .begun
        } catch let error as RegistryError where error.kind == .conflict {
            return .differs
        } catch let error as RegistryError where error.kind == .taken { return .taken }
    }

    /// Publishes what a claim gives the right to. Nil where another publisher goes first after all.
    private func publish(_ claim: any PublishClaim) throws -> PublishReport? {
        do {
            let survey = try survey()
            guard !survey.isFinished(needsManifest: measured.details != nil) else {
                claim.release()
                return finished(survey)
            }
            guard let files = try send(survey, claim) else {
                claim.release()
                return nil
            }
            report(.verifying)
            let (verification, others) = try verify(files)
            report(.verified(verification))
            // A complete version asks for no claims any more.
            if measured.details == nil { claim.release() }
            return result(verification, others, names: files.map(\.name))
        } catch {
            if (error as? RegistryError)?.kind != .noAnswer { claim.release() }
            throw error
        }
    }

    private func wish(_ survey: Survey) -> ClaimWish {
        ClaimWish(
            name: package.name, version: package.version, owner: options.owner,
            bytes: survey.missing.reduce(0) { $0 + $1.size }, manifestID: survey.remote[Manifest.fileName]?.id,
            look: look, retrying: retrying, tell: report)
    }

    private var progress: PublishState {
        let known = uploaded.union(present).union(uncertain)
        return PublishState(
            package: package.description,
            there: measured.names.filter { !uncertain.contains($0) && known.contains($0) }.map(\.text),
            missing: measured.names.filter { !known.contains($0) }.map(\.text),
            uncertain: measured.names.filter { uncertain.contains($0) }.map(\.text))
    }

    private func result(_ verification: Verification, _ others: [String], names: [PackageFileName]) -> PublishReport {
        PublishReport(
            uploaded: names.filter { uploaded.contains($0) }.map(\.text),
            present: names.filter { present.contains($0) }.map(\.text), others: others, verification: verification,
            urls: names.map { registry.location(of: $0, in: package.name, package.version) })
    }

    private func finished(_ survey: Survey) -> PublishReport {
        let names = measured.names.filter { survey.remote[$0.text] != nil }
        for name in names.dropFirst(measured.content.count) { note(present: name) }
        let weakest = names.compactMap { survey.remote[$0.text]?.evidence }.max() ?? .none
        return result(Verification(weakest), others(survey.remote), names: names)
    }

    private func others(_ remote: [String: RemoteFile]) -> [String] {
        let own = Set(measured.names.map(\.text))
        return remote.keys.filter { !own.contains($0) }.sorted()
    }

    private func note(present name: PackageFileName) {
        if present.insert(name).inserted { report(.present(file: name.text)) }
    }

    private func tellNotes() { for note in registry.takeNotes() { report(.note(note)) } }

    // MARK: Looking

    /// What the registry has now.
    private func look() throws -> [String: RemoteFile] {
        defer { tellNotes() }
        return try registry.files(of: package.name, package.version, wanted: measured.names) ?? [:]
    }

    private func survey() throws -> Survey {
        var remote = try retrying(tell: report) { _ in try look() }
        for file in measured.content {
            guard let found = remote[file.name.text], found.evidence != .none, found.isSame(as: file) == nil else {
                continue
            }
            remote[file.name.text] = try fetchDigest(file.name)
        }
        var manifest: [UInt8]?
        if measured.details != nil, remote[Manifest.fileName] != nil {
            manifest = try retrying(tell: report) { _ in
                try registry.bytes(of: Manifest.name, in: package.name, package.version)
            }
        }
        let survey: Survey
        do { survey = try measured.survey(remote, manifest: manifest, addsDiffering: options.addsDiffering) } catch {
            throw withNextVersion(error)
        }
        let missing = Set(survey.missing.map(\.name))
        for file in measured.content where !missing.contains(file.name) && !uploaded.contains(file.name) {
            note(present: file.name)
        }
        return survey
    }

    /// Names the version that could be published instead, as far as it can be told.
    private func withNextVersion(_ error: RegistryError) -> RegistryError {
        guard error.kind == .conflict, let versions = try? registry.versions(of: package.name) else { return error }
        let next = nextVersion(after: versions, .patch)
        guard next.newest != nil else { return error.adding("; publish this under another version") }
        return error.adding("; publish this as \(next.next) (--next patch takes it)")
    }

    private func fetchDigest(_ name: PackageFileName) throws -> RemoteFile? {
        try retrying(tell: report) { _ in
            var (size, hash) = (0, SHA256())
            let isThere = try registry.get(name, of: package.name, package.version, progress: { _ in }) {
                size += $0.count
                hash.update($0)
            }
            return isThere ? RemoteFile(size: size, sha256: hash.hexDigest(), evidence: .file) : nil
        }
    }

    // MARK: Sending

    /// Sends what is missing. Gives all files as they are then; nil where another publisher goes first.
    private func send(_ survey: Survey, _ claim: any PublishClaim) throws -> [MeasuredFile]? {
        var missing = survey.missing[...]
        // Uploads that begin a version at the same moment get in each other's way in GitLab.
        if survey.remote.isEmpty, let first = missing.popFirst() {
            guard try send([first], claim) else { return nil }
        }
        guard try send(Array(missing), claim) else { return nil }
        var runFiles: [MeasuredFile] = []
        for file in package.runFiles {
            if let kept = try kept(file, survey) {
                note(present: file.name)
                runFiles.append(kept)
            } else if !survey.hasManifest {
                let made = try MeasuredFile(PackageFile(file.name.text, .bytes(file.make(measured.content))))
                guard try send([made], claim) else { return nil }
                runFiles.append(made)
            }
        }
        guard try claim.check() else { return nil }
        if survey.hasManifest {
            note(present: Manifest.name)
        } else if let manifest = try measured.manifest(runFiles: runFiles) {
            guard try send([manifest], claim) else { return nil }
            return measured.content + runFiles + [manifest]
        }
        return measured.content + runFiles
    }

    /// A run file of an earlier try that holds for the content.
    private func kept(_ file: RunFile, _ survey: Survey) throws -> MeasuredFile? {
        guard survey.remote[file.name.text] != nil else { return nil }
        let bytes = try retrying(tell: report) { _ in
            try registry.bytes(of: file.name, in: package.name, package.version)
        }
        guard let bytes, file.verifies(bytes, measured.content) else { return nil }
        return try MeasuredFile(PackageFile(file.name.text, .bytes(bytes)))
    }

    /// Sends files, several at a time. False where another publisher goes first.
    private func send(_ files: [MeasuredFile], _ claim: any PublishClaim) throws -> Bool {
        var failures: [any Error] = []
        var isFirst = true
        sender.send(files, threads: registry.parallelTransfers) { [self] news in
            switch news {
            case .event(let event): report(event)
            case .done(let name, let seconds):
                uploaded.insert(name)
                guard seconds > Self.longUpload, isFirst else { return }
                do { isFirst = try claim.check() } catch { failures.append(error) }
                if !isFirst || !failures.isEmpty { sender.stop() }
            case .failed(let name, let error):
                failures.append(error)
                guard let error = error as? RegistryError else { return }
                let mayBeThere = error.isTransient || error.kind == .cancelled || error.kind == .unverified
                if mayBeThere { uncertain.insert(name) }
            }
        }
        // What will never work is worth more to know than what may.
        if let final = failures.first(where: { ($0 as? RegistryError)?.isTransient != true }) { throw final }
        if let first = failures.first { throw first }
        return isFirst
    }

    // MARK: Verifying

    private func verify(_ files: [MeasuredFile]) throws -> (Verification, others: [String]) {
        let remote = try retrying(tell: report) { _ in try look() }
        var weakest = RemoteFile.Evidence.listing
        var unseen: [PackageFileName] = []
        for file in files {
            guard let found = remote[file.name.text] else {
                unseen.append(file.name)
                continue
            }
            weakest = max(weakest, found.evidence)
            guard found.isSame(as: file) == false else { continue }
            uploaded.remove(file.name)
            throw RegistryError(
                .unverified,
                "the registry has \(describe(found)) as '\(file.name)', sent were \(file.size) bytes "
                    + "with SHA-256 \(file.sha256)")
        }
        guard unseen.isEmpty else {
            uploaded.subtract(unseen)
            uncertain.formUnion(unseen)
            throw RegistryError(
                .unverified, "the registry does not show \(unseen.map(\.text).joined(separator: ", "))",
                isTransient: true)
        }
        guard options.downloadsAgain else { return (Verification(weakest), others(remote)) }
        for file in files {
            guard let found = try fetchDigest(file.name), found.isSame(as: file) == true else {
                throw RegistryError(
                    .unverified,
                    "fetched again, '\(file.name)' is not the \(file.size) bytes with SHA-256 \(file.sha256) that were "
                        + "sent")
            }
        }
        return (.download, others(remote))
    }
}

/// What a registry has of a version.
public enum PublishedState: String, Sendable {
    /// Nothing.
    case absent
    /// Some of this content, and no manifest.
    case begun
    /// All of it.
    case published
    /// Other content without a manifest.
    case differs
    /// Other content, complete.
    case taken
}

extension MeasuredPackage {
    /// What a registry has of this version; sends nothing.
    public func state(
        in registry: any PackageRegistry, options: PublishOptions = PublishOptions()
    ) throws -> PublishedState {
        try Publisher(self, registry, options, { _ in }).state()
    }

    /// Publishes the package: complete and verified, or an error that says what is there and what is not.
    ///
    /// Content files go first, several at a time, then the run files, the manifest last. A file that is there with the same
    /// size and digest is not sent again, so running the same again is harmless and continues what was broken off. Of
    /// several publishers of one version one goes first, and the others find it complete or take over where it has died.
    /// Nothing is ever deleted: that needs the role Maintainer, and a half-published version that nobody completes is told
    /// by its missing manifest.
    ///
    /// - Parameter report: called as things happen, on the calling thread.
    /// - Throws: `RegistryError`; its `state` says what is where once uploading had begun. Of kind `.taken` where the version
    ///   is complete with other content, `.conflict` where it was begun with other content.
    public func publish(
        to registry: any PackageRegistry, options: PublishOptions = PublishOptions(),
        report: @escaping (PublishEvent) -> Void = { _ in }
    ) throws -> PublishReport {
        try Publisher(self, registry, options, report).run()
    }
}
