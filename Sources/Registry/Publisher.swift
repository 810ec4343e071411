import HTTP

/// Publishes one package: looks, sends what is missing one file after the other, verifies.
final class Publisher {
    let measured: MeasuredPackage
    let api: GitLabAPI
    let options: PublishOptions
    private let report: (PublishEvent) -> Void

    /// Whether the listing is open to the token, and shows the package.
    private var canList = true
    /// Whether files can be looked at by themselves.
    private var canProbe = true
    private var uploaded: [String] = []
    private var present: [String] = []
    private var uncertain: [String] = []
    private var confirmed: Set<String> = []

    init(
        _ measured: MeasuredPackage, _ registry: GitLabRegistry, _ options: PublishOptions,
        _ report: @escaping (PublishEvent) -> Void
    ) {
        self.measured = measured
        api = GitLabAPI(registry, options.client)
        self.options = options
        self.report = report
    }

    private var package: Package { measured.package }

    private func url(_ file: MeasuredFile) -> HTTPURL {
        api.registry.url(file.name, of: package.name, package.version)
    }

    func run() throws -> PublishReport {
        let before = try survey()
        // Conflicts are found before the first byte is sent.
        var pending: [MeasuredFile] = []
        for file in measured.files {
            if try isThere(file, before) {
                present.append(file.name.text)
                report(.present(file: file.name.text))
            } else {
                pending.append(file)
            }
        }
        do {
            for file in pending { try upload(file) }
            report(.verifying)
            let (verification, others) = try verify(before)
            report(.verified(verification))
            return PublishReport(
                uploaded: uploaded, present: present, others: others, verification: verification,
                urls: measured.files.map { "\(url($0))" })
        } catch let error as RegistryError { throw error.with(state: state) }
    }

    private var state: PublishState {
        let known = Set(uploaded + present + uncertain)
        return PublishState(
            package: package.description,
            there: measured.files.map(\.name.text).filter { !uncertain.contains($0) && known.contains($0) },
            missing: measured.files.map(\.name.text).filter { !known.contains($0) }, uncertain: uncertain)
    }

    // MARK: Looking

    /// What is there before anything is sent.
    private func survey() throws -> [String: RemoteFile] {
        do {
            let listed = try retrying { _ in
                try api.list(package.name, package.version).map { try resolve($0, measured.files) }
            }
            if let listed { return listed }
            // A hidden package is in no listing, yet its files can be fetched.
            let first = measured.files[0]
            guard (try? api.head(url(first), first.name)) != nil else { return [:] }
            canList = false
            report(.note("\(package) is there but in no listing (hidden?): files are looked at one by one"))
        } catch let error as RegistryError {
            // GitLab opens its listing to no deploy token.
            guard api.registry.credential.kind == .deploy, case .refused(let status) = error.kind,
                [401, 403, 404].contains(status)
            else { throw error }
            canList = false
            report(.note("a deploy token cannot list packages: files are looked at one by one"))
        }
        return try retrying { _ in try probe(measured.files) }
    }

    /// What the registry has now of the given files; empty where the token may not look.
    private func look(at files: [MeasuredFile]) throws -> [String: RemoteFile] {
        guard canList else { return try probe(files) }
        return try resolve(try api.list(package.name, package.version) ?? [:], files)
    }

    /// Fetches the files whose digest the listing leaves out.
    private func resolve(_ listed: [String: RemoteFile], _ files: [MeasuredFile]) throws -> [String: RemoteFile] {
        var resolved = listed
        for file in files where listed[file.name.text].map({ $0.isSame(as: file) == nil }) == true {
            resolved[file.name.text] = try api.fetchDigest(url(file), file.name)
        }
        return resolved
    }

    private func probe(_ files: [MeasuredFile]) throws -> [String: RemoteFile] {
        var found: [String: RemoteFile] = [:]
        guard canProbe else { return found }
        do {
            for file in files {
                guard var remote = try api.head(url(file), file.name) else { continue }
                if remote.isSame(as: file) == nil { remote = try api.fetchDigest(url(file), file.name) }
                found[file.name.text] = remote
            }
        } catch let error as RegistryError {
            guard case .refused(let status) = error.kind, status == 401 || status == 403 else { throw error }
            canProbe = false
            report(.note("\(api.registry.credential) may not look at files: what is there cannot be compared"))
        }
        return found
    }

    /// Whether the file is there with our content. - Throws: `RegistryError` of kind `.conflict` where other content is.
    private func isThere(_ file: MeasuredFile, _ remote: [String: RemoteFile]) throws -> Bool {
        guard let found = remote[file.name.text] else { return false }
        if found.isSame(as: file) == true { return true }
        if try isEquivalentManifest(file) { return true }
        if options.addsDiffering { return false }
        throw RegistryError(
            .conflict,
            "'\(file.name)' is in \(package) already with other content (there: \(describe(found)); "
                + "here: \(file.size) bytes with SHA-256 \(file.sha256)): publish under another version")
    }

    /// Whether the file is our manifest and the one there lists the same files: only time and job differ then.
    private func isEquivalentManifest(_ file: MeasuredFile) throws -> Bool {
        guard let manifest = measured.manifest, file.name.text == Manifest.fileName else { return false }
        let response = try retrying { _ in
            let response = try api.send(.get, url(file), action: "fetching '\(file.name)'")
            guard response.status == 200 else {
                throw api.registry.refusal(response, action: "fetching '\(file.name)'")
            }
            return response
        }
        return (try? Manifest(decoding: response.body))?.describesSameFiles(as: manifest) == true
    }

    // MARK: Sending

    private func upload(_ file: MeasuredFile) throws {
        let name = file.name.text
        report(.sending(file: name, size: file.size))
        do {
            try retrying { attempt in
                // The lost attempt may have succeeded; sending again would add the file a second time.
                if attempt > 1, try isThere(file, try look(at: [file])) { return }
                if try send(file) { confirmed.insert(name) }
            }
        } catch let error as RegistryError {
            if error.isTransient || error.kind == .cancelled || error.kind == .unverified { uncertain.append(name) }
            throw error
        }
        uploaded.append(name)
        report(.sent(file: name))
    }

    private func send(_ file: MeasuredFile) throws -> Bool {
        do {
            return try api.upload(file, to: url(file)) { [report] progress in
                report(.progress(file: file.name.text, sent: progress.done, size: file.size))
            }
        } catch let error as RegistryError {
            // Where a second file is not allowed, this is how an earlier attempt of ours shows that succeeded
            // although the listing did not have it yet.
            guard error.kind == .refused(400), error.message.contains("Duplicate"), canList || canProbe else {
                throw error
            }
            for look in 1...max(1, options.looks) {
                if try isThere(file, try self.look(at: [file])) { return false }
                try pause(Double(look))
            }
            throw error
        }
    }

    /// Does `work` until it succeeds, fails for good or patience ends. It is given the attempt's number, from 1.
    private func retrying<T>(_ work: (Int) throws -> T) throws -> T {
        var firstFailure: Double?
        var attempt = 1
        while true {
            do { return try work(attempt) } catch let error as RegistryError where error.isTransient {
                let now = options.clock.now()
                let policy = options.retry
                let delay = policy.delay(
                    after: attempt, requested: error.retryAfter, random: options.clock.random())
                let start = firstFailure ?? now
                firstFailure = start
                if let requested = error.retryAfter, requested > policy.longestRequestedDelay {
                    throw error.adding("; it asks to come back in \(Int(min(requested, 1e9))) s")
                }
                guard attempt < policy.attempts, now + delay <= start + policy.timeLimit else {
                    throw error.adding(attempt == 1 ? "" : "; given up after \(attempt) attempts")
                }
                attempt += 1
                report(.retry(reason: error.message, seconds: delay, attempt: attempt))
                try pause(delay)
            }
        }
    }

    private func pause(_ seconds: Double) throws {
        options.clock.sleep(seconds, options.client.isCancelled)
        if options.client.isCancelled() { throw RegistryError(.cancelled, "publishing \(package): interrupted") }
    }

    // MARK: Verifying

    private func verify(_ before: [String: RemoteFile]) throws -> (Verification, others: [String]) {
        var remote = before
        var wrong: [MeasuredFile] = []
        for look in 1...max(1, options.looks) {
            remote = try retrying { _ in try self.look(at: measured.files) }
            guard canList || canProbe else { break }
            wrong = measured.files.filter { remote[$0.name.text]?.isSame(as: $0) != true }
            // A manifest of an earlier run was found to say the same.
            wrong.removeAll { present.contains($0.name.text) && remote[$0.name.text] == before[$0.name.text] }
            if wrong.isEmpty { break }
            if look < options.looks { try pause(min(Double(1 << min(look - 1, 4)), 8)) }
        }
        let others = canList ? remote.keys.filter { name in !measured.files.contains { $0.name.text == name } } : []
        for file in wrong {
            guard let found = remote[file.name.text], found.isSame(as: file) == false else { continue }
            uploaded.removeAll { $0 == file.name.text }
            throw RegistryError(
                .unverified,
                "the registry has \(describe(found)) as '\(file.name)', sent were \(file.size) bytes "
                    + "with SHA-256 \(file.sha256)")
        }
        let unconfirmed = measured.files.map(\.name.text).filter { !confirmed.contains($0) && !present.contains($0) }
        if options.downloadsAgain { return (try verifyByDownload(), others.sorted()) }
        if !canList && !canProbe { return (unconfirmed.isEmpty ? .answers : .none, []) }
        if wrong.isEmpty { return (canList ? .listing : .files, others.sorted()) }
        let unseen = wrong.map(\.name.text).filter { unconfirmed.contains($0) }
        guard unseen.isEmpty else {
            uploaded.removeAll { unseen.contains($0) }
            uncertain += unseen
            throw RegistryError(
                .unverified,
                "the registry does not show \(unseen.joined(separator: ", ")) after \(max(1, options.looks)) looks",
                isTransient: true)
        }
        report(.note("the registry does not show \(wrong.map(\.name.text).joined(separator: ", ")) yet"))
        return (.answers, others.sorted())
    }

    private func verifyByDownload() throws -> Verification {
        for file in measured.files where !(present.contains(file.name.text) && file.name.text == Manifest.fileName) {
            let found = try retrying { _ in try api.fetchDigest(url(file), file.name) }
            guard found.isSame(as: file) == true else {
                throw RegistryError(
                    .unverified,
                    "fetched again, '\(file.name)' is \(describe(found)), sent were \(file.size) bytes "
                        + "with SHA-256 \(file.sha256)")
            }
        }
        return .download
    }
}

extension MeasuredPackage {
    /// Publishes the package: complete and verified, or an error that says what is there and what is not.
    ///
    /// Files are uploaded one after the other, in order, the manifest last. A file that is there with the same
    /// size and digest is not sent again, so running the same again is harmless and continues what was broken off.
    /// Nothing is ever deleted: that needs the role Maintainer, and a half-published version that nobody completes
    /// is told by its missing manifest.
    ///
    /// - Parameter report: called as things happen, on the calling thread.
    /// - Throws: `RegistryError`; its `state` says what is where once uploading had begun.
    public func publish(
        to registry: GitLabRegistry, options: PublishOptions = PublishOptions(),
        report: @escaping (PublishEvent) -> Void = { _ in }
    ) throws -> PublishReport {
        try Publisher(self, registry, options, report).run()
    }
}
