"""Numbers that were wrong once."""

from caselib import bools, case, cases, inf, ints, nan, rand, scalar, vals

for high in (10.0, 100.0, 1000.0, 1e4, 1e30):
    scores = vals([high, high - 10.5, high, high + 3, -high, 0.0], 2, 3)
    case("confident cross_entropy", "F.cross_entropy(x, t, reduction='none')", x=scores, t=vals([0, 1], dtype="int64"))
    case("confident log_softmax", "F.log_softmax(x, dim=1)", x=scores)
    case("confident softmax", "F.softmax(x, dim=1)", x=scores)
    case("confident logsumexp", "torch.logsumexp(x, 1)", tol=2e-4, x=scores)
case("confident cross_entropy", "F.cross_entropy(x, t)", x=vals([1000, 989.5], 1, 2), t=vals([0], dtype="int64"))
case("confident cross_entropy", "F.cross_entropy(x, t)", x=vals([1000, -inf], 1, 2), t=vals([0], dtype="int64"))
case("confident log_softmax", "F.log_softmax(x, 0), F.log_softmax(x, 1)", grad=False, x=vals([-inf, 1, -inf, 2], 2, 2))
case(
    "confident bce_with_logits",
    "F.binary_cross_entropy_with_logits(x, t, reduction='none')",
    x=vals([-200, -20, 0, 20, 200, 1e30]),
    t=vals([0, 1, 0, 0, 1, 1]).const,
)
case("confident sigmoid", "torch.sigmoid(x), F.logsigmoid(x), F.softplus(x)", x=vals([-200, -89, -20, 0, 20, 89, 200]))

for name in ("Adam", "AdamW", "SGD", "RMSprop", "Adagrad"):
    for count in (20, 200):
        case(
            "drift of " + name,
            f"""
            p = torch.zeros(1, requires_grad=True)
            opt = optim.{name}([p], lr=0.1)
            steps(opt, [p], {count}, lambda p, s, i: p.sum())
        """,
            grad=False,
            tol=3e-6,
        )
for betas in ((0.9, 0.999), (0.5, 0.9999), (0.95, 0.99)):
    case(
        "drift of Adam",
        f"""
        opt = optim.Adam([p], lr=0.01, betas={betas})
        steps(opt, [p], 100, lambda p, s, i: (p * p * 0.5).sum())
    """,
        grad=False,
        tol=3e-6,
        p=rand(5),
        setup="p.requires_grad_()",
        lua_setup="p:requires_grad_()",
    )

bounds = vals([-1, -0.5, 0, 0.5, 1, 2, -2])
cases(
    "clamp at the bounds",
    [
        "x.clamp(-0.5, 0.5)",
        "x.clamp(min=-0.5)",
        "x.clamp(max=0.5)",
        "torch.clamp(x, 0, 1)",
        "torch.clamp(x, min=1, max=0)",
        "x.clip(-1, 1)",
        "F.hardtanh(x)",
        "F.relu6(x * 3)",
        "F.relu(x)",
        "x.clamp_min(0)",
        "x.clamp_max(1)",
        "F.hardsigmoid(x * 3)",
        "F.hardswish(x * 3)",
        "x.abs()",
        "F.leaky_relu(x)",
    ],
    x=bounds,
)
case("clamp at the bounds", "x.clamp(-1, 1)", x=vals([nan, inf, -inf, 0]), grad=False)
case("clamp at the bounds", "x.maximum(y), x.minimum(y)", x=bounds, y=vals([-1, 0, 0, 0.5, 2, 2, -2]))
case("clamp at the bounds", "x.clamp()", x=bounds)

special = vals([-inf, -2.5, -1, -0.0, 0.0, 0.5, 1, 3, inf, nan])
for power in ("0", "0.5", "1", "2", "3", "-1", "-2", "-0.5", "inf", "-inf", "nan", "1.5", "-3", "2.0", "0.0"):
    case("pow of special values", f"x ** {power}, torch.pow(x, {power})", grad=False, x=special)
    case("pow of special values", f"x.pow({power})", x=vals([-2.5, -1, 0.5, 1, 3, 2]))
    case("pow of special values", f"x.pow({power})", x=vals([0.0, -0.0, inf, -inf]))
    case("pow of special values", f"1 / torch.pow(x, {power})", grad=False, x=vals([0.0, -0.0, -inf]))  # sign of 0
for base in ("2", "0", "1", "-1", "0.5", "-0.5", "10.0"):
    case("pow with a number as base", f"{base} ** x, torch.pow({base}, x)", grad=False, x=special)
case("pow of tensors", "x ** y", grad=False, x=special, y=vals([2, 2, -1, -1, 0, -inf, nan, 0.5, -2, 0]))
case("pow of tensors", "x ** y", x=vals([0.5, 2, 1, 3]), y=vals([2, -1, 0.5, 0]))
case("pow of tensors", "x ** y", x=vals([0.0, 0.0, 1.0]), y=vals([2, 1, 0]))
case("pow of integers", "x ** 2, x ** 3, x ** 0, 2 ** y", grad=False, x=ints(-9, 9, 5), y=ints(0, 9, 5))
case("pow of integers", "x ** -1", grad=False, x=ints(-9, 9, 5))
case("pow of integers", "x ** 0.5", grad=False, x=ints(0, 9, 5))
case("pow of integers", "x ** 63, x ** 2", grad=False, x=vals([2, 3, -3], dtype="int64"))
case("sqrt of special values", "x.sqrt(), x.rsqrt(), x.reciprocal(), x.log(), x.exp()", grad=False, x=special)
case(
    "div by zero",
    "x / y, x.fmod(y), x.remainder(y), x // y, x % y",
    grad=False,
    x=vals([1, -1, 0.0, inf, nan, 2]),
    y=vals([0.0, 0.0, 0.0, 2, 1, inf]),
)
case("div by zero", "1 / x, x / 0, -1 / x", grad=False, x=vals([0.0, -0.0, inf, -inf]))
case("div by zero", "x // y", grad=False, x=ints(1, 5, 2), y=vals([0, 1], dtype="int64"))
case("div by zero", "x % y", grad=False, x=ints(1, 5, 2), y=vals([0, 1], dtype="int64"))
case("max of nan", "x.max(), x.min(), x.argmax(), x.max(0), x.min(0), x.amax(0)", grad=False, x=vals([1, nan, 3]))
case(
    "max of nan",
    "x.maximum(y), x.minimum(y), x.fmax(y), x.fmin(y)",
    grad=False,
    x=vals([1, nan, 3]),
    y=vals([nan, 2, 2]),
)

for value in ("7", "7.0", "-1", "True", "0", "2147483648", "1e10"):
    cases(
        "full",
        [
            f"torch.full([2], {value})",
            f"torch.full([2, 3], {value}, dtype=torch.float32)",
            f"torch.full([], {value})",
            f"torch.full([0, 2], {value}, dtype=torch.int64)",
            f"torch.full_like(x, {value})",
        ],
        grad=False,
        x=rand(2, 3),
    )
for op in (
    "a + b",
    "a * b",
    "a.maximum(b)",
    "a.minimum(b)",
    "a - b",
    "a / b",
    "a // b",
    "a % b",
    "-a",
    "a ** b",
    "a.sum()",
    "a.sum(0)",
    "a.prod()",
    "a.cumsum(0)",
    "a.any()",
    "a.all()",
    "a.max()",
    "a.mean()",
    "a.eq(b)",
    "a.lt(b)",
    "a + 1",
    "a * 2",
    "a + 1.5",
    "a.logical_and(b)",
    "a.logical_xor(b)",
    "a.logical_not()",
    "a.bitwise_and(b)",
    "a.bitwise_or(b)",
    "a.bitwise_not()",
    "a.argmax()",
    "a.float()",
    "a.abs()",
    "a.sign()",
    "a.sort()",
    "a.clamp(0, 1)",
    "a.masked_fill(b, True)",
    "a.where(b, a)",
    "a.nonzero()",
    "a.exp()",
    "a.norm()",
):
    case("bool arithmetic", op, grad=False, a=bools(7), b=bools(7))
for seed in range(3):
    cases(
        "dropout mask on a transposed input",
        [
            f"torch.manual_seed({seed})\nF.dropout(x, 0.5)",
            f"torch.manual_seed({seed})\nF.dropout(x.transpose(0, 1), 0.3)",
            f"torch.manual_seed({seed})\nF.dropout(x[:, ::2], 0.5)",
            f"torch.manual_seed({seed})\nF.dropout2d(y, 0.5)",
            f"torch.manual_seed({seed})\nF.dropout1d(x.unsqueeze(0), 0.5)",
            f"torch.manual_seed({seed})\nF.alpha_dropout(x, 0.5)",
            f"torch.manual_seed({seed})\nF.dropout(y.permute(0, 2, 3, 1), 0.2)",
            f"torch.manual_seed({seed})\nF.dropout(y[1:], 0.2), torch.rand(2)",
        ],
        x=rand(5, 7).nc,
        y=rand(3, 4, 5, 2).nc,
    )
case("large sums", "x.sum(), x.mean(), x.sum(0), x.mean(1)", grad=False, x=rand(300, 1000))
case("large sums", "x.double().sum(), x.var(), x.std(0)", grad=False, x=rand(300, 1000), tol=2e-5)
case("integer sums", "x.sum(), x.prod(), x.cumsum(0)", grad=False, x=vals([2**62, 2**62, 5], dtype="int64"))
case("integer sums", "x.sum(), x.prod(), x.cumsum(0), x + x, x * 3", grad=False, x=vals([250, 10, 99], dtype="uint8"))
case("integer sums", "x.sum(), x + x, -x, x.abs(), x * 100", grad=False, x=vals([-128, 127, 3], dtype="int8"))
case("mean of integers", "x.mean()", grad=False, x=ints(0, 9, 4))
case("mean of nothing", "x.mean(), x.sum(), x.prod(), x.norm()", grad=False, x=rand(0, 3))
case(
    "0-dim tensors", "x + 1, x.sum(), x.max(), x.reshape(1), x.item(), x.shape, x.mean(0), x.softmax(0)", x=scalar(2.5)
)
