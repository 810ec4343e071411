"""Schedules: the rates of two groups over 30 steps, their state, and what is refused."""

from caselib import case

TWO = "p = torch.zeros(2, requires_grad=True)\nq = torch.zeros(1, requires_grad=True)\nopt = optim.SGD([{'params': [p]}, {'params': [q], 'lr': 0.5}], lr=0.1, momentum=0.9)\n"
MAKERS = {
    "StepLR": ["step_size=5", "step_size=3, gamma=0.5", "10, 0.2", "step_size=1"],
    "MultiStepLR": ["milestones=[3, 9, 20]", "[5, 5, 7], gamma=0.5", "milestones=[2], gamma=2.0", "milestones=[9, 3]"],
    "ExponentialLR": ["gamma=0.9", "0.5", "gamma=1.1"],
    "CosineAnnealingLR": ["T_max=10", "T_max=30", "20, eta_min=0.01", "T_max=7, eta_min=0.2"],
    "CosineAnnealingWarmRestarts": ["T_0=5", "T_0=3, T_mult=2", "4, 1, eta_min=0.01", "T_0=0", "T_0=5, T_mult=0"],
    "OneCycleLR": [
        "max_lr=1.0, total_steps=31",
        "max_lr=[1.0, 2.0], total_steps=31",
        "1.0, epochs=4, steps_per_epoch=8",
        "1.0, total_steps=31, pct_start=0.1",
        "1.0, total_steps=31, anneal_strategy='linear'",
        "1.0, total_steps=31, div_factor=10, final_div_factor=100",
        "1.0, total_steps=31, three_phase=True",
        "1.0, total_steps=31, cycle_momentum=False",
        "1.0, total_steps=31, base_momentum=0.8, max_momentum=0.99",
        "1.0, total_steps=10",
        "1.0",
        "1.0, total_steps=-3",
        "1.0, total_steps=31, anneal_strategy='odd'",
        "1.0, total_steps=31, pct_start=2.0",
    ],
    "LinearLR": [
        "",
        "start_factor=0.1",
        "0.5, 1.0, 10",
        "start_factor=1.0, end_factor=0.1, total_iters=20",
        "start_factor=0",
        "start_factor=0.5, end_factor=2.0",
    ],
    "ConstantLR": ["", "0.5, total_iters=3"],
    "PolynomialLR": ["", "total_iters=10, power=2.0"],
    "LambdaLR": ["lr_lambda=lambda s: 0.9 ** s", "lambda s: 1 / (s + 1)"],
    "MultiplicativeLR": ["lr_lambda=lambda s: 0.9"],
    "CyclicLR": ["0.01, 0.1, step_size_up=4"],
}


def run(count=30):
    return (
        f"r = [at(opt.param_groups, 0)['lr'], at(opt.param_groups, 1)['lr'], s.get_last_lr()]\nfor i in range({count}):\n    opt.step()\n    s.step()\n"
        "    r = [r, at(opt.param_groups, 0)['lr'], at(opt.param_groups, 1)['lr'], s.get_last_lr()]\n"
    )


for name, makers in MAKERS.items():
    for option in makers:
        case(name, f"{TWO}s = sched.{name}(opt{', ' if option else ''}{option})\n{run()}r", grad=False)
    option = makers[0]
    case(
        name,
        f"{TWO}s = sched.{name}(opt{', ' if option else ''}{option})\n{run(4)}r, s.last_epoch, s.state_dict()['last_epoch'], at(opt.param_groups, 0)['momentum']",
        grad=False,
    )
    case(
        name + " state_dict",
        f"{TWO}s = sched.{name}(opt{', ' if option else ''}{option})\n{run(4)}a = s.state_dict()\n{TWO}"
        f"s = sched.{name}(opt{', ' if option else ''}{option})\ns.load_state_dict(a)\n{run(6)}r, s.last_epoch",
        grad=False,
    )
    case(
        name + " frees the rate",
        f"{TWO}s = sched.{name}(opt{', ' if option else ''}{option})\n{run(3)}at(opt.param_groups, 0)['lr'] = 0.03\n{run(3)}r",
        grad=False,
    )
case(
    "OneCycleLR momentum",
    f"{TWO}s = sched.OneCycleLR(opt, max_lr=1.0, total_steps=11)\nr = at(opt.param_groups, 0)['momentum']\nfor i in range(10):\n    opt.step()\n    s.step()\n    r = [r, at(opt.param_groups, 0)['momentum']]\nr",
    grad=False,
)
case(
    "OneCycleLR momentum",
    "p = torch.zeros(2, requires_grad=True)\nopt = optim.Adam([p], lr=0.1)\ns = sched.OneCycleLR(opt, max_lr=1.0, total_steps=11)\nr = at(opt.param_groups, 0)['betas']\n"
    "for i in range(10):\n    opt.step()\n    s.step()\n    r = [r, at(opt.param_groups, 0)['betas']]\nr",
    grad=False,
)
for parts, milestones in (
    ("[sched.LinearLR(opt, total_iters=4), sched.ExponentialLR(opt, gamma=0.9)]", "[4]"),
    (
        "[sched.LinearLR(opt, start_factor=0.1, total_iters=5), sched.CosineAnnealingLR(opt, T_max=10), sched.StepLR(opt, step_size=3)]",
        "[5, 15]",
    ),
    ("[sched.ConstantLR(opt, factor=0.1, total_iters=2), sched.ExponentialLR(opt, gamma=0.9)]", "[20]"),
    ("[sched.LinearLR(opt)]", "[]"),
    ("[sched.LinearLR(opt)]", "[3]"),
    ("[]", "[]"),
):
    case(
        "SequentialLR",
        f"{TWO}s = sched.SequentialLR(opt, {parts}, milestones={milestones})\n{run()}r, s.last_epoch",
        grad=False,
    )
case(
    "SequentialLR state_dict",
    f"{TWO}s = sched.SequentialLR(opt, [sched.LinearLR(opt, total_iters=4), sched.ExponentialLR(opt, gamma=0.9)], milestones=[4])\n{run(6)}a = s.state_dict()\n{TWO}"
    f"s = sched.SequentialLR(opt, [sched.LinearLR(opt, total_iters=4), sched.ExponentialLR(opt, gamma=0.9)], milestones=[4])\ns.load_state_dict(a)\n{run(6)}r",
    grad=False,
)
case(
    "ChainedScheduler",
    f"{TWO}s = sched.ChainedScheduler([sched.ConstantLR(opt), sched.ExponentialLR(opt, gamma=0.9)])\n{run(9)}r",
    grad=False,
)
for option in (
    "",
    "patience=2",
    "'max', patience=1",
    "mode='min', factor=0.5, patience=0",
    "threshold=0.1, patience=1",
    "threshold=0.1, threshold_mode='abs', patience=1",
    "cooldown=2, patience=1",
    "min_lr=0.02, patience=0",
    "min_lr=[0.01, 0.3], patience=0",
    "eps=0.05, patience=0",
    "factor=1.5",
    "mode='odd'",
    "threshold_mode='odd'",
):
    for losses in (
        "[5.0, 4.0, 4.0, 4.0, 4.0, 3.9, 3.0, 3.0, 3.0, 3.0, 3.0, 2.0, 2.5, 2.5, 2.5]",
        "[1.0, 2.0, 3.0, 3.0, 3.0, 3.1, 3.1, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, nan, nan]",
    ):
        case(
            "ReduceLROnPlateau",
            f"{TWO}s = sched.ReduceLROnPlateau(opt{', ' if option else ''}{option})\nr = []\nfor l in {losses}:\n    opt.step()\n    s.step(l)\n"
            "    r = [r, at(opt.param_groups, 0)['lr'], at(opt.param_groups, 1)['lr']]\nr, s.get_last_lr()",
            grad=False,
        )
case(
    "ReduceLROnPlateau state_dict",
    f"{TWO}s = sched.ReduceLROnPlateau(opt, patience=1)\nfor l in [2.0, 2.0, 2.0]:\n    s.step(l)\na = s.state_dict()\n{TWO}s = sched.ReduceLROnPlateau(opt, patience=1)\n"
    "s.load_state_dict(a)\nr = []\nfor l in [2.0, 2.0, 2.0, 1.0]:\n    s.step(l)\n    r = [r, at(opt.param_groups, 0)['lr']]\nr, a['best'], a['num_bad_epochs']",
    grad=False,
)
case(
    "ReduceLROnPlateau",
    f"{TWO}s = sched.ReduceLROnPlateau(opt)\ns.step(torch.tensor(1.0))\ns.get_last_lr()",
    grad=False,
)
case(
    "initial_lr",
    f"{TWO}s = sched.StepLR(opt, step_size=2)\nat(opt.param_groups, 0)['initial_lr'], at(opt.param_groups, 1)['initial_lr']",
    grad=False,
)
