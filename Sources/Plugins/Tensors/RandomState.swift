import Host
import Lua
import Operators

/// The seed of random numbers, and all that decides which of them come next.
let randomFunctions: [HostFunction] = [
    .function(
        "manual_seed",
        doc: "Starts the random numbers that belong to a seed; they are PyTorch's. Those of math.random, which are "
            + "Lua's own, start again with it too.",
        arguments: [.integer("seed")]
    ) { call in
        let seed = try call.integer("seed")
        call.generator.setSeed(UInt64(bitPattern: Int64(seed)))
        try call.state.seedMathRandom(seed)
        return .none
    },
    .function("initial_seed", doc: "The seed that random numbers started from last.", returns: .integer()) { call in
        .integer(Int(Int64(bitPattern: call.generator.seed)))
    },
    .function(
        "get_rng_state", doc: "Everything that decides which random numbers come next.",
        returns: .object(Tensor.self, "int64")
    ) { call in
        let words = call.generator.snapshot.map { Int64($0) }
        return .object(try Tensor(words, [words.count]))
    },
    .function(
        "set_rng_state", doc: "Goes on with the random numbers of a state that get_rng_state gave.",
        arguments: [.tensor("new_state")]
    ) { call in
        let words = try call.object("new_state", as: Tensor.self).int64Array().compactMap { UInt32(exactly: $0) }
        call.generator.snapshot = words
        guard call.generator.snapshot == words else {
            throw call.badArgument("new_state", expected: "what get_rng_state() gave", got: "another tensor")
        }
        return .none
    },
]

extension LuaState {
    /// Has math.random begin the sequence that belongs to a seed.
    fileprivate func seedMathRandom(_ seed: Int) throws {
        try reserve(4)
        let base = top
        defer { setTop(base) }
        pushGlobals()
        guard pushField("math", of: -1) == .table, pushField("randomseed", of: -1) == .function else { return }
        push(seed)
        try call(arguments: 1, results: 0)
    }
}
