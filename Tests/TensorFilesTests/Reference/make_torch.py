"""Writes the .pth files that the tests read, with PyTorch itself.

    python3 Tests/TensorFilesTests/Reference/make_torch.py

Tensors hold 0, 1, 2, ... in row-major order where the tests do not say otherwise.
"""
import collections
import pathlib

import torch
from torch import nn

here = pathlib.Path(__file__).parent / "torch"
here.mkdir(exist_ok=True)


def counted(*shape):
    return torch.arange(torch.Size(shape).numel(), dtype=torch.float32).view(shape)


types = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
         torch.uint8, torch.bool, torch.uint16, torch.uint32, torch.uint64, torch.float8_e4m3fn, torch.float8_e5m2]
torch.save({str(t).split(".")[1]: counted(2, 3).to(t) for t in types}, here / "types.pth")

base = counted(24)
torch.save({"whole": base, "rows": base.view(4, 6), "turned": base[3:9].view(2, 3).t(), "one": base[5],
            "expanded": counted(1).expand(3, 4), "empty": torch.empty(0, 3)}, here / "views.pth")

model = nn.Sequential(collections.OrderedDict(fc=nn.Linear(3, 2), norm=nn.BatchNorm1d(2)))
with torch.no_grad():
    for parameter in model.parameters():
        parameter.copy_(counted(*parameter.shape))
torch.save(model.state_dict(), here / "state_dict.pth")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for parameter in model.parameters():
    parameter.grad = counted(*parameter.shape)
optimizer.step()
torch.save({"epoch": 3, "loss": 0.5, "done": False, "nothing": None, "note": "\u00e9", "seed": 2**64 - 1,
            "history": [1, (2.5, -7), [2**40, None]], "device": torch.device("cuda", 1), "type": torch.float16,
            "shape": torch.Size([2, 3]), "raw": b"\x00\xff", "parameter": nn.Parameter(counted(2)),
            "model_state_dict": model.state_dict(), "optimizer_state_dict": optimizer.state_dict()},
           here / "checkpoint.pth")
torch.save({"module." + name: value for name, value in model.state_dict().items()}, here / "parallel.pth")
torch.save(counted(2, 3), here / "tensor.pth")
torch.save({"\u00e9": counted(1), "e\u0301": counted(2)}, here / "names.pth", pickle_protocol=4)
torch.save(model.state_dict(), here / "legacy.pth", _use_new_zipfile_serialization=False)
torch.jit.script(model).save(here / "script.pt")
