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
                + "the end. Methods make new tensors, except those whose name ends in an underscore. x[0] is one place of "
                + "dimension 0, x[{ {0, 3}, 1 }] what x[0:3, 1] is in Python; x[mask] = 0 assigns. To go through the rows: "
                + "for i, row in ipairs(x:unbind()). A tensor is no condition: `if x:gt(2)` is always true; use "
                + "x:gt(2):all():item().",
            releasable: true, bindsLate: true,
            bytes: { $0.storage.byteCount == $0.count * $0.dtype.size ? $0.storage.byteCount : 0 },
            late: OperatorFaces.methods,
            methods: tensorProperties + tensorIndexing + tensorComparisons + shapeChanges + gradientMethods
                + OperatorFaces.signs)
    ],
    late: OperatorFaces.functions, functions: typeFunctions + randomFunctions + tensorFunctions,
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
        "is_tensor", doc: "Whether a value is a tensor.", arguments: [.any("obj").optional], returns: .boolean()
    ) { call in .boolean(try call.optionalObject("obj", as: Tensor.self) != nil) },
    .function(
        "get_default_dtype", doc: "The type of floating-point tensors where none is named.", returns: .string()
    ) { _ in .string(DType.float32.rawValue) },
    .function(
        "numel", doc: "How many elements there are.", arguments: [.tensor("input")], returns: .integer()
    ) { call in .integer(try call.object("input", as: Tensor.self).count) },
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
func tensorOfData(_ call: Call, default dtype: DType? = nil) throws -> Tensor {
    guard let value = Value(try call.value("data")) else {
        throw TensorError("a number or a (nested) list of numbers expected")
    }
    return try Tensor(nested: value, dtype: call.dtype() ?? dtype)
}

/// Linear algebra: `nj.linalg.vector_norm(x)`.
let linearAlgebraModule = HostModule(
    "linalg",
    doc: "Linear algebra, as far as there is any: norms and products; no inverses, determinants or "
        + "factorisations.", late: OperatorFaces.linearAlgebra)

extension Call {
    fileprivate func dtype() throws -> DType? { try optionalString("dtype").flatMap { DType(rawValue: $0) } }

    /// The generator that `manual_seed` seeds: one for each Lua state, seeded as PyTorch's is before anyone does.
    var generator: Generator { state.runtime.attachment { Generator(seed: 67_280_421_310_721) } }
}
