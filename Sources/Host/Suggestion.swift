/// " (did you mean 'loss'?)" for the candidate that a name is a misspelling of; nil where there is none.
public func suggestion(for name: String, among candidates: some Sequence<String>) -> String? {
    nearest(to: name, among: candidates).map { " (did you mean '\($0)'?)" }
}

/// The candidate of which a name looks like a misspelling; of several the one with the fewest edits.
func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    var best: (edits: Int, lengthDifference: Int, name: String)?
    for candidate in candidates where candidate != name {
        guard let edits = typingErrors(Array(name.lowercased().utf8), Array(candidate.lowercased().utf8)) else {
            continue
        }
        let rank = (edits, abs(candidate.utf8.count - name.utf8.count), candidate)
        if let best, best <= rank { continue }
        best = rank
    }
    return best?.name
}

/// In how many places someone who meant the one name slipped when typing the other; nil where they are two names.
///
/// Two short names of one length that differ in a letter are two names (silu and selu), as are names that begin with
/// different letters (gelu and relu): people seldom slip at the first.
private func typingErrors(_ typed: [UInt8], _ meant: [UInt8]) -> Int? {
    guard typed != meant else { return 0 }
    let limit = typed.count <= 5 ? 1 : typed.count <= 9 ? 2 : 3
    guard !typed.isEmpty, !meant.isEmpty, abs(typed.count - meant.count) <= limit else { return nil }
    let edits = editDistance(typed, meant)
    guard edits <= limit else { return nil }
    if typed[0] != meant[0] {
        let swapsFirst = typed.count > 1 && meant.count > 1 && typed[0] == meant[1] && typed[1] == meant[0]
        let missesFirst = typed.dropFirst() == meant[...] || typed[...] == meant.dropFirst()
        guard swapsFirst || missesFirst && min(typed.count, meant.count) >= 5 else { return nil }
    }
    if typed.count == meant.count, typed.count <= 4, typed.sorted() != meant.sorted() { return nil }
    return edits
}

/// The number of insertions, removals, replacements and swaps of neighbours between two names.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
        var row = [i] + [Int](repeating: 0, count: b.count)
        for j in 1...b.count {
            let change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
            row[j] = min(change, last[j] + 1, row[j - 1] + 1)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                row[j] = min(row[j], beforeLast[j - 2] + 1)
            }
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}

/// A text for a message: the beginning of one that is long.
func shortened(_ text: String) -> String { text.utf8.count <= 100 ? text : String(text.prefix(60)) + "…" }
