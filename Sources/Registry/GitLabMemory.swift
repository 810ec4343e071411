import Synchronization

/// What requests to a GitLab taught about it, so that none is made twice: what the token may do, the numbers of packages,
/// and what was stored that listings may show late.
final class GitLabMemory: Sendable {
    struct Key: Hashable {
        let name: PackageName
        let version: PackageVersion
    }

    struct Version {
        /// The numbers of the package; empty where not known.
        var packages: [Int] = []
        /// Whether it is in no listing although its files can be fetched.
        var isHidden = false
        /// Whether that was looked at.
        var isLookedFor = false
        /// What uploads were answered with, by name.
        var stored: [String: RemoteFile] = [:]
        /// Names of files that were sent without an answer.
        var uncertain: Set<String> = []
        /// Names that were waited for in vain.
        var late: Set<String> = []
    }

    private struct State {
        var canList = true
        var canProbe = true
        var versions: [Key: Version] = [:]
        var notes: [String] = []
    }

    private let state = Mutex(State())

    /// Whether the listing is open to the token.
    var canList: Bool { state.withLock { $0.canList } }
    /// Whether files can be looked at by themselves.
    var canProbe: Bool { state.withLock { $0.canProbe } }

    func loseListing(_ note: String) { lose(\.canList, note) }

    func loseProbing(_ note: String) { lose(\.canProbe, note) }

    private func lose(_ right: WritableKeyPath<State, Bool> & Sendable, _ note: String) {
        state.withLock {
            if $0[keyPath: right] { $0.notes.append(note) }
            $0[keyPath: right] = false
        }
    }

    func note(_ text: String) { state.withLock { $0.notes.append(text) } }

    func takeNotes() -> [String] {
        state.withLock { state in
            defer { state.notes = [] }
            return state.notes
        }
    }

    subscript(_ key: Key) -> Version { state.withLock { $0.versions[key] ?? Version() } }

    func change(_ key: Key, _ change: (inout sending Version) -> Void) {
        state.withLock { change(&$0.versions[key, default: Version()]) }
    }
}
