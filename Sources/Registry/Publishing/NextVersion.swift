/// Which part of a semantic version is counted up.
public enum VersionPart: String, Sendable, CaseIterable {
    case major, minor, patch
}

/// The version after the newest of those that read MAJOR.MINOR.PATCH; other versions do not count. The newest is one that
/// is there, complete or not.
public func nextVersion(after versions: [PackageVersion], _ part: VersionPart) -> (next: String, newest: String?) {
    let read = versions.compactMap { version -> (numbers: [Int], isRelease: Bool, text: String)? in
        // "1.2.3-rc.1+build": what comes before a release sorts before it, and what built it does not matter.
        let core = version.text.prefix { $0 != "-" && $0 != "+" }
        let numbers = core.split(separator: ".", omittingEmptySubsequences: false).map { digits -> Int? in
            digits.allSatisfy { ("0"..."9").contains($0) } ? Int(digits) : nil
        }
        guard numbers.count == 3, !numbers.contains(nil) else { return nil }
        return (numbers.compactMap(\.self), !version.text.dropFirst(core.count).hasPrefix("-"), version.text)
    }
    let newest = read.max {
        $0.numbers == $1.numbers ? !$0.isRelease && $1.isRelease : $0.numbers.lexicographicallyPrecedes($1.numbers)
    }
    guard let newest else { return (part == .major ? "1.0.0" : part == .minor ? "0.1.0" : "0.0.1", nil) }
    let (major, minor, patch) = (newest.numbers[0], newest.numbers[1], newest.numbers[2])
    let next =
        switch part {
        case .major: "\(major &+ 1).0.0"
        case .minor: "\(major).\(minor &+ 1).0"
        case .patch: newest.isRelease ? "\(major).\(minor).\(patch &+ 1)" : "\(major).\(minor).\(patch)"
        }
    return (next, newest.text)
}
