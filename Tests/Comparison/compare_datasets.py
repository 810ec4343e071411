#!/usr/bin/env python3
"""Compares data sets of pictures with torchvision's: order, classes, and whole shuffled passes with random transforms.

    python -m venv venv && venv/bin/pip install torch torchvision numpy pillow    # torch 2.15.0, torchvision 0.29
    venv/bin/python Tests/Comparison/compare_datasets.py .build/command/nightjar

Draws a folder of PNG and JPEG files of several sizes, and CIFAR's and EMNIST's files, reads them with both, and prints
what differs; the exit status is 1 where anything does.
"""
import gzip
import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader
from torchvision import datasets, transforms as T

FAILURES = []


def check(what, ours, theirs, tolerance=0.0):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    same = ours.shape == theirs.shape
    if same and ours.dtype.kind in "fc":
        same = bool(np.abs(ours - theirs).max(initial=0) <= tolerance)
    elif same:
        same = bool((ours == theirs).all())
    print(("same    " if same else "DIFFERS ") + what)
    if not same:
        FAILURES.append(what)


def lua(nightjar, source):
    """What a chunk returns, through JSON."""
    text = "local nj = require 'nightjar' local data, T = nj.data, nj.transforms print(nj.json.encode((function()\n"
    run = subprocess.run([nightjar, "-e", text + source + "\nend)()))"], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(run.stderr)
    return json.loads(run.stdout)


def draw_folder(root):
    random = np.random.default_rng(1)
    names = ["b/z.png", "b/x/1.JPG", "b/x/y/deep.jpeg", "b/x-y/2.png", "b/a.jpeg", "B/q.png", "a/10.png", "a/9.png",
             "a/grey.png", "a/grey.jpg", "é/ü.png", "é/u.png"] + [f"many/{i}.png" for i in range(20)]
    for name in names:
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        height, width = (int(v) for v in random.integers(20, 60, 2))
        shape = (height, width) if "grey" in name else (height, width, 3)
        Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8)).save(path)
    for name in ("a/notes.txt", "top.txt"):
        with open(os.path.join(root, name), "w") as f:
            f.write("no picture")


def compare_folder(nightjar, root):
    theirs = datasets.ImageFolder(root)
    ours = lua(nightjar, f"local s = data.ImageFolder '{root}' "
                         "return { s:classes(), s:paths(), s:targets(), s:class_to_idx() }")
    check("classes", ours[0], theirs.classes)
    check("paths", ours[1], [path for path, _ in theirs.samples])
    check("labels", ours[2], theirs.targets)
    check("class_to_idx", sorted(ours[3].items()), sorted(theirs.class_to_idx.items()))
    for workers in (0, 3):
        for size in (4, 7):
            torch.manual_seed(size)
            set_ = datasets.ImageFolder(root, T.Compose([
                T.Resize(24), T.RandomCrop(16), T.RandomHorizontalFlip(), T.ToTensor(),
                T.Normalize([0.5, 0.4, 0.3], [0.2, 0.3, 0.4]), T.RandomErasing()]))
            loader = DataLoader(set_, batch_size=size, shuffle=True)
            images, labels = zip(*[batch for _ in range(2) for batch in loader])
            drawn = int(torch.randint(1 << 31, (1,)))
            ours = lua(nightjar, f"""
                nj.manual_seed({size})
                local set = data.ImageFolder('{root}', {{ transform = T.Compose {{
                  T.Resize(24), T.RandomCrop(16), T.RandomHorizontalFlip(), T.ToTensor(),
                  T.Normalize({{ 0.5, 0.4, 0.3 }}, {{ 0.2, 0.3, 0.4 }}), T.RandomErasing() }} }})
                local loader = data.loader(set, {{ batch_size = {size}, shuffle = true, num_workers = {workers} }})
                local images, labels = {{}}, {{}}
                for _ = 1, 2 do
                  for _, x, y in loader:batches() do images[#images + 1] = x labels[#labels + 1] = y end
                end
                return {{ nj.cat(images):flatten():tolist(), nj.cat(labels):tolist(), nj.randint(1 << 31, {{ 1 }}):item() }}
                """)
            what = f"batches of {size}, {workers} workers: "
            check(what + "labels", ours[1], torch.cat(labels).tolist())
            check(what + "images", np.array(ours[0]), torch.cat(images).flatten().numpy().astype(float), 1e-6)
            check(what + "draws", ours[2], drawn)


def compare_cifar(nightjar, root):
    random = np.random.default_rng(2)
    folder = os.path.join(root, "cifar-10-batches-py")
    binary = os.path.join(root, "cifar-10-batches-bin")
    os.makedirs(folder)
    os.makedirs(binary)
    names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    for name in names:
        pixels, labels = random.integers(0, 256, (8, 3072), dtype=np.uint8), random.integers(0, 10, 8).tolist()
        with open(os.path.join(folder, name), "wb") as f:
            pickle.dump({"data": pixels, "labels": labels}, f)
        with open(os.path.join(binary, name + ".bin"), "wb") as f:
            for label, row in zip(labels, pixels):
                f.write(bytes([label]) + row.tobytes())
    with open(os.path.join(folder, "batches.meta"), "wb") as f:
        pickle.dump({"label_names": [f"class{i}" for i in range(10)]}, f)
    datasets.CIFAR10._check_integrity = lambda self: True
    datasets.cifar.check_integrity = lambda path, md5=None: True
    torch.manual_seed(5)
    set_ = datasets.CIFAR10(root, train=True, transform=T.Compose([
        T.RandomCrop(32, padding=4), T.RandomHorizontalFlip(), T.ToTensor()]))
    batches = list(DataLoader(set_, batch_size=16, shuffle=True))
    ours = lua(nightjar, f"""
        nj.manual_seed(5)
        local set = data.cifar10 {{ dir = '{root}', transform = T.Compose {{
          T.RandomCrop(32, {{ padding = 4 }}), T.RandomHorizontalFlip(), T.ToTensor() }} }}
        local images, labels = {{}}, {{}}
        for _, x, y in data.loader(set, {{ batch_size = 16, shuffle = true }}):batches() do
          images[#images + 1] = x labels[#labels + 1] = y
        end
        return {{ nj.cat(images):flatten():tolist(), nj.cat(labels):tolist() }}
        """)
    check("CIFAR-10: labels", ours[1], torch.cat([y for _, y in batches]).tolist())
    check("CIFAR-10: images", np.array(ours[0]), torch.cat([x for x, _ in batches]).flatten().numpy().astype(float), 0)


def compare_emnist(nightjar, root):
    random = np.random.default_rng(3)
    raw = os.path.join(root, "EMNIST", "raw")
    os.makedirs(raw)
    images, labels = random.integers(0, 256, (9, 28, 28), dtype=np.uint8), random.integers(0, 47, 9, dtype=np.uint8)
    for name, array in (("images-idx3", images), ("labels-idx1", labels)):
        header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
        path = os.path.join(raw, f"emnist-balanced-train-{name}-ubyte")
        with open(path, "wb") as f:
            f.write(header + array.tobytes())
        with gzip.open(path + ".gz", "wb") as f:
            f.write(header + array.tobytes())
    theirs = datasets.EMNIST(root, "balanced", train=True, transform=T.ToTensor())
    ours = lua(nightjar, f"""
        local set = data.emnist {{ dir = '{root}' }}
        local _, x, y = data.loader(set, {{ batch_size = 9 }}):batches()()
        return {{ x:flatten():tolist(), y:tolist(), set:classes() }}
        """)
    check("EMNIST: images", np.array(ours[0]),
          torch.stack([x for x, _ in theirs]).flatten().numpy().astype(float), 0)
    check("EMNIST: labels", ours[1], [y for _, y in theirs])
    check("EMNIST: classes", ours[2], theirs.classes)


def main():
    nightjar = sys.argv[1]
    for compare in (compare_folder, compare_cifar, compare_emnist):
        with tempfile.TemporaryDirectory() as root:
            if compare is compare_folder:
                draw_folder(root)
            compare(nightjar, root)
    sys.exit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
