"""Compares a file written by Checkpoints with what Python's safetensors library reads from and writes for it.

usage: compare_safetensors.py FILE [--torch]

FILE's metadata "expect" holds the tensors as JSON: [{"name", "dtype", "shape", "values"}, ...], values flat and
floats as their bits. Fails where the library reads anything else, or would write other bytes behind the header's
metadata. Takes safetensors and numpy; with --torch PyTorch loads the file too, which takes seconds.
"""

import json
import struct
import sys

import numpy
from safetensors import safe_open
from safetensors.numpy import load_file, save

DTYPES = {
    "I64": numpy.int64, "I32": numpy.int32, "I16": numpy.int16, "I8": numpy.int8, "U8": numpy.uint8, "BOOL": numpy.bool_,
}
FLOATS = {"F32": (numpy.uint32, numpy.float32), "F64": (numpy.uint64, numpy.float64)}


def header_and_data(content):
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length])
    header.pop("__metadata__", None)
    # Names and offsets as pairs: their order is compared too.
    return list(header.items()), content[8 + length:]


def main(path, with_torch):
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    found = load_file(path)
    expected = {}
    for case in json.loads(metadata["expect"]):
        if case["dtype"] in FLOATS:
            bits, floats = FLOATS[case["dtype"]]
            values = numpy.array(case["values"], bits).view(floats)
        else:
            values = numpy.array(case["values"], DTYPES[case["dtype"]])
        expected[case["name"]] = values.reshape(case["shape"])
    assert set(found) == set(expected), f"names: {sorted(found)} and {sorted(expected)}"
    for name, wanted in expected.items():
        got = found[name]
        assert got.dtype == wanted.dtype and got.shape == wanted.shape, f"{name}: {got.dtype} {got.shape}"
        assert got.tobytes() == wanted.tobytes(), f"{name}: other values"

    with open(path, "rb") as file:
        content = file.read()
    written = save(expected, metadata)
    assert len(content) == len(written), f"length: {len(content)} and {len(written)}"
    assert header_and_data(content) == header_and_data(written), "the library writes another file"
    # With one key at the most the library's order of the metadata is not open: every byte must agree.
    if len(metadata) == 1:
        assert content == written, "the library writes other bytes"

    if with_torch:
        from safetensors.torch import load_file as load_torch
        for name, tensor in load_torch(path).items():
            assert tensor.numpy().tobytes() == expected[name].tobytes(), f"{name}: PyTorch has other values"
    print(f"equal: {len(expected)} tensors, {len(content)} bytes" + (", PyTorch agrees" if with_torch else ""))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--torch"]):
        sys.exit(__doc__)
    main(sys.argv[1], with_torch=len(sys.argv) == 3)
