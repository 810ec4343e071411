import Files

// Which version is taken.
extension Puller {
    /// Asks the registry. Without an answer the cache decides, where it has what fits; only where it has not is the
    /// registry asked again.
    func choose() throws -> Choice {
        do { return try ask() } catch let error as RegistryError where error.isTransient {
            if let choice = try? chooseOffline(because: error) { return choice }
            var first: RegistryError? = error
            return try repeating { _ in
                // The attempt that was made counts.
                if let error = first {
                    first = nil
                    throw error
                }
                return try ask()
            }
        }
    }

    private func ask() throws -> Choice {
        switch request.choice {
        case .name(let channel): return try askChannel(channel)
        case .range(let range):
            if let version = range.exactVersion.flatMap({ try? PackageVersion($0.description) }) {
                if let choice = cached(version) { return choice }
                if let choice = try remote(version) { return choice }
                throw registry.incomplete(name, version)
            }
            return try askVersions()
        case .latest: return try askVersions()
        }
    }

    /// The best complete one of all versions that are there.
    private func askVersions() throws -> Choice {
        let versions = try registry.versions(of: name)
        let candidates = request.choice.candidates(versions)
        var incomplete: [PackageVersion] = []
        for version in candidates {
            guard let choice = try cached(version) ?? remote(version) else {
                incomplete.append(version)
                continue
            }
            if let newest = incomplete.first {
                report(.note("\(name) \(newest) is not complete (yet): \(choice.version) is taken"))
            }
            return choice
        }
        if versions.isEmpty { throw RegistryError(.invalid, "there is no package \(name) in \(registry)") }
        let shown = versions.prefix(10).map(\.text).joined(separator: ", ") + (versions.count > 10 ? ", ..." : "")
        throw RegistryError(
            .invalid,
            incomplete.isEmpty
                ? "no version of \(name) fits \(request.choice); there are: \(shown)"
                : "no complete version of \(name) fits \(request.choice); without \(Manifest.fileName): "
                    + incomplete.map(\.text).joined(separator: ", "))
    }

    private func askChannel(_ channel: PackageVersion) throws -> Choice {
        let channels = try Channels(of: name, in: registry)
        let known = cache.channel(channel, of: name)
        var hint = known?.hint
        guard let move = try channels.moves(of: channel, hint: &hint).last else {
            // A version need not be semantic.
            if let choice = try cached(channel) ?? remote(channel) { return choice }
            let names = try channels.names()
            throw RegistryError(
                .invalid,
                "\(name) has neither a channel nor a complete version '\(channel)' in \(registry)"
                    + (names.isEmpty ? "" : "; channels: \(names.map(\.text).joined(separator: ", "))"))
        }
        if known?.number != move.number || known?.version != move.version {
            _ = try channels.record(of: move, in: channel)
        }
        let state = PackageCache.Channel(
            number: move.number, version: move.version, asked: utcTime(secondsSince1970()), hint: hint)
        try cache.remember(state, channel, of: name)
        guard let choice = try cached(move.version) ?? remote(move.version) else {
            throw registry.incomplete(name, move.version)
        }
        return choice
    }

    /// A version that is in the cache, whole. One that is damaged is told of and counts as missing.
    private func cached(_ version: PackageVersion) -> Choice? {
        do {
            return try cache.version(name, version).map { Choice(version: version, manifest: $0, isCached: true) }
        } catch {
            report(.note("\(error)"))
            return nil
        }
    }

    private func remote(_ version: PackageVersion) throws -> Choice? {
        try registry.manifest(of: name, version).map { Choice(version: version, manifest: $0, isCached: false) }
    }

    // MARK: Offline

    /// What the cache has; a note says what was taken and, where given, why the registry was not asked.
    func chooseOffline(because error: RegistryError?) throws -> Choice {
        let reason = error.map { "the registry cannot be reached (\($0))" } ?? "offline"
        func missing(_ what: String) -> RegistryError {
            RegistryError(.invalid, "\(reason): \(what) of \(name) is in the cache")
        }
        switch request.choice {
        case .name(let channel):
            if let known = cache.channel(channel, of: name), let choice = cached(known.version) {
                report(
                    .note(
                        "\(reason): \(name) \(known.version) is taken, where channel \(channel) was when last asked for, "
                            + "\(known.asked)"))
                return choice
            }
            guard let choice = cached(channel) else { throw missing("neither channel nor version '\(channel)'") }
            report(.note("\(reason): the cached \(name) \(choice.version) is taken"))
            return choice
        case .latest, .range:
            for version in request.choice.candidates(cache.versions(of: name)) {
                guard let choice = cached(version) else { continue }
                if case .range(let range) = request.choice, range.exactVersion != nil { return choice }
                report(
                    .note(
                        "\(reason): \(name) \(version) is taken, the newest in the cache that fits \(request.choice)"))
                return choice
            }
            throw missing("no version that fits \(request.choice)")
        }
    }
}
