import Files
import TensorFiles

/// The tensors of a file that are a model's.
///
/// A file of tensors by name is a state dict. A training's checkpoint of PyTorch's has one among other values:
/// `{'epoch': 3, 'model_state_dict': {...}, 'optimizer_state_dict': {...}}`. Where just one value is a table of nothing but
/// tensors, it is that.
///
/// - Parameters:
///   - key: the name of the value that is the state dict. Default: the one there is.
///   - prefix: takes the tensors whose names begin so, without that beginning. Default: all, as they are.
/// - Throws: `FileError` that lists what there is, where the choice is not clear.
public func modelTensors(
    of file: TensorFile, key: String? = nil, prefix: String = ""
) throws -> [(name: String, tensor: StoredTensor)] {
    func failure(_ reason: String) -> FileError { FileError(path: file.path, action: "load", reason: reason) }
    let all = try stateDict(of: file, key: key, failure)
    guard !prefix.isEmpty else { return all }
    let chosen = all.filter { $0.name.utf8.starts(with: prefix.utf8) }
    guard !chosen.isEmpty else { throw failure("none of its tensors has a name that begins with \(quoted(prefix))") }
    return chosen.map { (String(decoding: $0.name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self), $0.tensor) }
}

private func stateDict(
    of file: TensorFile, key: String?, _ failure: (String) -> FileError
) throws -> [(name: String, tensor: StoredTensor)] {
    guard case .dictionary(let pairs) = file.content else {
        throw failure("it holds one array without a name, and no state dict")
    }
    if key == nil, let tensors = file.content.namedTensors ?? (pairs.isEmpty ? [] : nil) { return tensors }
    let candidates = pairs.compactMap { pair -> (String, [(name: String, tensor: StoredTensor)])? in
        guard case .text(let name) = pair.key, let tensors = pair.value.namedTensors else { return nil }
        return (name, tensors)
    }
    let names = candidates.map { quoted($0.0) }.joined(separator: ", ")
    if let key {
        if let chosen = candidates.first(where: { $0.0.isSame(as: key) }) { return chosen.1 }
        throw failure(
            "it has no state dict \(quoted(key))"
                + (names.isEmpty ? "" : " (there \(candidates.count == 1 ? "is" : "are"): \(names))"))
    }
    if candidates.count == 1 { return candidates[0].1 }
    guard candidates.isEmpty else {
        throw failure("it holds several state dicts, \(names): say which, as { key = \"\(plain(candidates[0].0))\" }")
    }
    throw failure("it holds no state dict, but \(listed(pairs))")
}

/// The first names and what they are.
private func listed(_ pairs: [(key: StoredValue.Key, value: StoredValue)]) -> String {
    let shown = pairs.prefix(8).map { key, value in
        let name =
            switch key {
            case .text(let text): quoted(text)
            case .integer(let integer): "\(integer)"
            }
        return "\(name) (\(value.kind))"
    }
    return shown.joined(separator: ", ") + (pairs.count > shown.count ? " and \(pairs.count - shown.count) more" : "")
}

private func plain(_ name: String) -> String { String(quoted(name).dropFirst().dropLast()) }

extension StoredValue {
    /// What it is, for messages.
    fileprivate var kind: String {
        switch self {
        case .none: "None"
        case .truth: "a truth value"
        case .integer, .number: "a number"
        case .text: "a text"
        case .bytes: "bytes"
        case .list: "a list"
        case .dictionary(let pairs): pairs.isEmpty ? "an empty table" : "a table"
        case .tensor: "a tensor"
        }
    }
}

/// Says of names that all begin with "module.", which a network's do not, where that comes from.
///
/// - Throws: `FileError` with what to do.
public func checkParallelNames(expected: [String], found: [String], path: String) throws {
    func isMarked(_ name: String) -> Bool { name.utf8.starts(with: "module.".utf8) }
    guard !found.isEmpty, found.allSatisfy(isMarked), !expected.contains(where: isMarked) else { return }
    throw FileError(
        path: path, action: "load",
        reason:
            "all its names begin with 'module.', as DataParallel leaves them: { prefix = \"module.\" } takes that off")
}
