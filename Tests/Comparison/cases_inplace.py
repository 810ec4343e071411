"""In-place variants: what they give, under autograd, on views, and what is refused."""

import re

from caselib import between, bools, case, ints, rand, vals

UNARY = [
    "abs_()",
    "neg_()",
    "exp_()",
    "log_()",
    "sqrt_()",
    "sin_()",
    "cos_()",
    "tanh_()",
    "sigmoid_()",
    "floor_()",
    "ceil_()",
    "round_()",
    "sign_()",
    "square_()",
    "reciprocal_()",
    "relu_()",
    "clamp_(0.5, 1)",
    "clamp_(min=0.7)",
    "clip_(max=1)",
    "pow_(2)",
    "pow_(0.5)",
    "zero_()",
    "fill_(2.5)",
    "add_(1)",
    "sub_(2.5)",
    "mul_(3)",
    "div_(2)",
    "fmod_(0.7)",
    "remainder_(0.7)",
    "trunc_()",
    "frac_()",
    "rsqrt_()",
    "exp2_()",
    "log1p_()",
    "expm1_()",
    "erf_()",
    "tan_()",
    "atan_()",
    "nan_to_num_()",
    "log2_()",
    "log10_()",
    "clamp_min_(0.5)",
    "clamp_max_(0.5)",
    "tril_()",
    "triu_(1)",
    "cumsum_(0)",
    "cumprod_(1)",
    "fill_diagonal_(2)",
    "floor_divide_(0.3)",
    "logit_()",
    "asin_()",
    "sinh_()",
    "asinh_()",
]
BINARY = [
    "add_(y)",
    "add_(y, alpha=2)",
    "sub_(y)",
    "mul_(y)",
    "div_(y)",
    "pow_(y)",
    "copy_(y)",
    "atan2_(y)",
    "lerp_(y, 0.3)",
    "addcmul_(y, y, value=0.5)",
    "addcdiv_(y, y, value=0.5)",
    "remainder_(y)",
    "eq_(y)",
    "gt_(y)",
    "logical_and_(y)",
    "fmod_(y)",
    "floor_divide_(y)",
    "div_(y, rounding_mode='floor')",
    "sub_(y, alpha=3)",
    "hypot_(y)",
]
P = between(0.2, 0.9, 3, 4)


def swap(call, other):
    return re.sub(r"\by\b", other, call)


for call in UNARY + BINARY:
    name = call.split("(")[0]
    more = {"y": between(0.3, 2, 3, 4)} if call in BINARY else {}
    case(name, f"z = x * 1\nr = z.{call}\nr, z", x=P, **more)
    case(name, f"z = x * 1\nz.{call}\nz * z", x=P.nc, **more)
    if name not in ("tril_", "triu_", "fill_diagonal_", "cumsum_", "cumprod_"):
        case(name + " of a view", f"z = x * 2\nz[1].{swap(call, 'y[0]')}\nz", x=P, **more)
        case(name + " of a view", f"z = x * 2\nw = z.t()\nw.{swap(call, 'y.t()')}\nz, w", x=P, **more)
    case(name + " of a leaf", f"x.{call}\nx", x=P, **more)
    case(name, f"with torch.no_grad():\n    x.{call}\nx", grad=False, x=P, **more)
for call in ("add_(y)", "mul_(y)", "copy_(y)", "sub_(y)", "div_(y)"):
    name = call.split("(")[0]
    for y in (rand(4), rand(3, 1), rand(1, 1), rand(2, 3, 4), rand(5), rand(3, 4).float64, ints(0, 9, 3, 4)):
        case(name + " broadcast and types", f"z = x * 1\nz.{call}\nz", x=P, y=y)
    for x, y in (
        (ints(1, 9, 4), ints(1, 9, 4)),
        (ints(1, 9, 4), rand(4)),
        (vals([1, 2], dtype="int32"), ints(1, 9, 2)),
        (bools(4), bools(4)),
        (vals([1, 2], dtype="uint8"), ints(1, 9, 2)),
        (bools(4), ints(0, 9, 4)),
    ):
        case(name + " of integers", f"x.{call}\nx", grad=False, x=x, y=y)
for call in (
    "add_(1)",
    "add_(1.5)",
    "mul_(2)",
    "mul_(0.5)",
    "div_(2)",
    "zero_()",
    "fill_(3)",
    "fill_(2.7)",
    "clamp_(1, 5)",
    "pow_(2)",
    "sqrt_()",
    "fill_(True)",
):
    for dtype in ("int64", "int32", "uint8", "bool"):
        case("in place on integers", f"x.{call}\nx", grad=False, x=vals([0, 1, 3], dtype=dtype))

AUTOGRAD = [  # what a value saved for the gradient, changed afterwards, must do
    "y = x.exp()\ny.add_(1)\ny.sum().backward()\nx.grad",
    "y = x.sigmoid()\ny.mul_(2)\ny.sum().backward()\nx.grad",
    "y = x * 1\nz = y * y\ny.add_(1)\nz.sum().backward()\nx.grad",
    "y = x * 1\nz = y + 2\ny.mul_(3)\n(z + y).sum().backward()\nx.grad",
    "y = x * 1\nz = y.relu_()\nz.sum().backward()\nx.grad",
    "y = x * 1\nz = y[0]\ny.mul_(2)\nz.sum().backward()\nx.grad",
    "y = x * 1\nz = y[0]\nz.mul_(2)\ny.sum().backward()\nx.grad",
    "y = x * 1\nz = y.t()\nz.mul_(z)\ny.sum().backward()\nx.grad",
    "y = x * 1\ny[0] = 0\n(y * y).sum().backward()\nx.grad",
    "y = x * 1\ny[0] = y[1] * 2\ny.sum().backward()\nx.grad",
    "y = x.detach()\ny.mul_(2)\ny, x",
    "y = x * 1\nz = y.detach()\nw = y * y\nz.zero_()\nw.sum().backward()\nx.grad",
    "y = torch.zeros(3, 4)\ny[1] = x[0]\ny.requires_grad, y.is_leaf",
    "y = torch.zeros(3, 4)\ny[1] = x[0]\n(y * y).sum().backward()\nx.grad",
    "y = torch.zeros(3, 4)\ny.add_(x)\ny.sum().backward()\nx.grad",
    "y = torch.zeros(3, 4)\ny[:, 1].copy_(x[:, 0])\n(y * 2).sum().backward()\nx.grad",
    "y = x * 1\na, b = y.split(2, 1)\na.mul_(2)\ny.sum().backward()\nx.grad",
    "y = x * 1\na = at(y.unbind(), 0)\na.mul_(2)\ny.sum().backward()\nx.grad",
    "y = x.expand(2, 3, 4)\ny.add_(1)\ny",
    "y = x.tanh()\nz = y.pow(2)\ny.zero_()\nz.sum().backward()\nx.grad",
    "y = x * 1\ny.zero_()\n(y + x).sum().backward()\nx.grad",
    "y = x.sqrt()\ny.div_(2)\ny.sum().backward()\nx.grad",
    "y = x * 1\nz = y.log()\ny.fill_(1)\nz.sum().backward()\nx.grad",
    "y = x * 1\nz = y.sum()\ny.fill_(1)\nz.backward()\nx.grad",
    "with torch.no_grad():\n    x.sub_(0.1)\n(x * x).sum().backward()\nx, x.grad",
    "y = x * 1\nwith torch.no_grad():\n    y.mul_(2)\ny.sum().backward()\nx.grad",
    "w = torch.ones(4, requires_grad=True)\ny = x @ w\nwith torch.no_grad():\n    w.mul_(2)\ny.sum().backward()\nx.grad",
    "y = x.max(1).values\ny.mul_(2)\ny.sum().backward()\nx.grad",
    "y = x * 1\ny.masked_fill_(y > 0.5, 0)\ny.sum().backward()\nx.grad",
    "y = x * 1\ny[y > 0.5] = 0\n(y * x).sum().backward()\nx.grad",
    "x.requires_grad_(False)\nx.add_(1)\nx",
    "y = x * 1\ny.requires_grad_(False)\ny",
    "y = (x * 1).detach_()\ny.requires_grad, y",
    "x[0] = 1\nx",
    "x[0].mul_(2)\nx",
    "x.t().zero_()\nx",
    "y = x * 1\ny.t_()\ny.shape",
    "y = x * 1\ny.unsqueeze_(0)\ny.squeeze_()\ny",
    "y = x * 1\ny.transpose_(0, 1)\ny",
    "y = x * 1\ny.resize_(2)\ny.shape",
    "y = x.dropout(0.5, True)\ny",
]
for code in AUTOGRAD[:-1]:
    case("in place under autograd", code, grad=False, x=P, setup="x.requires_grad_()", lua_setup="x:requires_grad_()")
for call in (
    "random_(10)",
    "random_()",
    "random_(3, 9)",
    "uniform_()",
    "normal_()",
    "bernoulli_(0.5)",
    "exponential_()",
    "normal_(1, 2)",
    "uniform_(-1, 1)",
):
    case("random in place on a view", f"y = x * 1\ny[:, 1].{call}\ny", grad=False, x=P)
    case("random in place on a leaf", f"x.{call}\nx", x=P)

# Shapes in place: a tensor comes to look at its elements in another way, and views of it keep theirs.
CHANGES = (
    "t_()",
    "unsqueeze_(0)",
    "transpose_(0, 1)",
    "swapaxes_(0, -1)",
    "squeeze_()",
    "squeeze_(0)",
    "unsqueeze_(-1)",
)
for start, with_grad in (("y = x * 1", True), ("y = x.detach().clone()", False)):
    for change in CHANGES:
        for last in ("y, y.is_contiguous(), y.shape", "y.mul_(2)\ny * y", "y[0].mul_(3)\ny"):
            for x in (rand(3, 4), rand(1, 4)):
                case("shape in place", f"{start}\ny.{change}\n{last}", x=x, grad=with_grad)
        for code in (
            "v = y[1]\ny.{}\nv.mul_(2)\ny, v",
            "v = y.view(-1)\ny.{}\ny.mul_(2)\nv[2:5].mul_(3)\ny, v",
            "v = y[1:]\nz = v + 1\nv.{}\nv.mul_(2)\ny, v, z",
            "z = y * y\ny.{}\nz",
        ):
            case("shape in place and views", f"{start}\n{code.format(change)}", x=rand(3, 3), grad=with_grad)
    case("shape of a leaf in place", f"x.{change}\nx", x=rand(3, 3))
