"""Random numbers: PyTorch's for equal seeds (manual_seed(1234) stands before every case)."""

from caselib import between, case, cases, ints, rand, vals

SIZES = ["1", "15", "16", "17", "3, 5", "4, 4", "31", "32", "33", "100", "[2, 3, 4]", "0", "1000", "24, 17", "[]"]
for name in ("rand", "randn"):
    for size in SIZES:
        case(name, f"torch.{name}({size})", grad=False)
        case(name, f"torch.{name}({size}, dtype=torch.float64)", grad=False)
    case(name, f"torch.{name}(3), torch.{name}(20), torch.{name}(3), torch.{name}(2, 2)", grad=False)
    case(name, f"torch.{name}(2, requires_grad=True).requires_grad, torch.{name}(2, dtype=torch.int64)", grad=False)
    for seed in ("0", "42", "4294967296", "-1", "123456789012"):
        case("manual_seed", f"torch.manual_seed({seed})\ntorch.{name}(5), torch.{name}(17)", grad=False)
case(
    "manual_seed", "torch.rand(3), torch.randn(3), torch.randperm(4), torch.randint(5, [3]), torch.rand(1)", grad=False
)
case("normal cache", "torch.randn(1), torch.randn(1), torch.randn(2), torch.rand(1), torch.randn(1)", grad=False)
case(
    "normal cache",
    "torch.randn(1, dtype=torch.float64), torch.randn(1), torch.randn(3), torch.randn(1, dtype=torch.float64)",
    grad=False,
)
case("normal cache", "torch.randn(1)\ntorch.manual_seed(1234)\ntorch.randn(1), torch.randn(1)", grad=False)
for code in (
    "10, [5]",
    "3, 9, [2, 3]",
    "0, 2, (4,)",
    "-5, 5, [20]",
    "0, 1099511627776, [5]",
    "10, [0]",
    "5, 5, [2]",
    "9, 3, [2]",
    "0, 10, [3], dtype=torch.int32",
    "low=0, high=7, size=[4]",
    "2, 7, [3], dtype=torch.float32",
    "0, 256, [4], dtype=torch.uint8",
    "1, [3]",
    "0, 2147483648, [4]",
    "0, 4294967295, [4]",
    "10, []",
):
    case("randint", f"torch.randint({code})", grad=False)
case("randint_like", "torch.randint_like(x, 10), torch.randint_like(x, 2, 5)", grad=False, x=rand(2, 3))
for n in (0, 1, 2, 10, 100, 1000):
    case("randperm", f"torch.randperm({n}), torch.rand(1)", grad=False)
case("randperm", "torch.randperm(5, dtype=torch.int32)", grad=False)
case("randperm", "torch.randperm(-1)", grad=False)
for code in (
    "torch.bernoulli(x)",
    "x.bernoulli()",
    "x.bernoulli(0.3)",
    "torch.bernoulli(x, 0.7)",
    "x.clone().bernoulli_()",
    "x.clone().bernoulli_(0.2)",
    "x.clone().bernoulli_(p)",
    "torch.bernoulli(x * 3)",
):
    for x in (
        between(0, 1, 3, 4),
        between(0, 1, 50),
        between(0, 1, 5, 7).nc,
        between(0, 1, 9).float64,
        between(0, 1, 0),
    ):
        case("bernoulli", code, grad=False, x=x, p=between(0, 1, *x.shape))
for code in (
    "normal_()",
    "normal_(1, 2)",
    "normal_(mean=-1, std=0.5)",
    "normal_(0, -1)",
    "uniform_()",
    "uniform_(-1, 1)",
    "uniform_(2, 3)",
    "uniform_(1, 0)",
    "random_(10)",
    "random_(2, 9)",
    "random_()",
    "exponential_()",
    "exponential_(2.0)",
    "geometric_(0.3)",
    "cauchy_()",
    "log_normal_()",
):
    name = code.split("(")[0]
    for x in (
        rand(3, 4),
        rand(5, 7).nc,
        rand(17),
        rand(16),
        rand(4).float64,
        rand(20).float64,
        rand(0),
        ints(0, 9, 5),
        rand(2, 3, 4).nc,
        rand(1),
        rand(40, 3).nc,
    ):
        case(name, f"y = x.clone()\ny.{code}\ny, torch.rand(1)", grad=False, x=x)
    case(name + " of a slice", f"y = x.clone()\ny[:, 1:3].{code}\ny", grad=False, x=rand(20, 4))
for code in (
    "torch.normal(0.0, 1.0, (3, 4))",
    "torch.normal(2.0, 0.5, [17])",
    "torch.normal(x, y)",
    "torch.normal(x, 0.5)",
    "torch.normal(0.0, y)",
    "torch.normal(x, -1.0)",
    "torch.normal(mean=x, std=y)",
):
    case("normal", code, grad=False, x=rand(3, 6), y=between(0.1, 2, 3, 6))
for code in ("x, 5", "x, 2", "x, 10, replacement=True", "x, 10", "x, 2, True"):
    case("multinomial", f"torch.multinomial({code})", grad=False, x=between(0.1, 1, 5))
    case("multinomial", f"torch.multinomial({code})", grad=False, x=between(0.1, 1, 3, 6))
case("poisson", "torch.poisson(x)", grad=False, x=between(0.1, 5, 6))

SHAPES = ["5", "3, 4", "4, 3, 3, 3", "17, 5", "2, 3, 5", "1, 1"]
FILLS = [
    "uniform_",
    "uniform_:-2, 3",
    "normal_",
    "normal_:1, 0.5",
    "normal_:std=0.02",
    "constant_:0.3",
    "ones_",
    "zeros_",
    "eye_",
    "dirac_",
    "xavier_uniform_",
    "xavier_uniform_:gain=2.0",
    "xavier_normal_",
    "xavier_normal_:0.5",
    "kaiming_uniform_",
    "kaiming_uniform_:a=0.2",
    "kaiming_uniform_:mode='fan_out', nonlinearity='relu'",
    "kaiming_normal_",
    "kaiming_normal_:nonlinearity='relu'",
    "kaiming_normal_:0.1, 'fan_out'",
    "kaiming_uniform_:nonlinearity='tanh'",
    "kaiming_uniform_:mode='odd'",
    "kaiming_normal_:nonlinearity='odd'",
    "trunc_normal_",
    "trunc_normal_:0, 0.02",
    "trunc_normal_:mean=1, std=0.5, a=0, b=1.5",
    "orthogonal_",
    "orthogonal_:gain=2",
    "sparse_:0.5",
    "dirac_:groups=2",
]
for fill in FILLS:
    name, _, options = fill.partition(":")
    for shape in SHAPES:
        tolerance = 1e-4 if name == "orthogonal_" else None  # the sign and rounding of LAPACK's QR
        case(
            "init." + name,
            f"w = torch.empty({shape})\nr = init.{name}(w{', ' if options else ''}{options})\nw, r.shape, torch.rand(1)",
            grad=False,
            tol=tolerance,
        )
for option in (
    "'relu'",
    "'linear'",
    "'tanh'",
    "'sigmoid'",
    "'leaky_relu'",
    "'leaky_relu', 0.3",
    "'conv2d'",
    "'selu'",
    "'odd'",
):
    case("init.calculate_gain", f"init.calculate_gain({option})", grad=False)
case(
    "init on parameters",
    "m = nn.Linear(3, 4)\ninit.xavier_uniform_(m.weight)\ninit.zeros_(m.bias)\nm(x), params(m), m.weight.requires_grad",
    x=rand(2, 3),
)
case(
    "init on parameters",
    "m = nn.Conv2d(2, 3, 3)\ninit.kaiming_normal_(m.weight, mode='fan_out', nonlinearity='relu')\ninit.constant_(m.bias, 0.1)\nparams(m)",
    grad=False,
)
for maker in (
    "Linear(5, 7)",
    "Linear(1, 1)",
    "Linear(100, 33)",
    "Conv2d(3, 8, 5)",
    "Conv2d(4, 4, 3, groups=2)",
    "Conv1d(2, 4, 3)",
    "ConvTranspose2d(3, 5, 3)",
    "Embedding(7, 5)",
    "Embedding(4, 4)",
    "BatchNorm2d(5)",
    "LayerNorm(5)",
    "GroupNorm(2, 4)",
    "PReLU()",
    "LSTM(3, 5)",
    "GRU(3, 5)",
    "MultiheadAttention(4, 2)",
    "Embedding(9, 3, padding_idx=0)",
    "Conv2d(1, 1, 1, bias=False)",
):
    case("default weights", f"m = nn.{maker}\nstate(m), torch.rand(1)", grad=False)
case(
    "default weights",
    "m = nn.Sequential(nn.Conv2d(1, 10, 5), nn.Conv2d(10, 20, 5), nn.Linear(320, 50), nn.Linear(50, 10))\nstate(m)",
    grad=False,
)
cases(
    "get_rng_state",
    ["s = torch.get_rng_state()\na = torch.rand(3)\ntorch.set_rng_state(s)\na, torch.rand(3)", "torch.initial_seed()"],
    grad=False,
)
case("dropout stream", "F.dropout(x, 0.5), torch.rand(2), F.dropout(x, 0.1), torch.rand(2)", grad=False, x=rand(7, 5))
case("rand then reshape", "torch.rand(4, 4).t(), torch.randn(4, 5).t()", grad=False)
case("vals", "x.random_(5)", grad=False, x=vals([1, 2, 3], dtype="uint8"))
