#!/usr/bin/env python3
"""Writes schedules.json beside this script: learning rates as PyTorch's schedules change them.

    python -m venv venv && venv/bin/pip install torch    # torch 2.15.0
    venv/bin/python make_schedules.py

A case is one schedule with its options over an optimiser with one group or more. "rates" has a row for the
constructor and one for each step, "momenta" the same for the schedule that changes them; "changes" are rates
that the user sets before a step. "state" is the state dict after the last step, as a list of names and values;
infinities are the texts "inf" and "-inf". The script gives the same bytes each time.
"""
import json
import math
import os
import warnings

import torch
from torch.optim import lr_scheduler

warnings.filterwarnings("ignore")

STEPS = 36
LAMBDAS = {"0.95**n": lambda n: 0.95**n, "1/(1+n)": lambda n: 1 / (1 + n), "cos": lambda n: math.cos(n / 10)}


def optimizer(kind, rates):
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": rate} for rate in rates]
    return {
        "SGD": lambda: torch.optim.SGD(groups, lr=0.1, momentum=0.9),
        "Adam": lambda: torch.optim.Adam(groups, lr=0.1),
    }[kind]()


def schedule(opt, kind, options):
    options = dict(options)
    if kind == "LambdaLR":
        names = options["lr_lambda"]
        options["lr_lambda"] = [LAMBDAS[name] for name in names] if isinstance(names, list) else LAMBDAS[names]
    if kind == "SequentialLR":
        options["schedulers"] = [schedule(opt, inner, inner_options) for inner, inner_options in options["schedulers"]]
    return getattr(lr_scheduler, kind)(opt, **options)


def plain(value):
    """A value of a state as JSON has it: dictionaries as lists of pairs, so that their order stays."""
    if isinstance(value, dict):
        return [[plain(key), plain(item)] for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value


def momenta(opt):
    return [group["betas"][0] if "betas" in group else group["momentum"] for group in opt.param_groups]


def case(
    kind, options, rates=(0.05,), opt="SGD", steps=STEPS, changes=None, metrics=None, arguments=None, initial=None
):
    made = optimizer(opt, rates)
    for group, rate in zip(made.param_groups, initial or []):
        group["initial_lr"] = rate
    s = schedule(made, kind, options)
    rows, moments, epochs = [], [], []

    def note():
        assert s.get_last_lr() == [group["lr"] for group in made.param_groups]
        rows.append(s.get_last_lr())
        moments.append(momenta(made))
        epochs.append(s.last_epoch)

    note()
    for step in range(steps):
        for group, rate in zip(made.param_groups, (changes or {}).get(step, [])):
            group["lr"] = rate
        made.step()
        if metrics:
            s.step(metrics[step])
        elif arguments:
            s.step(arguments[step])
        else:
            s.step()
        note()
    return {
        "kind": kind, "options": options, "optimizer": opt, "lrs": list(rates), "initial_lrs": initial,
        "changes": {str(step): values for step, values in (changes or {}).items()}, "metrics": metrics,
        "arguments": arguments, "rates": rows, "momenta": moments if kind == "OneCycleLR" else None,
        "last_epochs": epochs, "state": plain(s.state_dict()),
    }


two = (0.05, 0.4)
changed = {5: [0.2, 0.3], 17: [0.01, 0.02]}
falling = [1 / (1 + step) if step < 12 else 0.0833 + 0.001 * (step % 3) for step in range(STEPS)]
rising = [step if step < 9 else 9 - 0.1 * step for step in range(STEPS)]

cases = []
for rates, changes in [((0.05,), None), (two, None), (two, changed)]:
    def add(kind, rates=rates, changes=changes, **options):
        cases.append(case(kind, options, rates, changes=changes))

    add("LambdaLR", lr_lambda="0.95**n")
    add("LambdaLR", lr_lambda=["1/(1+n)", "cos"][: len(rates)])
    add("StepLR", step_size=1)
    add("StepLR", step_size=7, gamma=0.5)
    add("MultiStepLR", milestones=[3, 8, 20])
    add("MultiStepLR", milestones=[20, 8, 8, 0, 40], gamma=0.3)
    add("ConstantLR")
    add("ConstantLR", factor=0.25, total_iters=12)
    add("ConstantLR", factor=1.0, total_iters=0)
    add("ExponentialLR", gamma=0.9)
    add("ExponentialLR", gamma=1.1)
    add("LinearLR")
    add("LinearLR", start_factor=1.0, end_factor=0.0, total_iters=25)
    add("LinearLR", start_factor=0.1, end_factor=0.7, total_iters=50)
    add("LinearLR", start_factor=0.5, total_iters=0)
    add("CosineAnnealingLR", T_max=10)
    add("CosineAnnealingLR", T_max=50, eta_min=0.001)
    add("CosineAnnealingLR", T_max=7, eta_min=0.01)
    add("CosineAnnealingLR", T_max=1)
    add("CosineAnnealingWarmRestarts", T_0=5)
    add("CosineAnnealingWarmRestarts", T_0=3, T_mult=2, eta_min=0.002)
    add("CosineAnnealingWarmRestarts", T_0=1, T_mult=3)
    add("PolynomialLR")
    add("PolynomialLR", total_iters=30, power=2.0)
    add("PolynomialLR", total_iters=50, power=0.9)
    add("PolynomialLR", total_iters=0, power=0.9)

for rates in [(0.05,), two]:
    def add(opt="SGD", rates=rates, **options):
        cases.append(case("OneCycleLR", options, rates, opt))

    many = [0.1, 0.3][: len(rates)]
    add(max_lr=0.1, total_steps=36)
    add("Adam", max_lr=0.1, total_steps=40)
    add(max_lr=many, epochs=6, steps_per_epoch=7, pct_start=0.5, anneal_strategy="linear")
    add("Adam", max_lr=many, total_steps=37, three_phase=True, div_factor=10.0, final_div_factor=100.0)
    add(max_lr=0.1, total_steps=50, cycle_momentum=False, pct_start=0.0)
    add(max_lr=0.1, total_steps=60, pct_start=1.0, base_momentum=0.5, max_momentum=0.99)
    add(max_lr=0.1, total_steps=36, anneal_strategy="linear", three_phase=True,
        base_momentum=[0.8, 0.7][: len(rates)], max_momentum=[0.9, 0.95][: len(rates)])

for rates in [(0.05,), two]:
    def add(metrics, rates=rates, changes=None, **options):
        cases.append(case("ReduceLROnPlateau", options, rates, changes=changes, metrics=metrics))

    add(falling)
    add(falling, patience=2, factor=0.5)
    add(falling, patience=1, cooldown=4, threshold=0.01, threshold_mode="abs")
    add(rising, mode="max", patience=3, factor=0.3)
    add(rising, mode="max", patience=0, threshold_mode="abs", threshold=1.5, min_lr=0.003)
    add(falling, patience=0, min_lr=[0.01, 0.02][: len(rates)], eps=1e-3, changes=changed)
    add([1.0] * STEPS, patience=4, cooldown=1, factor=0.9)

for rates in [(0.05,), two]:
    def add(schedulers, milestones, rates=rates, changes=None):
        cases.append(case("SequentialLR", {"schedulers": schedulers, "milestones": milestones}, rates, changes=changes))

    warm = ["LinearLR", {"start_factor": 0.1, "total_iters": 6}]
    add([["ConstantLR", {"factor": 0.1, "total_iters": 20}], ["ExponentialLR", {"gamma": 0.9}]], [20])
    add([warm, ["CosineAnnealingLR", {"T_max": 20}]], [6])
    add([warm, ["StepLR", {"step_size": 4}], ["PolynomialLR", {"total_iters": 9}]], [6, 20], changes=changed)
    add([warm, ["CosineAnnealingWarmRestarts", {"T_0": 4, "T_mult": 2}]], [6])
    add([["CosineAnnealingWarmRestarts", {"T_0": 4}], ["MultiStepLR", {"milestones": [3, 9]}]], [11])
    add([["ExponentialLR", {"gamma": 0.8}], ["LambdaLR", {"lr_lambda": "0.95**n"}]], [0])
    add([["ExponentialLR", {"gamma": 0.8}], ["StepLR", {"step_size": 2}], warm], [5, 5])
    add([["SequentialLR", {"schedulers": [warm, ["ExponentialLR", {"gamma": 0.9}]], "milestones": [4]}],
         ["ConstantLR", {}]], [9])
    add([["ExponentialLR", {"gamma": 0.8}]], [])

# Fractions of an epoch, and runs that go on.
parts = [step / 3 for step in range(STEPS)]
for options in [{"T_0": 4}, {"T_0": 2, "T_mult": 2, "eta_min": 0.01}, {"T_0": 5, "T_mult": 3}]:
    cases.append(case("CosineAnnealingWarmRestarts", options, two, arguments=parts))
for kind, options in [
    ("LambdaLR", {"lr_lambda": "0.95**n"}), ("StepLR", {"step_size": 4}), ("MultiStepLR", {"milestones": [6, 9]}),
    ("ConstantLR", {"total_iters": 9}), ("LinearLR", {"total_iters": 20}), ("ExponentialLR", {"gamma": 0.9}),
    ("CosineAnnealingLR", {"T_max": 9}), ("CosineAnnealingWarmRestarts", {"T_0": 4}),
    ("PolynomialLR", {"total_iters": 20}),
]:
    cases.append(case(kind, {**options, "last_epoch": 5}, two, initial=[0.1, 0.7]))


def dump(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schedules.json")
with open(path, "w", newline="\n") as file:
    file.write("{\n" + f'"torch":{dump(torch.__version__.split("+")[0])},\n')
    file.write('"cases":[\n' + ",\n".join(dump(c) for c in cases) + "\n]\n}\n")
print(f"schedules.json: {len(cases)} cases, {os.path.getsize(path)} bytes")
