#!/usr/bin/env python3
"""Exchanges files of tensors with PyTorch, torchvision, NumPy and safetensors, both ways.

    python -m venv venv
    venv/bin/pip install torch torchvision numpy safetensors
    venv/bin/python Tests/Reference/compare_files.py .build/command/nightjar

Prints a line for each comparison; the status is 1 where one differs.
"""
import collections
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
import torchvision
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMAND = pathlib.Path(sys.argv[1]).resolve()
failures = 0


def report(name, agrees, details=""):
    global failures
    failures += not agrees
    print(f"{'same     ' if agrees else 'DIFFERENT'} {name}{'' if agrees else ': ' + str(details)}", flush=True)


def lua(code, *arguments):
    """Runs a chunk whose arguments are `arg`; answers what it printed."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", dir=ROOT / "scripts", prefix=".compare-") as script:
        script.write("local nj = require 'nightjar'\n" + code)
        script.flush()
        run = subprocess.run([COMMAND, script.name, *map(str, arguments)], capture_output=True, text=True)
    if run.returncode != 0:
        print(run.stdout + run.stderr)
    return run.returncode == 0


def same(ours, theirs):
    """Whether two nested values are equal, tensors in type, shape and every bit."""
    if isinstance(theirs, torch.Tensor):
        return (isinstance(ours, torch.Tensor) and ours.dtype == theirs.dtype and ours.shape == theirs.shape
                and torch.equal(ours.nan_to_num(7), theirs.nan_to_num(7)))
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and set(ours) == set(theirs) and all(same(ours[k], theirs[k]) for k in theirs)
    if isinstance(theirs, (list, tuple)):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    return type(ours) is type(theirs) and ours == theirs


folder = pathlib.Path(tempfile.mkdtemp(prefix="compare-files-"))
os.chdir(folder)
torch.manual_seed(0)

# Values of every kind that both sides have: PyTorch's file through Nightjar comes back as it was.
TYPES = [torch.float64, torch.float32, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
base = torch.arange(24.0)
values = collections.OrderedDict(
    tensors={str(t).split(".")[1]: (torch.randn(2, 3) * 50).to(t) for t in TYPES},
    views={"whole": base, "rows": base.view(4, 6), "turned": base[3:9].view(2, 3).t(), "one": base[5],
           "expanded": torch.ones(1).expand(3, 4), "empty": torch.empty(0, 3),
           "channels_last": torch.randn(1, 2, 3, 3).to(memory_format=torch.channels_last)},
    names={"\u00e9": torch.ones(1), "e\u0301": torch.zeros(1), "a.b": torch.ones(2), "": torch.ones(3), "\U0001f319": 1},
    numbers=[0, 255, 256, -1, 2**31, -2**31 - 1, 2**63 - 1, -2**63, 0.5, -1e300, float("inf"), True, False],
    texts=["", "x" * 1000, "\u00e9", "\0"], nested={"a": {"b": {"c": [[1, 2], [3]]}}}, places={0: "zero", 5: "five"})
for protocol in (2, 3, 4, 5):
    torch.save(values, "values.pth", pickle_protocol=protocol)
    lua("nj.save(nj.load(arg[1]), arg[2])", "values.pth", "ours.pth")
    report(f"values through Nightjar, protocol {protocol}", same(torch.load("ours.pth", weights_only=True), values))
mapped = torch.load("ours.pth", weights_only=True, mmap=True)
report("the same, mapped by PyTorch", same(mapped, values))
report("shared storages stay shared",
       mapped["views"]["whole"].untyped_storage().data_ptr() == mapped["views"]["rows"].untyped_storage().data_ptr())

# What tensors do not have is widened exactly.
wide = {str(t).split(".")[1]: torch.arange(256, dtype=torch.uint8).view(t).clone() for t in (
    torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e8m0fnu,
    torch.float8_e4m3fnuz, torch.float8_e5m2fnuz)}
wide |= {"uint16": torch.arange(9).to(torch.uint16), "uint32": torch.arange(9).to(torch.uint32)}
widened = {name: t.to(torch.float32 if t.is_floating_point() else torch.int64) for name, t in wide.items()}
torch.save(wide, "wide.pth")
safetensors.torch.save_file(wide, "wide.safetensors")
for name in ("wide.pth", "wide.safetensors"):
    lua("nj.save(nj.load(arg[1]), arg[2])", name, "ours.pth")
    report(f"{name}, widened", same(torch.load("ours.pth", weights_only=True), widened))

# State dicts and optimizers: the same numbers after steps there and here.
OPTIMIZERS = {
    "SGD": {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-3},
    "Adam": {"lr": 1e-2, "amsgrad": True}, "AdamW": {"lr": 1e-2, "betas": (0.8, 0.99)},
    "RMSprop": {"lr": 1e-2, "momentum": 0.5, "centered": True},
}
STEPS = """
local nn, optim = nj.nn, nj.optim
local net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(4 * 36, 3))
local optimizer = optim[arg[1]](net:parameters(), { lr = 0.5 })
local saved = nj.load(arg[2])
nj.checkpoint.load(arg[2], net)                       -- the one value of tensors only
optimizer:load_state_dict(saved.optimizer_state_dict)
for _ = 1, saved.more do
  optimizer:zero_grad()
  nn.functional.cross_entropy(net(saved.x), saved.y):backward()
  optimizer:step()
end
nj.save({ epoch = saved.epoch + 1, model_state_dict = net:state_dict(), optimizer_state_dict = optimizer:state_dict() },
  arg[3])
"""


def small_net():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(4 * 36, 3))


def train(net, optimizer, x, y, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()


def distance(one, other):
    return max(((one[k] - other[k]).abs().max() / other[k].abs().max().clamp(min=1e-3)).item() for k in other)


for name, options in OPTIMIZERS.items():
    net, x, y = small_net(), torch.randn(8, 1, 8, 8), torch.randint(3, (8,))
    optimizer = getattr(torch.optim, name)(net.parameters(), **options)
    train(net, optimizer, x, y, 3)
    # PyTorch's Tensors 'x' and 'y' stand beside, so that Nightjar trains on the same.
    torch.save({"epoch": 3, "loss": 0.5, "more": 3, "x": x, "y": y, "model_state_dict": net.state_dict(),
                "optimizer_state_dict": optimizer.state_dict()}, "checkpoint.pth")
    lua(STEPS, name, "checkpoint.pth", "ours.pth")
    ours = torch.load("ours.pth", weights_only=True)
    train(net, optimizer, x, y, 3)
    report(f"{name}: three steps there, three here against six there",
           distance(ours["model_state_dict"], net.state_dict()) < 1e-4, distance(ours["model_state_dict"], net.state_dict()))
    again = small_net()
    again.load_state_dict(ours["model_state_dict"], strict=True)
    continued = getattr(torch.optim, name)(again.parameters(), lr=0.5)
    continued.load_state_dict(ours["optimizer_state_dict"])
    train(net, optimizer, x, y, 3)
    train(again, continued, x, y, 3)
    report(f"{name}: and three more there with the state from here",
           distance(again.state_dict(), net.state_dict()) < 1e-3, distance(again.state_dict(), net.state_dict()))

# NumPy.
arrays = {"b": np.array([True, False]), "i2": np.arange(6, dtype="i2").reshape(2, 3), "f8": np.random.rand(3, 1, 2),
          "i8": np.array(-5), "f4": np.zeros((0, 2), "f4"), "fortran": np.asfortranarray(np.random.rand(3, 4)),
          "big": np.arange(5, dtype=">i4"), "half": np.arange(5, dtype="f2"), "u4": np.arange(5, dtype="u4")}
held = {"half": "f4", "u4": "i8", "big": "i4"}
for save in (np.savez, np.savez_compressed):
    save("theirs.npz", **arrays)
    lua("nj.save(nj.load(arg[1]), arg[2])", "theirs.npz", "ours.npz")
    with np.load("ours.npz", allow_pickle=False) as ours:
        agree = set(ours) == set(arrays) and all(
            ours[k].dtype == held.get(k, a.dtype) and np.array_equal(ours[k], a) for k, a in arrays.items())
    report(f"numpy.{save.__name__}", agree)
np.save("theirs.npy", arrays["fortran"])
lua("nj.save(nj.load(arg[1]), arg[2])", "theirs.npy", "ours.npy")
report("numpy.save", np.array_equal(np.load("ours.npy"), arrays["fortran"]))

# safetensors of loose tensors, with metadata.
loose = {"\u00e9": np.arange(3, dtype="f4"), "e\u0301": np.arange(2), "x": np.random.rand(2, 2)}
safetensors.numpy.save_file(loose, "theirs.safetensors", metadata={"note": "\u00e9", "format": "np"})
lua("nj.save(nj.load(arg[1]), arg[2], { metadata = nj.checkpoint.metadata(arg[1]) })", "theirs.safetensors", "ours.safetensors")
report("safetensors with metadata, byte for byte but for the metadata's order",
       sorted(pathlib.Path("ours.safetensors").read_bytes()) == sorted(pathlib.Path("theirs.safetensors").read_bytes())
       and same({k: torch.from_numpy(v) for k, v in safetensors.numpy.load_file("ours.safetensors").items()},
                {k: torch.from_numpy(v) for k, v in loose.items()}))

# ResNet-18 at torchvision's shapes: there, here, and back.
RESNET = """
local input = nj.load(arg[2])
local function run(net) net:eval() return nj.no_grad(function() return net(input) end) end
local net = nj.checkpoint.load(arg[1], require("models.resnet18").Net())
nj.save(run(net), "ours.npy")
nj.checkpoint.save("ours.pth", { model = net })
"""
net = torchvision.models.resnet18()
with torch.no_grad():  # batch norm's statistics of a network that has seen something
    net.train()(torch.randn(16, 3, 64, 64))
    net.eval()
    image = torch.randn(2, 3, 224, 224)
    expected = net(image)
np.save("image.npy", image.numpy())
for form, wrapped in [("its state dict", net.state_dict()), ("a checkpoint", {"epoch": 9, "state_dict": net.state_dict()})]:
    torch.save(wrapped, "resnet18.pth")
    lua(RESNET, "resnet18.pth", "image.npy")
    difference = (torch.from_numpy(np.load("ours.npy")) - expected).abs().max() / expected.abs().max()
    report(f"ResNet-18 from {form}: predictions here", difference < 1e-5, difference)
back = torchvision.models.resnet18()
back.load_state_dict(torch.load("ours.pth", weights_only=True), strict=True)
with torch.no_grad():
    report("ResNet-18 and back: predictions there", torch.equal(back.eval()(image), expected))

sys.exit(failures > 0)
