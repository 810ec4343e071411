import Operators

/// What a file keeps of an optimiser: the state of the parameters and the rates of the groups.
extension Optimizer {
    /// The state, "0.momentum_buffer", and for each group, as float64, "groups.0.lr" and "groups.0.initial_lr".
    public func savedState() throws -> [(name: String, tensor: Tensor)] {
        try state
            + groups.enumerated().flatMap { place, group in
                try Self.rates.compactMap { name in
                    guard let rate = group.values.first(where: { $0.name == name })?.value.number else { return nil }
                    return ("groups.\(place).\(name)", try Tensor.full([], rate, dtype: .float64))
                }
            }
    }

    private static let rates = ["lr", "initial_lr"]

    /// Goes on from what was saved. Rates that were not stay as they are.
    ///
    /// - Throws: `TensorError` for a state of another optimiser; then nothing has changed.
    public func resume(_ saved: [(name: String, tensor: Tensor)]) throws {
        var state: [(name: String, tensor: Tensor)] = []
        var changes: [(group: ParameterGroup, name: String, rate: Double)] = []
        for entry in saved {
            let parts = entry.name.split(separator: ".")
            guard parts.count == 3, parts[0] == "groups" else {
                state.append(entry)
                continue
            }
            let name = String(parts[2])
            guard let place = Int(parts[1]), groups.indices.contains(place), Self.rates.contains(name) else {
                throw TensorError("this optimiser has no state '\(entry.name)'")
            }
            changes.append((groups[place], name, try entry.tensor.item()))
        }
        try loadState(state)
        for change in changes { try change.group.set(change.name, .number(change.rate)) }
    }
}
