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
    .method("numel", doc: "How many elements there are.", returns: .integer()) { tensor, _ in
        .integer(tensor.count)
    },
    .method("dtype", doc: "The type of the elements.", returns: .string()) { tensor, _ in
        .string(tensor.dtype.rawValue)
    },
    .method(
        "item", doc: "The one element of a tensor that has one, as a Lua value.",
        returns: .custom("number|integer|boolean")
    ) { tensor, _ in
        _ = try tensor.item()
        return .value(try tensor.values()[0])
    },
    .method("tolist", doc: "The elements as a (nested) list, or as a number.", returns: .custom("any")) { tensor, _ in
        let values = try tensor.values()
        var next = 0
        func list(_ dimension: Int) -> LuaValue {
            if dimension == tensor.dim {
                next += 1
                return values[next - 1]
            }
            return .list((0..<tensor.shape[dimension]).map { _ in list(dimension + 1) })
        }
        return .value(list(0))
    },
    .method("is_contiguous", doc: "Whether the elements stand in order.", returns: .boolean()) { tensor, _ in
        .boolean(tensor.isContiguous)
    },
    .method("stride", doc: "Elements from one place of each dimension to the next.", returns: .integers()) {
        tensor, _ in .integers(tensor.strides.array)
    },
    .method("fill_", doc: "Sets every element.", arguments: [.operand("value")], returns: .receiver) { tensor, call in
        let value = try call.arguments(for: fill, hasReceiver: true).operand("value")
        if let source = value.tensor, source.dim > 0 {
            throw TensorError("a number or a tensor without dimensions expected, got \(source.shape)")
        }
        try tensor.assign(value.tensor ?? .full([], value, dtype: tensor.dtype))
        return .receiver
    },
    .method("zero_", doc: "Sets every element to 0.", returns: .receiver) { tensor, _ in
        try tensor.assign(.zeros([], dtype: tensor.dtype))
        return .receiver
    },
    .method("copy_", doc: "Takes over another tensor's elements.", arguments: [.tensor("other")], returns: .receiver) {
        tensor, call in
        try tensor.assign(call.object("other"))
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
    /// All elements in row-major order, as a script sees them: integers as integers, bool as booleans.
    fileprivate func values() throws -> [LuaValue] {
        switch dtype {
        case .float32, .float64: try to(.float64).withUnsafeBytes { $0.bindMemory(to: Double.self).map { .number($0) } }
        case .bool: try withUnsafeBytes { $0.map { .boolean($0 != 0) } }
        // Not by way of floating-point numbers, which have no room for all digits.
        default: try to(.int64).int64Array().map { .integer(Int($0)) }
        }
    }
}
