import Datasets
import Host
import Lua
import Tensors

/// Samplers, with PyTorch's names and for the same seed PyTorch's numbers.
let samplerTypes: [HostType] = [
    HostType(
        SequentialSampler.self, name: "SequentialSampler", doc: "All samples in their own order.",
        methods: samplerMethods(of: SequentialSampler.self)),
    HostType(
        RandomSampler.self, name: "RandomSampler", doc: "Samples in random order.",
        methods: samplerMethods(of: RandomSampler.self)),
    HostType(
        SubsetRandomSampler.self, name: "SubsetRandomSampler", doc: "The given samples in random order.",
        methods: samplerMethods(of: SubsetRandomSampler.self)),
    HostType(
        WeightedRandomSampler.self, name: "WeightedRandomSampler", doc: "Samples drawn with given weights.",
        methods: samplerMethods(of: WeightedRandomSampler.self)),
    HostType(
        DistributedSampler.self, name: "DistributedSampler",
        doc: "The part of the samples that one of several processes takes.",
        methods: samplerMethods(of: DistributedSampler.self) + [
            .method(
                "set_epoch", doc: "Gives the next passes another order; call it before each pass, in every process.",
                arguments: [.integer("epoch")]
            ) { sampler, call in
                sampler.epoch = try call.integer("epoch")
                return .none
            }
        ]),
]

private func samplerMethods<Kind: Sampler & SendableMetatype>(of type: Kind.Type) -> [HostMethod<Kind>] {
    [
        .metamethod(.length, doc: "How many indices a pass has.", returns: .integer()) { sampler, call in
            .integer(try call.withCallbacks { try sampler.count } ?? 0)
        },
        .method(
            "indices", doc: "The indices of one pass, drawn now: what list(sampler) gives in Python.",
            returns: .integers("from 0")
        ) { sampler, call in
            let order = try call.withCallbacks { try sampler.begin(call.generator).order }
            guard order.count <= TableLimits.repeated else {
                throw DatasetError.invalid(
                    "a list of at most \(TableLimits.repeated) indices is made, a pass has \(order.count)")
            }
            return .integers(order.indices)
        },
    ]
}

let samplerFunctions: [HostFunction] = [
    .function(
        "SequentialSampler", doc: "All samples of a data set in their own order.", arguments: [datasetArgument],
        returns: .object(SequentialSampler.self)
    ) { call in .object(SequentialSampler(try call.dataset("dataset"))) },
    .function(
        "RandomSampler", doc: "Samples in random order: what shuffle does, and with replacement.",
        arguments: [datasetArgument],
        options: [
            .boolean("replacement", "whether a sample may come again before all have come", default: false),
            .integer("num_samples", "how many a pass has; as many as there are by default", min: 1).optional,
        ], returns: .object(RandomSampler.self)
    ) { call in
        let dataset = try call.dataset("dataset")
        return .object(
            try call.withCallbacks {
                try RandomSampler(
                    dataset, replacement: call.boolean("replacement"), samples: call.optionalInteger("num_samples"))
            })
    },
    .function(
        "SubsetRandomSampler", doc: "The given samples in random order.", arguments: [.integers("indices", "from 0")],
        returns: .object(SubsetRandomSampler.self)
    ) { call in .object(SubsetRandomSampler(try call.integers("indices"))) },
    .function(
        "WeightedRandomSampler", doc: "Samples drawn with given weights, one for each sample of the data set.",
        arguments: [
            .anyOf("weights", "finite, at least 0", of: [.numbers, .object(Tensor.self)]),
            .integer("num_samples", "how many a pass has", min: 1),
        ],
        options: [.boolean("replacement", "whether a sample may come again", default: true)],
        returns: .object(WeightedRandomSampler.self)
    ) { call in
        let weights = try call.optionalObject("weights", as: Tensor.self).map { try $0.doubles() }
        return .object(
            try WeightedRandomSampler(
                weights ?? call.numbers("weights"), samples: call.integer("num_samples"),
                replacement: call.boolean("replacement")))
    },
    .function(
        "DistributedSampler",
        doc: "The part of the samples that one of several processes takes: every process has the same order and takes "
            + "every n-th index of it.",
        arguments: [datasetArgument],
        options: [
            .integer("num_replicas", "how many processes there are", min: 1),
            .integer("rank", "which of them this is, from 0", min: 0),
            .boolean("shuffle", default: true),
            .integer("seed", "the same in every process", default: 0),
            .boolean(
                "drop_last", "leaves samples out so that all have as many; else the first come again", default: false),
        ], returns: .object(DistributedSampler.self)
    ) { call in
        .object(
            try DistributedSampler(
                call.dataset("dataset"), replicas: call.integer("num_replicas"), rank: call.integer("rank"),
                shuffle: call.boolean("shuffle"), seed: call.integer("seed"), dropLast: call.boolean("drop_last")))
    },
]

/// A sampler that a script defines: a list of indices, or a function that gives one for each pass.
final class ScriptSampler: Sampler {
    private enum Source {
        case list([Int])
        case function(ScriptFunction)
    }

    private let source: Source

    /// The list or the function at an index; nil where there is something else.
    ///
    /// - Throws: `DatasetError.invalid` for a list of other things.
    init?(_ state: LuaState, at index: Int32) throws {
        switch state.type(at: index) {
        case .table: source = .list(try Self.indices(state, at: state.absolute(index)))
        case .function: source = .function(ScriptFunction(state, at: index))
        default: return nil
        }
    }

    var name: String { "a script's sampler" }

    var count: Int? { if case .list(let indices) = source { indices.count } else { nil } }

    func begin(_ generator: Generator) throws -> (order: Order, start: PassStart) {
        switch source {
        case .list(let indices): return (try Order(indices), .order(indices))
        case .function(let function):
            let indices = try function { _ in
                0
            } read: { state, count in
                guard count > 0, state.isTable(at: state.top - count + 1) else {
                    throw DatasetError.invalid("the sampler gives a list of indices for each pass, this gave none")
                }
                return try Self.indices(state, at: state.top - count + 1)
            }
            return (try Order(indices), .order(indices))
        }
    }

    func order(from start: PassStart) throws -> Order {
        switch (source, start) {
        // The list may be another one by now; the pass goes on with its own.
        case (_, .order(let indices)): return try Order(indices)
        default: throw DatasetError.invalid("the saved pass does not begin as one of this sampler does")
        }
    }

    private static func indices(_ state: LuaState, at table: Int32) throws -> [Int] {
        try state.reserve(4)
        return try (0..<state.rawCount(at: table)).map { place in
            state.pushItem(place + 1, of: table)
            defer { state.pop() }
            guard let index = state.integer(at: -1) else {
                throw DatasetError.invalid(
                    "the sampler's list has \(state.typeName(at: -1)) as item \(place + 1), integers expected")
            }
            return index
        }
    }
}
