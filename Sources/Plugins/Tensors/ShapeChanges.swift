import Host
import Lua
import Operators

/// What has a tensor look at its own elements in another way.
let shapeChanges: [HostMethod<Tensor>] = [
    .method("t_", doc: "Transposes this matrix in place.", returns: .receiver) { tensor, _ in
        guard tensor.dim <= 2 else {
            throw TensorError("a matrix expected, got \(tensor.shape); use transpose_(dim0, dim1)")
        }
        if tensor.dim == 2 { try tensor.changeView { try $0.transpose(0, 1) } }
        return .receiver
    },
    transposition("transpose_"), transposition("swapaxes_"), transposition("swapdims_"),
    .method(
        "unsqueeze_", doc: "Puts a dimension of size 1 before `dim`, in place.", arguments: [.integer("dim")],
        returns: .receiver
    ) { tensor, call in
        let dim = try call.integer("dim")
        try tensor.changeView { try $0.unsqueeze(dim) }
        return .receiver
    },
    .method(
        "squeeze_", doc: "Takes away the dimensions of size 1, or those of these that have it, in place.",
        arguments: [.anyOf("dim", of: [.integer, .integers]).optional], returns: .receiver
    ) { tensor, call in
        let dims = try call.optionalInteger("dim").map { [$0] } ?? (call.has("dim") ? call.integers("dim") : nil)
        try tensor.changeView { try $0.squeeze(dims) }
        return .receiver
    },
]

private func transposition(_ name: String) -> HostMethod<Tensor> {
    .method(
        name, doc: "Exchanges two dimensions in place.", arguments: [.integer("dim0"), .integer("dim1")],
        returns: .receiver
    ) { tensor, call in
        let (first, second) = (try call.integer("dim0"), try call.integer("dim1"))
        try tensor.changeView { try $0.transpose(first, second) }
        return .receiver
    }
}
