#!/usr/bin/env python3
"""Writes PyTorch's results for every example that the operators declare: operators.json beside this script.

    python -m venv venv && venv/bin/pip install torch numpy    # torch 2.15.0, numpy 2.4.6
    venv/bin/python make_operators.py [.build/debug/nightjar]

`nightjar --examples` gives the calls and the values of their arguments; an operator is found in PyTorch by its name.
A case has the call as nightjar describes it, the results and the gradients of the sum of all results' elements, each
weighted by the formula of make_reference.py, with respect to every floating-point tensor among the arguments:
null where the results do not depend on it, "refused" where PyTorch has no gradient for it.
Every float is written as the shortest decimal that gives the float32. One case a line.
"""
import inspect
import json
import os
import re
import subprocess
import sys

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))

# Where PyTorch's name or an argument's name is another one: name -> (function, {our argument: theirs}).
OTHERS = {
    "T": (lambda input: input.T, {}),
    "mT": (lambda input: input.mT, {}),
    "broadcast_tensors": (lambda tensors: torch.broadcast_tensors(*tensors), {}),
    "cartesian_prod": (lambda tensors: torch.cartesian_prod(*tensors), {}),
    "meshgrid": (lambda tensors, indexing="ij": torch.meshgrid(*tensors, indexing=indexing), {}),
    "quantile": (lambda input, q, **rest: torch.quantile(input, torch.tensor(q), **rest), {}),
}

# What gives tensors whose elements are whatever the memory held.
WITHOUT_VALUES = {"empty", "empty_like", "new_empty"}


def formula(shape, k):
    """v[i] = (((i * 7919 + k * 104729) % 2001) - 1000) / 500, i the flat row-major index."""
    i = np.arange(int(np.prod(shape, dtype=np.int64)), dtype=np.int64)
    return torch.from_numpy(((((i * 7919 + k * 104729) % 2001) - 1000) / 500.0).reshape(shape))


def find(operator):
    """PyTorch's function of the name, where the operator's faces say it is."""
    name, faces = operator["name"], operator["faces"]
    places = [(F, "functional"), (torch, "function"), (torch.Tensor, "method"), (torch.linalg, "linalg")]
    for place, face in sorted(places, key=lambda at: at[1] not in faces):
        if hasattr(place, name):
            return getattr(place, name)
    raise LookupError(f"PyTorch has no '{name}': say in OTHERS how to call it")


def make(value, name, leaves, refused):
    """An argument as PyTorch takes it. Floating-point tensors are put into leaves."""
    if isinstance(value, dict):
        dtype = getattr(torch, value["dtype"])
        tensor = torch.tensor(value["values"], dtype=dtype).reshape(value["shape"])
        if dtype.is_floating_point:
            leaves.append(tensor.requires_grad_(name not in refused))
        return tensor
    if isinstance(value, list):
        return [make(item, name, leaves, refused) for item in value]
    if name == "dtype":
        return getattr(torch, value)
    if name == "input" and isinstance(value, (bool, int, float)):
        # Functions that take a tensor here take a number where an operator sign stands.
        return torch.tensor(value)
    return value


def call(function, arguments, renamed):
    """By name, or, where that is not how it is declared, by position."""
    named = {renamed.get(name, name): value for name, value in arguments.items()}
    try:
        for parameter in inspect.signature(function).parameters.values():
            if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                named.setdefault(parameter.name, None)
    except ValueError:
        pass  # Written in C.
    try:
        return function(**named)
    except TypeError:
        return function(*arguments.values())


def tensors(result):
    if isinstance(result, (tuple, list)):
        return [tensor for item in result for tensor in tensors(item)]
    return [result if isinstance(result, torch.Tensor) else torch.tensor(result)]


def number(value):
    """JSON has no infinities and no NaN."""
    if isinstance(value, float):
        return value if np.isfinite(value) else str(value)
    return value


def plain(tensor, has_values=True):
    form = {"shape": list(tensor.shape), "dtype": str(tensor.dtype)[6:]}
    if not has_values:
        return form
    values = tensor.detach().contiguous().view(-1)
    if tensor.dtype == torch.float32:
        values = [float(str(value)) for value in values.numpy(force=True)]
    else:
        values = values.tolist()
    return form | {"values": [number(v) for v in values]}


def differentiate(operator, example, seed, refused):
    """The results and the gradients, where an argument in refused gets none."""
    leaves = []
    function, renamed = OTHERS.get(operator["name"]) or (find(operator), {})
    arguments = {name: make(value, name, leaves, refused) for name, value in example["arguments"].items()}
    if operator["name"].endswith("_"):
        # A leaf cannot be changed.
        arguments["input"] = arguments["input"].clone()
    torch.manual_seed(seed)
    outputs = tensors(call(function, arguments, renamed))
    weighted = [
        (output * formula(output.shape, 9 + place).to(output.dtype)).sum()
        for place, output in enumerate(outputs) if output.requires_grad
    ]
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    found = iter(torch.autograd.grad(sum(weighted), wanted, allow_unused=True) if weighted else [None] * len(wanted))
    return outputs, [next(found) if leaf.requires_grad else "refused" for leaf in leaves]


def run(operator, example, seed):
    refused = set()
    while True:
        try:
            outputs, gradients = differentiate(operator, example, seed, refused)
            break
        except RuntimeError as error:
            names = re.findall(r"not differentiable with respect to argument '(\w+)'", str(error))
            if "derivative for" in str(error) and "not implemented" in str(error):
                names = list(example["arguments"])
            if not set(names) - refused:
                raise
            refused.update(names)
    return {
        "call": example["call"],
        "outputs": [plain(output, operator["name"] not in WITHOUT_VALUES) for output in outputs],
        "gradients": [plain(gradient) if isinstance(gradient, torch.Tensor) else gradient for gradient in gradients],
    }


def main(command):
    declared = json.loads(subprocess.run([command, "--examples"], check=True, capture_output=True).stdout)
    lines, failed = [], []
    for operator in declared["operators"]:
        for example in operator["examples"]:
            try:
                case = run(operator, example, declared["seed"])
            except Exception as error:
                failed.append(f"{example['call']}: {error}")
                continue
            lines.append(json.dumps(case, separators=(",", ":"), allow_nan=False))
    path = os.path.join(HERE, "operators.json")
    with open(path, "w", newline="\n") as file:
        file.write(f'{{\n"torch":"{torch.__version__}",\n"cases":[\n' + ",\n".join(lines) + "\n]\n}\n")
    print(f"operators.json: {len(lines)} cases, {os.path.getsize(path)} bytes")
    if failed:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    torch.set_num_threads(2)
    main(sys.argv[1] if len(sys.argv) > 1 else ".build/debug/nightjar")
