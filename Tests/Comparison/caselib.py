"""What a table of cases is made of: inputs, `case`, and the helpers that the code of a case may call.

A case is Python code (a string) over named inputs. PyTorch runs it as it stands; Nightjar runs its translation
(translate.py), or the Lua given in `lua=` where the two cannot map one to one. The last line gives the results.
"""

import ast
import collections
import dataclasses
import math
import random
import textwrap
import zlib
from copy import deepcopy

import torch
import torch.nn as nn
import torch.nn.functional as F

from translate import to_lua

inf, nan = math.inf, math.nan
INTEGERS = {"int64": 2**63, "int32": 2**31, "int16": 2**15, "int8": 2**7}
DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]
FLOATS = ["float32", "float64"]


@dataclasses.dataclass(frozen=True)
class Input:
    """Numbers drawn for each case anew: `kind` says how, `shape` the shape that the case sees."""

    kind: str
    shape: tuple
    dtype: str = "float32"
    low: float = 0
    high: float = 1
    values: tuple = ()
    transposed: bool = False  # stored with its dimensions the other way round, seen through permute
    grad: bool = True

    def __getattr__(self, name):
        if name in DTYPES:
            return dataclasses.replace(self, dtype=name)
        raise AttributeError(name)

    @property
    def nc(self):
        return dataclasses.replace(self, transposed=True)

    @property
    def const(self):
        return dataclasses.replace(self, grad=False)

    @property
    def order(self):
        return list(reversed(range(len(self.shape)))) if self.transposed and len(self.shape) > 1 else None

    @property
    def stored(self):
        return tuple(reversed(self.shape)) if self.order else self.shape

    @property
    def wants_grad(self):
        return self.grad and self.dtype in FLOATS

    def draw(self, seed):
        count = math.prod(self.shape)
        source = random.Random(seed)
        if self.kind == "values":
            numbers = list(self.values)
        elif self.kind == "normal":
            numbers = [source.gauss(0, 1) for _ in range(count)]
        elif self.kind == "uniform":
            numbers = [source.uniform(self.low, self.high) for _ in range(count)]
        elif self.kind == "int":
            numbers = [source.randint(int(self.low), int(self.high) - 1) for _ in range(count)]
        else:
            numbers = source.sample(range(count), count)
            numbers = [n / 4 - count / 9 for n in numbers] if self.dtype in FLOATS else numbers
        if self.dtype not in FLOATS:
            numbers = [bool(n) if self.dtype == "bool" else int(n) for n in numbers]
            if self.dtype == "uint8":
                numbers = [abs(n) for n in numbers]
        return torch.tensor(numbers, dtype=getattr(torch, self.dtype)).reshape(self.stored)


def rand(*shape):
    """Normally distributed."""
    return Input("normal", shape)


def between(low, high, *shape):
    return Input("uniform", shape, low=low, high=high)


def distinct(*shape):
    """No two elements alike, in random order: for maxima and sorting."""
    return Input("distinct", shape)


def ints(low, high, *shape):
    """Integers of low to high - 1."""
    return Input("int", shape, dtype="int64", low=low, high=high)


def bools(*shape):
    return Input("int", shape, dtype="bool", low=0, high=2)


def vals(values, *shape, dtype="float32"):
    """Given numbers; the shape is that of the list where none is given."""
    return Input("values", shape or (len(values),), dtype=dtype, values=tuple(values))


def scalar(value, dtype="float32"):
    return Input("values", (), dtype=dtype, values=(value,))


@dataclasses.dataclass
class Case:
    row: str
    code: str
    inputs: dict
    grad: bool = True
    lua: str | None = None
    tol: float | None = None
    setup: str = ""  # raw pair for what Python and Lua write quite differently, such as a class
    lua_setup: str = ""
    family: str = ""
    number: int = 0

    @property
    def name(self):
        return f"{self.family}#{self.number}"

    def seed(self, name):
        return zlib.crc32(f"{self.row}|{self.code}|{name}|{self.inputs[name].shape}".encode())

    # PyTorch's side

    def ask_torch(self):
        """(values, gradients, None), or ([], [], the error) where PyTorch refuses.

        The gradients are None where PyTorch has values but no gradient (of `//`, say): Nightjar may have one.
        """
        space = dict(NAMESPACE)
        leaves = []
        for name, spec in self.inputs.items():
            leaf = spec.draw(self.seed(name))
            leaf.requires_grad_(self.grad and spec.wants_grad)
            leaves.append(leaf)
            space[name] = leaf.permute(spec.order) if spec.order else leaf
        torch.manual_seed(1234)
        try:
            exec(textwrap.dedent(self.setup), space)
            tree = ast.parse(self.code)
            last = tree.body.pop()
            exec(compile(tree, self.name, "exec"), space)
            results = eval(compile(ast.Expression(last.value), self.name, "eval"), space)
            values = flatten(results)
        except Exception as error:  # whatever PyTorch refuses with: the case expects a refusal then
            return [], [], f"{type(error).__name__}: {error}"
        try:
            return values, self.torch_gradients(results, leaves, space.get("m")) if self.grad else [], None
        except Exception:
            return values, None, None

    def torch_gradients(self, results, leaves, module):
        total = None
        for y in tensors(results):
            if y.requires_grad:
                term = weighted(y)
                total = term if total is None else total + term.to(total.dtype)
        if total is None:
            return [("S", "no gradient")]
        total.backward()
        found = [x.grad if x.requires_grad else None for x in leaves]
        if isinstance(module, nn.Module):
            found += [p.grad for p in module.parameters()]
        return flatten(found)

    # Nightjar's side

    def to_lua(self, identifier):
        lines = [f'case("{identifier}", {"true" if self.grad else "false"}, function()', "local results, module"]
        for name, spec in self.inputs.items():
            numbers = ", ".join(literal(v, spec.dtype) for v in spec.draw(self.seed(name)).reshape(-1).tolist())
            order = "{" + ", ".join(map(str, spec.order)) + "}" if spec.order else "nil"
            shape = "{" + ", ".join(map(str, spec.stored)) + "}"
            lines.append(f'local {name}_leaf, {name}_order = T({{{numbers}}}, {shape}, "{spec.dtype}", {order})')
            if self.grad and spec.wants_grad:
                lines.append(f"{name}_leaf:requires_grad_(true)")
            lines.append(f"local {name} = seen({name}_leaf, {name}_order)")
        if self.lua_setup:
            lines.append(textwrap.dedent(self.lua_setup))
        lines.append(textwrap.dedent(self.lua) if self.lua else to_lua(textwrap.dedent(self.code)))
        leaves = ", ".join(f"{name}_leaf" for name in self.inputs)
        lines.append(f"return results, {{{leaves}}}, module\nend)")
        return "\n".join(lines)


def literal(value, dtype):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return "math.mininteger" if value == -(2**63) else str(value)
    if math.isnan(value):
        return "(0/0)"
    if math.isinf(value):
        return "math.huge" if value > 0 else "-math.huge"
    return ("%.9g" if dtype == "float32" else "%.17g") % value if value % 1 or abs(value) > 1e9 else f"{value:.1f}"


CASES = []
FAMILY = ["cases"]
NUMBERS = collections.Counter()


def family(name):
    """The cases that follow belong to this family; each family runs in a process of its own."""
    FAMILY[0] = name


def case(row, code, grad=True, lua=None, tol=None, setup="", lua_setup="", **inputs):
    found = Case(row, textwrap.dedent(code).strip(), inputs, grad, lua, tol, setup, lua_setup, FAMILY[0])
    NUMBERS[found.family] += 1
    found.number = NUMBERS[found.family]
    CASES.append(found)


def cases(row, codes, grad=True, **inputs):
    """Several pieces of code over the same inputs."""
    for code in codes:
        case(row, code, grad, **inputs)


# Helpers that the code of a case may call; runtime.lua has the same.


def flatten(value):
    """The leaves of a result, each as (kind, ...) in the order that runtime.lua prints."""
    if value is None:
        return [("X",)]
    if isinstance(value, bool):
        return [("B", value)]
    if isinstance(value, (int, float)):
        return [("N", value)]
    if isinstance(value, str):
        return [("S", value)]
    if isinstance(value, torch.dtype):
        return [("S", str(value).removeprefix("torch."))]
    if isinstance(value, torch.Tensor):
        plain = value.detach()
        kept = plain.double() if plain.dtype.is_floating_point else plain.long()
        return [
            (
                "T",
                str(plain.dtype).removeprefix("torch."),
                tuple(plain.shape),
                value.requires_grad,
                kept.reshape(-1).tolist(),
            )
        ]
    if isinstance(value, Refused):
        return [("S", value.label), ("R", value.message)]
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in [("S", str(key))] + flatten(value[key])]
    return [leaf for item in value for leaf in flatten(item)]


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in tensors(item)]
    return []


@dataclasses.dataclass
class Refused:
    label: str
    message: str


def fixed(shape, dtype=None):
    count = math.prod(shape)
    numbers = [((k * 37 + 11) % 101 - 50) / 50 for k in range(1, count + 1)]
    return torch.tensor(numbers, dtype=dtype or torch.float32).reshape(tuple(shape))


def weighted(x):
    return (x * fixed(x.shape, x.dtype)).sum()


def copy(module):
    return deepcopy(module)


def attempt(label, f):
    try:
        value = f()
    except Exception as error:
        return Refused(label, str(error))
    return [label, value]


def at(items, i):
    return items[i]


def sorted_names(dictionary):
    return sorted(dictionary)


def state(module):
    dictionary = module.state_dict()
    return [part for name in sorted(dictionary) for part in (name, dictionary[name])]


def names(pairs):
    return [name for name, _ in pairs]


def grads(first, *rest):
    parameters = list(first.parameters()) if isinstance(first, nn.Module) else [first, *rest]
    return [p.grad for p in parameters]


def params(module):
    return [part for name, p in module.named_parameters() for part in (name, p)]


def steps(opt, parameters, count, gradient):
    seen = []
    for step in range(1, count + 1):
        opt.zero_grad()
        for i, p in enumerate(parameters):
            gradient(p, step, i).backward()
        opt.step()
        if step <= 3 or step % 10 == 0 or step == count:
            seen += [p.detach().clone() for p in parameters]
    return seen


NAMESPACE = {
    "torch": torch,
    "nn": nn,
    "F": F,
    "optim": torch.optim,
    "sched": torch.optim.lr_scheduler,
    "init": nn.init,
    "utils": nn.utils,
    "inf": inf,
    "nan": nan,
    "at": at,
    "attempt": attempt,
    "names": names,
    "state": state,
    "sorted_names": sorted_names,
    "weighted": weighted,
    "fixed": fixed,
    "grads": grads,
    "params": params,
    "steps": steps,
    "copy": copy,
}
