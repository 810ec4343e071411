"""Element by element: unary and binary functions, comparisons, special values, integer types."""

from caselib import between, bools, case, ints, inf, nan, rand, scalar, vals

EVERYWHERE = between(-3, 3, 3, 4)
UNARY = {  # a domain where the function and its gradient are finite
    "abs": EVERYWHERE,
    "neg": EVERYWHERE,
    "exp": EVERYWHERE,
    "exp2": EVERYWHERE,
    "expm1": EVERYWHERE,
    "log": between(0.1, 5, 3, 4),
    "log2": between(0.1, 5, 3, 4),
    "log10": between(0.1, 5, 3, 4),
    "log1p": between(-0.9, 5, 3, 4),
    "sqrt": between(0.1, 5, 3, 4),
    "rsqrt": between(0.1, 5, 3, 4),
    "square": EVERYWHERE,
    "reciprocal": between(0.2, 3, 3, 4),
    "sin": EVERYWHERE,
    "cos": EVERYWHERE,
    "tan": between(-1.4, 1.4, 3, 4),
    "asin": between(-0.95, 0.95, 3, 4),
    "acos": between(-0.95, 0.95, 3, 4),
    "atan": EVERYWHERE,
    "sinh": EVERYWHERE,
    "cosh": EVERYWHERE,
    "asinh": EVERYWHERE,
    "acosh": between(1.1, 5, 3, 4),
    "atanh": between(-0.9, 0.9, 3, 4),
    "tanh": EVERYWHERE,
    "sigmoid": EVERYWHERE,
    "floor": EVERYWHERE,
    "ceil": EVERYWHERE,
    "round": EVERYWHERE,
    "trunc": EVERYWHERE,
    "frac": EVERYWHERE,
    "sign": EVERYWHERE,
    "erf": EVERYWHERE,
    "erfc": EVERYWHERE,
    "erfinv": between(-0.9, 0.9, 3, 4),
    "lgamma": between(0.2, 5, 3, 4),
    "digamma": between(0.2, 5, 3, 4),
    "logit": between(0.1, 0.9, 3, 4),
    "sinc": EVERYWHERE,
    "deg2rad": EVERYWHERE,
    "rad2deg": EVERYWHERE,
    "positive": EVERYWHERE,
    "relu": EVERYWHERE,
    "fix": EVERYWHERE,
    "absolute": EVERYWHERE,
    "negative": EVERYWHERE,
    "arcsin": between(-0.95, 0.95, 3, 4),
    "arctan": EVERYWHERE,
    "logical_not": EVERYWHERE,
    "isnan": EVERYWHERE,
    "isinf": EVERYWHERE,
    "isfinite": EVERYWHERE,
    "i0": EVERYWHERE,
}
SPECIAL = vals([-inf, -1e30, -2.5, -1.5, -1, -0.5, -0.0, 0.0, 0.5, 1, 1.5, 2.5, 1e30, inf, nan])
for name, x in UNARY.items():
    low, high = x.low, x.high
    case(name, f"x.{name}(), torch.{name}(x)", x=x)
    case(name, f"x.{name}()", x=between(low, high, 2, 3, 5).nc)
    case(name, f"x.{name}()", x=between(low, high, 7).float64)
    case(name, f"x.{name}()", x=rand(0, 3))
    case(name, f"x.{name}()", x=scalar((low + high) / 2 + 0.1))
    case(name, f"x.{name}()", x=between(low, high, 1031), tol=1e-4 if name == "sinc" else 2e-5)
    case(name, f"x.{name}()", grad=False, x=SPECIAL)
    case(name, f"x.{name}(), torch.{name}(x)", grad=False, x=ints(1, 9, 5))
    case(name, f"x.{name}()", grad=False, x=vals([-3, 0, 1, 127, -128], dtype="int8"))
    case(name, f"x.{name}()", grad=False, x=bools(6))
    case(name, f"x.{name}()", grad=False, x=vals([0, 1, 200], dtype="uint8"))
for decimals in (0, 1, 2, -1):
    case("round with decimals", f"x.round(decimals={decimals})", x=between(-30, 30, 9))
case("logit with eps", "x.logit(eps=0.1), torch.logit(x, 0.2)", x=vals([0.0, 0.05, 0.5, 1.0]))
case("exp of wide range", "x.exp(), x.exp2(), x.sinh()", x=between(-80, 80, 99), tol=2e-5)
case("sin of wide range", "x.sin(), x.cos()", x=between(-1e4, 1e4, 99), tol=3e-5)
case(
    "nan_to_num", "x.nan_to_num(), torch.nan_to_num(x, nan=1.0, posinf=2.0, neginf=-3.0), x.nan_to_num(5.0)", x=SPECIAL
)
case("nan_to_num", "x.nan_to_num()", grad=False, x=ints(0, 5, 4))

BINARY = [
    "add",
    "sub",
    "mul",
    "div",
    "pow",
    "fmod",
    "remainder",
    "floor_divide",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "atan2",
    "hypot",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "logical_and",
    "logical_or",
    "logical_xor",
    "copysign",
    "heaviside",
    "xlogy",
    "logaddexp",
    "true_divide",
    "subtract",
    "multiply",
    "divide",
    "greater",
    "less_equal",
    "not_equal",
    "dist",
    "nextafter",
    "arctan2",
]
SHAPES = [((3, 4), (3, 4)), ((2, 3, 4), (4,)), ((3, 1), (1, 4)), ((0, 3), (3,)), ((), (2, 2)), ((2, 1, 3), (5, 1))]
for name in BINARY:
    for a, b in SHAPES:
        case(name, f"x.{name}(y), torch.{name}(x, y)", x=between(0.2, 3, *a), y=between(0.3, 2, *b))
    case(name, f"x.{name}(y)", x=between(0.2, 3, 4, 5).nc, y=between(0.3, 2, 4, 5))
    case(name, f"x.{name}(y)", x=between(0.2, 3, 4, 5), y=between(0.3, 2, 2, 4, 5).nc)
    case(name, f"x.{name}(y)", x=between(0.2, 3, 4).float64, y=between(0.3, 2, 4).float64)
    case(name, f"x.{name}(y)", grad=False, x=rand(6, 1), y=rand(6))
    case(
        name,
        f"x.{name}(y)",
        grad=False,
        x=SPECIAL,
        y=vals([1, -1, 0.0, -0.0, inf, -inf, nan, 2, -2, 0.5, 3, 1, 7, 1, 1]),
    )
    case(name, f"x.{name}(y)", grad=False, x=ints(-9, 9, 6), y=ints(1, 5, 6))
    case(name, f"x.{name}(y)", grad=False, x=vals([-7, 7, -8, 8], dtype="int32"), y=vals([3, -3, -3, 3], dtype="int32"))
    case(name, f"x.{name}(y)", grad=False, x=bools(5), y=bools(5))
    case(name, f"x.{name}(y)", x=rand(3), y=rand(4))
    case(name, f"x.{name}(2.5)", x=between(0.2, 3, 4))
    case(name, f"x.{name}(2)", grad=False, x=ints(-9, 9, 6))
for op in ("+", "-", "*", "/", "//", "%", "**"):
    row = "operator " + op
    for a, b in SHAPES:
        case(row, f"x {op} y", x=between(0.2, 3, *a), y=between(0.3, 2, *b))
    case(row, f"x {op} 2.5, 2.5 {op} x, x {op} 2, 2 {op} x", x=between(0.2, 3, 3, 4))
    case(row, f"x {op} 2.5, 2.5 {op} x, x {op} 2, 2 {op} x", grad=False, x=ints(1, 9, 5))
    case(row, f"x {op} 2, 7 {op} x", grad=False, x=ints(1, 9, 3, 2).nc)
    case(row, f"x {op} y", x=rand(3), y=rand(4))
    case(row, f"(x {op} y) {op} x", x=between(1.2, 3, 3, 5).nc, y=between(0.3, 2, 5))
    case(row, f"x {op} y, y {op} x", grad=False, x=vals([-7.5, 7.5, -7.5, 7.5, -6, 6]), y=vals([2, -2, -2, 2, 3, -3]))
    case(
        row,
        f"x {op} y",
        grad=False,
        x=vals([-7, 7, -7, 7, -6, 6], dtype="int64"),
        y=vals([2, 2, 3, 3, 4, 3], dtype="int64"),
    )
case("operator -x", "-x, -(-x)", x=rand(3, 4))
case(
    "add with alpha",
    "x.add(y, alpha=2), torch.add(x, y, alpha=-0.5), torch.add(x, 2, alpha=3)",
    x=rand(3, 4),
    y=rand(4),
)
case("add with alpha", "x.add(y, alpha=2)", grad=False, x=ints(0, 9, 3), y=ints(0, 9, 3))
case("add with alpha", "x.add(y, alpha=2.5)", grad=False, x=ints(0, 9, 3), y=ints(0, 9, 3))
case("sub with alpha", "x.sub(y, alpha=2), torch.sub(x, y, alpha=-0.5), torch.rsub(x, y)", x=rand(3, 4), y=rand(4))
for mode in ("'floor'", "'trunc'", "None", "'odd'"):
    case("div with rounding_mode", f"x.div(y, rounding_mode={mode})", x=between(-9, 9, 7), y=between(0.5, 3, 7))
    case(
        "div with rounding_mode",
        f"torch.div(x, y, rounding_mode={mode})",
        grad=False,
        x=ints(-9, 9, 7),
        y=ints(1, 4, 7),
    )
for name in ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift", "gcd", "lcm"):
    case(name, f"x.{name}(y), torch.{name}(x, y)", grad=False, x=ints(0, 99, 7), y=ints(0, 9, 7))
    case(name, f"x.{name}(y)", grad=False, x=bools(7), y=bools(7))
    case(name, f"x.{name}(y)", grad=False, x=rand(3), y=rand(3))
case("bitwise_not", "x.bitwise_not(), y.bitwise_not()", grad=False, x=ints(-9, 99, 7), y=bools(4))

case("lerp", "x.lerp(y, 0.3), torch.lerp(x, y, 0.9)", x=rand(3, 4), y=rand(3, 4))
case("lerp", "torch.lerp(x, y, w)", x=rand(3, 4), y=rand(4), w=rand(3, 1))
case("addcmul", "x.addcmul(y, z, value=0.5), torch.addcmul(x, y, z)", x=rand(3, 4), y=rand(4), z=rand(3, 1))
case("addcdiv", "x.addcdiv(y, z, value=0.5), torch.addcdiv(x, y, z)", x=rand(3, 4), y=rand(4), z=between(0.5, 2, 3, 1))
for code in (
    "x.clamp(-1, 1)",
    "x.clamp(min=0.5)",
    "x.clamp(max=0.5)",
    "torch.clamp(x, -0.5, 2)",
    "x.clip(0, 1)",
    "x.clamp(1, -1)",
    "x.clamp_min(0.2)",
    "x.clamp_max(0.2)",
):
    for x in (between(-2, 2, 3, 4), between(-2, 2, 3, 4).nc, rand(0), rand(3).float64):
        case("clamp", code, x=x)
    case("clamp", code, grad=False, x=ints(-4, 5, 7))
case(
    "clamp with tensors",
    "x.clamp(a, b), x.clamp(min=a), x.clamp(max=b)",
    x=between(-2, 2, 3, 4),
    a=between(-1, 0, 4),
    b=between(0, 1, 3, 1),
)
case("clamp with tensors", "torch.clamp(x, a, b)", x=between(-2, 2, 4).nc, a=vals([0, 0, 0, 0]), b=vals([1, -1, 1, -1]))
for code in (
    "torch.where(c, x, y)",
    "x.where(c, y)",
    "torch.where(c, x, 0.5)",
    "torch.where(c, 2, y)",
    "torch.where(c, x, 0)",
):
    case("where", code, c=bools(3, 4), x=rand(3, 4), y=rand(3, 4))
    case("where", code, c=bools(3, 1), x=rand(3, 4).nc, y=rand(1, 4))
    case("where", code, c=bools(2, 3).nc, x=rand(2, 3), y=rand(3).float64)
case("where", "torch.where(c)", grad=False, c=bools(3, 4))
case("where", "torch.where(x > 0, x, -x), torch.where(c, 1, 0), torch.where(c, 1.0, 0.0)", x=rand(3, 4), c=bools(3))
case("where", "torch.where(x, x, x)", x=rand(3))
case("where", "torch.where(c, x, y)", grad=False, c=bools(3), x=ints(0, 9, 3), y=rand(3))
case(
    "isclose",
    "torch.isclose(x, y), x.isclose(y, rtol=0.1), torch.isclose(x, y, equal_nan=True)",
    grad=False,
    x=vals([1, 2, nan, inf, 1e-9]),
    y=vals([1.05, 2, nan, inf, 0]),
)
case(
    "allclose",
    "torch.allclose(x, y), x.allclose(y, rtol=0.1), torch.allclose(x, x), x.allclose(y, atol=1.0)",
    grad=False,
    x=vals([1, 2, 3]),
    y=vals([1.05, 2, 3]),
)
case(
    "equal",
    "torch.equal(x, y), x.equal(x), x.equal(x.clone()), torch.equal(x, x[:1])",
    grad=False,
    x=vals([1, 2]),
    y=vals([1, 3]),
)
case(
    "comparison methods",
    "x > y, x >= y, x < y, x <= y, x == y, x != y, x > 0, x == 1",
    grad=False,
    x=ints(0, 3, 6),
    y=ints(0, 3, 6),
)
case("comparison methods", "x > y, x == y, x != 0.5, x < 1", grad=False, x=ints(0, 3, 2, 6).nc, y=rand(6))
case("comparison methods", "x > y", grad=False, x=rand(3), y=rand(4))
case("isin", "torch.isin(x, y)", grad=False, x=ints(0, 9, 6), y=ints(0, 9, 3))
