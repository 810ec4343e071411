/// Which version of a package is wanted.
public enum VersionChoice: Sendable, Hashable, CustomStringConvertible {
    /// The newest complete release; the newest complete pre-release where there is none.
    case latest
    /// The newest complete version of a range; a single version is a range of one.
    case range(VersionRange)
    /// What a channel points to; where there is no such channel, the version with that very name.
    case name(PackageVersion)

    /// - Throws: `RegistryError` where the text is nothing of these.
    public init(_ text: String) throws {
        if text == "latest" {
            self = .latest
        } else if let range = VersionRange(text) {
            self = .range(range)
        } else if let name = try? PackageVersion(text) {
            self = .name(name)
        } else {
            throw RegistryError(
                .invalid,
                "\(quoted(text)) is no version, range or channel: expected something like latest, 1.2.3, ~1.2, ^1 or prod"
            )
        }
    }

    public var description: String {
        switch self {
        case .latest: "latest"
        case .range(let range): range.description
        case .name(let name): name.text
        }
    }

    /// The versions that may be taken, the best first. None for a name.
    func candidates(_ versions: [PackageVersion]) -> [PackageVersion] {
        let semantic = versions.compactMap { version in
            SemanticVersion(version.text).map { (version: version, semantic: $0) }
        }.sorted { $0.semantic > $1.semantic }
        switch self {
        case .latest:
            return
                (semantic.filter { $0.semantic.preRelease.isEmpty }
                + semantic.filter { !$0.semantic.preRelease.isEmpty }).map(\.version)
        case .range(let range):
            let fitting = semantic.filter { range.contains($0.semantic) }
            // Of builds of one version the one that was named.
            return
                (fitting.filter { $0.semantic == range.exactVersion }
                + fitting.filter { $0.semantic != range.exactVersion })
                .map(\.version)
        case .name: return []
        }
    }
}

/// A package and which version of it is wanted: `mnist-cnn@^1`, or `mnist-cnn` alone for the latest.
public struct PackageRequest: Sendable, Hashable, CustomStringConvertible {
    public let name: PackageName
    public let choice: VersionChoice

    public init(_ name: PackageName, _ choice: VersionChoice) {
        self.name = name
        self.choice = choice
    }

    /// - Throws: `RegistryError` where the text is no such request.
    public init(_ text: String) throws {
        guard let mark = text.firstIndex(of: "@") else {
            self.init(try PackageName(text), .latest)
            return
        }
        self.init(try PackageName(String(text[..<mark])), try VersionChoice(String(text[text.index(after: mark)...])))
    }

    public var description: String { "\(name)@\(choice)" }
}
