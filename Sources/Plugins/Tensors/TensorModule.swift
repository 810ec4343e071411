import Host
import Kernels
import Lua
import Tensors

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
            methods: tensorProperties + tensorArithmetic + tensorFunctions + tensorReductions + tensorViews
                + tensorInPlace)
    ],
    functions: tensorCreation + [
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
    ])

extension Call {
    /// The generator that `manual_seed` seeds: one for each Lua state, seeded as PyTorch's is before anyone does.
    var generator: Generator { state.runtime.attachment { Generator(seed: 67_280_421_310_721) } }
}

let dtypeNames = DType.allCases.map(\.rawValue)

extension Argument {
    static var dtype: Argument { .choice("dtype", "type of the elements", of: dtypeNames).optional }
    static func tensor(_ name: StaticString, _ doc: String = "") -> Argument { .object(name, Tensor.self, doc) }
}

private let creationOptions: [Argument] = [.dtype, .boolean("requires_grad", default: false)]

/// Sizes one after another or in a list: zeros(2, 3), zeros { 2, 3 }.
private let shape: Argument = .rest(integers: "shape")

extension Call {
    fileprivate func shape() throws -> [Int] {
        guard try has("shape") else { throw badArgument("shape", expected: "sizes", got: "nothing") }
        return try integers("shape")
    }
}

private func finished(_ tensor: Tensor, _ call: Call) throws -> Results {
    .object(try call.boolean("requires_grad") ? tensor.requireGrad() : tensor)
}

extension Call {
    fileprivate func dtype(_ usual: DType = .float32) throws -> DType {
        try optionalString("dtype").flatMap(DType.init(rawValue:)) ?? usual
    }
}

private let tensorCreation: [HostFunction] = [
    .function(
        "tensor", doc: "A tensor of the numbers in a (nested) list. Integers give int64, others float32.",
        arguments: [.any("data")], options: creationOptions, returns: .object(Tensor.self)
    ) { call in
        let tensor = try tensorOfValue(try call.value("data"), nil)
        return try finished(tensor.to(call.dtype(tensor.dtype)), call)
    },
    .function(
        "zeros", doc: "A tensor of zeros.", arguments: [shape], options: creationOptions,
        returns: .object(Tensor.self)
    ) { call in try finished(.zeros(call.shape(), dtype: call.dtype()), call) },
    .function(
        "ones", doc: "A tensor of ones.", arguments: [shape], options: creationOptions,
        returns: .object(Tensor.self)
    ) { call in try finished(.ones(call.shape(), dtype: call.dtype()), call) },
    .function(
        "full", doc: "A tensor with every element the same.", arguments: [.integers("shape"), .number("value")],
        options: creationOptions, returns: .object(Tensor.self)
    ) { call in try finished(.full(call.integers("shape"), call.number("value"), dtype: call.dtype()), call) },
    .function(
        "rand", doc: "Numbers uniform in 0..1.", arguments: [shape],
        options: [.boolean("requires_grad", default: false)], returns: .object(Tensor.self)
    ) { call in try finished(.uniform(call.shape(), 0, 1, call.generator), call) },
    .function(
        "randn", doc: "Normally distributed numbers, mean 0, standard deviation 1.", arguments: [shape],
        options: [.boolean("requires_grad", default: false)], returns: .object(Tensor.self)
    ) { call in try finished(.normal(call.shape(), call.generator), call) },
    .function(
        "randperm", doc: "The numbers from 0 to n - 1 in random order, int64.",
        arguments: [.integer("n", min: 0, max: 200_000_000)], returns: .object(Tensor.self)
    ) { call in .object(try Tensor.permutation(call.integer("n"), call.generator)) },
    .function(
        "arange", doc: "The numbers from `start` up to below `stop`, int64; with one argument, from 0 up to below it.",
        arguments: [.integer("start"), .integer("stop").optional, .integer("step", default: 1)],
        returns: .object(Tensor.self)
    ) { call in
        let (first, second) = (try call.integer("start"), try call.optionalInteger("stop"))
        let (start, stop, step) = (second == nil ? 0 : first, second ?? first, try call.integer("step"))
        guard step != 0 else { throw call.badArgument("step", expected: "integer other than 0", got: "0") }
        let (span, overflow) = stop.subtractingReportingOverflow(start)
        guard !overflow else { throw call.badArgument("stop", expected: "number nearer to start", got: "\(stop)") }
        let count = span.signum() == step.signum() ? (span - step.signum()) / step + 1 : 0
        let result = try Tensor(uninitialized: [count], dtype: .int64)
        let values = result.address(as: Int64.self)
        for place in 0..<count { values[place] = Int64(start + place * step) }
        return .object(result)
    },
    .function(
        "cat", doc: "Tensors one after the other along a dimension.",
        arguments: [.objects("tensors", Tensor.self), .integer("dim", default: 0)], returns: .object(Tensor.self)
    ) { call in .object(try Tensor.cat(call.objects("tensors"), call.integer("dim"))) },
    .function(
        "stack", doc: "Tensors of one shape along a new dimension.",
        arguments: [.objects("tensors", Tensor.self), .integer("dim", default: 0)], returns: .object(Tensor.self)
    ) { call in .object(try Tensor.stack(call.objects("tensors"), call.integer("dim"))) },
]

/// A tensor of a number, a truth value, or a list of those or of lists.
private func tensorOfValue(_ value: LuaValue, _ place: String?) throws -> Tensor {
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
    if isInteger && !isBoolean && !numbers.isEmpty { return try Tensor(integers, shape) }
    let tensor = try Tensor(numbers.map { Float($0) }, shape)
    return isBoolean && !numbers.isEmpty ? try tensor.to(.bool) : tensor
}
