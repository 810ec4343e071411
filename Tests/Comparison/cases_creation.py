"""Tensors made from nothing, from lists, and like others."""

from caselib import bools, case, cases, ints, rand

for name in ("zeros", "ones", "empty"):
    shape_only = ".shape" if name == "empty" else ""
    for sizes in (
        "2, 3",
        "[2, 3]",
        "(2,)",
        "0, 3",
        "[]",
        "2",
        "1, 2, 3, 4",
        "-1",
        "2, 3, dtype=torch.int64",
        "2, 3, dtype=torch.float64",
        "[2, 3], dtype=torch.bool",
        "2, dtype=torch.uint8",
        "2, 3, requires_grad=True",
        "2, dtype=torch.int64, requires_grad=True",
    ):
        case(name, f"torch.{name}({sizes}){shape_only}", grad=False)
for name in ("zeros_like", "ones_like", "empty_like", "rand_like", "randn_like"):
    shape_only = ".shape" if name == "empty_like" else ""
    for x in (rand(2, 3), ints(0, 9, 4), bools(2), rand(3, 4).nc, rand(0, 2), rand(3).float64):
        cases(
            name,
            [
                f"torch.{name}(x){shape_only}",
                f"torch.{name}(x, dtype=torch.float64){shape_only}",
                f"torch.{name}(x).requires_grad, torch.{name}(x).dtype, torch.{name}(x).stride()",
            ],
            grad=False,
            x=x,
        )
for option in ("3", "3.5", "-1", "2, dtype=torch.int64", "True", "0.0, dtype=torch.float64", "2.7, dtype=torch.int32"):
    cases("full_like", [f"torch.full_like(x, {option})"], grad=False, x=rand(2, 3))
    cases("full_like", [f"torch.full_like(x, {option})"], grad=False, x=ints(0, 9, 3))
    cases("full", [f"torch.full([2, 3], {option})", f"torch.full((), {option})"], grad=False)
cases(
    "new_*",
    [
        "x.new_zeros(2, 3)",
        "x.new_ones([2])",
        "x.new_full([2], 3)",
        "x.new_tensor([1, 2])",
        "x.new_zeros(2, dtype=torch.int64)",
        "x.new_empty(2).shape",
    ],
    grad=False,
    x=rand(2).float64,
)
for code in (
    "3",
    "[1, 2, 3]",
    "[1.5, 2]",
    "[[1, 2], [3, 4]]",
    "[]",
    "[True, False]",
    "True",
    "2.5",
    "[[1.0], [2.0]]",
    "[[]]",
    "[[1, 2], [3]]",
    "[1, 2], dtype=torch.float64",
    "[1.7, -1.7], dtype=torch.int64",
    "[0, 1, 2], dtype=torch.bool",
    "[1, True]",
    "[1.0, True]",
    "[1.0, 2.0], requires_grad=True",
    "[1, 2], requires_grad=True",
    "[300], dtype=torch.uint8",
    "[inf, -inf, nan]",
    "[[[1]], [[2]]]",
    "9223372036854775807",
    "[1e40]",
    "[3.0], dtype=torch.float32",
):
    case("tensor", f"torch.tensor({code})", grad=False)
case("tensor", "torch.as_tensor([1, 2]), torch.as_tensor([1.0])", grad=False)
case("scalar_tensor", "torch.scalar_tensor(2)", grad=False)
for code in (
    "5",
    "2, 5",
    "1, 9, 2",
    "0, 1, 0.25",
    "5.0",
    "0.5, 3",
    "3, 0, -1",
    "1, 1.9, 0.3",
    "0",
    "5, 0",
    "0, 5, -1",
    "0, 5, 0",
    "5, dtype=torch.float32",
    "5, dtype=torch.int32",
    "end=4",
    "start=1, end=4",
    "2.5, 0, -0.5",
    "0, 2, 0.1",
    "-3, 3",
    "0, 1, 0.1, dtype=torch.float64",
):
    case("arange", f"torch.arange({code})", grad=False)
for name in ("linspace", "logspace"):
    for code in (
        "0, 1, 5",
        "-2, 2, 9",
        "1, 0, 3",
        "0, 1, 1",
        "0, 1, 0",
        "0, 3, 4, dtype=torch.int64",
        "0, 1, 7, dtype=torch.float64",
        "start=0, end=2, steps=3",
        "0.1, 0.7, 100",
        "0, 1, -1",
        "-1.5, 1.5, 2",
    ):
        case(name, f"torch.{name}({code})", grad=False)
case("logspace", "torch.logspace(0, 3, 4, base=2)", grad=False)
for code in ("3", "3, 4", "4, 2", "0", "3, dtype=torch.int64", "2, 3, dtype=torch.bool", "-1", "n=2, m=2"):
    case("eye", f"torch.eye({code})", grad=False)
case("range", "torch.tril_indices(3, 3), torch.triu_indices(3, 3)", grad=False)
case(
    "zeros",
    "torch.zeros(2, 3).dtype, torch.ones(1, dtype=torch.int8).dtype, torch.arange(3).dtype, torch.arange(3.0).dtype, torch.eye(2).dtype",
    grad=False,
)
case("default dtype", "torch.get_default_dtype()", grad=False)
for code in ("torch.hann_window(5)", "torch.hamming_window(4)", "torch.vander(torch.tensor([1, 2, 3]))"):
    case("windows", code, grad=False)
