import Datasets
import Host
import Kernels
import Lua

let loaderType = HostType(Loader.self, name: "Loader", doc: "Hands out a data set in batches.", methods: loaderMethods)

let loaderFunction: HostFunction = .function(
    "loader", doc: "Hands out a data set in batches, in PyTorch's order for the same seed.",
    arguments: [datasetArgument],
    options: [
        .integer("batch_size", "samples a batch", min: 1, default: 1),
        .boolean("shuffle", "another order in each pass", default: false),
        .any("sampler", "what decides the order: one of this module, a list of indices, or a function that gives one")
            .optional,
        .boolean("drop_last", "leaves out a last batch with fewer samples", default: false),
        .function(
            "collate",
            "makes the values of a batch of the list of its samples, each a list of its values or, where it has only one, "
                + "that one; by default what PyTorch's default_collate does"
        ).optional,
        .integer(
            "num_workers", "threads that read pictures ahead; by default one for each processor", min: 0, max: 256
        ).optional,
        .integer("prefetch", "how many batches they are ahead at most", min: 1, max: 1024, default: 2),
    ],
    returns: .object(Loader.self)
) { call in
    let dataset = try call.dataset("dataset")
    var options = Loader.Options()
    options.batchSize = try call.integer("batch_size")
    options.shuffle = try call.boolean("shuffle")
    options.dropLast = try call.boolean("drop_last")
    options.sampler = try call.has("sampler") ? sampler(call) : nil
    options.collate = try call.has("collate") ? collate(ScriptFunction(call.state, at: call.index("collate"))) : nil
    options.workers = try call.optionalInteger("num_workers") ?? ThreadPool.shared.threads
    options.prefetch = try call.integer("prefetch")
    return .object(try call.withCallbacks { try Loader(dataset, options, generator: call.generator) })
}

private let loaderMethods: [HostMethod<Loader>] = [
    .method(
        "batches", doc: "One pass over the data: for step, images, labels in loader:batches() do … end.",
        returns: .custom("fun(): integer, any, any", "the step from 1, then the values of the batch, tensors mostly")
    ) { loader, call in
        let pass = try call.withCallbacks { try loader.batches() }
        return .function("loader:batches") { state in
            try Interrupt.check()
            guard let batch = try state.withCallbacks({ try pass.next() }) else { return .nil }
            return .values([.integer(batch.step)] + batch.values.map { LuaValue($0) })
        }
    },
    .metamethod(.length, doc: "How many batches a pass has.", returns: .integer()) { loader, call in
        .integer(try known(call.withCallbacks { try loader.count }))
    },
    .method("images", doc: "How many samples a pass has.", returns: .integer()) { loader, call in
        .integer(try known(call.withCallbacks { try loader.sampleCount }))
    },
    .method(
        "state_dict",
        doc:
            "Where the pass in progress stands, to go on with its next batch: numbers, booleans, strings. A pass that was "
            + "left with break is in progress until the next one begins.",
        returns: .table()
    ) { loader, call in .value(loaderState(try call.withCallbacks { try loader.state })) },
    .method(
        "load_state_dict",
        doc: "The next batches() goes on where the pass stood that state_dict() told of, with the same order and the "
            + "same numbers of steps, and draws no random numbers; the one after it begins a pass as ever.",
        arguments: [.table("state_dict")]
    ) { loader, call in
        let state = try loaderState(call.value("state_dict"), call)
        try call.withCallbacks { try loader.load(state) }
        return .none
    },
]

private func known(_ count: Int?) throws -> Int {
    guard let count else {
        throw DatasetError.invalid("how much a pass has is not known before it where the sampler is a function")
    }
    return count
}

private func sampler(_ call: Call) throws -> any Sampler {
    let index = try call.index("sampler")
    if let object = call.state.object(at: index, as: AnyObject.self) {
        if let sampler = object as? any Sampler { return sampler }
    } else if let sampler = try ScriptSampler(call.state, at: index) {
        return sampler
    }
    throw call.badArgument(
        "sampler", expected: "sampler, list of indices or function", got: call.state.typeName(at: index))
}

/// A script's function that makes batches.
private func collate(_ function: ScriptFunction) -> Loader.Collate {
    { samples, _ in
        try function { state in
            try state.push(
                .list(samples.map { $0.count == 1 ? LuaValue($0[0]) : .list($0.map { LuaValue($0) }) }))
            return 1
        } read: { state, count in
            try state.elements(count)
        }
    }
}
