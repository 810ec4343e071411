"""Writes the .npy and .npz files that the tests read, with NumPy itself.

    python3 Tests/TensorFilesTests/Reference/make_numpy.py

Every array of numbers holds 0, 1, 2, ... in row-major order, so that the tests need no second file of values.
"""
import pathlib
import struct

import numpy as np

here = pathlib.Path(__file__).parent / "numpy"
here.mkdir(exist_ok=True)

TYPES = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split()

arrays = {}
for code in TYPES:
    array = np.arange(6).reshape(2, 3)
    for order in "<>" if code[1] != "1" else "|":
        name = {"<": "little", ">": "big", "|": "byte"}[order]
        arrays[f"{code}-{name}"] = (array % 2 if code == "b1" else array).astype(order + code)
arrays["fortran"] = np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4))
arrays["fortran-half-big"] = np.asfortranarray(np.arange(24).reshape(2, 3, 4).astype(">f2"))
arrays["number"] = np.float32(7)
arrays["empty"] = np.zeros((0, 3), dtype="f4")
arrays["row"] = np.arange(5, dtype="f4")
for name, array in arrays.items():
    np.save(here / f"{name}.npy", array)

for version in [(2, 0), (3, 0)]:
    with open(here / f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, np.arange(6, dtype="f4").reshape(2, 3), version=version)

refused = {
    "objects": np.array([{"a": 1}, None], dtype=object),
    "records": np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")]),
    "texts": np.array(["a", "b"]),
    "bytes": np.array([b"a"]),
    "complex": np.zeros(2, dtype="c8"),
    "times": np.zeros(2, dtype="M8[s]"),
    "long-doubles": np.zeros(2, dtype="g"),
    "voids": np.zeros(2, dtype="V2"),
}
for name, array in refused.items():
    np.save(here / f"refused-{name}.npy", array, allow_pickle=True)

np.savez(here / "stored.npz", weight=np.arange(6, dtype="f4").reshape(2, 3), bias=np.arange(3, dtype="i8"))
np.savez_compressed(here / "packed.npz", weight=np.arange(6, dtype="f4").reshape(2, 3), bias=np.arange(3, dtype="i8"))
