"""Types of results: every pair of dtypes under every operator, with 0-dim tensors and with numbers."""

from caselib import DTYPES, case, vals

NUMBERS = {"a_" + d: vals([1, 0, 3], dtype=d).const for d in DTYPES}
OTHERS = {"b_" + d: vals([1, 1, 2], dtype=d).const for d in DTYPES}
ZEROS = {"z_" + d: vals([1], dtype=d).const for d in DTYPES}
OPERATORS = [
    "a + b",
    "a - b",
    "a * b",
    "a / b",
    "a // b",
    "a % b",
    "a ** b",
    "a > b",
    "a == b",
    "a <= b",
    "a.maximum(b)",
    "a.minimum(b)",
    "a.logical_and(b)",
    "a.atan2(b)",
    "a.fmod(b)",
    "torch.cat([a, b])",
    "torch.stack([a, b])",
    "torch.where(a > 0, a, b)",
    "a.add(b, alpha=2)",
    "a.matmul(b)",
    "a.dot(b)",
    "a.outer(b)",
    "a.eq(b)",
]
for operator in OPERATORS:
    for left in DTYPES:
        case(
            f"promotion: {operator}",
            f"f = lambda a, b: {operator}\n"
            + ", ".join(f"attempt('{right}', lambda: f(a_{left}, b_{right}))" for right in DTYPES),
            grad=False,
            **{"a_" + left: NUMBERS["a_" + left]},
            **OTHERS,
        )
for operator in OPERATORS[:11] + ["torch.where(a > 0, a, b)", "torch.cat([a.reshape(-1), b])"]:
    for left in DTYPES:  # a 0-dim tensor takes part only when it is of a higher kind
        code = f"f = lambda a, b: {operator}\n" + ", ".join(
            f"attempt('{r}', lambda: f(z_{left}.reshape(()), b_{r}))" for r in DTYPES
        )
        case(
            f"0-dim promotion: {operator}",
            code.replace("reshape(())", "squeeze()"),
            grad=False,
            **{"z_" + left: ZEROS["z_" + left]},
            **OTHERS,
        )
for number in ("2", "2.5", "-1", "0", "3.0"):
    for operator in (
        "a + n",
        "n + a",
        "a - n",
        "n - a",
        "a * n",
        "a / n",
        "n / a",
        "a // n",
        "n // a",
        "a % n",
        "a ** n",
        "n ** a",
        "a > n",
        "a == n",
        "a.clamp(max=n)",
        "a.fmod(n)",
        "a.eq(n)",
        "torch.where(a > 0, a, n)",
        "a.masked_fill(a > 0, n)",
        "a.remainder(n)",
    ):
        case(
            f"with a number: {operator}",
            f"f = lambda a, n: {operator}\n" + ", ".join(f"attempt('{d}', lambda: f(a_{d}, {number}))" for d in DTYPES),
            grad=False,
            **{k: vals([1, 2, 3], dtype=k[2:]).const for k in NUMBERS},
        )
for name in (
    "sum",
    "mean",
    "prod",
    "max",
    "std",
    "cumsum",
    "exp",
    "sqrt",
    "floor",
    "sin",
    "abs",
    "neg",
    "sign",
    "sigmoid",
    "relu",
    "any",
    "argmax",
    "sort",
    "norm",
    "tanh",
    "round",
    "square",
    "reciprocal",
    "log1p",
    "isnan",
    "nonzero",
    "unique",
    "median",
    "var",
    "logsumexp",
    "softmax",
    "erf",
    "clone",
    "bitwise_not",
    "logical_not",
    "flip",
    "tril",
    "bool",
    "expm1",
):
    argument = "0" if name in ("cumsum", "logsumexp", "softmax", "flip") else ""
    case(
        f"dtypes of {name}",
        (
            ", ".join(f"attempt('{d}', lambda: a_{d}.{name}({argument}))" for d in DTYPES if not (name == "tril"))
            if name != "tril"
            else ", ".join(f"attempt('{d}', lambda: a_{d}.unsqueeze(0).tril())" for d in DTYPES)
        ),
        grad=False,
        **NUMBERS,
    )
case(
    "promotion functions",
    "torch.result_type(a_int64, b_float32), torch.promote_types(torch.int8, torch.uint8), torch.can_cast(torch.float32, torch.int64)",
    grad=False,
    **NUMBERS,
    **OTHERS,
)
