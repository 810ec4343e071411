"""Reads MNIST's files, gzipped or not, from where Nightjar's scripts find them."""

import gzip
import os
import pathlib

import numpy


def directory():
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "nightjar/mnist"
    for path in [os.environ.get("NIGHTJAR_DATA"), cache]:
        for place in [path, path and pathlib.Path(path) / "mnist"]:
            if place and list(pathlib.Path(place).glob("train-images-idx3-ubyte*")):
                return pathlib.Path(place)
    raise OSError("MNIST's files are not there: set NIGHTJAR_DATA, or run scripts/train.lua, which fetches them")


def read(name):
    path = directory() / name
    data = path.read_bytes() if path.exists() else gzip.decompress((directory() / (name + ".gz")).read_bytes())
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * len(shape)).reshape(shape).copy()


def load(split):
    """The images as uint8 `[n, 28, 28]` and the classes `[n]` of "train" or "t10k"."""
    return read(f"{split}-images-idx3-ubyte"), read(f"{split}-labels-idx1-ubyte")
