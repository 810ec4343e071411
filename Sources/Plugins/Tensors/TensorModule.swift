import Host
import Kernels
import Lua
import Operators

/// Tensors: `nj.zeros(2, 3)`, `nj.tensor { 1.5, 2 }`, and all that belongs to `nightjar` itself.
let tensorModule = HostModule(
    "", doc: "Tensors, and what concerns all of them.",
    types: [
        HostType(
            Tensor.self, name: "Tensor",
            doc: "An array of numbers in n dimensions. Dimensions and indices count from 0; a negative one counts from "
                + "the end. Methods make new tensors, except those whose name ends in an underscore.",
            releasable: true,
            bytes: { $0.storage.byteCount == $0.count * $0.dtype.size ? $0.storage.byteCount : 0 },
            methods: tensorProperties + gradientMethods + tensorIndexing + tensorComparisons + OperatorFaces.methods)
    ],
    functions: OperatorFaces.functions + [
        .function(
            "tensor", doc: "A tensor of the numbers in a (nested) list. Integers give int64, others float32.",
            arguments: [.any("data")], options: [.dtype, .boolean("requires_grad", default: false)],
            returns: .object(Tensor.self)
        ) { call in
            let tensor = try tensorOfData(call)
            return .object(try call.boolean("requires_grad") ? tensor.requireGrad() : tensor)
        },
        .function(
            "as_tensor", doc: "A tensor itself, or a tensor of the numbers in a (nested) list.",
            arguments: [.any("data")], options: [.dtype], returns: .object(Tensor.self)
        ) { call in
            guard let tensor = try call.optionalObject("data", as: Tensor.self) else {
                return .object(try tensorOfData(call))
            }
            return .object(try tensor.to(call.dtype() ?? tensor.dtype))
        },
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
        .function(
            "initial_seed", doc: "The seed that the random numbers started with.", returns: .integer()
        ) { call in .integer(Int(truncatingIfNeeded: call.generator.seed)) },
        .function(
            "get_rng_state", doc: "All that decides which random numbers come next, for set_rng_state.",
            returns: .object(Tensor.self, "int64")
        ) { call in
            let words = call.generator.snapshot.map { Int64($0) }
            return .object(try Tensor(words, [words.count]))
        },
        .function(
            "set_rng_state", doc: "Goes on with the random numbers as they were when the state was taken.",
            arguments: [.tensor("new_state")]
        ) { call in
            let words = try call.object("new_state", as: Tensor.self).int64Array()
            let snapshot = words.map { UInt32(truncatingIfNeeded: $0) }
            call.generator.snapshot = snapshot
            guard call.generator.snapshot == snapshot else {
                throw call.badArgument("new_state", expected: "tensor from get_rng_state", got: "another one")
            }
            return .none
        },
        .function(
            "set_num_threads", doc: "Has so many threads work on large operations. Results do not depend on it.",
            arguments: [.integer("threads", min: 1, max: 256)]
        ) { call in
            ThreadPool.setThreads(try call.integer("threads"))
            return .none
        },
        .function("get_num_threads", doc: "How many threads work on large operations.", returns: .integer()) { _ in
            .integer(ThreadPool.shared.threads)
        },
    ],
    constants: [HostConstant("newaxis", .string(newAxis), doc: "A new dimension of size 1 in an index.")])

/// `data` as a tensor of the type that the options say.
private func tensorOfData(_ call: Call) throws -> Tensor {
    guard let value = Value(try call.value("data")) else {
        throw TensorError("a number or a (nested) list of numbers expected")
    }
    return try Tensor(nested: value, dtype: call.dtype())
}

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

extension Call {
    fileprivate func dtype() throws -> DType? { try optionalString("dtype").flatMap { DType(rawValue: $0) } }

    /// The generator that `manual_seed` seeds: one for each Lua state, seeded as PyTorch's is before anyone does.
    var generator: Generator { state.runtime.attachment { Generator(seed: 67_280_421_310_721) } }
}

extension Value {
    /// What a library that knows no Lua can take of a value; nil for the rest.
    init?(_ value: LuaValue) {
        switch value {
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .object(let object): self = .object(object)
        case .table(let pairs) where pairs.isEmpty: self = .list([])
        case .list(let items):
            var values: [Value] = []
            for item in items {
                guard let value = Value(item) else { return nil }
                values.append(value)
            }
            self = .list(values)
        default: return nil
        }
    }
}
