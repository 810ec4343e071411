import HTTP

extension GitLabRegistry: PackageRegistry {
    public var parallelTransfers: Int { 4 }

    /// "project 42 at https://gitlab.example.com/api/v4, with the job token of CI_JOB_TOKEN"
    public var summary: String { "\(self), with \(credential)" }

    public func takeNotes() -> [String] { memory.takeNotes() }

    public func versions(of name: PackageName) throws -> [PackageVersion] {
        try GitLabAPI(self, client).versions(name).compactMap { try? PackageVersion($0) }
    }

    public func files(
        of name: PackageName, _ version: PackageVersion, wanted: [PackageFileName]
    ) throws -> [String: RemoteFile]? {
        let key = GitLabMemory.Key(name: name, version: version)
        var look = 1
        while true {
            let found = try self.look(for: key, wanted)
            let known = memory[key]
            // Listings may come from a copy of the database that lags behind.
            let late = known.stored.keys.filter { found?[$0] == nil && !known.late.contains($0) }
            let isBlind = !memory.canList && !memory.canProbe
            if late.isEmpty || isBlind || look >= max(1, looks) {
                memory.change(key) { $0.late.formUnion(late) }
                // A bare "created" that nothing confirms counts only where nothing can be looked at.
                let stored = known.stored.filter { isBlind || $0.value.evidence == .answer }
                if found == nil && stored.isEmpty { return nil }
                return stored.merging(found ?? [:]) { $1 }
            }
            clock.sleep(min(Double(1 << min(look - 1, 4)), 8), client.isCancelled)
            if client.isCancelled() { throw RegistryError(.cancelled, "looking at \(name) \(version): interrupted") }
            look += 1
        }
    }

    public func put(
        _ file: MeasuredFile, in name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void
    ) throws -> Bool {
        let key = GitLabMemory.Key(name: name, version: version)
        let text = file.name.text
        do {
            let (stored, package) = try GitLabAPI(self, client).upload(
                file, to: url(file.name, of: name, version), progress: progress)
            memory.change(key) {
                $0.stored[text] = stored
                $0.uncertain.remove(text)
                if let package, !$0.isHidden { $0.packages = [package] }
            }
            return stored.evidence == .answer
        } catch let error as RegistryError {
            if error.isTransient || error.kind == .cancelled { memory.change(key) { $0.uncertain.insert(text) } }
            // Where a second file is not allowed, this is how an earlier attempt of ours shows that succeeded although the
            // listing did not have it yet.
            guard error.kind == .refused(400), error.message.contains("Duplicate") else { throw error }
            for look in 1...max(1, looks) {
                if try self.look(for: key, [file.name])?[text]?.isSame(as: file) == true { return true }
                clock.sleep(Double(look), client.isCancelled)
                if client.isCancelled() { break }
            }
            throw error
        }
    }

    public func get(
        _ file: PackageFileName, of name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void, sink: @escaping HTTPClient.Sink
    ) throws -> Bool {
        let action = "fetching '\(file)' of \(name) \(version)"
        let response = try GitLabAPI(self, client).send(
            .get, url(file, of: name, version), action: action, progress: progress, sink: sink)
        switch response.status {
        case 200: return true
        case 404: return false
        default: throw refusal(response, action: action)
        }
    }

    public func location(of file: PackageFileName, in name: PackageName, _ version: PackageVersion) -> String {
        "\(url(file, of: name, version))"
    }

    public func claim(_ wish: ClaimWish) throws -> (any PublishClaim)? {
        // Who may not list cannot see the claims of others.
        guard memory.canList else { return NoClaim() }
        return try ClaimFiles(self, wish).acquire()
    }

    // MARK: Looking

    /// What is there now, as far as the token may look; nil where there is nothing.
    private func look(for key: GitLabMemory.Key, _ wanted: [PackageFileName]) throws -> [String: RemoteFile]? {
        let known = memory[key]
        if memory.canList && !known.isHidden {
            do {
                if var listed = try list(key) {
                    try addDigests(&listed, key, wanted)
                    try addUncertain(&listed, key, wanted)
                    return listed
                }
                // A hidden package is in no listing, yet its files can be fetched.
                guard known.stored.isEmpty, !known.isLookedFor, let first = wanted.first else {
                    var found: [String: RemoteFile] = [:]
                    try addUncertain(&found, key, wanted)
                    return found.isEmpty ? nil : found
                }
                memory.change(key) { $0.isLookedFor = true }
                let url = url(first, of: key.name, key.version)
                guard (try? GitLabAPI(self, client).head(url, first)) != nil else { return nil }
                memory.change(key) { $0.isHidden = true }
                memory.note(
                    "\(key.name) \(key.version) is there but in no listing (hidden?): files are looked at one by one")
            } catch let error as RegistryError {
                // GitLab opens its listing to no deploy token.
                guard credential.kind == .deploy, case .refused(let status) = error.kind,
                    [401, 403, 404].contains(status)
                else { throw error }
                memory.loseListing("a deploy token cannot list packages: files are looked at one by one")
            }
        }
        let found = try probe(key, wanted)
        return found.isEmpty ? nil : found
    }

    private func list(_ key: GitLabMemory.Key) throws -> [String: RemoteFile]? {
        let api = GitLabAPI(self, client)
        let action = "listing the files of \(key.name) \(key.version)"
        let known = memory[key].packages
        if !known.isEmpty, let files = try api.list(known, action: action) { return files }
        let packages = try api.find(key.name, key.version)
        memory.change(key) { $0.packages = packages }
        return packages.isEmpty ? nil : try api.list(packages, action: action)
    }

    /// Fetches the files whose digest the listing leaves out.
    private func addDigests(
        _ listed: inout [String: RemoteFile], _ key: GitLabMemory.Key, _ wanted: [PackageFileName]
    ) throws {
        for name in wanted {
            guard let remote = listed[name.text], remote.sha256 == nil else { continue }
            listed[name.text] = try GitLabAPI(self, client).fetchDigest(url(name, of: key.name, key.version), name)
            listed[name.text]?.id = remote.id
            listed[name.text]?.evidence = .listing
        }
    }

    /// Looks by themselves for files whose upload had no answer: a listing that lags behind does not say that they are not
    /// there.
    private func addUncertain(
        _ listed: inout [String: RemoteFile], _ key: GitLabMemory.Key, _ wanted: [PackageFileName]
    ) throws {
        let uncertain = memory[key].uncertain
        let names = wanted.filter { uncertain.contains($0.text) && listed[$0.text] == nil }
        listed.merge(try probe(key, names)) { $1 }
    }

    private func probe(_ key: GitLabMemory.Key, _ wanted: [PackageFileName]) throws -> [String: RemoteFile] {
        var found: [String: RemoteFile] = [:]
        guard memory.canProbe else { return found }
        let api = GitLabAPI(self, client)
        do {
            for name in wanted {
                let url = url(name, of: key.name, key.version)
                guard var remote = try api.head(url, name) else { continue }
                if remote.sha256 == nil { remote = try api.fetchDigest(url, name) }
                found[name.text] = remote
            }
        } catch let error as RegistryError {
            guard case .refused(let status) = error.kind, status == 401 || status == 403 else { throw error }
            memory.loseProbing("\(credential) may not look at files: what is there cannot be compared")
        }
        return found
    }
}

/// What stands for a claim where none can be made.
private struct NoClaim: PublishClaim {
    func check() -> Bool { true }
    func release() {}
}
