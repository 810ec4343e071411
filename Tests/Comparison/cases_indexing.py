"""Indexing and assignment, as LUA_API.md maps it: x[0:3, 1] is x[{ {0, 3}, 1 }]."""

from caselib import bools, case, ints, rand, scalar, vals

X = rand(4, 5, 3)
READ = [
    "0",
    "-1",
    "1, 2",
    "-2, -1, 0",
    ":",
    "1:",
    ":2",
    "1:3",
    ":, 1",
    "0:3, 1",
    "..., 0",
    "0, ...",
    "..., -1, :",
    "1, ..., 0",
    ":, :, :",
    "None",
    "None, 0",
    ":, None",
    "..., None",
    "0, None, 1",
    "1:3, None, :, 0",
    "::2",
    "1::2",
    ":, ::2",
    "0:4:3",
    ":, 1:5:2, -1",
    "-2:",
    ":-1",
    ":, -3:-1",
    "3:1",
    "2:2",
    "9:",
    "-9:2",
    ":99",
    "1, :, 2",
    ":, :, 1:2",
    "...",
    "0, 0, 0",
    "0, ..., 0, 0",
    ":, 0, None, 1:",
]
REFUSED = ["4", "-5", "0, 5", "0, 0, 0, 0", "..., ...", "::-1", "::0", "1.5", ":, :, :, :", "3:0:-1"]
for key in READ + REFUSED:
    case("basic index", f"x[{key}]", x=X)
    case("basic index", f"x[{key}]", x=X.nc)
for key in READ[:12]:
    case("basic index", f"x[{key}]", grad=False, x=ints(0, 9, 4, 5, 3))
    case("basic index of empty", f"x[{key}]", x=rand(0, 5, 3))
case("basic index", "x[0][1][2], x[1:][0], x[:, 1:][:, 0], x[0].sum(), (x[1:] - x[:-1])", x=X)
case("basic index", "x[...], x[None]", x=scalar(2.0))
case("basic index", "x[0]", x=scalar(2.0))
case("views share memory", "y = x * 1\nz = y[1:3]\nz.zero_()\ny", x=X)
case("views share memory", "y = x * 1\nz = y[:, ::2]\nz[0] = 7\nz.add_(1)\ny, z", x=X)
case("views share memory", "y = x * 1\nz = y.transpose(0, 1)[1]\nz.fill_(2)\ny", x=X)

ADVANCED = [
    "i",
    "i, j",
    ":, j",
    "i, :, k",
    "i, 0",
    "0, j",
    "..., k",
    "i, ..., k",
    "1:3, j",
    "i, None",
    "None, i",
    "i, 1:3",
    "i, j, k",
    "i, j, 0",
    ":, j, k",
    ":, j, 0",
    "i, None, j",
    "i, :, 0",
    "2, :, k",
    "[0, 2]",
    "[0, 2], [1, 1]",
    ":, [0, 2]",
    "p",
    "p, 1",
    "p, j.unsqueeze(1)",
    "n",
    "n, n",
    "b32",
]
for key in ADVANCED:
    for x in (X, X.nc, ints(0, 99, 4, 5, 3)):
        case(
            "advanced index",
            f"x[{key}]",
            x=x,
            i=ints(0, 4, 3),
            j=ints(0, 5, 3),
            k=ints(0, 3, 3),
            p=ints(0, 4, 2, 2),
            n=ints(-4, 0, 3),
            b32=vals([0, 1], dtype="int32"),
        )
for key, i in (
    ("i", ints(4, 6, 2)),
    ("i", ints(-9, -5, 2)),
    ("i", rand(2)),
    ("i, i", ints(0, 4, 0)),
    ("i", ints(0, 4, 0)),
    ("i", ints(0, 4)),
    ("i, 0", ints(0, 4)),
    (":, i", ints(5, 7, 1)),
    ("i, i[:1]", ints(0, 4, 2)),
    ("i, i[:2]", ints(0, 4, 3)),
    ("i", vals([0, 1], dtype="uint8")),
    ("i", vals([1, 1, 1], dtype="int64")),
):
    case("advanced index", f"x[{key}]", x=X, i=i)
MASKS = {
    "m": bools(4),
    "mm": bools(4, 5),
    "full": bools(4, 5, 3),
    "last": bools(3),
    "none": vals([0] * 4, dtype="bool"),
    "wrong": bools(3, 5),
    "scalar": vals([1], dtype="bool"),
}
for key in (
    "m",
    "mm",
    "full",
    "m, 0",
    "m, :, last",
    ":, :, last",
    "..., last",
    "none",
    "wrong",
    "m, 1:3",
    "mm, 0",
    "mm, last",
    "x > 0",
    "x[:, 0, 0] > 0",
    "m, [0]",
    "None, m",
):
    for x in (X, X.nc):
        case("mask index", f"x[{key}]", x=x, **MASKS)

SET = ["0", "-1", "1, 2", ":", "1:3", ":, 1", "..., 0", "::2", ":, 1:5:2, -1", "...", "2:2", "0, 0, 0"]
for key in SET:
    for value in ("7", "v", "-0.5"):
        case("basic assignment", f"y = x * 1\ny[{key}] = {value}\ny", x=X, v=scalar(3.0))
    case("basic assignment", f"y = (x * 1).transpose(0, 1)\ny[{key}] = 2\ny", x=X)
    case("basic assignment", f"y = x.clone()\ny[{key}] = 2\ny[{key}] += 1\ny[{key}] *= 2\ny", x=X)
    case("basic assignment", f"y = x.clone()\ny[{key}] = 2.7\ny", grad=False, x=ints(0, 9, 4, 5, 3))
    case("basic assignment", f"y = x.clone()\ny[{key}] = True\ny", grad=False, x=bools(4, 5, 3))
for key, shape in (
    ("0", (5, 3)),
    ("1:3", (5, 3)),
    ("1:3", (2, 5, 3)),
    (":, 1", (3,)),
    (":, 1", (4, 3)),
    ("..., 0", (4, 5)),
    ("1, 2", (3,)),
    ("1, 2", (4,)),
    ("0", (2, 5, 3)),
    ("0", (1, 1, 5, 3)),
    ("2:2", (5, 3)),
    (":", (1,)),
):
    case("basic assignment", f"y = x * 1\ny[{key}] = v\ny", x=X, v=rand(*shape))
    case("basic assignment", f"y = x * 1\ny[{key}] = v\ny", x=X, v=rand(*shape).nc)
    case("basic assignment", f"y = x * 1\ny[{key}] = v\ny", x=X, v=rand(*shape).float64)
    case("basic assignment", f"y = x * 1\ny[{key}] = v\ny", grad=False, x=ints(0, 9, 4, 5, 3), v=rand(*shape))
case("basic assignment", "y = x * 1\ny[9] = 1\ny", x=X)
case("basic assignment", "y = x * 1\ny[::-1] = 1\ny", x=X)
case("basic assignment", "y = x * 1\ny[0] = y[1]\ny[1:] = y[:-1] * 2\ny", x=X)
case("basic assignment", "y = x * 1\ny[1:] = y[:-1]\ny", x=X.const, grad=False)
case("basic assignment", "x[0] = 1\nx", x=X)
for key in (
    "i",
    "i, j",
    ":, j",
    "i, 0",
    "i, :, k",
    "m",
    "mm",
    "full",
    "m, 0",
    "..., last",
    "x > 0",
    "[0, 2]",
    "p",
    "n",
):
    for value in ("7", "v", "-0.5"):
        case(
            "advanced assignment",
            f"y = x * 1\ny[{key}] = {value}\ny",
            x=X,
            v=scalar(3.0),
            i=vals([0, 3, 1], dtype="int64"),
            j=vals([4, 0, 2], dtype="int64"),
            k=vals([2, 0, 1], dtype="int64"),
            p=vals([0, 1, 2, 3], 2, 2, dtype="int64"),
            n=vals([-1, -4], dtype="int64"),
            **MASKS,
        )
    case(
        "advanced assignment",
        f"y = (x * 1).transpose(0, 1).contiguous().transpose(0, 1)\ny[{key}] = 2\ny[{key}] += 1\ny",
        x=X,
        i=vals([0, 3, 1], dtype="int64"),
        j=vals([4, 0, 2], dtype="int64"),
        k=vals([2, 0, 1], dtype="int64"),
        p=vals([0, 1, 2, 3], 2, 2, dtype="int64"),
        n=vals([-1, -4], dtype="int64"),
        **MASKS,
    )
for key, shape in (
    ("i", (2, 5, 3)),
    ("i", (5, 3)),
    ("i, i", (2, 3)),
    (":, i", (4, 2, 3)),
    ("i, :, 0", (2, 5)),
    ("i", (3, 5, 3)),
):
    case("advanced assignment", f"y = x * 1\ny[{key}] = v\ny", x=X, v=rand(*shape), i=vals([2, 0], dtype="int64"))
case("advanced assignment", "y = x * 1\ny[m] = v\ny", x=X, m=vals([1, 0, 0, 1], dtype="bool"), v=rand(2, 5, 3))
case("advanced assignment", "y = x * 1\ny[m] = v\ny", x=X, m=vals([1, 0, 0, 1], dtype="bool"), v=rand(3, 5, 3))
case("advanced assignment", "y = x * 1\ny[m] = y[m] * 2\ny", x=X, m=vals([1, 0, 0, 1], dtype="bool"))
case("advanced assignment", "y = x * 1\ny[i] = 1\ny", x=X, i=ints(4, 5, 2))
