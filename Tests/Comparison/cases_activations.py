"""Activations as functions, and as methods where tensors have them."""

from caselib import between, bools, case, ints, rand, scalar, vals

ACTIVATIONS = {
    "relu": ["", "inplace=False"],
    "relu6": [""],
    "leaky_relu": ["", "0.2", "negative_slope=0"],
    "elu": ["", "alpha=0.5", "2.0"],
    "selu": [""],
    "celu": ["", "alpha=0.5"],
    "gelu": ["", "approximate='tanh'"],
    "silu": [""],
    "mish": [""],
    "hardswish": [""],
    "hardsigmoid": [""],
    "hardtanh": ["", "-2, 0.5", "min_val=-0.1"],
    "sigmoid": [""],
    "tanh": [""],
    "softplus": ["", "beta=2, threshold=1", "2.0"],
    "softsign": [""],
    "logsigmoid": [""],
    "tanhshrink": [""],
    "softshrink": ["", "0.2"],
    "hardshrink": ["", "0.2"],
    "threshold": ["0.1, 2"],
    "softmax": ["dim=0", "dim=-1", "0"],
    "log_softmax": ["dim=0", "dim=-1", "-1"],
    "softmin": ["dim=0"],
    "glu": ["dim=-1"],
    "normalize": ["", "p=1, dim=0", "dim=0, eps=100.0"],
}
EDGE = vals([-100, -88, -20, -3, -1, -1e-6, -0.0, 0.0, 1e-6, 1, 3, 20, 88, 100])
for name, options in ACTIVATIONS.items():
    for option in options:
        code = f"F.{name}(x{', ' if option else ''}{option})"
        for x in (rand(3, 4), between(-5, 5, 2, 3, 6).nc, rand(0, 4), rand(2, 3, 5, 4).float64):
            case("F." + name, code, x=x)
        if name not in ("glu", "normalize"):
            case("F." + name, code, x=EDGE)
            case("F." + name, code, x=scalar(0.7))
    case("F." + name, f"F.{name}(x{', ' if options[0] else ''}{options[0]})", x=ints(-3, 4, 3, 4))
for name in ("relu", "sigmoid", "tanh"):
    for x in (rand(3, 4), rand(4, 3).nc, ints(-3, 4, 5), bools(4), rand(3).float64):
        case(name, f"x.{name}(), torch.{name}(x)", x=x)
for name in ("softmax", "log_softmax"):
    for x in (rand(3, 4), rand(2, 3, 4).nc, scalar(2.0), rand(0, 3), rand(3, 0)):
        case(name, f"x.{name}(-1), torch.{name}(x, 0)", x=x)
    case(name, f"x.{name}(0, dtype=torch.float64)", x=rand(3, 4))
    case(name, f"x.{name}(0, dtype=torch.float32)", grad=False, x=ints(-3, 4, 3, 4))
    case(name, f"x.{name}(2)", x=rand(3, 4))
    case(name, f"x.{name}(-3)", x=rand(3, 4))
    case(name, f"x.{name}()", x=rand(3, 4))
    case(name, f"F.{name}(x, 1)", x=rand(64, 1000).const, grad=False)
case("F.prelu", "F.prelu(x, w)", x=rand(2, 3, 4), w=rand(3))
case("F.prelu", "F.prelu(x, w)", x=rand(2, 3, 4).nc, w=rand(1))
case("F.prelu", "F.prelu(x, w)", x=rand(5), w=rand(1))
case("F.prelu", "F.prelu(x, w)", x=rand(2, 3, 4), w=rand(4))
case("F.prelu", "F.prelu(x, w)", x=rand(0, 3), w=rand(3))
case("torch.prelu", "torch.prelu(x, w)", x=rand(2, 3, 4, 2), w=rand(3))
for x in (rand(4, 3), EDGE, rand(0)):
    case("F.sigmoid of extremes", "F.sigmoid(x), F.tanh(x), F.gelu(x), F.silu(x), F.mish(x), F.softplus(x)", x=x)
for name in ("relu_", "sigmoid_", "tanh_"):
    case(name, f"y = x * 1\nz = y.{name}()\nz, y", x=rand(3, 4))
    case(name, f"y = x.t() * 1\ny.{name}()\ny", x=rand(3, 4))
for name in ("relu", "leaky_relu", "elu", "hardtanh", "relu6", "silu", "mish", "hardswish", "hardsigmoid", "threshold"):
    more = ", 0.1, 2" if name == "threshold" else ""
    case(f"F.{name} in place", f"y = x * 1\nz = F.{name}(y{more}, inplace=True)\nz, y", x=rand(3, 4))
case("F.gelu refusals", "F.gelu(x, approximate='other')", x=rand(3))
case("F.softplus options", "F.softplus(x, 0.5, 2)", x=between(-9, 9, 12))
case("F.gumbel_softmax", "F.gumbel_softmax(x, dim=1)", x=rand(3, 4))
for code in (
    "F.dropout(x, 0.4)",
    "F.dropout(x, p=0.4, training=False)",
    "F.dropout(x, 0.0)",
    "F.dropout(x, 1.0)",
    "F.dropout(x)",
    "F.dropout(x, 2.0)",
):
    for x in (rand(4, 5), rand(33), rand(5, 7).nc, rand(0, 2), rand(16).float64, rand(15), scalar(1.0)):
        case("F.dropout", code, x=x)
for code in ("F.dropout2d(x, 0.4)", "F.dropout2d(x, 0.4, training=False)", "F.feature_alpha_dropout(x, 0.4)"):
    case("F.dropout2d", code, x=rand(3, 4, 5, 2))
    case("F.dropout2d", code, x=rand(3, 4, 5, 2).nc)
case("F.dropout1d", "F.dropout1d(x, 0.4)", x=rand(3, 4, 5))
case("F.alpha_dropout", "F.alpha_dropout(x, 0.4, training=True)", x=rand(3, 4, 5))
