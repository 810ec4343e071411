"""Reductions and running totals."""

from caselib import between, bools, case, distinct, inf, ints, nan, rand, scalar, vals

SHAPES = [rand(3, 4), rand(2, 3, 5).nc, rand(7), rand(2, 3, 4).float64]
EMPTY = [rand(0, 3), rand(2, 0)]
DIMS = ["", "0", "-1", "dim=0", "0, keepdim=True", "-1, True"]


def reduction(name, options, shapes, more=(), function=True):
    for option in options:
        for x in shapes:
            case(name, f"x.{name}({option})", x=x)
    for option in more:
        case(name, f"x.{name}({option})", x=shapes[0])
        case(name, f"x.{name}({option})", x=rand(2, 3, 4).nc if "2" in option or "(" in option else shapes[0])
    if function:
        case(name, f"torch.{name}(x), torch.{name}(x, 0)", x=shapes[0])
    case(name, f"x.{name}(5)", x=shapes[0])


for name in ("sum", "mean"):
    reduction(
        name,
        DIMS + ["(0, -1)", "dim=[0]"],
        SHAPES + EMPTY,
        ["(0, 2), keepdim=True", "(0, 1, 2)", "(0, 0)", "dtype=torch.float64"],
    )
    case(name, f"x.{name}()", x=scalar(2.0))
    case(name, f"x.{name}(dtype=torch.float32), x.{name}(0, dtype=torch.float64)", grad=False, x=ints(-9, 9, 3, 4))
    case(name, f"x.{name}(), x.{name}(0)", grad=False, x=ints(-9, 9, 3, 4))
    case(name, f"x.{name}(0)", grad=False, x=bools(3, 4))
for dtype in ("int32", "int16", "int8", "uint8", "bool"):
    case(
        "sum of " + dtype,
        "x.sum(), x.sum(0), x.prod(), x.cumsum(0), x.any(), x.all()",
        grad=False,
        x=vals([1, 0, 100, 3], dtype=dtype),
    )
reduction("prod", DIMS, SHAPES + EMPTY, ["dtype=torch.float64"])
case("prod", "x.prod(), x.prod(0)", x=vals([1, 0, 2, 3, 4, 5], 2, 3))
case("prod", "x.prod(), x.prod(0)", x=vals([1, 0, 2, 0, 4, 5], 2, 3))
for name in ("var", "std"):
    reduction(
        name,
        DIMS + ["correction=0", "0, correction=2", "unbiased=False", "(0, -1), correction=1"],
        SHAPES + EMPTY,
        ["1, False", "(0, 2), keepdim=True", "dim=1, correction=4"],
    )
    case(name, f"x.{name}()", x=vals([2.0]))
    case(name, f"x.{name}()", x=vals([3.0, 3.0, 3.0]))
    case(name, f"x.{name}(1)", grad=False, x=ints(0, 5, 3, 4))
    case(name, f"torch.{name}_mean(x), torch.{name}_mean(x, 0, correction=0)", x=rand(3, 4))
reduction(
    "norm",
    [
        "",
        "1",
        "2",
        "p=2, dim=0",
        "3, 1",
        "inf",
        "-inf",
        "0",
        "p='fro'",
        "p=2, dim=1, keepdim=True",
        "p=0.5",
        "inf, 0",
        "dim=(0, 1)",
        "p=1, dim=-1",
    ],
    SHAPES + [rand(0, 3)],
    function=False,
)
case("norm", "torch.norm(x), torch.norm(x, 2, 0), torch.linalg.norm(x), torch.linalg.vector_norm(x, 3)", x=rand(3, 4))
case("norm", "x.norm()", x=vals([0.0, 0.0]))
case("norm", "x.norm(), x.norm(2, 0)", x=vals([3e30, 4e30]), grad=False)
case("norm", "x.norm()", grad=False, x=ints(0, 5, 3))
reduction("logsumexp", ["0", "-1", "dim=0", "0, keepdim=True", "(0, 1)"], SHAPES + [rand(0, 3)], function=False)
case("logsumexp", "torch.logsumexp(x, 0), x.logsumexp(1)", x=vals([-inf, -inf, 1, 2], 2, 2), grad=False)
case("logsumexp", "x.logsumexp(0)", grad=False, x=vals([inf, 1, -inf]))
for name in ("amax", "amin"):
    reduction(
        name,
        ["", "0", "-1", "dim=0", "0, keepdim=True", "(0, -1)"],
        [distinct(3, 4), distinct(2, 3, 5).nc, distinct(7)] + EMPTY,
    )
    case(name, f"x.{name}(), x.{name}(0)", x=vals([1, 3, 3, 3], 2, 2))
    case(name, f"x.{name}(), x.{name}(0)", grad=False, x=ints(-9, 9, 3, 4))
for name in ("max", "min", "median", "nanmedian"):
    reduction(name, DIMS, [distinct(3, 4), distinct(2, 3, 5).nc, distinct(7), distinct(3, 4).float64] + EMPTY)
    case(name, f"x.{name}(), x.{name}(0)", grad=False, x=ints(-9, 9, 3, 4))
    case(name, f"x.{name}(0)", grad=False, x=vals([2, 1, 2, 1, 2, 2], 2, 3))
    case(name, f"x.{name}(), x.{name}(1)", x=vals([1, 3, 3, 3, 1, 1], 2, 3))
    case(name, f"x.{name}(), x.{name}(0)", grad=False, x=bools(5))
    case(name, f"x.{name}(), x.{name}(0)", grad=False, x=vals([1, nan, 3, inf]))
    case(name, f"x.{name}(1).values, x.{name}(1).indices", x=distinct(3, 4))
    case(name, f"x.{name}(0)", x=scalar(2.0))
case("max of two", "torch.max(x, y), torch.min(x, y), x.max(y), x.min(y)", x=rand(3, 4), y=rand(4))
for name in ("argmax", "argmin"):
    for option in DIMS + ["None, True"]:
        for x in (distinct(3, 4), distinct(2, 3, 5).nc, ints(0, 3, 4, 5), distinct(0, 3), scalar(1.0)):
            case(name, f"x.{name}({option}), torch.{name}(x{', ' if option else ''}{option})", grad=False, x=x)
    case(name, f"x.{name}(), x.{name}(0)", grad=False, x=vals([1, nan, 3, nan]))
    case(name, f"x.{name}(), x.{name}(0)", grad=False, x=vals([2, 2, 1, 1], 2, 2))
for name in ("any", "all"):
    for option in DIMS + ["(0, 1)"]:
        for x in (
            bools(3, 4),
            bools(2, 3, 5).nc,
            vals([0, 1, 0, 2], 2, 2),
            ints(0, 2, 3, 3),
            bools(0, 3),
            vals([0, 1], dtype="uint8"),
        ):
            case(name, f"x.{name}({option})", grad=False, x=x)
    case(name, f"x.{name}(), torch.{name}(x)", grad=False, x=vals([nan, 1]))
for name in ("cumsum", "cumprod", "logcumsumexp"):
    for option in ("0", "-1", "dim=1", "5"):
        for x in (rand(3, 4), rand(2, 3, 5).nc, rand(2, 3).float64, rand(0, 3)):
            case(name, f"x.{name}({option}), torch.{name}(x, {option})", x=x)
    case(name, f"x.{name}(0)", grad=False, x=ints(-3, 4, 6))
    case(name, f"x.{name}(0)", grad=False, x=bools(6))
    case(name, f"x.{name}(0)", x=scalar(2.0))
    case(name, f"x.{name}(0)", x=rand(1000), tol=1e-4)
case("cumprod", "x.cumprod(0)", x=vals([2, 0, 3, 0, 1]))
case("cumsum", "x.cumsum(0, dtype=torch.float64)", x=rand(5))
for name in ("cummax", "cummin"):
    for x in (distinct(3, 4), distinct(2, 5).nc):
        case(name, f"x.{name}(0), torch.{name}(x, 1)", x=x)
case("nansum", "x.nansum(), x.nansum(0), x.nanmean()", x=vals([1, nan, 2, 3], 2, 2))
case("count_nonzero", "x.count_nonzero(), x.count_nonzero(0)", grad=False, x=ints(0, 2, 3, 4))
case("quantile", "x.quantile(0.3), x.quantile(0.5, dim=0)", x=distinct(3, 4))
case("mode", "x.mode(0)", grad=False, x=vals([1, 2, 2, 3, 3, 3], dtype="int64"))
case("bincount", "torch.bincount(x), x.bincount(minlength=12)", grad=False, x=ints(0, 9, 20))
case("histc", "torch.histc(x, bins=4, min=-1, max=1)", grad=False, x=rand(20))
case("aminmax", "x.aminmax(dim=0), x.aminmax()", x=distinct(3, 4))
case("diff", "x.diff(), x.diff(dim=0), x.diff(n=2)", x=rand(3, 4))
case("trace", "x.trace(), torch.trace(x)", x=rand(3, 4))
case("mean of large", "x.mean(), x.std(), x.var(1)", x=between(99, 101, 30, 40), tol=1e-3)
