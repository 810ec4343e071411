"""The tutorial's network as an ONNX model."""

import logging
import pathlib
import tempfile
import warnings

import numpy
import torch

from networks import Net

_files = tempfile.TemporaryDirectory()


def exported(batch_size):
    """The path of the network with random weights, for batches of one size: input x, output y."""
    path = pathlib.Path(_files.name) / f"{batch_size}.onnx"
    if not path.exists():
        x = torch.zeros(batch_size, 1, 28, 28)
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it misses torchvision
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(Net().eval(), (x,), str(path), input_names=["x"], output_names=["y"], verbose=False)
    return str(path)


def picture(batch_size):
    """Something to look at: float32 `[batch_size, 1, 28, 28]`."""
    return numpy.random.default_rng(1).standard_normal((batch_size, 1, 28, 28), numpy.float32)
