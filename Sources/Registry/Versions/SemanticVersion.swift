/// A version as Semantic Versioning 2.0.0 (semver.org) has it: `1.2.3`, `1.2.3-rc.1`, `1.2.3+build.5`.
///
/// Versions are ordered by precedence (section 11). Those that differ in the build alone, which have the same
/// precedence, are ordered by it, identifier by identifier, so that there always is one newest.
public struct SemanticVersion: Sendable, Hashable, CustomStringConvertible {
    public let major: VersionNumber
    public let minor: VersionNumber
    public let patch: VersionNumber
    /// The identifiers after the hyphen; empty for a release.
    public let preRelease: [Identifier]
    /// The identifiers after the plus sign, which precedence does not see.
    public let build: [Identifier]

    /// A part of what follows the three numbers.
    public enum Identifier: Sendable, Hashable, CustomStringConvertible {
        case number(VersionNumber)
        case word(String)

        public var description: String {
            switch self {
            case .number(let number): number.description
            case .word(let word): word
            }
        }
    }

    /// Which of the three numbers counts up.
    public enum Part: String, Sendable, CaseIterable {
        case patch, minor, major
    }

    init(
        _ major: VersionNumber, _ minor: VersionNumber, _ patch: VersionNumber, preRelease: [Identifier] = [],
        build: [Identifier] = []
    ) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.preRelease = preRelease
        self.build = build
    }

    /// Nil where the text is no semantic version; a `v` before it makes it none.
    public init?(_ text: some StringProtocol) {
        let (rest, build) = split(text[...], "+")
        let (core, preRelease) = split(rest, "-")
        let numbers = core.split(separator: ".", omittingEmptySubsequences: false).map { VersionNumber($0) }
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2],
            let preRelease = identifiers(preRelease, allowsLeadingZeros: false),
            let build = identifiers(build, allowsLeadingZeros: true)
        else { return nil }
        self.init(major, minor, patch, preRelease: preRelease, build: build)
    }

    /// The version that a tag names: `v1.2.3`, or `1.2.3` alone. Nil for any other tag.
    public init?(tag: String) {
        self.init(tag.hasPrefix("v") ? tag.dropFirst() : tag[...])
    }

    public var description: String {
        func joined(_ mark: String, _ parts: [Identifier]) -> String {
            parts.isEmpty ? "" : mark + parts.map(\.description).joined(separator: ".")
        }
        return "\(major).\(minor).\(patch)" + joined("-", preRelease) + joined("+", build)
    }

    /// The release that comes next, as `npm version` has it: a pre-release becomes the release that it is one of, where
    /// that counts up the wanted number. The build is left out.
    public func next(_ part: Part) -> SemanticVersion {
        let isPreRelease = !preRelease.isEmpty
        switch part {
        case .patch: return SemanticVersion(major, minor, isPreRelease ? patch : patch.successor)
        case .minor:
            return SemanticVersion(major, isPreRelease && patch == .zero ? minor : minor.successor, .zero)
        case .major:
            let isFirst = isPreRelease && minor == .zero && patch == .zero
            return SemanticVersion(isFirst ? major : major.successor, .zero, .zero)
        }
    }
}

extension SemanticVersion: Comparable {
    public static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
        if let answer = precedes(left, right) { return answer }
        return precedes(left.build, right.build) ?? false
    }

    /// Whether both have the same precedence: they differ in the build at most.
    public func hasPrecedence(of other: SemanticVersion) -> Bool { precedes(self, other) == nil }
}

/// A number of any length, for the specification sets no limit.
public struct VersionNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Decimal digits without leading zeros.
    private let digits: String

    static let zero = VersionNumber(digits: "0")

    private init(digits: String) { self.digits = digits }

    /// Nil where the text is no number, or has a zero in front.
    init?(_ text: some StringProtocol) {
        guard isNumber(text), text.count == 1 || !text.hasPrefix("0") else { return nil }
        digits = String(text)
    }

    public var description: String { digits }

    var successor: VersionNumber {
        var bytes = Array(digits.utf8)
        for index in bytes.indices.reversed() {
            guard bytes[index] == UInt8(ascii: "9") else {
                bytes[index] += 1
                return VersionNumber(digits: String(decoding: bytes, as: UTF8.self))
            }
            bytes[index] = UInt8(ascii: "0")
        }
        return VersionNumber(digits: "1" + String(decoding: bytes, as: UTF8.self))
    }

    public static func < (left: VersionNumber, right: VersionNumber) -> Bool {
        let (left, right) = (left.digits.utf8, right.digits.utf8)
        return left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }
}

private func isNumber(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
}

/// A text before and after the first of a mark; nil after where there is none.
private func split(_ text: some StringProtocol, _ mark: Character) -> (Substring, Substring?) {
    let text = Substring(text)
    guard let place = text.firstIndex(of: mark) else { return (text, nil) }
    return (text[..<place], text[text.index(after: place)...])
}

/// The identifiers of a list with dots; none of nil. Nil where one is empty or has a character that none may have.
private func identifiers(_ list: Substring?, allowsLeadingZeros: Bool) -> [SemanticVersion.Identifier]? {
    guard let list else { return [] }
    var identifiers: [SemanticVersion.Identifier] = []
    for item in list.split(separator: ".", omittingEmptySubsequences: false) {
        let isWord = item.utf8.allSatisfy {
            $0 >= 0x30 && $0 <= 0x39 || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a || $0 == UInt8(ascii: "-")
        }
        guard !item.isEmpty, isWord else { return nil }
        if let number = VersionNumber(item) {
            identifiers.append(.number(number))
        } else if isNumber(item) && !allowsLeadingZeros {
            return nil
        } else {
            identifiers.append(.word(String(item)))
        }
    }
    return identifiers
}

/// Whether `left` goes before `right`; nil where they have the same precedence (section 11 of the specification).
private func precedes(_ left: SemanticVersion, _ right: SemanticVersion) -> Bool? {
    for (one, other) in [(left.major, right.major), (left.minor, right.minor), (left.patch, right.patch)]
    where one != other { return one < other }
    if left.preRelease.isEmpty || right.preRelease.isEmpty {
        return left.preRelease.isEmpty == right.preRelease.isEmpty ? nil : right.preRelease.isEmpty
    }
    return precedes(left.preRelease, right.preRelease)
}

private func precedes(_ left: [SemanticVersion.Identifier], _ right: [SemanticVersion.Identifier]) -> Bool? {
    for (one, other) in zip(left, right) where one != other {
        switch (one, other) {
        case (.number(let one), .number(let other)): return one < other
        case (.number, .word): return true
        case (.word, .number): return false
        case (.word(let one), .word(let other)): return one.utf8.lexicographicallyPrecedes(other.utf8)
        }
    }
    return left.count == right.count ? nil : left.count < right.count
}
