import Files

/// Refuses the patterns that `expandGlob` would take too long for, or too much stack: the C library makes every
/// alternative of braces before it looks for the first file, and calls itself for each part of a path.
struct PatternLimit {
    /// No path is longer (PATH_MAX on Linux).
    static let mostBytes = 4096
    static let mostGroups = 64
    static let mostNames = 10_000

    /// - Throws: `FileError`, which says what there is too much of.
    static func check(_ pattern: String) throws {
        let bytes = pattern.utf8
        if let reason = reason(bytes) {
            let start = String(pattern.prefix(60))
            throw FileError(path: start == pattern ? pattern : start + "...", action: "expand", reason: reason)
        }
    }

    private static func reason(_ bytes: String.UTF8View) -> String? {
        guard bytes.count <= mostBytes else {
            return "a pattern of at most \(mostBytes) bytes expected, got \(bytes.count)"
        }
        // For each open brace: the names of the alternatives before the present one, and of what stands before it.
        var open: [(alternatives: Int, before: Int)] = []
        var (names, groups, isEscaped) = (1, 0, false)
        for byte in bytes {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "{"):
                groups += 1
                open.append((0, names))
                names = 1
            case UInt8(ascii: ","):
                guard let last = open.indices.last else { continue }
                open[last].alternatives += names
                names = 1
            case UInt8(ascii: "}"):
                guard let group = open.popLast() else { continue }
                // Both are within the limit, and so their product is none too large for an integer.
                names = (group.alternatives + names) * group.before
            default: continue
            }
            guard groups <= mostGroups else { return "at most \(mostGroups) groups of braces expected" }
            guard names <= mostNames, open.allSatisfy({ $0.alternatives <= mostNames }) else {
                return "its braces stand for more than \(mostNames) names"
            }
        }
        return nil
    }
}
