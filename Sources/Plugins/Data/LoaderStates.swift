import Datasets
import Host
import Lua

/// Where a loader stands, as `state_dict` gives it.
func loaderState(_ state: LoaderState) -> LuaValue {
    var fields: [(name: String, value: LuaValue)] = [
        ("batch_size", .integer(state.batchSize)), ("shuffle", .boolean(state.shuffle)),
        ("drop_last", .boolean(state.dropLast)), ("length", .integer(state.length)),
    ]
    if let sampler = state.sampler { fields.append(("sampler", .string(sampler))) }
    if let batches = state.batches { fields.append(("batches", .integer(batches))) }
    switch state.start {
    case .fixed: break
    case .seed(let seed): fields.append(("seed", .integer(Int(seed))))
    case .epoch(let epoch): fields.append(("epoch", .integer(epoch)))
    case .generator(let words): fields.append(("generator", .string(hexadecimal(words))))
    case .order(let indices): fields.append(("order", .string(indices.map { "\($0)" }.joined(separator: " "))))
    }
    return .table(fields.map { (key: .string($0.name), value: $0.value) })
}

/// What `load_state_dict` was given.
func loaderState(_ value: LuaValue, _ call: Call) throws -> LoaderState {
    func refusal(_ got: String) -> any Error {
        call.badArgument("state_dict", expected: "what state_dict() gave", got: got)
    }
    guard case .table(let pairs) = value else { throw refusal("a list") }
    var (integers, booleans, strings): ([String: Int], [String: Bool], [String: String]) = ([:], [:], [:])
    for (key, value) in pairs {
        switch (key, value) {
        case (.string(let name), .integer(let number)): integers[name] = number
        case (.string(let name), .boolean(let truth)): booleans[name] = truth
        case (.string(let name), .string(let text)) where ["sampler", "generator", "order"].contains(name):
            strings[name] = text
        default: throw refusal("\(value.kindName) as \(key.shortText)")
        }
    }
    func integer(_ name: String) throws -> Int {
        guard let number = integers[name] else { throw refusal("a table without an integer '\(name)'") }
        return number
    }
    func boolean(_ name: String) throws -> Bool {
        guard let truth = booleans[name] else { throw refusal("a table without a boolean '\(name)'") }
        return truth
    }
    var start = PassStart.fixed
    if let seed = integers["seed"] { start = .seed(Int64(seed)) }
    if let epoch = integers["epoch"] { start = .epoch(epoch) }
    if let text = strings["generator"] {
        guard let words = words(text) else { throw refusal("another text as 'generator'") }
        start = .generator(words)
    }
    if let text = strings["order"] {
        let indices = text.split(separator: " ").map { Int($0) }
        guard !indices.contains(nil) else { throw refusal("another text as 'order'") }
        start = .order(indices.compactMap { $0 })
    }
    return LoaderState(
        batches: integers["batches"], start: start, batchSize: try integer("batch_size"),
        shuffle: try boolean("shuffle"), dropLast: try boolean("drop_last"), length: try integer("length"),
        sampler: strings["sampler"])
}

/// Words of 32 bits, eight digits each.
private func hexadecimal(_ words: [UInt32]) -> String {
    words.map { word in
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
}

private func words(_ text: String) -> [UInt32]? {
    let digits = Array(text.utf8)
    guard digits.count % 8 == 0 else { return nil }
    var words: [UInt32] = []
    for start in stride(from: 0, to: digits.count, by: 8) {
        guard let word = UInt32(String(decoding: digits[start..<start + 8], as: UTF8.self), radix: 16) else {
            return nil
        }
        words.append(word)
    }
    return words
}
