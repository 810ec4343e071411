/// Versions that a user of a package takes, in the words and with the meaning of npm (node-semver): `1.2.3`, `~1.2.3`,
/// `~1.2`, `^1`, `^0.3`, `1.2`, `1.x`, `*`.
///
/// A pre-release is in a range only where the range names one of the same three numbers: `^1.2.3-beta.1` has
/// `1.2.3-beta.2`, but neither `1.2.4-beta.1` nor does `^1.2.3` have any.
public struct VersionRange: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    /// The lowest version in it.
    let lower: SemanticVersion
    /// The lowest version above it; nil where it has no end, or is one version.
    let upper: SemanticVersion?
    /// Whether it is a single version.
    let isExact: Bool

    /// Nil where the text is no range.
    public init?(_ text: String) {
        description = text
        let mark = text.first { $0 == "~" || $0 == "^" }
        var rest = text[...]
        if let mark {
            guard rest.first == mark else { return nil }
            rest = rest.dropFirst()
        }
        if rest.hasPrefix("v") { rest = rest.dropFirst() }
        if let version = SemanticVersion(rest) {
            lower = version
            isExact = mark == nil
            upper = mark.map { Self.end(of: version, $0 == "~" ? 2 : Self.caretParts(version, given: 3)) }
            return
        }
        guard let numbers = Self.partial(rest) else { return nil }
        let start = SemanticVersion(
            numbers.first ?? .zero, numbers.count > 1 ? numbers[1] : .zero, .zero)
        lower = start
        isExact = false
        guard !numbers.isEmpty else {
            upper = nil
            return
        }
        upper = Self.end(
            of: start, mark == "^" ? Self.caretParts(start, given: numbers.count) : numbers.count)
    }

    /// Whether a version is in it.
    public func contains(_ version: SemanticVersion) -> Bool {
        if isExact { return version.hasPrecedence(of: lower) }
        guard version >= lower || version.hasPrecedence(of: lower), upper.map({ version < $0 }) ?? true else {
            return false
        }
        let isSameRelease = (version.major, version.minor, version.patch) == (lower.major, lower.minor, lower.patch)
        return version.preRelease.isEmpty || !lower.preRelease.isEmpty && isSameRelease
    }

    /// The version that it is, where it is a single one.
    public var exactVersion: SemanticVersion? { isExact ? lower : nil }

    /// The numbers of `1`, `1.2`, `1.x`, `1.*.*` before the first that is left open; nil where it is nothing such.
    private static func partial(_ text: Substring) -> [VersionNumber]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { return nil }
        let isOpen = { (part: Substring) in part == "x" || part == "X" || part == "*" }
        let given = parts.prefix { !isOpen($0) }
        guard parts.count < 3 || given.count < 3 else { return nil }
        var numbers: [VersionNumber] = []
        for part in given {
            guard let number = VersionNumber(part) else { return nil }
            numbers.append(number)
        }
        // What follows an open part says nothing, but must be a part.
        for part in parts.dropFirst(given.count) where !isOpen(part) && VersionNumber(part) == nil { return nil }
        return numbers
    }

    /// How many numbers stay as they are under a caret: those up to the first that is not zero, of those given.
    private static func caretParts(_ version: SemanticVersion, given: Int) -> Int {
        if version.major != .zero || given == 1 { return 1 }
        if version.minor != .zero || given == 2 { return 2 }
        return 3
    }

    /// The lowest version with other numbers in the first `count` places, before every pre-release of it.
    private static func end(of version: SemanticVersion, _ count: Int) -> SemanticVersion {
        let lowest: [SemanticVersion.Identifier] = [.number(.zero)]
        switch count {
        case 1: return SemanticVersion(version.major.successor, .zero, .zero, preRelease: lowest)
        case 2: return SemanticVersion(version.major, version.minor.successor, .zero, preRelease: lowest)
        default: return SemanticVersion(version.major, version.minor, version.patch.successor, preRelease: lowest)
        }
    }
}
