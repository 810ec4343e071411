"""Sorting, topk, unique, and what finds positions."""

from caselib import bools, case, distinct, inf, ints, nan, scalar, vals

INPUTS = [
    distinct(3, 4),
    distinct(2, 3, 5).nc,
    distinct(9),
    distinct(3, 4).float64,
    distinct(3, 5).int64,
    distinct(0, 3),
    distinct(20, 1),
]
for option in ("", "0", "-1, True", "dim=0, descending=True", "descending=True", "5", "dim=0, stable=True"):
    for x in INPUTS:
        case("sort", f"x.sort({option})", x=x)
        case("argsort", f"x.argsort({option})", grad=False, x=x)
    case("sort", f"torch.sort(x{', ' if option else ''}{option})", x=distinct(3, 4))
    case("argsort", f"torch.argsort(x{', ' if option else ''}{option})", grad=False, x=distinct(3, 4))
for x in (vals([2, 1, 2, 1, 3, 2], dtype="int64"), vals([2, 1, 2, 1, 3, 2]), bools(7), scalar(1.0)):
    case("sort of ties", "x.sort(stable=True), torch.sort(x, stable=True, descending=True)", grad=False, x=x)
    case("sort of ties", "x.argsort(stable=True), x.argsort(dim=0, stable=True, descending=True)", grad=False, x=x)
case(
    "sort of nan",
    "x.sort(stable=True), x.sort(stable=True, descending=True)",
    grad=False,
    x=vals([1, nan, inf, -inf, 0, nan, -1]),
)
case("sort of many", "x.sort(0), x.sort(1, descending=True)", grad=False, x=distinct(100, 37))
for option in ("2", "1", "3, 0", "2, dim=0", "2, -1, False", "k=2, largest=False", "2, sorted=True", "0", "99", "2, 5"):
    for x in INPUTS[:6]:
        case("topk", f"x.topk({option})", x=x)
    case("topk", f"torch.topk(x, {option}).values", x=distinct(4, 5))
case("topk", "x.topk(1), x.topk(0)", x=scalar(1.0))
case("topk of nan", "x.topk(2), x.topk(2, largest=False).values", grad=False, x=vals([1, nan, inf, -inf, 0]))
for option in ("1", "2, 0", "3, dim=-1, keepdim=True", "0", "9"):
    for x in INPUTS[:5]:
        case("kthvalue", f"x.kthvalue({option})", x=x)
for option in (
    "",
    "return_inverse=True",
    "return_counts=True",
    "return_inverse=True, return_counts=True",
    "sorted=True",
):
    for x in (ints(0, 5, 9), ints(0, 3, 3, 4), vals([1.5, 0.5, 1.5]), bools(5), ints(0, 3, 0)):
        case("unique", f"x.unique({option}), torch.unique(x{', ' if option else ''}{option})", grad=False, x=x)
case("unique", "x.unique(dim=0)", grad=False, x=ints(0, 2, 6, 2))
case("unique_consecutive", "torch.unique_consecutive(x)", grad=False, x=ints(0, 2, 9))
for x in (
    bools(7),
    ints(0, 2, 3, 4),
    ints(0, 2, 2, 3, 2).nc,
    vals([0.0, 1.5, nan]),
    scalar(1.0),
    scalar(0.0),
    bools(0, 3),
):
    case("nonzero", "x.nonzero(), torch.nonzero(x)", grad=False, x=x)
    case("nonzero", "x.nonzero(as_tuple=True)", grad=False, x=x)
case("argwhere", "torch.argwhere(x)", grad=False, x=ints(0, 2, 3, 4))
case(
    "searchsorted",
    "torch.searchsorted(x, y), torch.searchsorted(x, y, right=True)",
    grad=False,
    x=vals([1, 3, 5, 7]),
    y=vals([0, 3, 6, 9]),
)
case("bucketize", "torch.bucketize(y, x)", grad=False, x=vals([1, 3, 5, 7]), y=vals([0, 3, 6, 9]))
case("msort", "torch.msort(x)", x=distinct(4, 3))

ROWS = dict(x=ints(0, 4, 2, 3, 5), y=ints(0, 4, 2, 3, 4), grad=False)
for option in ("", ", right=True", ", side='right', out_int32=True", ", side='left', right=True"):
    case("searchsorted rows", f"torch.searchsorted(torch.sort(x).values, y{option})", **ROWS)
case("searchsorted rows", "torch.searchsorted(x, y, sorter=torch.argsort(x))", **ROWS)
case("searchsorted rows", "torch.searchsorted(x, y[0])", **ROWS)
for dim in (0, 1, -1):
    for option in ("", ", return_inverse=True, return_counts=True"):
        for name in ("unique", "unique_consecutive"):
            case(f"{name} dim", f"torch.{name}(x, dim={dim}{option})", x=ints(0, 2, 4, 3, 2), grad=False)
for values in (
    [1, 1, 1],
    [1000, 1000, -1000],
    [inf, inf, 0],
    [-inf, -inf, -inf],
    [inf, -inf, 0],
    [nan, 1, 2],
    [3e38, 3e38, 1],
):
    for code in (
        "logsumexp(0)",
        "max()",
        "min()",
        "amax()",
        "amin(0)",
        "median()",
        "norm(inf)",
        "quantile(0.3)",
        "softmax(0)",
    ):
        for kind in ("float32", "float64"):
            case("equal and special extremes", "x." + code, x=vals(values, dtype=kind))
