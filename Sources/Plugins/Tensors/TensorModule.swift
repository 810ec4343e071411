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
            methods: tensorProperties + tensorIndexing + tensorComparisons + OperatorFaces.methods)
    ],
    functions: OperatorFaces.functions + typeFunctions + [
        .function(
            "tensor", doc: "A tensor of the numbers in a (nested) list. Integers give int64, others float32.",
            arguments: [.any("data")], options: [.dtype, .boolean("requires_grad", default: false)],
            returns: .object(Tensor.self)
        ) { call in
            let dtype = try call.optionalString("dtype").flatMap { DType(rawValue: $0) }
            let tensor = try tensorOfValue(call.value("data"), dtype)
            return .object(try call.boolean("requires_grad") ? tensor.requireGrad() : tensor)
        },
        .function(
            "manual_seed", doc: "Starts the random numbers that belong to a seed; they are PyTorch's.",
            arguments: [.integer("seed", min: 0)]
        ) { call in
            call.generator.setSeed(UInt64(try call.integer("seed")))
            return .none
        },
        .function(
            "no_grad", doc: "Calls a function whose operations remember no history, so that they need less memory.",
            arguments: [.function("body")], returns: .custom("any", "what the function returns")
        ) { call in
            try GradMode.set(false) { try call.call("body") }
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

extension Call {
    /// The generator that `manual_seed` seeds: one for each Lua state, seeded as PyTorch's is before anyone does.
    var generator: Generator { state.runtime.attachment { Generator(seed: 67_280_421_310_721) } }
}

/// A tensor of a number, a truth value, or a list of those or of lists.
///
/// - Parameter dtype: the type of its elements; by default int64 for integers, bool for truth values, else float32.
private func tensorOfValue(_ value: LuaValue, _ dtype: DType?) throws -> Tensor {
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
    if isInteger && !isBoolean && !numbers.isEmpty {
        let tensor = try Tensor(integers, Shape(shape))
        return try tensor.to(dtype ?? .int64)
    }
    let tensor = try Tensor(uninitialized: Shape(shape), dtype: .float64)
    guard numbers.count == tensor.count else { throw TensorError("lists nested to one depth expected") }
    for (i, number) in numbers.enumerated() { tensor.address(as: Double.self)[i] = number }
    return try tensor.to(dtype ?? (isBoolean && !numbers.isEmpty ? .bool : .float32))
}
