"""Views, rearranging, joining and splitting."""

from caselib import bools, case, ints, rand, scalar, vals

X = [rand(2, 3, 4), rand(2, 3, 4).nc, rand(0, 3, 4), rand(2, 3, 4).float64, ints(0, 9, 2, 3, 4), bools(2, 3, 4)]


def table(row, codes, inputs=X, **more):
    """Each piece of code over each input, called x."""
    for code in codes:
        for x in inputs:
            case(row, code, x=x, **more)


for name in ("reshape", "view"):
    table(
        name,
        [
            f"x.{name}(6, 4)",
            f"x.{name}([4, -1])",
            f"x.{name}(-1)",
            f"x.{name}(2, 3, 2, 2)",
            f"x.{name}(5, 5)",
            f"x.{name}(-1, -1)",
            f"x.{name}(2, 1, 3, 4)",
        ],
    )
    table(name, [f"x.{name}(1), x.{name}([])"], [scalar(1.5)])
table("reshape", ["torch.reshape(x, (3, 8))", "x.reshape_as(x.transpose(0, 1))", "x.view_as(x)"])
table("view", ["x.transpose(0, 1).contiguous().view(3, 8)", "x[:, 1:].view(-1)", "x[1:].view(3, 4)"])
table(
    "flatten",
    [
        "x.flatten()",
        "x.flatten(1)",
        "x.flatten(0, 1)",
        "torch.flatten(x, start_dim=1, end_dim=-1)",
        "x.flatten(2, 1)",
        "x.flatten(3)",
    ],
)
table("flatten", ["x.flatten()"], [scalar(1.5)])
table("unflatten", ["x.unflatten(2, (2, 2))", "x.unflatten(-1, (-1, 2))", "x.unflatten(0, (3, 2))"])
table(
    "permute",
    [
        "x.permute(2, 0, 1)",
        "x.permute([0, 2, 1])",
        "torch.permute(x, (1, 0, 2))",
        "x.permute(-1, 0, 1)",
        "x.permute(0, 1)",
        "x.permute(0, 0, 1)",
    ],
)
table(
    "transpose",
    [
        "x.transpose(0, 1)",
        "x.transpose(-1, -2)",
        "torch.transpose(x, 0, 2)",
        "x.transpose(0, 3)",
        "x.swapaxes(0, 1)",
        "x.swapdims(0, 2)",
    ],
)
table("t", ["x.t()", "torch.t(x)", "x.T"], [rand(3, 4), rand(4), scalar(1.0), rand(3, 2).nc, rand(0, 2)])
table("t", ["x.t()"], [rand(2, 3, 4)])
table("mT", ["x.mT"], [rand(2, 3, 4), rand(3, 4)])
table("movedim", ["x.movedim(0, 2)", "torch.movedim(x, (0, 1), (1, 2))", "x.moveaxis(-1, 0)"])
table(
    "squeeze",
    ["x.squeeze()", "x.squeeze(0)", "x.squeeze(1)", "x.squeeze((0, 2))", "torch.squeeze(x, -1)", "x.squeeze(7)"],
    [rand(1, 3, 1), rand(1, 3, 1).nc, rand(1, 0, 1), ints(0, 9, 1, 2, 1)],
)
table(
    "unsqueeze",
    [
        "x.unsqueeze(0)",
        "x.unsqueeze(-1)",
        "torch.unsqueeze(x, 1)",
        "x.unsqueeze(3)",
        "x.unsqueeze(4)",
        "x.unsqueeze(-5)",
    ],
)
table("unsqueeze", ["x.unsqueeze(0)"], [scalar(1.0)])
table(
    "expand",
    ["x.expand(2, 3, 4)", "x.expand(5, -1, -1, -1)", "x.expand([2, 3, 4])", "x.expand(3, 3, 4)"],
    [rand(2, 3, 4), rand(2, 3, 4).nc, ints(0, 9, 2, 3, 4)],
)
table(
    "expand",
    ["x.expand(4, 3)", "x.expand(-1, 5)", "x.expand_as(torch.zeros(3, 3))"],
    [rand(1, 3), rand(3, 1), rand(1, 1)],
)
table("expand", ["x.broadcast_to((2, 3))", "torch.broadcast_to(x, (4, 3))"], [rand(3), rand(1, 3)])
table("repeat", ["x.repeat(2, 1, 1)", "x.repeat(2, 3, 1, 2)", "x.repeat([1, 0, 2])", "x.repeat(2)"])
table("tile", ["x.tile(2)", "torch.tile(x, (2, 1, 1))", "x.tile((2, 2, 1, 1, 2))", "x.tile((0, 1, 1))"])
table(
    "repeat_interleave",
    [
        "x.repeat_interleave(2)",
        "x.repeat_interleave(3, dim=1)",
        "torch.repeat_interleave(x, 2, dim=0)",
        "x.repeat_interleave(torch.tensor([1, 0, 2]), dim=1)",
    ],
)
table("flip", ["x.flip(0)", "x.flip([0, 2])", "torch.flip(x, (-1,))", "x.flip(0, 1)", "x.flip(3)", "x.flip([0, 0])"])
table("fliplr", ["torch.fliplr(x), torch.flipud(x)"])
table(
    "roll",
    [
        "x.roll(1)",
        "x.roll(1, 0)",
        "x.roll((1, -2), (0, 2))",
        "torch.roll(x, shifts=5, dims=1)",
        "x.roll(-7, -1)",
        "x.roll((1, 2), 0)",
    ],
)
table("rot90", ["torch.rot90(x)", "x.rot90(2, [1, 2])", "torch.rot90(x, -1, (0, 2))"])
table(
    "split",
    [
        "x.split(2)",
        "x.split(2, dim=1)",
        "x.split([1, 2], 1)",
        "torch.split(x, 3, -1)",
        "x.split([1, 1], 1)",
        "x.split(0)",
        "x.split(9, 2)",
        "x.split(-1)",
    ],
)
table("chunk", ["x.chunk(2)", "x.chunk(2, dim=1)", "torch.chunk(x, 3, -1)", "x.chunk(9, 2)", "x.chunk(0)"])
table("tensor_split", ["torch.tensor_split(x, 2, dim=1)", "x.tensor_split([1, 2], dim=2)"])
table("unbind", ["x.unbind()", "x.unbind(1)", "torch.unbind(x, dim=-1)", "x.unbind(3)"])
table(
    "narrow",
    ["x.narrow(0, 0, 1)", "x.narrow(2, 1, 2)", "torch.narrow(x, 1, -2, 1)", "x.narrow(1, 0, 4)", "x.narrow(1, 3, 0)"],
)
table("select", ["x.select(1, 0)", "x.select(-1, -1)", "torch.select(x, 2, 3)", "x.select(1, 3)"])
for name, dim in (
    ("cat", ""),
    ("cat", ", 1"),
    ("cat", ", dim=-1"),
    ("stack", ""),
    ("stack", ", 1"),
    ("stack", ", dim=-1"),
    ("concat", ", 1"),
    ("cat", ", 3"),
):
    case(name, f"torch.{name}([x, y, x]{dim})", x=rand(2, 3, 4), y=rand(2, 3, 4))
    case(name, f"torch.{name}([x, y]{dim})", x=rand(2, 3, 4).nc, y=rand(2, 3, 4))
    case(name, f"torch.{name}([x, y]{dim})", x=rand(2, 3, 4), y=rand(2, 3, 4).float64)
    case(name, f"torch.{name}([x, y]{dim})", grad=False, x=ints(0, 9, 2, 3, 4), y=rand(2, 3, 4))
    case(name, f"torch.{name}([x, y]{dim})", x=rand(2, 3, 4), y=rand(2, 5, 4))
    case(name, f"torch.{name}([x]{dim})", x=rand(2, 3, 4))
    case(name, f"torch.{name}([x, y]{dim})", x=rand(0, 3, 4), y=rand(2, 3, 4))
    case(name, f"torch.{name}([x, y]{dim})", x=rand(0), y=rand(2, 3, 4))
case("cat", "torch.cat([])")
case("cat", "torch.cat([x, x])", x=scalar(1.0))
case(
    "cat",
    "torch.cat([x.split(1)[0], y])",
    x=rand(2, 2),
    y=rand(1, 2),
    lua="results, module = { nj.cat({x:split(1)[1], y}) }, nil",
)
for name in ("hstack", "vstack", "dstack", "column_stack", "row_stack"):
    for a, b in (
        (rand(3), rand(3)),
        (rand(2, 3), rand(2, 3)),
        (scalar(1.0), scalar(2.0)),
        (rand(2, 3, 4).nc, rand(2, 3, 4)),
    ):
        case(name, f"torch.{name}([x, y])", x=a, y=b)
for option in ("", "1", "-1", "diagonal=2", "-9"):
    for x in (rand(3, 4), rand(4, 3), rand(2, 3, 3).nc, rand(0, 3), ints(0, 9, 3, 3), bools(3, 3), rand(3, 3).float64):
        case("tril", f"x.tril({option}), torch.tril(x)", x=x)
        case("triu", f"x.triu({option}), torch.triu(x)", x=x)
    for x in (rand(4), rand(3, 4), rand(4, 3).nc, ints(0, 9, 3, 3), rand(2, 2, 2)):
        case("diag", f"x.diag({option}), torch.diag(x)", x=x)
        case("diagonal", f"x.diagonal({option.replace('diagonal', 'offset')}), torch.diagonal(x)", x=x)
case("tril", "x.tril()", x=rand(3))
case("diag_embed", "torch.diag_embed(x), x.diag_embed(1)", x=rand(2, 3))
case("diagflat", "torch.diagflat(x)", x=rand(2, 3))
table(
    "size and friends",
    ["x.shape, x.size(), x.size(0), x.size(-1), x.dim(), x.ndim, x.numel(), x.nelement(), len(x), x.dtype"],
)
table("size and friends", ["x.stride(), x.stride(1), x.is_contiguous(), x.storage_offset(), x.element_size()"], X[:2])
table("size and friends", ["x.transpose(0, 1).stride(), x[1:].storage_offset(), x.t().is_contiguous()"], [rand(3, 4)])
table("size and friends", ["x.size(3)", "x.is_floating_point(), torch.is_tensor(x), torch.numel(x)"])
table("clone", ["x.clone(), x.contiguous(), x.detach()", "y = x.clone()\ny.requires_grad, y.is_leaf, x.is_leaf"])
table("clone", ["x.t().contiguous().stride(), x.contiguous().stride()"], [rand(3, 4)])
table(
    "item",
    ["x.item()", "x.tolist()", "float(x)"],
    [scalar(1.5), rand(1), rand(1, 1), ints(0, 9), bools(1), rand(2)],
    grad=False,
)
table("unfold", ["x.unfold(2, 2, 1)", "x.unfold(1, 2, 2)", "x.unfold(-1, 3, 1)"])
table("view of a view", ["y = x.transpose(0, 1)[1:, :, ::2]\ny, y.sum(0), y * 2, y.reshape(-1)"])
table("as_strided", ["x.as_strided((2, 2), (1, 2))", "torch.as_strided(x, (3,), (2,), 1)"], [rand(3, 4)])
table("atleast", ["torch.atleast_1d(x), torch.atleast_2d(x), torch.atleast_3d(x)"], [scalar(1.0), rand(3), rand(2, 3)])
table("ravel", ["x.ravel(), torch.ravel(x)"])
for name in ("float", "double", "long", "int", "short", "char", "byte", "bool"):
    table(
        "to " + name,
        [f"x.{name}()"],
        [
            rand(2, 3),
            vals([-1.9, 1.9, 0.0, 100.7]),
            ints(0, 100, 4),
            bools(4),
            rand(2, 3).float64,
            vals([-1, 200], dtype="int32"),
            rand(0),
        ],
    )
for dtype in ("float32", "float64", "int64", "int32", "int16", "int8", "uint8", "bool"):
    table(
        "to dtype",
        [f"x.to(torch.{dtype}), x.type(torch.{dtype})"],
        [rand(2, 3).nc, ints(0, 100, 4), bools(3), vals([0, 3, 200], dtype="uint8")],
    )
table("to dtype", ["x.to(y), x.type_as(y)"], [rand(3)], y=rand(2).float64)
table("chain", ["x.double().float()", "(x.double() * 2).sum()"], [rand(2, 3)])
table("meshgrid", ["torch.meshgrid(x, y, indexing='ij')", "torch.meshgrid(x, y, indexing='xy')"], [rand(3)], y=rand(2))
table("cartesian_prod", ["torch.cartesian_prod(x, y)", "torch.combinations(x)"], [rand(3)], y=rand(2))
table("broadcast_tensors", ["torch.broadcast_tensors(x, y)"], [rand(3, 1)], y=rand(2))
