import Host
import Lua
import Tensors

let tensorViews: [HostMethod<Tensor>] = [
    .method(
        "view", doc: "The same elements in another shape; one size may be -1.", arguments: [.rest(integers: "sizes")],
        returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.view(call.integers("sizes"))) },
    .method(
        "reshape", doc: "The same elements in another shape, copied where they do not stand in order.",
        arguments: [.rest(integers: "sizes")], returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.reshape(call.integers("sizes"))) },
    .method(
        "flatten", doc: "Several dimensions made one.",
        arguments: [.integer("start_dim", default: 0), .integer("end_dim", default: -1)],
        returns: .object(Tensor.self)
    ) { tensor, call in
        .object(try tensor.flatten(start: call.integer("start_dim"), end: call.integer("end_dim")))
    },
    .method(
        "transpose", doc: "Two dimensions exchanged.", arguments: [.integer("dim0"), .integer("dim1")],
        returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.transpose(call.integer("dim0"), call.integer("dim1"))) },
    .method("t", doc: "The transpose of a matrix.", returns: .object(Tensor.self)) { tensor, _ in
        guard tensor.dim == 2 else {
            throw TensorError("a matrix expected, got \(describe(tensor.shape)); use transpose(dim0, dim1)")
        }
        return .object(try tensor.transpose(0, 1))
    },
    .method(
        "permute", doc: "The dimensions in another order.", arguments: [.rest(integers: "dims")],
        returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.permute(call.integers("dims"))) },
    .method(
        "select", doc: "One place of a dimension, which goes away.",
        arguments: [.integer("dim"), .integer("index")], returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.select(call.integer("dim"), call.integer("index"))) },
    .method(
        "narrow", doc: "`length` places of a dimension, from `start`.",
        arguments: [.integer("dim"), .integer("start"), .integer("length")], returns: .object(Tensor.self)
    ) { tensor, call in
        .object(
            try tensor.narrow(call.integer("dim"), start: call.integer("start"), length: call.integer("length")))
    },
    .method(
        "index_select", doc: "The places of a dimension that an int64 tensor names.",
        arguments: [.integer("dim"), .tensor("index")], returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.indexSelect(call.integer("dim"), call.object("index"))) },
    .method(
        "squeeze", doc: "Without the dimensions of size 1, or without this one.",
        arguments: [.integer("dim").optional], returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.squeeze(call.optionalInteger("dim"))) },
    .method(
        "unsqueeze", doc: "With a dimension of size 1 before `dim`.", arguments: [.integer("dim")],
        returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.unsqueeze(call.integer("dim"))) },
    .method(
        "expand", doc: "Dimensions of size 1 repeated, without a copy; -1 keeps a size.",
        arguments: [.rest(integers: "sizes")], returns: .object(Tensor.self)
    ) { tensor, call in .object(try tensor.expand(call.integers("sizes"))) },
    .method("contiguous", doc: "The same elements in order, copied where they are not.", returns: .object(Tensor.self))
    {
        tensor, _ in .object(try tensor.contiguous())
    },
    .method("is_contiguous", doc: "Whether the elements stand in order.", returns: .boolean()) { tensor, _ in
        .boolean(tensor.isContiguous)
    },
    .method("clone", doc: "A copy.", returns: .object(Tensor.self)) { tensor, _ in .object(try tensor.clone()) },
]

private let operand: Argument = .anyOf("other", of: [.object(Tensor.self), .number])

extension Call {
    /// The other operand in the type of a tensor that is to be changed.
    fileprivate func operand(for target: Tensor) throws -> Tensor {
        let other = try operand("other")
        if other.dtype == target.dtype || target.dtype == .float32 { return try other.to(target.dtype) }
        return other
    }
}

/// Methods that change the tensor itself.
let tensorInPlace: [HostMethod<Tensor>] = [
    .method("fill_", doc: "Sets every element.", arguments: [.number("value")], returns: .receiver) { tensor, call in
        try tensor.fillInPlace(call.number("value"))
        return .receiver
    },
    .method("zero_", doc: "Sets every element to 0.", returns: .receiver) { tensor, _ in
        try tensor.fillInPlace(0)
        return .receiver
    },
    .method("copy_", doc: "Takes over another tensor's elements.", arguments: [.tensor("other")], returns: .receiver) {
        tensor, call in
        try tensor.copyInPlace(call.object("other"))
        return .receiver
    },
    .method(
        "add_", doc: "Adds `alpha` times the other.", arguments: [operand],
        options: [.number("alpha", default: 1)], returns: .receiver
    ) { tensor, call in
        try tensor.addInPlace(call.operand(for: tensor), scale: call.number("alpha"))
        return .receiver
    },
    .method("sub_", doc: "Subtracts the other.", arguments: [operand], returns: .receiver) { tensor, call in
        try tensor.subtractInPlace(call.operand(for: tensor))
        return .receiver
    },
    .method("mul_", doc: "Multiplies by the other.", arguments: [operand], returns: .receiver) { tensor, call in
        try tensor.multiplyInPlace(call.operand(for: tensor))
        return .receiver
    },
    .method("div_", doc: "Divides by the other.", arguments: [operand], returns: .receiver) { tensor, call in
        try tensor.divideInPlace(call.operand(for: tensor))
        return .receiver
    },
]
