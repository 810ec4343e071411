import Files
import HTTP

extension Channels {
    /// How to move a channel.
    public struct Options: Sendable {
        /// Who moves it; see `channelMover`.
        public var by = channelMover()
        /// Seconds since 1970. Default: now.
        public var time: Int?
        /// How often the registry is looked at before a move counts as missing: what answers may lag behind.
        /// Default: 6.
        public var looks = 6
        public var retry = RetryPolicy()
        public var clock = RetryClock.system
        /// Whether to break off.
        public var isCancelled: @Sendable () -> Bool = { false }

        public init() {}
    }

    /// Points a channel to a version that is there and complete. Nothing is sent where it points there already.
    ///
    /// Of two that move it at once, one wins: the channel then stands for everyone where its highest number points to,
    /// and the other is told so.
    ///
    /// - Parameter report: called with a line for each request that is sent again.
    /// - Returns: the move that holds, and whether it was made by this call.
    /// - Throws: `RegistryError`: of kind `.invalid` where the version is not there or not complete, `.conflict` where
    ///   another move came first.
    public func move(
        _ channel: PackageVersion, to version: PackageVersion, options: Options = Options(),
        report: @escaping (String) -> Void = { _ in }
    ) throws -> (move: ChannelMove, isNew: Bool) {
        _ = try Self.checkName(channel.text)
        let retrier = Retrier(options.retry, options.clock, isCancelled: options.isCancelled)
        let tell = { (event: PublishEvent) -> Void in if let line = event.line { report(line) } }
        try retrier(tell: tell) { _ in try checkComplete(version) }
        let before = try retrier(tell: tell) { _ in try current(channel) }
        if let before, before.version == version { return (before, false) }
        let number = (before?.number ?? 0) + 1
        let record = ChannelRecord(
            channel: channel.text, version: version.text, from: before?.version.text,
            moved: utcTime(options.time ?? secondsSince1970()), by: options.by)
        let file = try MeasuredFile(PackageFile(ChannelMove.fileName(number, version).text, .bytes(record.encoded())))
        try retrier(tell: tell) { attempt -> Void in
            // The lost attempt may have succeeded.
            if attempt > 1, try isStored(file, in: channel) { return }
            do { _ = try registry.put(file, in: place, channel, progress: { _ in }) } catch let error as RegistryError {
                // Where no file may come twice, another has just made the same move.
                guard case .refused(400) = error.kind, try isNamed(file, in: channel) else { throw error }
            }
        }
        return try settle(channel, number, version, options) { try retrier(tell: tell) { _ in try moves(of: channel) } }
    }

    /// Waits until the move shows, and looks who won.
    private func settle(
        _ channel: PackageVersion, _ number: Int, _ version: PackageVersion, _ options: Options,
        _ look: () throws -> [ChannelMove]
    ) throws -> (move: ChannelMove, isNew: Bool) {
        for turn in 1...max(1, options.looks) {
            let seen = try look()
            if let now = seen.last, seen.contains(where: { $0.number == number && $0.version == version }) {
                if now.version == version { return (now, true) }
                let other = try? record(of: now, in: channel)
                throw RegistryError(
                    .conflict,
                    "channel \(channel) of \(package) was moved to \(now.version) at the same time"
                        + "\(other.map { " by \(printable($0.by, limit: 200))" } ?? ""), and stays there; move it again to have "
                        + "\(version)")
            }
            if turn < options.looks { options.clock.sleep(Double(turn), options.isCancelled) }
        }
        throw RegistryError(
            .unverified, "the registry does not show that channel \(channel) of \(package) was moved to \(version)",
            isTransient: true)
    }

    private func checkComplete(_ version: PackageVersion) throws {
        guard let manifest = try registry.manifest(of: package, version) else {
            throw registry.incomplete(package, version)
        }
        // What the manifest names must be there, as far as the token may look.
        guard let files = try? registry.files(of: package, version, wanted: manifest.files.map(\.name)) else { return }
        let missing = manifest.files.map(\.name.text).filter { files[$0] == nil }
        guard missing.isEmpty else {
            throw RegistryError(
                .invalid, "\(package) \(version) is not complete: \(missing.joined(separator: ", ")) of it is not there"
            )
        }
    }

    private func isStored(_ file: MeasuredFile, in channel: PackageVersion) throws -> Bool {
        var hint: String?
        return try registry.files(of: place, channel, hint: &hint)?[file.name.text]?.isSame(as: file) == true
    }

    private func isNamed(_ file: MeasuredFile, in channel: PackageVersion) throws -> Bool {
        var hint: String?
        return try registry.files(of: place, channel, hint: &hint)?[file.name.text] != nil
    }
}

extension PackageRegistry {
    /// The error for a version without manifest: that it is not there, or not complete.
    func incomplete(_ name: PackageName, _ version: PackageVersion) -> RegistryError {
        var hint: String?
        let isThere = (try? files(of: name, version, hint: &hint))?.isEmpty == false
        return RegistryError(
            .invalid,
            isThere
                ? "\(name) \(version) is not complete: it has no \(Manifest.fileName), for it is being published or was broken off"
                : "there is no \(name) \(version) in \(self)")
    }
}
