import Files
import TensorFiles
import Tensors

/// Names that only one side has; both are empty after a strict comparison.
public struct StateDictDifference: Sendable, Equatable {
    /// Names that the network has and the state dict lacks.
    public let missing: [String]
    /// Names that the state dict has and the network lacks.
    public let unexpected: [String]

    public init(missing: [String], unexpected: [String]) {
        self.missing = missing
        self.unexpected = unexpected
    }
}

/// Compares the tensors that a network expects with those that were found, before any is taken over.
///
/// - Parameters:
///   - file: where they were found, for the message; nil for a state dict that comes from elsewhere.
///   - strict: whether missing and unexpected names are errors. Default: true. Other shapes and types always are.
/// - Throws: one `FileError` (`TensorError` without a file) that lists everything that does not agree, 10 at the most.
@discardableResult
public func matchStateDict(
    expected: [TensorDescription], found: [TensorDescription], file: String? = nil, strict: Bool = true
) throws -> StateDictDifference {
    let foundByName = Dictionary(found.map { (ExactName($0.name), $0) }) { first, _ in first }
    let expectedNames = Set(expected.map { ExactName($0.name) })
    let missing = expected.map(\.name).filter { foundByName[ExactName($0)] == nil }
    let unexpected = found.map(\.name).filter { !expectedNames.contains(ExactName($0)) }
    let nameCount = strict ? missing.count + unexpected.count : 0
    let wrong: [String] = expected.compactMap { wanted in
        guard let got = foundByName[ExactName(wanted.name)] else { return nil }
        if got.shape != wanted.shape {
            return "\(plain(wanted.name)) has shape \(describe(got.shape)), expected \(describe(wanted.shape))"
        }
        // As PyTorch does, tensors that a script gives are converted; a file of integers is another network's.
        let converts = file == nil || got.dtype.isFloatingPoint && wanted.dtype.isFloatingPoint
        if got.dtype != wanted.dtype, !converts {
            return "\(plain(wanted.name)) is \(got.dtype.rawValue), expected \(wanted.dtype.rawValue)"
        }
        return nil
    }

    let limit = 10
    var room = limit
    func listed(_ lead: String, _ items: [String], separator: String) -> [String] {
        let shown = items.prefix(room)
        room -= shown.count
        return shown.isEmpty ? [] : [lead + shown.joined(separator: separator)]
    }
    // Wrong shapes tell most, so long lists of names leave them some room.
    let shapes = listed("", Array(wrong.prefix(max(3, limit - nameCount))), separator: "; ")
    let names =
        strict
        ? listed("missing ", missing.map(plain), separator: ", ")
            + listed("unexpected ", unexpected.map(plain), separator: ", ") : []
    let total = wrong.count + nameCount
    if total > 0 {
        let rest = total - (limit - room)
        let problems = (names + shapes).joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
        let reason = "it is for another network: \(problems)"
        guard let file else { throw TensorError("cannot load the state dict: \(reason)") }
        throw FileError(path: file, action: "load", reason: reason)
    }
    return StateDictDifference(missing: missing, unexpected: unexpected)
}

/// A name as it may stand in a message, without quotes.
private func plain(_ name: String) -> String { String(quoted(name).dropFirst().dropLast()) }
