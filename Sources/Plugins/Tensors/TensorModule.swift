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
            releasable: true, indexHint: "use t:select(dim, index); positions in a tensor count from 0",
            bytes: { $0.storage.byteCount == $0.count * $0.dtype.size ? $0.storage.byteCount : 0 },
            methods: tensorProperties + gradientMethods + OperatorFaces.methods)
    ],
    functions: OperatorFaces.functions + [
        .function(
            "tensor", doc: "A tensor of the numbers in a (nested) list. Integers give int64, others float32.",
            arguments: [.any("data")], options: [.dtype, .boolean("requires_grad", default: false)],
            returns: .object(Tensor.self)
        ) { call in
            let data = try tensorOfValue(call.value("data"))
            let tensor = try data.to(call.optionalString("dtype").flatMap { DType(rawValue: $0) } ?? data.dtype)
            return .object(try call.boolean("requires_grad") ? tensor.requireGrad() : tensor)
        },
        .function(
            "manual_seed", doc: "Starts the random numbers that belong to a seed; they are PyTorch's.",
            arguments: [.integer("seed", "negative ones count from 2^64 down, as in PyTorch")]
        ) { call in
            call.generator.setSeed(UInt64(bitPattern: Int64(try call.integer("seed"))))
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
            guard call.generator.restore(words) else {
                throw call.badArgument("new_state", expected: "what get_rng_state() gave", got: "another tensor")
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
    ])

extension Call {
    /// The generator that `manual_seed` seeds: one for each Lua state, seeded as PyTorch's is before anyone does.
    var generator: Generator { state.runtime.attachment { Generator(seed: 67_280_421_310_721) } }
}

/// A tensor of a number, a truth value, or a list of those or of lists.
private func tensorOfValue(_ value: LuaValue) throws -> Tensor {
    var (numbers, shape): ([Double], [Int]) = ([], [])
    var (isInteger, isBoolean, integers): (Bool, Bool, [Int64]) = (true, true, [])
    func visit(_ value: LuaValue, _ depth: Int) throws {
        switch value {
        case .list(let items) where depth < 64:
            if depth == shape.count {
                guard numbers.isEmpty else { throw TensorError("lists nested to one depth expected") }
                shape.append(items.count)
            }
            guard depth < shape.count, shape[depth] == items.count else {
                throw TensorError(
                    "lists of one length expected at each depth, got \(shape.last ?? 0) and \(items.count) elements")
            }
            for item in items { try visit(item, depth + 1) }
            return
        case .table(let pairs) where pairs.isEmpty && depth == shape.count: shape.append(0)
        case .integer(let number):
            isBoolean = false
            numbers.append(Double(number))
            integers.append(Int64(number))
        case .number(let number):
            (isInteger, isBoolean) = (false, false)
            numbers.append(number)
            integers.append(0)
        case .boolean(let truth):
            numbers.append(truth ? 1 : 0)
            integers.append(truth ? 1 : 0)
        case .object(let object):
            guard let tensor = object as? Tensor, tensor.count == 1 else {
                throw TensorError("a number or a (nested) list of numbers expected")
            }
            (isInteger, isBoolean) = (false, false)
            numbers.append(try tensor.item())
            integers.append(0)
        default: throw TensorError("a number or a (nested) list of numbers expected")
        }
        guard depth == shape.count || numbers.isEmpty else { throw TensorError("lists nested to one depth expected") }
    }
    try visit(value, 0)
    if isInteger && !isBoolean && !numbers.isEmpty { return try Tensor(integers, Shape(shape)) }
    let tensor = try Tensor(numbers.map { Float($0) }, Shape(shape))
    return isBoolean && !numbers.isEmpty ? try tensor.to(.bool) : tensor
}
