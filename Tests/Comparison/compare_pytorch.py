#!/usr/bin/env python3
"""Compares Nightjar with a live PyTorch, row by row, and prints one table.

    python compare_pytorch.py                     # every row; needs nothing but `pip install torch`
    python compare_pytorch.py --only 'conv|pool'  # rows, families or code that match
    python compare_pytorch.py --verbose           # with the first difference, or the error, of each failing case
    python compare_pytorch.py --failing --verbose # the same, without the rows that agree
    python compare_pytorch.py --show 'topk'       # the Python and the Lua of each case, without running them

The command is $NIGHTJAR, else .build/command/nightjar or .build/release/nightjar of this checkout. Columns: agree;
differ (other numbers, shapes or types, or Nightjar answers where PyTorch refuses); refused (PyTorch answers, Nightjar
raises an error); missing (the name or option does not exist); crash (the process ended or hung). Rows marked + are
neighbours of what the project promises (neighbours.py); --named leaves them out. Numbers agree when they differ by at
most 1e-5 (1e-9 for float64) of the larger one, or of a fraction of the result's largest element.
Exit status 1 if anything does not agree.
"""

import argparse
import importlib
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

import torch

import caselib
from neighbours import is_neighbour

HERE = pathlib.Path(__file__).resolve().parent
FAMILIES = [
    "numbers",
    "layers",
    "activations",
    "functional",
    "losses",
    "pointwise",
    "reductions",
    "sorting",
    "linear",
    "shapes",
    "creation",
    "indexing",
    "gather",
    "inplace",
    "promotion",
    "random",
    "autograd",
    "optim",
    "schedules",
    "modules",
    "ported",
    "recipes",
]
TOLERANCE = {"float32": 1e-5, "float64": 1e-9}
FLOOR = 0.05  # of the result's largest element: where terms cancel, rounding is relative to what they were
# Where a float32 result is nothing but what rounding left over, no relative error has a meaning.
VALUE_SLACK, GRADIENT_SLACK = 5e-9, 3e-7
KINDS = ["agree", "differ", "refused", "missing", "crash"]
MISSING = re.compile(
    r"has no (field|method)|is not in nightjar|not in nightjar|unknown (option|argument|parameter)|"
    r"attempt to (call|index) a nil|no module named|got 'float64'|got 'int(32|16|8)'"
)


def find_command():
    if os.environ.get("NIGHTJAR"):
        return os.environ["NIGHTJAR"]
    for folder in HERE.parents:
        for place in (".build/command/nightjar", ".build/release/nightjar"):
            if (folder / place).exists():
                return str(folder / place)
    sys.exit("compare_pytorch: no nightjar found; name it in $NIGHTJAR")


# Nightjar's answers


class Answer:
    def __init__(self):
        self.values, self.gradients, self.error, self.ended = [], [], None, False


def parse_leaf(line):
    kind, rest = line[0], line[2:]
    if kind == "X":
        return ("X",)
    if kind == "B":
        return ("B", rest == "true")
    if kind == "N":
        return ("N", float(rest) if re.search("[.einf]", rest) else int(rest))
    if kind in "SR":
        return (kind, rest)
    dtype, shape, grad, numbers = rest.split(";")
    read = float if dtype.startswith("float") else int
    return ("T", dtype, tuple(int(n) for n in shape.split(",") if n), grad == "1", [read(n) for n in numbers.split()])


def parse(output):
    answers, current, part = {}, None, None
    for line in output.split("\n"):
        if line.startswith("@ "):
            current = answers[line[2:]] = Answer()
            part = None
        elif current is None or current.ended:
            continue
        elif line == "V":
            part = current.values
        elif line == "G":
            part = current.gradients
        elif line == "." or line.startswith("E "):
            current.error = line[2:] if line != "." else None
            current.ended = True
        elif part is not None and line:
            try:
                part.append(parse_leaf(line))
            except (ValueError, IndexError):  # a line cut off by the process's end
                part.append(("S", "unreadable: " + line[:80]))
    return answers


def ask_nightjar(command, cases, timeout):
    """The answer of each case; a process that ends early is started again behind the case that ended it."""
    answers, left = {}, list(cases)
    runtime = (HERE / "runtime.lua").read_text()
    while left:
        script = runtime + "\n" + "\n".join(c.to_lua(c.name) for c in left)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "cases.lua"
            path.write_text(script)
            if os.environ.get("KEEP_LUA"):
                pathlib.Path(os.environ["KEEP_LUA"]).write_text(script)
            environment = dict(os.environ, NIGHTJAR_NUM_THREADS="2")
            with open(pathlib.Path(folder) / "out", "w+b") as out:
                try:
                    done = subprocess.run(
                        [command, str(path)], stdout=out, stderr=subprocess.PIPE, timeout=timeout, env=environment
                    )
                    status, errors = done.returncode, done.stderr.decode(errors="replace")
                except subprocess.TimeoutExpired:
                    status, errors = -1, f"no answer within {timeout} s"
                out.seek(0)
                found = parse(out.read().decode(errors="replace"))
        answers.update({name: a for name, a in found.items() if a.ended})
        left = [c for c in left if c.name not in answers]
        if not left:
            break
        if not found:
            if len(left) == len(cases):
                sys.exit(f"compare_pytorch: the script did not run (status {status}): {errors.strip()[:2000]}")
        culprit = answers[left[0].name] = Answer()
        culprit.error = f"crash (status {status}): {errors.strip()[-300:]}"
        left = left[1:]
    return answers


# Comparing


def close(a, b, tolerance, scale, slack=0.0):
    if math.isnan(a) or math.isnan(b):
        return (0.0, True) if math.isnan(a) and math.isnan(b) else (math.inf, False)
    if a == b:
        return 0.0, True
    if math.isinf(a) or math.isinf(b):
        return math.inf, False
    if abs(a - b) <= slack:
        return 0.0, True
    error = abs(a - b) / max(abs(a), abs(b), FLOOR * scale)
    return error, error <= tolerance


def compare_leaf(want, got, tolerance, flags, slack):
    """(worst relative error, what differs or None)"""
    if want[0] == "R" or got[0] == "R":
        if want[0] == got[0]:
            return 0.0, None
        side, message = ("Nightjar", got) if got[0] == "R" else ("PyTorch", want)
        return 0.0, f"only {side} refuses: {message[1]}"
    if want[0] != got[0] and {want[0], got[0]} != {"N", "B"}:
        return 0.0, f"expected {brief(want)}, got {brief(got)}"
    if want[0] == "T":
        for name, a, b in (("dtype", want[1], got[1]), ("shape", list(want[2]), list(got[2]))):
            if a != b:
                return 0.0, f"{name}: expected {a}, got {b}"
        if flags and want[3] != got[3]:
            return 0.0, f"requires_grad: expected {want[3]}, got {got[3]}"
        if len(want[4]) != len(got[4]):
            return 0.0, f"expected {len(want[4])} elements, got {len(got[4])}"
        limit = tolerance or TOLERANCE.get(want[1], 0.0)
        scale = max((abs(v) for v in want[4] if math.isfinite(v)), default=0)
        worst, first = 0.0, None
        for i, (a, b) in enumerate(zip(want[4], got[4])):
            error, fine = close(a, b, limit, scale, slack if want[1] == "float32" else 0.0)
            worst = max(worst, error)
            if not fine and first is None:
                first = f"element {i} of {list(want[2])} {want[1]}: expected {a:.9g}, got {b:.9g}"
        return worst, first
    if want[0] in "NB":
        error, fine = close(want[1], got[1], tolerance or 1e-6, 0)
        return error, None if fine else f"expected {want[1]}, got {got[1]}"
    return 0.0, None if want == got else f"expected {brief(want)}, got {brief(got)}"


def brief(leaf):
    return {"T": lambda: f"a tensor {list(leaf[2])} {leaf[1]}", "X": lambda: "nothing"}.get(
        leaf[0], lambda: repr(leaf[1])
    )()


def compare_lists(what, want, got, tolerance, flags, slack):
    if len(want) != len(got):
        return 0.0, f"{what}: expected {len(want)} results, got {len(got)}"
    worst, label = 0.0, ""
    for i, (a, b) in enumerate(zip(want, got)):
        error, message = compare_leaf(a, b, tolerance, flags, slack)
        worst = max(worst, error)
        if message:
            return worst, f"{what} {i}{label}: {message}"
        label = f" ({a[1]})" if a[0] == "S" else ""
    return worst, None


def judge(case, answer):
    """(kind, worst relative error, message)"""
    values, gradients, refusal = case.ask_torch()
    if answer.error and answer.error.startswith("crash"):
        return "crash", 0.0, answer.error
    if refusal:
        if not answer.error:
            return "differ", 0.0, f"PyTorch refuses: {refusal}"
        return ("missing" if MISSING.search(answer.error) else "agree"), 0.0, answer.error
    if answer.error and not answer.values:
        return ("missing" if MISSING.search(answer.error) else "refused"), 0.0, answer.error
    worst, message = compare_lists(
        "value",
        values,
        answer.values,
        case.tol,
        case.grad,
        GRADIENT_SLACK if case.family == "autograd" else VALUE_SLACK,
    )
    if message:
        return "differ", worst, message
    if gradients is None:
        return "agree", worst, None
    if answer.error:
        return ("missing" if MISSING.search(answer.error) else "refused"), worst, "gradient: " + answer.error
    worse, message = compare_lists("gradient", gradients, answer.gradients, case.tol, False, GRADIENT_SLACK)
    return ("differ" if message else "agree"), max(worst, worse), message


# The table


def report(results, verbose):
    rows = {}
    for case, kind, error, message in results:
        rows.setdefault((case.family, case.row), []).append((case, kind, error, message))
    width = max(len(r) for _, r in rows) + 5
    print(f"{'row':{width}}{'cases':>6}" + "".join(f"{k:>9}" for k in KINDS) + f"{'worst':>10}")
    family_of = None
    for (family, row), found in rows.items():
        if family_of != family:
            print(f"{family}:")
            family_of = family
        counts = [sum(1 for f in found if f[1] == k) for k in KINDS]
        worst = max(f[2] for f in found)
        shown = row + (" +" if is_neighbour(row) else "")
        print(f"  {shown:{width - 2}}{len(found):>6}" + "".join(f"{c or '.':>9}" for c in counts) + f"{worst:>10.1e}")
        if verbose:
            for case, kind, _, message in found:
                if kind != "agree":
                    print(
                        f"      {kind}: {case.code.splitlines()[-1] if len(case.code) > 160 else case.code!r}"
                        f"  [{case.name}]\n          {message}"
                    )
    counts = [sum(1 for r in results if r[1] == k) for k in KINDS]
    print(f"{'total':{width}}{len(results):>6}" + "".join(f"{c:>9}" for c in counts))
    for title, wanted in (("promised rows", False), ("neighbouring rows", True)):
        part = [found for (_, row), found in rows.items() if is_neighbour(row) == wanted]
        whole = sum(1 for found in part if all(f[1] == "agree" for f in found))
        print(
            f"{whole} of {len(part)} {title} agree, "
            f"{sum(f[1] == 'agree' for p in part for f in p)} of {sum(len(p) for p in part)} cases"
        )
    return counts[0] == len(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", metavar="PATTERN", help="rows, families, names (family#3) or code that match")
    parser.add_argument("--verbose", action="store_true", help="why each case fails")
    parser.add_argument("--failing", action="store_true", help="only rows with a case that does not agree")
    parser.add_argument("--show", metavar="PATTERN", help="print the Python and the Lua of cases, and run nothing")
    parser.add_argument("--count", action="store_true", help="print how many rows and cases there are")
    parser.add_argument("--named", action="store_true", help="only the promised rows")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one family")
    options = parser.parse_args()
    torch.set_num_threads(2)
    warnings.simplefilter("ignore")
    for name in FAMILIES:
        caselib.family(name)
        importlib.import_module("cases_" + name)
    pattern = options.only or options.show
    chosen = [
        c
        for c in caselib.CASES
        if not pattern or re.search(pattern, f"{c.family}/{c.row}") or c.name == pattern or re.search(pattern, c.code)
    ]
    if options.named:
        chosen = [c for c in chosen if not is_neighbour(c.row)]
    if options.show:
        for c in chosen:
            print(f"-- {c.name} {c.row}\n{c.code}\n--\n{c.to_lua(c.name)}\n")
        return 0
    if options.count:
        print(len({(c.family, c.row) for c in chosen}), "rows,", len(chosen), "cases")
        return 0
    if not chosen:
        sys.exit("compare_pytorch: no case matches")
    command = find_command()
    results = []
    for name in FAMILIES:
        group = [c for c in chosen if c.family == name]
        answers = ask_nightjar(command, group, options.timeout) if group else {}
        results += [(c, *judge(c, answers[c.name])) for c in group]
    if options.failing:
        bad = {(r[0].family, r[0].row) for r in results if r[1] != "agree"}
        results = [r for r in results if (r[0].family, r[0].row) in bad]
        if not results:
            print("all rows agree")
            return 0
    return 0 if report(results, options.verbose) else 1


if __name__ == "__main__":
    sys.exit(main())
