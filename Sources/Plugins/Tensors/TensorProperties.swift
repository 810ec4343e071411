import Host
import Lua
import Operators

private let fill = Schema("fill_", doc: "", arguments: [.tensor("input"), .operand("value")])

/// What a tensor is, its elements as Lua values, and its gradient.
let tensorProperties: [HostMethod<Tensor>] = [
    .method("shape", doc: "The sizes of all dimensions.", returns: .integers()) { tensor, _ in
        .integers(tensor.shape.array)
    },
    .method(
        "size", doc: "The size of one dimension, or all sizes.", arguments: [.integer("dim").optional],
        returns: .custom("integer|integer[]")
    ) { tensor, call in
        if let dim = try call.optionalInteger("dim") { return .integer(try tensor.size(dim)) }
        return .integers(tensor.shape.array)
    },
    .method("dim", doc: "How many dimensions there are.", returns: .integer()) { tensor, _ in .integer(tensor.dim) },
    .method("ndim", doc: "How many dimensions there are.", returns: .integer()) { tensor, _ in .integer(tensor.dim) },
    .method("ndimension", doc: "How many dimensions there are.", returns: .integer()) { tensor, _ in
        .integer(tensor.dim)
    },
    .method("nelement", doc: "How many elements there are.", returns: .integer()) { tensor, _ in
        .integer(tensor.count)
    },
    .method("element_size", doc: "The bytes of one element.", returns: .integer()) { tensor, _ in
        .integer(tensor.dtype.size)
    },
    .method("storage_offset", doc: "Elements before the first one in its memory.", returns: .integer()) { tensor, _ in
        .integer(tensor.offset)
    },
    .method("is_floating_point", doc: "Whether the type is float32 or float64.", returns: .boolean()) { tensor, _ in
        .boolean(tensor.dtype.isFloatingPoint)
    },
    .method("numel", doc: "How many elements there are.", returns: .integer()) { tensor, _ in
        .integer(tensor.count)
    },
    .method("dtype", doc: "The type of the elements.", returns: .string()) { tensor, _ in
        .string(tensor.dtype.rawValue)
    },
    .method(
        "item", doc: "The one element of a tensor that has one, as a Lua value.",
        returns: .custom("number|integer|boolean")
    ) { tensor, call in
        guard tensor.count == 1 else {
            throw TensorError("one element expected, got \(tensor.count) (shape \(tensor.shape))")
        }
        return try tensor.view([]).pushedLists(on: call.state)
    },
    .method("tolist", doc: "The elements as a (nested) list, or as a number.", returns: .custom("any")) {
        tensor, call in try tensor.pushedLists(on: call.state)
    },
    .method(
        "new_tensor", doc: "A tensor of the numbers in a (nested) list, of this tensor's type by default.",
        arguments: [.any("data")], options: [.dtype, .boolean("requires_grad", default: false)],
        returns: .object(Tensor.self)
    ) { tensor, call in
        let made = try tensorOfData(call, default: tensor.dtype)
        return .object(try call.boolean("requires_grad") ? made.requireGrad() : made)
    },
    .method("is_contiguous", doc: "Whether the elements stand in order.", returns: .boolean()) { tensor, _ in
        .boolean(tensor.isContiguous)
    },
    .method(
        "stride", doc: "Elements from one place of a dimension, or of each, to the next.",
        arguments: [.integer("dim").optional], returns: .custom("integer|integer[]")
    ) { tensor, call in
        if let dim = try call.optionalInteger("dim") { return .integer(tensor.strides[try tensor.resolve(dim)]) }
        return .integers(tensor.strides.array)
    },
    .method("fill_", doc: "Sets every element.", arguments: [.operand("value")], returns: .receiver) { tensor, call in
        let value = try call.arguments(for: fill, hasReceiver: true).operand("value")
        if let source = value.tensor, source.dim > 0 {
            throw TensorError("a number or a tensor without dimensions expected, got \(source.shape)")
        }
        if case .integer(let number) = value { try tensor.dtype.expectToHold(number) }
        try tensor.put(value, at: [])
        return .receiver
    },
    .method("zero_", doc: "Sets every element to 0.", returns: .receiver) { tensor, _ in
        try tensor.put(.integer(0), at: [])
        return .receiver
    },
    .method("copy_", doc: "Takes over another tensor's elements.", arguments: [.tensor("other")], returns: .receiver) {
        tensor, call in
        try tensor.put(.tensor(call.object("other")), at: [])
        return .receiver
    },
    .metamethod(.tostring, doc: "The elements as PyTorch prints them.", returns: .string()) { tensor, _ in
        .string(tensor.description)
    },
    .metamethod(.length, doc: "The size of dimension 0.", returns: .integer()) { tensor, _ in
        .integer(try tensor.size(0))
    },
]

extension Tensor {
    /// Elements and lists that `tolist` makes at the most.
    private static let mostValues = 1 << 27

    /// Leaves the elements on the stack, as a script sees them: integers as integers, bool as booleans, in a list for
    /// each dimension.
    fileprivate func pushedLists(on state: LuaState) throws -> Results {
        var (lists, total) = (1, count)
        for size in shape.dropLast() where lists > 0 && total <= Self.mostValues {
            lists *= size
            total += lists
        }
        guard total <= Self.mostValues else {
            throw TensorError(
                "at most \(Self.mostValues) elements and lists expected for Lua tables, got shape \(shape)")
        }
        try state.reserve(dim + 4)
        switch dtype {
        case .float32, .float64:
            try to(.float64).withUnsafeBytes { bytes in
                let values = bytes.bindMemory(to: Double.self)
                push(on: state) { state.push(values[$0]) }
            }
        case .bool: try withUnsafeBytes { bytes in push(on: state) { state.push(bytes[$0] != 0) } }
        // Not by way of floating-point numbers, which have no room for all digits.
        default:
            try to(.int64).withUnsafeBytes { bytes in
                let values = bytes.bindMemory(to: Int64.self)
                push(on: state) { state.push(Int(values[$0])) }
            }
        }
        return .pushed(1)
    }

    private func push(on state: LuaState, element: (Int) -> Void) {
        var next = 0
        func list(_ dimension: Int) {
            if dimension == dim {
                element(next)
                next += 1
                return
            }
            state.pushTable(items: shape[dimension])
            for place in 0..<shape[dimension] {
                list(dimension + 1)
                state.setItem(place + 1, of: -2)
            }
        }
        list(0)
    }
}
