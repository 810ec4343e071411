"""Optimisers: every option over a number of steps with fixed gradients; groups, state, clipping."""

from caselib import case, rand, vals

GRADIENT = "lambda p, s, i: (p * fixed(p.shape) * (s % 3 - 0.7) + p * p * 0.1).sum()"
P = dict(p=rand(3, 4).const, q=rand(5).const)
REQUIRES = dict(setup="p.requires_grad_()\nq.requires_grad_()", lua_setup="p:requires_grad_(); q:requires_grad_()")


def opt(row, maker, count=25, gradient=GRADIENT, more=""):
    case(row, f"opt = optim.{maker}\nr = steps(opt, [p, q], {count}, {gradient})\nr{more}", grad=False, **P, **REQUIRES)


OPTIONS = {
    "SGD": [
        "",
        "lr=0.1",
        "lr=0.1, momentum=0.9",
        "lr=0.1, momentum=0.9, nesterov=True",
        "lr=0.1, momentum=0.9, dampening=0.5",
        "lr=0.1, weight_decay=0.1",
        "lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True",
        "lr=0.1, maximize=True",
        "lr=0.1, momentum=0.5, maximize=True, weight_decay=0.1",
        "lr=0",
        "0.05, 0.5",
        "lr=-1",
        "lr=0.1, nesterov=True",
        "lr=0.1, momentum=-1",
        "lr=0.1, weight_decay=-1",
        "lr=0.1, momentum=0.9, dampening=0.5, nesterov=True",
        "lr=0.1, rho=1",
    ],
    "Adam": [
        "",
        "lr=0.1",
        "lr=0.01, betas=(0.5, 0.9)",
        "lr=0.1, eps=0.1",
        "lr=0.1, weight_decay=0.1",
        "lr=0.1, amsgrad=True",
        "lr=0.1, maximize=True",
        "0.1, (0.8, 0.95), 1e-6, 0.01, True",
        "lr=0.1, amsgrad=True, weight_decay=0.1, maximize=True",
        "lr=-1",
        "betas=(1.0, 0.9)",
        "betas=(0.9, -0.1)",
        "eps=-1",
        "weight_decay=-1",
        "lr=0.1, decoupled_weight_decay=True",
    ],
    "AdamW": [
        "",
        "lr=0.1",
        "lr=0.01, betas=(0.5, 0.9)",
        "lr=0.1, eps=0.1",
        "lr=0.1, weight_decay=0.1",
        "lr=0.1, weight_decay=0",
        "lr=0.1, amsgrad=True",
        "lr=0.1, maximize=True",
        "lr=0.1, amsgrad=True, maximize=True",
        "lr=-1",
        "betas=(1.0, 0.9)",
    ],
    "RMSprop": [
        "",
        "lr=0.1",
        "lr=0.1, alpha=0.9",
        "lr=0.1, eps=0.1",
        "lr=0.1, weight_decay=0.1",
        "lr=0.1, momentum=0.9",
        "lr=0.1, centered=True",
        "lr=0.1, centered=True, momentum=0.5",
        "lr=0.1, maximize=True",
        "lr=-1",
        "alpha=-1",
    ],
    "Adagrad": [
        "",
        "lr=0.1",
        "lr=0.1, lr_decay=0.1",
        "lr=0.1, weight_decay=0.1",
        "lr=0.1, initial_accumulator_value=0.5",
        "lr=0.1, eps=0.1",
        "lr=0.1, maximize=True",
        "lr=-1",
        "lr_decay=-1",
    ],
    "Adamax": ["lr=0.1"],
    "NAdam": ["lr=0.1"],
    "RAdam": ["lr=0.1"],
    "Adadelta": ["lr=0.1"],
}
for name, options in OPTIONS.items():
    for option in options:
        maker = f"{name}([p, q]{', ' if option else ''}{option})"
        opt(name, maker)
        if options.index(option) < 8:
            opt(name, maker, 60, "lambda p, s, i: ((p - 1) * (p - 1)).sum()")
    if len(options) == 1:
        continue
    opt(name + " groups", f"{name}([{{'params': [p], 'lr': 0.5}}, {{'params': [q], 'weight_decay': 0.1}}], lr=0.05)")
    opt(name + " groups", f"{name}([{{'params': p}}, {{'params': q, 'lr': 0.2}}], lr=0.05)", 5)
    opt(name + " groups", f"{name}([{{'params': [p]}}, {{'params': [q, p]}}], lr=0.05)", 5)
    opt(name + " groups", f"{name}([{{'params': [p], 'lr': -1}}], lr=0.05)", 5)
    case(
        name + " groups",
        f"opt = optim.{name}([p], lr=0.1)\nopt.add_param_group({{'params': [q], 'lr': 0.5}})\nlen(opt.param_groups), at(opt.param_groups, 0)['lr'], at(opt.param_groups, 1)['lr'], "
        f"len(at(opt.param_groups, 1)['params']), steps(opt, [p, q], 3, {GRADIENT})",
        grad=False,
        **P,
        **REQUIRES,
    )
    case(
        name + " groups",
        f"opt = optim.{name}([p, q], lr=0.1)\nr = steps(opt, [p, q], 3, {GRADIENT})\nat(opt.param_groups, 0)['lr'] = 0.01\nr, steps(opt, [p, q], 3, {GRADIENT})",
        grad=False,
        **P,
        **REQUIRES,
    )
    case(
        name + " groups",
        f"opt = optim.{name}([p])\nopt.add_param_group({{'params': [p]}})\n1",
        grad=False,
        **P,
        **REQUIRES,
    )
    case(name + " refusals", f"optim.{name}([])", grad=False)
    case(name + " refusals", f"optim.{name}([(p * 2)])", grad=False, **P, **REQUIRES)
    case(name + " refusals", f"optim.{name}(p)", grad=False, **P, **REQUIRES)
    case(
        name + " frozen",
        f"q.requires_grad_(False)\nopt = optim.{name}([p, q], lr=0.1)\n(p * p).sum().backward()\nopt.step()\np, q",
        grad=False,
        **P,
        **REQUIRES,
    )
    case(
        name + " frozen",
        f"opt = optim.{name}([p, q], lr=0.1)\n(p * p).sum().backward()\nopt.step()\nopt.step()\n(q * p[0, 0]).sum().backward()\nopt.step()\np, q",
        grad=False,
        **P,
        **REQUIRES,
    )
    case(
        name + " zero_grad",
        f"opt = optim.{name}([p, q], lr=0.1)\n(p * p).sum().backward()\nopt.zero_grad()\na = p.grad\n(p * p).sum().backward()\nopt.zero_grad(set_to_none=False)\na, p.grad, q.grad",
        grad=False,
        **P,
        **REQUIRES,
    )
    for option in (
        ("", ", weight_decay=0.1")
        + ((", momentum=0.9",) if name in ("SGD", "RMSprop") else ())
        + ((", amsgrad=True",) if "Adam" in name else ())
    ):
        # the state goes to a second optimiser over copies of the parameters, and both must go on alike
        case(
            name + " state_dict",
            f"a = optim.{name}([p, q], lr=0.1{option})\nr = steps(a, [p, q], 5, {GRADIENT})\nx = p.detach().clone().requires_grad_()\ny = q.detach().clone().requires_grad_()\n"
            f"b = optim.{name}([x, y], lr=0.5)\nb.load_state_dict(a.state_dict())\nsteps(a, [p, q], 5, {GRADIENT}), steps(b, [x, y], 5, {GRADIENT}), at(b.param_groups, 0)['lr']",
            grad=False,
            **P,
            **REQUIRES,
        )
    case(
        name + " state_dict",
        f"a = optim.{name}([p, q], lr=0.1)\nb = optim.{name}([p], lr=0.5)\nb.load_state_dict(a.state_dict())\n1",
        grad=False,
        **P,
        **REQUIRES,
    )
    case(
        name + " closure",
        f"opt = optim.{name}([p, q], lr=0.1)\ndef closure():\n    opt.zero_grad()\n    loss = (p * p).sum()\n    loss.backward()\n    return loss\nl = opt.step(closure)\nl, p",
        grad=False,
        **P,
        **REQUIRES,
    )
    case(
        name + " on a network",
        f"m = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))\nopt = optim.{name}(m.parameters(), lr=0.02)\nfor i in range(20):\n    opt.zero_grad()\n"
        "    loss = F.mse_loss(m(x), y)\n    loss.backward()\n    opt.step()\nloss.detach(), [p.detach() for p in m.parameters()]",
        grad=False,
        tol=1e-4,
        x=rand(16, 4),
        y=rand(16, 1),
    )
    case(
        name + " in float64",
        f"opt = optim.{name}([p], lr=0.1)\nfor i in range(10):\n    opt.zero_grad()\n    (p * p).sum().backward()\n    opt.step()\np",
        grad=False,
        p=rand(4).float64,
        setup="p.requires_grad_()",
        lua_setup="p:requires_grad_()",
    )
case(
    "param_groups",
    "opt = optim.SGD([p, q], lr=0.1, momentum=0.9)\ng = at(opt.param_groups, 0)\nlen(opt.param_groups), g['lr'], g['momentum'], g['dampening'], g['weight_decay'], g['nesterov'], g['maximize'], len(g['params'])",
    grad=False,
    **P,
    **REQUIRES,
)
case(
    "param_groups",
    "opt = optim.Adam([p, q])\ng = at(opt.param_groups, 0)\ng['lr'], g['eps'], g['weight_decay'], g['amsgrad'], g['betas']",
    grad=False,
    **P,
    **REQUIRES,
)

for options in (
    "1.0",
    "0.5",
    "100.0",
    "1.0, norm_type=1",
    "1.0, inf",
    "max_norm=2.0, norm_type=2.0",
    "1.0, norm_type=3",
    "1, error_if_nonfinite=True",
    "0.0",
):
    case(
        "clip_grad_norm_",
        f"(p * p).sum().backward()\n(q * 3).sum().backward()\nn = utils.clip_grad_norm_([p, q], {options})\nn, p.grad, q.grad",
        grad=False,
        **P,
        **REQUIRES,
    )
    case(
        "clip_grad_norm_",
        f"(p * p).sum().backward()\nn = utils.clip_grad_norm_([p, q], {options})\nn, p.grad, q.grad",
        grad=False,
        **P,
        **REQUIRES,
    )
case("clip_grad_norm_", "n = utils.clip_grad_norm_([p, q], 1.0)\nn", grad=False, **P, **REQUIRES)
case(
    "clip_grad_norm_",
    "(p * p).sum().backward()\nn = utils.clip_grad_norm_(p, 1.0)\nn, p.grad",
    grad=False,
    **P,
    **REQUIRES,
)
case(
    "clip_grad_norm_",
    "(p / 0).sum().backward()\nn = utils.clip_grad_norm_([p], 1.0, error_if_nonfinite=True)\nn",
    grad=False,
    **P,
    **REQUIRES,
)
case(
    "clip_grad_norm_",
    "(p / 0).sum().backward()\nn = utils.clip_grad_norm_([p], 1.0)\nn, p.grad",
    grad=False,
    **P,
    **REQUIRES,
)
case(
    "clip_grad_norm_",
    "m = nn.Linear(4, 3)\nm(x).pow(2).sum().backward()\nn = utils.clip_grad_norm_(m.parameters(), 0.1)\nn, grads(m)",
    grad=False,
    x=rand(2, 4),
)
for value in ("0.5", "clip_value=1.0", "0.0", "100"):
    case(
        "clip_grad_value_",
        f"(p * p).sum().backward()\n(q * 3).sum().backward()\nutils.clip_grad_value_([p, q], {value})\np.grad, q.grad",
        grad=False,
        **P,
        **REQUIRES,
    )
case(
    "clip_grad_value_",
    "(p * p).sum().backward()\nutils.clip_grad_value_([p, q], 0.1)\np.grad, q.grad",
    grad=False,
    **P,
    **REQUIRES,
)
case("get_total_norm", "utils.get_total_norm([p.detach(), q.detach()])", grad=False, **P, **REQUIRES)
case("parameters_to_vector", "v = utils.parameters_to_vector([p, q])\nv", grad=False, **P, **REQUIRES)
case(
    "steps of zero gradient",
    "opt = optim.Adam([p, q], lr=0.1)\nr = steps(opt, [p, q], 5, lambda p, s, i: (p * 0).sum())\nr",
    grad=False,
    **P,
    **REQUIRES,
)
case(
    "tiny gradients",
    "opt = optim.Adam([p], lr=0.1)\nr = steps(opt, [p], 20, lambda p, s, i: (p * 1e-12).sum())\nr",
    grad=False,
    p=vals([1, 2, 3]).const,
    setup="p.requires_grad_()",
    lua_setup="p:requires_grad_()",
)
