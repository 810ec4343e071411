#!/usr/bin/env python3
"""Runs exported networks in ONNX Runtime and compares what it gives with what Nightjar gives.

    python -m venv venv
    venv/bin/pip install onnx onnxruntime safetensors numpy torch torchvision
    venv/bin/python Tests/Reference/compare_onnx.py .build/command/nightjar [OPSET]

Every file is checked by onnx.checker, shapes included, and run with batches of other sizes than it was made with. A
ResNet-18 goes from PyTorch through Nightjar to ONNX Runtime, where it is to predict what it predicts in PyTorch.
Prints a line for each file that differs; the status is 1 where one does.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy
import onnx
import onnxruntime
from safetensors.numpy import load_file

HERE = pathlib.Path(__file__).resolve().parent / "onnx"
COMMAND = pathlib.Path(sys.argv[1]).resolve()
OPSET = sys.argv[2] if len(sys.argv) > 2 else "17"
TOLERANCE = 1e-5
failures = 0
onnxruntime.set_default_logger_severity(3)


def difference(found, expected):
    """By how much of the largest element two arrays differ."""
    if found.shape != expected.shape:
        return f"shape {found.shape} instead of {expected.shape}"
    if found.dtype != expected.dtype:
        return f"type {found.dtype} instead of {expected.dtype}"
    if found.dtype.kind in "biu":
        wrong = int((found != expected).sum())
        return f"{wrong} of {found.size} elements" if wrong else 0
    finite = numpy.isfinite(expected)
    if not (numpy.isfinite(found) == finite).all():
        return "infinite or NaN where the other is not"
    if not (numpy.isnan(found) == numpy.isnan(expected)).all() or (found[~finite & ~numpy.isnan(expected)] != expected[~finite & ~numpy.isnan(expected)]).any():
        return "another infinity"
    if not finite.any():
        return 0
    scale = max(numpy.abs(expected[finite]).max(), 1e-30)
    return float(numpy.abs(found[finite].astype("f8") - expected[finite].astype("f8")).max() / scale)


def check(path, tensors):
    """The largest difference over all batches that a file of tensors has, or what went wrong."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    worst = 0
    batches = sorted({name.split(".")[0] for name in tensors if "." in name}) or [""]
    for batch in batches:
        prefix = batch + "." if batch else ""
        inputs = {name: tensors[f"{prefix}input{i + 1}"] for i, name in enumerate(names)}
        outputs = session.run(None, inputs)
        for i, found in enumerate(outputs):
            result = difference(numpy.asarray(found), tensors[f"{prefix}output{i + 1}"])
            if isinstance(result, str):
                return f"{batch} output {i + 1}: {result}"
            worst = max(worst, result)
    return worst if worst <= TOLERANCE else f"differs by {worst:.2g} of the largest element"


def compare(folder):
    global failures
    worst, count = 0, 0
    for path in sorted(folder.glob("*.onnx")):
        try:
            tensors = load_file(path.with_suffix(".safetensors"))
            # A name cannot hold a dot: "n2__input1" stands for "n2.input1".
            result = check(str(path), {name.replace("__", "."): value for name, value in tensors.items()})
        except Exception as error:
            result = f"{type(error).__name__}: {str(error).strip().splitlines()[0][:300]}"
        count += 1
        if isinstance(result, str):
            failures += 1
            print(f"DIFFERENT {path.stem}: {result}")
        else:
            worst = max(worst, result)
    print(f"{count} files, the largest difference {worst:.2g} of the largest element")


def run(script, *arguments, **options):
    environment = os.environ | {"LUA_PATH": f"{HERE}/?.lua;{HERE}/../../../scripts/?.lua;;"}
    run = subprocess.run(
        [COMMAND, HERE / script, *arguments], env=environment, text=True, stdout=subprocess.PIPE, **options)
    sys.stdout.write(run.stdout)
    return run.returncode


def exchange(folder):
    """A ResNet-18 of torchvision, its batch norms with statistics, through a .pth file and an ONNX file."""
    global failures
    import torch
    import torchvision

    torch.manual_seed(1)
    network = torchvision.models.resnet18().train()
    with torch.no_grad():
        for _ in range(3):
            network(torch.randn(8, 3, 64, 64) * 2 + 0.5)
    network.eval()
    torch.save(network.state_dict(), folder / "resnet18.pth")
    if run("exchange.lua", folder / "resnet18.pth", folder / "resnet18.onnx") != 0:
        failures += 1
        return print("exchange.lua failed")
    session = onnxruntime.InferenceSession(str(folder / "resnet18.onnx"), providers=["CPUExecutionProvider"])
    worst, count = 0, 0
    for images in (1, 7, 32):
        x = torch.randn(images, 3, 64, 64)
        with torch.no_grad():
            expected = network(x).numpy()
        found = session.run(None, {"input": x.numpy()})[0]
        worst = max(worst, difference(found, expected))
        count += images
        if (found.argmax(1) != expected.argmax(1)).any():
            failures += 1
            print(f"DIFFERENT exchange: other predictions for {images} images")
    if worst > TOLERANCE:
        failures += 1
        print(f"DIFFERENT exchange: by {worst:.2g} of the largest element")
    print(f"PyTorch to ONNX Runtime: the predictions of {count} images are the same, the largest difference {worst:.2g}")


warnings.simplefilter("ignore")
with tempfile.TemporaryDirectory() as folder:
    if not sys.argv[3:]:
        exchange(pathlib.Path(folder))
for script in sys.argv[3:] or ["networks.lua", "operators.lua"]:
    with tempfile.TemporaryDirectory() as folder:
        examples = subprocess.run([COMMAND, "--examples"], capture_output=True, text=True, check=True).stdout
        if run(script, folder, OPSET, input=examples) != 0:
            failures += 1
            print(f"{script} failed")
        compare(pathlib.Path(folder))
sys.exit(1 if failures else 0)
