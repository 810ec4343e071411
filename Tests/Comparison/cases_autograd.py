"""Autograd: backward and grad, hooks, custom functions, gradients of gradients, errors."""

from caselib import bools, case, distinct, ints, rand, scalar, vals

REQUIRES = dict(setup="x.requires_grad_()", lua_setup="x:requires_grad_()")
X = rand(3, 4).const


def auto(row, code, **inputs):
    case(row, code, grad=False, **({"x": X} | inputs), **REQUIRES)


for code in (
    "x.sum().backward()\nx.grad",
    "(x * x).sum().backward()\nx.grad",
    "y = x.sum()\ny.backward()\ny.backward()\nx.grad",
    "y = (x * x).sum()\ny.backward()\ny.backward()\nx.grad",
    "y = (x * x).sum()\ny.backward(retain_graph=True)\ny.backward()\nx.grad",
    "(x * 2).backward()\nx.grad",
    "(x * 2).backward(torch.ones(3, 4))\nx.grad",
    "(x * x).backward(gradient=torch.full([3, 4], 2.0))\nx.grad",
    "(x * 2).backward(torch.ones(2))\nx.grad",
    "x.sum().backward()\nx.sum().backward()\nx.grad",
    "y = x.detach()\ny.sum().backward()",
    "y = x * 2\ny.sum().backward()\ny.grad",
    "y = x * 2\ny.retain_grad()\n(y * y).sum().backward()\ny.grad, x.grad",
    "x.requires_grad, x.is_leaf, (x * 2).requires_grad, (x * 2).is_leaf, x.grad is None, x.detach().requires_grad",
    "x.sum().backward()\nx.grad.requires_grad, x.grad.shape, x.grad.dtype",
    "with torch.no_grad():\n    y = x * 2\ny.requires_grad",
    "with torch.no_grad():\n    with torch.enable_grad():\n        y = x * 2\ny.requires_grad",
    "y = x[0, 0] * 3\ny.backward()\nx.grad",
    "x.mean().backward()\ng = x.grad.clone()\nx.grad = None\nx.sum().backward()\ng, x.grad",
    "x.sum().backward()\nx.grad.zero_()\nx.mean().backward()\nx.grad",
    "x.requires_grad_(False)\nx.requires_grad",
    "y = torch.ones(2, dtype=torch.int64)\ny.requires_grad_()",
    "(x.double() * 2).sum().backward()\nx.grad.dtype, x.grad",
    "y = x.sum()\ny.backward(torch.tensor(3.0))\nx.grad",
    "x.expand(2, 3, 4).sum().backward()\nx.grad",
    "torch.is_grad_enabled()",
    "y = x * 2\n(y + y * y).sum().backward()\nx.grad",
    "(x + x + x).sum().backward()\nx.grad",
    "x.t().contiguous().sum().backward()\nx.grad.stride(), x.grad",
    "y = x\nfor i in range(50):\n    y = y * 1.01 + 0.1\ny.sum().backward()\nx.grad",
    "y = x * 1\ny.requires_grad = False\ny",
    "x.backward()",
    "y = x.argmax().float()\ny.backward()",
    "y = x.round().sum()\ny.backward()\nx.grad",
    "y = (x > 0).float().sum()\ny.requires_grad",
):
    auto("backward", code)
for code in (
    "torch.autograd.grad(x.sum(), x)",
    "torch.autograd.grad((x * w).sum(), [x, w])",
    "torch.autograd.grad((x * x).sum(), [x])",
    "torch.autograd.grad(x * 2, x, grad_outputs=torch.ones(3, 4))",
    "torch.autograd.grad(x * 2, x)",
    "torch.autograd.grad(x.sum(), [x, w])",
    "g = torch.autograd.grad(x.sum(), [x, w], allow_unused=True)\nat(g, 0), at(g, 1)",
    "torch.autograd.grad([x.sum(), (x * w).sum()], [x, w])",
    "y = x * 2\ntorch.autograd.grad((y * y).sum(), y)",
    "y = x * 2\ntorch.autograd.grad((y * y).sum(), [x, y])",
    "y = (x * x).sum()\na = torch.autograd.grad(y, x)\ntorch.autograd.grad(y, x)",
    "y = (x * x).sum()\na = torch.autograd.grad(y, x, retain_graph=True)\na, torch.autograd.grad(y, x)",
    "torch.autograd.grad((x * x).sum(), x)\nx.grad",
    "g = torch.autograd.grad((x ** 3).sum(), x, create_graph=True)\nat(g, 0).requires_grad",
    "torch.autograd.grad((x * x).sum(), x.detach())",
    "torch.autograd.grad([x * 2, w * x], [x, w], grad_outputs=[torch.ones(3, 4), torch.full([3, 4], 2.0)])",
    "torch.autograd.grad(x.sum(), [x, w], materialize_grads=True)",
):
    case(
        "grad",
        code,
        grad=False,
        x=X,
        w=rand(4).const,
        setup="x.requires_grad_()\nw.requires_grad_()",
        lua_setup="x:requires_grad_(); w:requires_grad_()",
    )

HOOKS = [
    "x.register_hook(lambda g: g * 2)\nx.sum().backward()\nx.grad",
    "y = x * 2\ny.register_hook(lambda g: g * 3)\n(y * y).sum().backward()\nx.grad",
    "y = x * 2\ny.register_hook(lambda g: g.clamp(-1, 1))\n(y * y).sum().backward()\nx.grad",
    "h = x.register_hook(lambda g: g * 2)\nh.remove()\nx.sum().backward()\nx.grad",
    "x.register_hook(lambda g: g * 2)\nx.register_hook(lambda g: g + 1)\nx.sum().backward()\nx.grad",
    "x.register_hook(lambda g: None)\nx.sum().backward()\nx.grad",
    "seen = []\nx.register_hook(lambda g: seen.append(g.sum()))\nx.sum().backward()\nseen",
    "x.detach().register_hook(lambda g: g)",
    "x.register_hook(lambda g: g.sum())\nx.sum().backward()\nx.grad",
    "y = x * 1\ny.register_hook(lambda g: g * 2)\ny.mul_(3)\ny.sum().backward()\nx.grad",
]
for code in HOOKS:
    # list.append has no counterpart: Lua appends with an index
    lua = (
        "local seen = {}\nx:register_hook(function(g) seen[#seen + 1] = g:sum() end)\nx:sum():backward()\nresults = { seen }"
        if "seen" in code
        else None
    )
    case("register_hook", code, grad=False, lua=lua, x=X, **REQUIRES)

FUNCTIONS = {  # forward and backward, in Python and in Lua
    "cube": (
        "ctx.save_for_backward(a)\n        return a ** 3",
        "a, = ctx.saved_tensors\n        return 3 * a * a * g",
        "ctx:save_for_backward(a); return a ^ 3",
        "local a = spread(ctx:saved_tensors()); return 3 * a * a * g",
    ),
    "attribute": ("ctx.k = 4\n        return a * 4", "return g * ctx.k", "ctx.k = 4; return a * 4", "return g * ctx.k"),
    "straight through": ("return a.round()", "return g", "return a:round()", "return g"),
    "wrong gradient": ("return a * 2", "return g * 100", "return a * 2", "return g * 100"),
    "wrong shape": ("return a * 2", "return g.sum(0)", "return a * 2", "return g:sum(0)"),
    "no gradient": ("return a * 2", "return None", "return a * 2", "return nil"),
    "error inside": ("return a * 2", "raise ValueError('odd')", "return a * 2", "error('odd')"),
}
for name, (forward, backward, lua_forward, lua_backward) in FUNCTIONS.items():
    setup = f"class Custom(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        {forward}\n    @staticmethod\n    def backward(ctx, g):\n        {backward}\nf = Custom.apply"
    lua_setup = f"local f = nj.autograd_function{{ forward = function(ctx, a) {lua_forward} end, backward = function(ctx, g) {lua_backward} end }}"
    if name in ("wrong shape", "error inside"):  # the error comes in backward
        case(
            "custom function: " + name,
            "f(x * 2).sum().backward()\nx.grad",
            grad=False,
            x=X,
            setup="x.requires_grad_()\n" + setup,
            lua_setup="x:requires_grad_()\n" + lua_setup,
        )
        continue
    for x in (rand(3, 4), rand(3, 4).nc, rand(0, 2), scalar(1.5), rand(3).float64):
        case("custom function: " + name, "f(x * 2) * x", x=x, setup=setup, lua_setup=lua_setup)
        case("custom function: " + name, "f(f(x))", x=x, setup=setup, lua_setup=lua_setup)
    case(
        "custom function: " + name, "f(x).requires_grad, f(x)", grad=False, x=rand(3), setup=setup, lua_setup=lua_setup
    )
setup = """
class Custom(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, k):
        ctx.save_for_backward(a, b)
        ctx.k = k
        return a * b * k, a + b
    @staticmethod
    def backward(ctx, g, h):
        a, b = ctx.saved_tensors
        return g * b * ctx.k + h, g * a * ctx.k + h, None
f = Custom.apply
"""
lua_setup = """
local f = nj.autograd_function{
  forward = function(ctx, a, b, k) ctx:save_for_backward(a, b); ctx.k = k; return a * b * k, a + b end,
  backward = function(ctx, g, h)
    local a, b = spread(ctx:saved_tensors())
    return g * b * ctx.k + h, g * a * ctx.k + h, nil
  end }
"""
case(
    "custom function: several inputs and outputs",
    "p, q = f(x, y, 3)\np, q",
    x=rand(3),
    y=rand(3),
    setup=setup,
    lua_setup=lua_setup,
)
case(
    "custom function: several inputs and outputs",
    "p, q = f(x, y, 3)\np",
    x=rand(3),
    y=rand(3).const,
    setup=setup,
    lua_setup=lua_setup,
)

TWICE = [
    "(x ** 3).sum()",
    "x.exp().sum()",
    "(x * x).mean()",
    "x.sin().sum()",
    "x.tanh().sum()",
    "x.sigmoid().sum()",
    "F.softplus(x).sum()",
    "(x @ x.t()).sum()",
    "x.log_softmax(1).pow(2).sum()",
    "x.softmax(1)[0].pow(2).sum()",
    "F.relu(x).pow(3).sum()",
    "F.leaky_relu(x, 0.1).pow(3).sum()",
    "F.elu(x).sum()",
    "F.gelu(x).sum()",
    "F.silu(x).sum()",
    "(x / (1 + x * x)).sum()",
    "x.pow(2).sum(1).sqrt().sum()",
    "x.norm().pow(3)",
    "x.norm(2, 1).sum()",
    "x.std() * 3",
    "x.var(0).sum()",
    "x[0].pow(3).sum() + x[:, 1].pow(2).sum()",
    "torch.cat([x, x * 2]).pow(3).sum()",
    "x.max(1).values.pow(3).sum()",
    "x.logsumexp(1).sum()",
    "x.abs().pow(3).sum()",
    "torch.where(x > 0, x ** 3, x ** 2).sum()",
    "F.mse_loss(x, x.roll(1, 0) * 2)",
    "F.cross_entropy(x, torch.tensor([0, 1, 2]))",
    "F.binary_cross_entropy_with_logits(x, torch.ones(3, 4))",
    "F.layer_norm(x, [4]).pow(3).sum()",
    "x.cumsum(0).pow(3).sum()",
    "x.prod()",
    "(x.unsqueeze(0) * x.unsqueeze(1)).sum(0).pow(2).sum()",
    "x.clamp(-0.5, 0.5).pow(3).sum()",
    "x.index_select(0, torch.tensor([0, 0, 2])).pow(3).sum()",
    "x.expand(2, 3, 4).pow(3).sum()",
    "torch.einsum('ij,kj->ik', x, x).pow(2).sum()",
    "x.matmul(x.t()).pow(2).sum()",
    "F.linear(x, x, x[:, 0]).pow(2).sum()",
]
for code in TWICE:
    auto(
        "gradient of a gradient",
        f"g = torch.autograd.grad({code}, x, create_graph=True)\nat(g, 0).pow(2).sum().backward()\nat(g, 0), x.grad",
    )
for code in (
    "F.conv2d(x, w, b, padding=1).pow(2).sum()",
    "F.conv2d(x, w, stride=2).tanh().sum()",
    "F.max_pool2d(F.conv2d(x, w, padding=1), 2).pow(2).sum()",
    "F.avg_pool2d(F.conv2d(x, w), 2).pow(3).sum()",
    "F.conv_transpose2d(x, w.transpose(0, 1)).pow(2).sum()",
    "F.batch_norm(F.conv2d(x, w), None, None, training=True).pow(3).sum()",
    "F.adaptive_avg_pool2d(F.conv2d(x, w).relu(), 1).pow(2).sum()",
    "F.interpolate(x, scale_factor=2, mode='bilinear').pow(3).sum()",
    "F.pad(x, (1, 1, 1, 1), mode='reflect').pow(3).sum()",
    "F.group_norm(F.conv2d(x, w, b), 3).pow(3).sum()",
):
    case(
        "gradient of a gradient: layers",
        f"g = torch.autograd.grad({code}, x, create_graph=True)\nat(g, 0).pow(2).sum().backward()\nat(g, 0), x.grad, w.grad",
        grad=False,
        tol=1e-4,
        x=rand(2, 2, 6, 6).const,
        w=rand(3, 2, 3, 3).const,
        b=rand(3).const,
        setup="x.requires_grad_()\nw.requires_grad_()\nb.requires_grad_()",
        lua_setup="x:requires_grad_(); w:requires_grad_(); b:requires_grad_()",
    )
for penalty in ("(at(g, 0).norm(2, 1) - 1).pow(2).mean()", "at(g, 0).pow(2).sum(1).mean()"):
    for net in (
        "nn.Flatten(), nn.Linear(36, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1)",
        "nn.Conv2d(1, 4, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(4, 4, 3, stride=2), nn.Tanh(), nn.Flatten(), nn.Linear(16, 1)",
        "nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 1)",
        "nn.Conv2d(1, 4, 3), nn.SiLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(16, 1)",
    ):
        flat = penalty.replace("at(g, 0)", "at(g, 0).flatten(1)")
        auto(
            "gradient penalty",
            f"m = nn.Sequential({net})\ng = torch.autograd.grad(m(x).sum(), x, create_graph=True)\nloss = {flat}\nloss.backward()\nloss, grads(m)",
            x=rand(3, 1, 6, 6).const,
        )
auto(
    "third derivative",
    "a = torch.autograd.grad((x ** 4).sum(), x, create_graph=True)\nb = torch.autograd.grad(at(a, 0).sum(), x, create_graph=True)\ntorch.autograd.grad(at(b, 0).sum(), x)",
)
case(
    "hooks on a module's parameter",
    "m = nn.Linear(4, 2)\nm.weight.register_hook(lambda g: g * 0.5)\nm(x).sum().backward()\ngrads(m)",
    grad=False,
    x=X,
)
case(
    "frozen parameters",
    "m = nn.Linear(4, 2)\nm.weight.requires_grad_(False)\nm(x).sum().backward()\nm.weight.grad, m.bias.grad",
    grad=False,
    x=X,
)
case("checks of types", "x.requires_grad_()", grad=False, x=ints(0, 5, 3))
case("max of ties", "x.max(), x.amax(), x.min(), x.median()", x=vals([2, 2, 1, 1]))
case("gradients through views", "y = x[1:].t()\nz = y[::2]\nz * z, y.sum(0)", x=distinct(4, 5).nc)
case("gradients through masks", "x[m] * 2, x.masked_select(m), x.masked_fill(m, 0)", x=rand(3, 4), m=bools(3, 4))
