/// " (did you mean 'loss'?)" for the candidate nearest to a misspelt name; nil where none is near.
func suggestion(for name: String, among candidates: some Sequence<String>) -> String? {
    nearest(to: name, among: candidates).map { " (did you mean '\($0)'?)" }
}

/// The candidate with the fewest edits, at most a third of the name's length.
func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.utf8)
    let limit = max(1, (wanted.count + 1) / 3)
    var best: (distance: Int, firstLetter: Int, name: String)?
    for candidate in candidates where candidate != name {
        // A name that differs in case alone is nearest of all.
        let distance =
            candidate.lowercased() == name.lowercased() ? 0 : editDistance(wanted, Array(candidate.utf8))
        guard distance <= limit else { continue }
        // People seldom mistype the first letter.
        let rank = (distance, candidate.utf8.first == wanted.first ? 0 : 1, candidate)
        if let best, best <= rank { continue }
        best = rank
    }
    return best?.name
}

/// The number of insertions, removals, replacements and swaps of neighbours between two names.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    if abs(a.count - b.count) > 8 { return .max }
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
