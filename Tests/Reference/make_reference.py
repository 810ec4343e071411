#!/usr/bin/env python3
"""Writes golden values from PyTorch and safetensors for the test suite: the files beside this script.

    python -m venv venv && venv/bin/pip install torch numpy safetensors    # torch 2.15.0, numpy 2.4.6, safetensors 0.8.0
    venv/bin/python make_reference.py MNIST_DIR Tests/Reference [--only PART[,PART...]]

MNIST_DIR holds the four IDX files (plain or .gz). Parts: net, curve, generator, operations, sgd, safetensors; only
curve reads MNIST_DIR.
The files come out the same byte for byte, but for the order of the metadata in model.safetensors, which varies.
Every float is written as the shortest decimal of the float64 equal to the float32 that PyTorch gave, so it is exact.
Everything runs on the CPU with two threads; each JSON file holds its facts first and then one case a line.
"""
import argparse
import gzip
import json
import os
import struct

import numpy as np
import safetensors
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_num_threads(2)


# ---------------------------------------------------------------- helpers

def flat(t):
    """The values of a tensor, row-major, as a plain list."""
    return t.detach().contiguous().view(-1).tolist()


def formula(shape, k):
    """v[i] = (((i * 7919 + k * 104729) % 2001) - 1000) / 500, float32, i the flat row-major index."""
    n = int(np.prod(shape, dtype=np.int64))
    i = np.arange(n, dtype=np.int64)
    v = ((((i * 7919 + k * 104729) % 2001) - 1000) / 500.0).astype(np.float32)
    return torch.from_numpy(v.reshape(shape))


def write(path, facts, cases):
    """One JSON object: the facts, then "cases", one a line."""
    def dump(value):
        return json.dumps(value, separators=(",", ":"), allow_nan=False)

    with open(path, "w", newline="\n") as f:
        f.write("{\n")
        for key, value in facts.items():
            f.write(f"{json.dumps(key)}:{dump(value)},\n")
        f.write('"cases":[\n' + ",\n".join(dump(c) for c in cases) + "\n]\n}\n")
    print(f"{os.path.basename(path)}: {len(cases)} cases, {os.path.getsize(path)} bytes")


def read_idx(directory, name, header):
    path = os.path.join(directory, name)
    opener = open if os.path.exists(path) else gzip.open
    with opener(path if opener is open else path + ".gz", "rb") as f:
        return torch.from_numpy(np.frombuffer(f.read(), np.uint8)[header:].copy())


class Net(nn.Module):
    """The tutorial's network."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = x.view(-1, 320)
        x = F.relu(self.fc1(x))
        x = F.dropout(x, training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)


VERSIONS = {"torch": torch.__version__}
FORMULA = "v[i] = (((i * 7919 + k * 104729) % 2001) - 1000) / 500.0, float32, i the flat row-major index"


# ---------------------------------------------------------------- a. the network

def make_net(out):
    torch.manual_seed(42)
    net = Net().eval()
    i = np.arange(4 * 28 * 28, dtype=np.int64)
    x = ((i * 37 + 11) % 256).astype(np.float32) / np.float32(255)
    x = (x - np.float32(0.1307)) / np.float32(0.3081)
    output = net(torch.from_numpy(x.reshape(4, 1, 28, 28)))
    loss = F.nll_loss(output, torch.tensor([3, 1, 4, 1]))
    loss.backward()

    def digest(t):
        t64 = t.detach().double()  # the sums are of the float32 values, added in float64
        return {"sum": t64.sum().item(), "sum_abs": t64.abs().sum().item(), "first": flat(t)[:8]}

    facts = {**VERSIONS, "seed": 42,
             "input": "[4,1,28,28]: x[i] = ((i * 37 + 11) % 256) / 255, then (x - 0.1307) / 0.3081, all in float32",
             "mode": "eval (no dropout), gradients of the mean nll_loss", "targets": [3, 1, 4, 1],
             "log_probabilities": flat(output), "loss": loss.item()}
    write(os.path.join(out, "mnist_net.json"), facts,
          [{"name": n, "shape": list(p.shape), "value": digest(p), "gradient": digest(p.grad)}
           for n, p in net.named_parameters()])


# ---------------------------------------------------------------- b. the first training steps

class Images(torch.utils.data.Dataset):
    def __init__(self, directory, prefix):
        pixels = read_idx(directory, prefix + "-images-idx3-ubyte", 16).view(-1, 1, 28, 28)
        self.x = pixels.float().div(255).sub_(0.1307).div_(0.3081)
        self.y = read_idx(directory, prefix + "-labels-idx1-ubyte", 8).long()

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


def make_curve(out, mnist):
    """The tutorial: seed, network, an untrained test pass over a shuffled loader, then training with dropout."""
    train_set, test_set = Images(mnist, "train"), Images(mnist, "t10k")
    cases, facts = [], {}
    for test_shuffle in (True, False):
        torch.manual_seed(42)
        train_loader = torch.utils.data.DataLoader(train_set, batch_size=64, shuffle=True)
        test_loader = torch.utils.data.DataLoader(test_set, batch_size=1000, shuffle=test_shuffle)
        net = Net()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.5)
        net.eval()
        total, correct, test_targets = 0.0, 0, None
        with torch.no_grad():
            for x, y in test_loader:
                test_targets = y[:16].tolist() if test_targets is None else test_targets
                output = net(x)
                total += F.nll_loss(output, y, reduction="sum").item()
                correct += output.argmax(1).eq(y).sum().item()
        net.train()
        losses, targets = [], []
        for step, (x, y) in enumerate(train_loader):
            if step == 20:
                break
            optimizer.zero_grad()
            loss = F.nll_loss(net(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            targets.append(y[:8].tolist())
        cases.append({"name": f"test loader shuffle={test_shuffle}", "untrained_loss": total / len(test_set),
                      "untrained_correct": correct, "first_16_test_targets": test_targets,
                      "losses": losses, "first_8_targets_of_each_step": targets})
    facts = {**VERSIONS, "seed": 42, "threads": 2,
             "order": "manual_seed, network, untrained test pass, first 20 steps of epoch 1 (batch 64, shuffled, "
                      "SGD lr 0.01 momentum 0.5, dropout on). A DataLoader pass draws one int64 and, if shuffled, "
                      "a second int64 that seeds the sampler."}
    write(os.path.join(out, "train_curve.json"), facts, cases)


# ---------------------------------------------------------------- c. the generator

def make_generator(out):
    draws = {
        "uniform": lambda: torch.empty(8).uniform_(),
        "randperm10": lambda: torch.randperm(10),
        "randperm1000_first16": lambda: torch.randperm(1000)[:16],
        "random_int64": lambda: torch.stack([torch.empty((), dtype=torch.int64).random_() for _ in range(3)]),
        "random_int64_vector": lambda: torch.empty(3, dtype=torch.int64).random_(),
        "bernoulli_half": lambda: torch.empty(32).bernoulli_(0.5),
        "bernoulli_0.3": lambda: torch.empty(32).bernoulli_(0.3),
        "randn8": lambda: torch.randn(8),
        "randn40": lambda: torch.randn(40),  # 16 and more take another path in PyTorch than fewer do
        "dropout_0.3_ones_2x10": lambda: nn.Dropout(0.3)(torch.ones(2, 10)),
        "dropout2d_0.5_ones_2x5x2x2": lambda: nn.Dropout2d(0.5)(torch.ones(2, 5, 2, 2)),
    }
    cases = []
    for seed in (42, 1, 2 ** 40 + 7):
        for name, draw in draws.items():
            torch.manual_seed(seed)
            t = draw()
            # two uniforms drawn afterwards tell how far the stream has moved
            after = flat(torch.empty(2).uniform_())
            cases.append({"seed": seed, "name": name, "shape": list(t.shape), "values": flat(t), "next_uniforms": after})
    write(os.path.join(out, "generator.json"),
          {**VERSIONS, "cpu_capability": torch.backends.cpu.get_cpu_capability(),
           "note": "each case from a freshly seeded generator; next_uniforms are drawn straight after"}, cases)


# ---------------------------------------------------------------- d. operations

def make_operations(out):
    cases = []

    def case(name, op, args, shapes, fn):
        inputs = [formula(s, k).requires_grad_() for k, s in enumerate(shapes)]
        output = fn(*inputs)
        (output * formula(tuple(output.shape), 9)).sum().backward()
        assert output.numel() < 100 and all(i.numel() < 100 for i in inputs), (name, output.shape)
        cases.append({"name": name, "op": op, "args": args, "input_shapes": [list(s) for s in shapes],
                      "output_shape": list(output.shape), "output": flat(output),
                      "gradients": [flat(i.grad) for i in inputs]})

    def conv(name, x, w, bias, **args):
        shapes = [x, w] + ([(w[0],)] if bias else [])
        full = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, **args}
        case("conv2d " + name, "conv2d", {**full, "bias": bias}, shapes,
             lambda x, w, b=None: F.conv2d(x, w, b, **full))

    conv("plain", (2, 1, 4, 4), (2, 1, 3, 3), True)
    conv("no bias", (2, 1, 4, 4), (2, 1, 3, 3), False)
    conv("1x1", (2, 3, 3, 3), (4, 3, 1, 1), True)
    conv("whole image", (2, 2, 3, 4), (3, 2, 3, 4), True)
    conv("two channels", (1, 2, 5, 5), (3, 2, 3, 3), True)
    conv("stride 2", (1, 2, 6, 6), (3, 2, 3, 3), True, stride=2)
    conv("stride 2 ragged", (1, 2, 6, 7), (2, 2, 2, 3), True, stride=2)
    conv("stride 2x1", (1, 2, 6, 5), (2, 2, 3, 3), True, stride=(2, 1))
    conv("stride 1x2 no bias", (1, 2, 5, 6), (2, 2, 3, 3), False, stride=(1, 2))
    conv("stride over kernel", (1, 2, 6, 6), (3, 2, 1, 1), True, stride=2)
    conv("padding 1", (2, 1, 4, 4), (2, 1, 3, 3), True, padding=1)
    conv("padding 2", (1, 1, 4, 4), (2, 1, 3, 3), True, padding=2)
    conv("padding 1x2", (1, 2, 4, 3), (2, 2, 3, 5), True, padding=(1, 2))
    conv("padding 1x2 no bias", (1, 2, 4, 3), (2, 2, 3, 5), False, padding=(1, 2))
    conv("padding over image", (1, 1, 2, 2), (1, 1, 5, 5), True, padding=2)
    conv("stride 2 padding 1", (1, 2, 6, 6), (3, 2, 3, 3), True, stride=2, padding=1)
    conv("stride 2x1 padding 1x2", (1, 2, 5, 4), (2, 2, 3, 3), True, stride=(2, 1), padding=(1, 2))
    conv("dilation 2", (1, 1, 7, 6), (2, 1, 3, 2), True, dilation=2)
    conv("dilation 2 padding 2", (1, 2, 4, 5), (2, 2, 3, 3), True, dilation=2, padding=2)
    conv("dilation 1x2", (1, 2, 4, 6), (2, 2, 2, 3), True, dilation=(1, 2))
    conv("dilation 2 stride 2 padding 1", (1, 2, 6, 7), (2, 2, 3, 2), True, dilation=2, stride=2, padding=1)
    conv("kernel 1x3", (1, 2, 3, 6), (2, 2, 1, 3), True)
    conv("kernel 3x1", (1, 2, 6, 3), (2, 2, 3, 1), True)
    conv("kernel 2x4 no bias", (2, 1, 4, 6), (2, 1, 2, 4), False)
    conv("groups 2", (1, 4, 4, 4), (4, 2, 3, 3), True, groups=2)
    conv("groups 2 no bias", (2, 2, 4, 4), (4, 1, 2, 2), False, groups=2)
    conv("groups 2 all at once", (1, 4, 5, 4), (2, 2, 3, 2), True, stride=(2, 1), padding=(1, 2), dilation=(1, 2),
         groups=2)
    conv("depthwise", (2, 3, 4, 3), (3, 1, 3, 2), True, groups=3)
    conv("depthwise padding 1", (1, 3, 4, 4), (3, 1, 3, 3), True, groups=3, padding=1)
    conv("depthwise multiplier 2", (1, 3, 4, 4), (6, 1, 2, 2), True, groups=3, stride=2)
    conv("depthwise dilation 2 no bias", (1, 3, 5, 5), (3, 1, 2, 2), False, groups=3, dilation=2)

    def pool(name, x, **args):
        full = {"stride": args["kernel_size"], "padding": 0, **args}
        case("max_pool2d " + name, "max_pool2d", {**full, "ceil_mode": False}, [x], lambda x: F.max_pool2d(x, **full))
        case("avg_pool2d " + name, "avg_pool2d", {**full, "ceil_mode": False, "count_include_pad": True}, [x],
             lambda x: F.avg_pool2d(x, **full))

    pool("2", (2, 2, 4, 4), kernel_size=2)
    pool("2 ragged", (1, 2, 5, 7), kernel_size=2)
    pool("3 stride 2 padding 1", (1, 2, 6, 7), kernel_size=3, stride=2, padding=1)
    pool("3 stride 1 overlapping", (1, 1, 5, 5), kernel_size=3, stride=1)
    pool("2x3 stride 1x2", (1, 2, 4, 7), kernel_size=(2, 3), stride=(1, 2))

    case("linear", "linear", {"bias": True}, [(3, 4), (5, 4), (5,)], F.linear)
    case("linear no bias", "linear", {"bias": False}, [(3, 4), (5, 4)], F.linear)
    case("linear one row", "linear", {"bias": True}, [(1, 4), (2, 4), (2,)], F.linear)
    case("linear 3d", "linear", {"bias": True}, [(2, 3, 4), (5, 4), (5,)], F.linear)

    for dim in (0, 1, -1):
        case(f"log_softmax dim {dim}", "log_softmax", {"dim": dim}, [(2, 3, 4)], lambda x: F.log_softmax(x, dim))
        case(f"softmax dim {dim}", "softmax", {"dim": dim}, [(2, 3, 4)], lambda x: F.softmax(x, dim))
    targets = [3, 1, 4, 1]
    for reduction in ("mean", "sum", "none"):
        args = {"targets": targets, "reduction": reduction}
        case(f"nll_loss {reduction}", "nll_loss", args, [(4, 5)],
             lambda x: F.nll_loss(x, torch.tensor(targets), reduction=reduction))
        case(f"cross_entropy {reduction}", "cross_entropy", args, [(4, 5)],
             lambda x: F.cross_entropy(x, torch.tensor(targets), reduction=reduction))

    for name, fn in {"relu": F.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "exp": torch.exp}.items():
        case(name, name, {}, [(3, 4)], fn)

    for name, fn in {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}.items():
        case(name, name, {}, [(2, 3), (2, 3)], fn)
        case(f"{name} broadcast", name, {}, [(3, 1, 4), (2, 1)], fn)
        case(f"{name} broadcast row", name, {}, [(2, 3), (3,)], fn)
        case(f"{name} broadcast scalar", name, {}, [(), (2, 3)], fn)

    case("matmul", "matmul", {}, [(3, 4), (4, 5)], torch.matmul)
    case("matmul batched", "matmul", {}, [(2, 3, 4), (2, 4, 5)], torch.matmul)
    case("matmul broadcast", "matmul", {}, [(2, 3, 4), (4, 5)], torch.matmul)

    for name, fn in {"sum": torch.sum, "mean": torch.mean}.items():
        case(f"{name} all", name, {}, [(2, 3, 4)], fn)
        for dim in (0, 1, -1, [0, 2]):
            for keepdim in (False, True):
                case(f"{name} dim {dim} keepdim {str(keepdim).lower()}", name, {"dim": dim, "keepdim": keepdim},
                     [(2, 3, 4)], lambda x: fn(x, dim=dim, keepdim=keepdim))

    assert len({c["name"] for c in cases}) == len(cases)
    write(os.path.join(out, "operations.json"),
          {**VERSIONS, "formula": FORMULA, "inputs": "k = the input's index (input 0, weight 1, bias 2)",
           "gradient": "of sum(output * w), w of the output's shape by the formula with k = 9"}, cases)


# ---------------------------------------------------------------- e. optimisers

def make_sgd(out):
    S, cases = torch.optim.SGD, []
    variants = [
        ("sgd plain", S, {"lr": 0.1}),
        ("sgd momentum", S, {"lr": 0.1, "momentum": 0.5}),
        ("sgd nesterov", S, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        ("sgd dampening", S, {"lr": 0.1, "momentum": 0.9, "dampening": 0.1}),
        ("sgd weight decay", S, {"lr": 0.1, "weight_decay": 0.01}),
        ("sgd momentum weight decay", S, {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.01}),
        ("adam", torch.optim.Adam, {"lr": 0.01}),
        ("adam weight decay", torch.optim.Adam, {"lr": 0.01, "weight_decay": 0.01}),
        ("adamw", torch.optim.AdamW, {"lr": 0.01}),
    ]
    for name, kind, args in variants:
        p = nn.Parameter(formula((5,), 0))
        optimizer = kind([p], **args)
        steps = []
        for step in range(1, 7):
            p.grad = formula((5,), step)
            optimizer.step()
            steps.append(flat(p))
        full = {k: optimizer.defaults[k] for k in
                ("lr", "momentum", "dampening", "nesterov", "betas", "eps", "weight_decay") if k in optimizer.defaults}
        cases.append({"name": name, "args": full, "after_each_step": steps})
    write(os.path.join(out, "sgd.json"),
          {**VERSIONS, "formula": FORMULA, "start": "5 values, k = 0", "gradients": "k = step, steps 1 to 6"}, cases)


# ---------------------------------------------------------------- f. safetensors

def make_safetensors(out):
    tensors = {"fc.weight": formula((2, 3), 0), "counts": torch.tensor([1, -2, 3, 2 ** 40], dtype=torch.int64),
               "scale": torch.tensor(0.75), "empty": torch.zeros(0, 3)}
    path = os.path.join(out, "model.safetensors")
    save_file(tensors, path, metadata={"format": "pt", "epoch": "3"})
    with open(path, "rb") as f:
        data = f.read()
    n = struct.unpack("<Q", data[:8])[0]
    print(f"model.safetensors: {len(data)} bytes = 8 + header {n} + data {len(data) - 8 - n}")
    print(f"  header {data[8:8 + n]!r}")
    write(os.path.join(out, "safetensors.json"),
          {"safetensors": safetensors.__version__, "metadata": {"format": "pt", "epoch": "3"}},
          [{"name": k, "dtype": {torch.float32: "F32", torch.int64: "I64"}[t.dtype], "shape": list(t.shape),
            "values": flat(t)} for k, t in tensors.items()])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("mnist")
    parser.add_argument("out")
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    parts = {"net": make_net, "curve": lambda out: make_curve(out, args.mnist), "generator": make_generator,
             "operations": make_operations, "sgd": make_sgd, "safetensors": make_safetensors}
    for name in args.only.split(",") if args.only else parts:
        parts[name](args.out)


if __name__ == "__main__":
    main()
