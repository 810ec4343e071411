"""gather, scatter, index_*, masked_*, take."""

from caselib import bools, case, ints, rand, scalar, vals

X, Y = rand(4, 5), rand(3, 5)
for dim, shape in (
    (0, (2, 5)),
    (0, (3, 4)),
    (1, (4, 2)),
    (-1, (4, 7)),
    (1, (0, 5)),
    (1, (2, 2)),
    (2, (4, 5)),
    (0, (4,)),
):
    high = 4 if dim == 0 else 5
    for x in (X, X.nc, X.float64, ints(0, 99, 4, 5)):
        case("gather", f"x.gather({dim}, i), torch.gather(x, {dim}, i)", x=x, i=ints(0, high, *shape))
case("gather", "x.gather(0, i)", x=X, i=ints(4, 6, 2, 5))
case("gather", "x.gather(1, i)", x=X, i=ints(0, 5, 4, 2).nc)
case("gather", "x.gather(0, i)", x=X, i=rand(2, 5))
case("gather", "x.gather(1, i.unsqueeze(1)).squeeze(1)", x=X, i=ints(0, 5, 4))
case("gather", "x.gather(2, i)", x=rand(2, 3, 4).nc, i=ints(0, 4, 2, 3, 1))
case("take_along_dim", "torch.take_along_dim(x, i, 1), x.take_along_dim(i, 1)", x=X, i=ints(0, 5, 4, 2))
I = vals([0, 2, 1, 0, 2, 3, 3, 0, 1, 2], 2, 5, dtype="int64")
J = vals([0, 2, 4, 3, 1, 2, 1, 0], 4, 2, dtype="int64")
for dim, i, shape in ((0, I, (2, 5)), (1, J, (4, 2)), (-1, J, (4, 3)), (1, J, (3, 2))):
    for name in ("scatter", "scatter_add"):
        case(name, f"x.{name}({dim}, i, s), torch.{name}(x, {dim}, i, s)", x=X, i=i, s=rand(*shape))
        case(name, f"x.{name}({dim}, i, s)", x=X.nc, i=i.nc, s=rand(*shape).nc)
        case(name, f"y = x * 1\ny.{name}_({dim}, i, s)\ny", x=X, i=i, s=rand(*shape))
        case(name, f"x.{name}({dim}, i, s)", grad=False, x=ints(0, 9, 4, 5), i=i, s=ints(0, 9, *shape))
    case("scatter", f"x.scatter({dim}, i, 2.5), x.scatter({dim}, i, 7)", x=X, i=i)
    case("scatter", f"x.scatter({dim}, i, value=1), x.scatter({dim}, i, 1.5, reduce='add')", x=X, i=i)
    for reduce in ("sum", "prod", "mean", "amax", "amin"):
        case("scatter_reduce", f"x.scatter_reduce({dim}, i, s, reduce='{reduce}')", x=X, i=i, s=rand(*shape))
        case(
            "scatter_reduce", f"x.scatter_reduce({dim}, i, s, '{reduce}', include_self=False)", x=X, i=i, s=rand(*shape)
        )
case("scatter_add", "x.scatter_add(0, i, s)", x=X, i=vals([1, 1, 1, 2, 2], 1, 5, dtype="int64"), s=rand(1, 5))
case("scatter_add", "x.scatter_add(0, i, s)", x=rand(3), i=vals([0, 0, 2, 0], dtype="int64"), s=rand(4))
case("scatter", "x.scatter(0, i, s)", x=X, i=ints(4, 6, 1, 5), s=rand(1, 5))
case("scatter", "x.scatter_add(0, i, s)", x=X, i=I, s=rand(2, 5).float64)
for x in (X, X.nc, ints(0, 9, 4, 5), X.float64, bools(4, 5), rand(4, 5, 2).nc):
    for dim, i in (
        (0, ints(0, 4, 3)),
        (1, ints(0, 5, 7)),
        (-1, ints(0, 2, 2)),
        (0, ints(0, 4, 0)),
        (0, ints(4, 6, 2)),
        (0, vals([-1], dtype="int64")),
        (1, vals([1, 1], dtype="int32")),
        (0, ints(0, 3)),
        (0, ints(0, 3, 2, 2)),
        (3, ints(0, 3, 2)),
    ):
        case("index_select", f"x.index_select({dim}, i), torch.index_select(x, {dim}, i)", x=x, i=i)
D = vals([2, 0], dtype="int64")
R = vals([1, 1, 0], dtype="int64")
for x in (X, X.nc, X.float64):
    extra = (lambda s: s.float64) if x.dtype == "float64" else (lambda s: s)
    case("index_add", "x.index_add(0, i, s), torch.index_add(x, 0, i, s, alpha=2)", x=x, i=R, s=extra(rand(3, 5)))
    case("index_add", "x.index_add(1, i, s)", x=x, i=R, s=extra(rand(4, 3)))
    case("index_add", "y = x * 1\ny.index_add_(1, i, s, alpha=-1)\ny", x=x, i=R, s=extra(rand(4, 3)).nc)
    case("index_copy", "x.index_copy(0, i, s), torch.index_copy(x, 0, i, s)", x=x, i=D, s=extra(rand(2, 5)))
    case("index_copy", "y = x * 1\ny.index_copy_(1, i, s)\ny", x=x, i=D, s=extra(rand(4, 2)))
    case("index_fill", "x.index_fill(0, i, 2.5), torch.index_fill(x, 1, i, -1)", x=x, i=D)
    case("index_fill", "y = x * 1\ny.index_fill_(1, i, 3)\ny", x=x, i=D)
for name in ("index_add", "index_copy"):
    case(name, f"x.{name}(0, i, s)", x=X, i=D, s=rand(3, 5))
    case(name, f"x.{name}(0, i, s)", x=X, i=ints(4, 6, 2), s=rand(2, 5))
    case(name, f"x.{name}(0, i, s)", grad=False, x=ints(0, 9, 4, 5), i=D, s=ints(0, 9, 2, 5))
case(
    "index_put",
    "y = x * 1\ny.index_put_((i, j), s)\ny",
    x=X,
    i=vals([0, 1], dtype="int64"),
    j=vals([2, 3], dtype="int64"),
    s=rand(2),
)
case(
    "index_put",
    "y = x * 1\ny.index_put_((i,), s, accumulate=True)\ny, x.index_put((i,), s)",
    x=rand(4),
    i=vals([0, 1, 1], dtype="int64"),
    s=rand(3),
)
for x in (X, X.nc, ints(0, 9, 4, 5), bools(4, 5)):
    for m in (
        bools(4, 5),
        bools(5),
        bools(4, 1),
        bools(4, 5).nc,
        vals([0] * 5, dtype="bool"),
        ints(0, 2, 4, 5),
        bools(3),
    ):
        case("masked_fill", "x.masked_fill(m, 0), torch.masked_fill(x, m, 3)", x=x, m=m)
        case("masked_select", "x.masked_select(m), torch.masked_select(x, m)", x=x, m=m)
case("masked_fill", "x.masked_fill(m, -inf)", grad=False, x=X, m=bools(4, 5))
case("masked_fill", "x.masked_fill(m, v)", x=X, m=bools(4, 5), v=scalar(2.0))
case("masked_fill", "x.masked_fill(m, v)", x=X, m=bools(4, 5), v=rand(5))
case("masked_fill", "y = x * 1\ny.masked_fill_(m, 2.5)\ny", x=X, m=bools(4, 5))
case("masked_fill", "x.masked_fill(m, 2.5)", grad=False, x=ints(0, 9, 4, 5), m=bools(4, 5))
case("masked_fill", "x.masked_fill(m, 1)", x=rand(5), m=bools(4, 5))
case("masked_scatter", "x.masked_scatter(m, s), torch.masked_scatter(x, m, s)", x=X, m=bools(4, 5), s=rand(20))
case("masked_scatter", "y = x * 1\ny.masked_scatter_(m, s)\ny", x=X, m=bools(5), s=rand(4, 5))
case("masked_scatter", "x.masked_scatter(m, s)", x=X, m=vals([1] * 5, dtype="bool"), s=rand(3))
for i in (ints(0, 20, 3), ints(0, 20, 2, 2), ints(-20, 0, 3), ints(0, 20, 0), ints(20, 30, 2), ints(0, 20)):
    for x in (X, X.nc):
        case("take", "x.take(i), torch.take(x, i)", x=x, i=i)
case("put", "y = x * 1\ny.put_(i, s)\ny", x=X, i=vals([3, 0], dtype="int64"), s=rand(2))
case("select_scatter", "x.select_scatter(s, 0, 1), torch.slice_scatter(x, x[:2] * 2, 0, 1, 3)", x=X, s=rand(5))
