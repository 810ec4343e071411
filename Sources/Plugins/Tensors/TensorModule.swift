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
            methods: tensorProperties + tensorIndexing + tensorComparisons + gradientMethods + OperatorFaces.methods)
    ],
    functions: OperatorFaces.functions + typeFunctions + randomFunctions + tensorFunctions,
    constants: [HostConstant("newaxis", .string(newAxis), doc: "A new dimension of size 1 in an index.")])

private let tensorFunctions: [HostFunction] = [
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
        "set_num_threads", doc: "Has so many threads work on large operations. Results do not depend on it.",
        arguments: [.integer("threads", min: 1, max: 256)]
    ) { call in
        ThreadPool.setThreads(try call.integer("threads"))
        return .none
    },
    .function("get_num_threads", doc: "How many threads work on large operations.", returns: .integer()) { _ in
        .integer(ThreadPool.shared.threads)
    },
]

/// `data` as a tensor of the type that the options say.
private func tensorOfData(_ call: Call) throws -> Tensor {
    guard let value = Value(try call.value("data")) else {
        throw TensorError("a number or a (nested) list of numbers expected")
    }
    return try Tensor(nested: value, dtype: call.dtype())
}

extension Call {
    fileprivate func dtype() throws -> DType? { try optionalString("dtype").flatMap { DType(rawValue: $0) } }

    /// The generator that `manual_seed` seeds: one for each Lua state, seeded as PyTorch's is before anyone does.
    var generator: Generator { state.runtime.attachment { Generator(seed: 67_280_421_310_721) } }
}
