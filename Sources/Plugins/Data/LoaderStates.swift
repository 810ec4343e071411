import Datasets
import Host
import Lua

/// Where a loader stands, as `state_dict` gives it.
func loaderState(_ state: LoaderState) -> LuaValue {
    var pairs: [(key: LuaValue, value: LuaValue)] = [
        (.string("batch_size"), .integer(state.batchSize)), (.string("shuffle"), .boolean(state.shuffle)),
        (.string("drop_last"), .boolean(state.dropLast)), (.string("length"), .integer(state.length)),
    ]
    if let batches = state.batches { pairs.append((.string("batches"), .integer(batches))) }
    if let seed = state.seed { pairs.append((.string("seed"), .integer(Int(seed)))) }
    return .table(pairs)
}

/// What `load_state_dict` was given.
func loaderState(_ value: LuaValue, _ call: Call) throws -> LoaderState {
    func refusal(_ got: String) -> any Error {
        call.badArgument("state_dict", expected: "what state_dict() gave", got: got)
    }
    guard case .table(let pairs) = value else { throw refusal("a list") }
    var (integers, booleans): ([String: Int], [String: Bool]) = ([:], [:])
    for (key, value) in pairs {
        switch (key, value) {
        case (.string(let name), .integer(let number)): integers[name] = number
        case (.string(let name), .boolean(let truth)): booleans[name] = truth
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
    return LoaderState(
        batches: integers["batches"], seed: integers["seed"].map { Int64($0) }, batchSize: try integer("batch_size"),
        shuffle: try boolean("shuffle"), dropLast: try boolean("drop_last"), length: try integer("length"))
}
