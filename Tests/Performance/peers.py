#!/usr/bin/env python3
"""The counterparts of scripts/bench.lua, which starts this and asks for one row after the other.

    pip install torch onnx onnxscript onnxruntime openvino pillow
    scripts/nightjar scripts/bench.lua --peers python

A line of standard input is a request, a line of standard output its answer, both JSON:

    {"peer": "PyTorch", "row": "add", "threads": 2, "seconds": 0.1, ...}   {"ready": "PyTorch 2.15.0"}
    {"run": true}                                                          {"seconds": 1.1e-06}

The first prepares a row: a function of that name in the peer's module, which takes what else the request says and gives a
function that measures once. A row that cannot be is {"missing": "why"}.
"""

import importlib
import json
import os
import sys

MODULES = {"PyTorch": "pytorch_rows", "ONNX Runtime": "onnxruntime_rows", "OpenVINO": "openvino_rows"}


def prepare(request):
    try:
        module = importlib.import_module(MODULES[request.pop("peer")])
        module.set_threads(request.pop("threads"))
        return getattr(module, request.pop("row"))(**request), {"ready": module.VERSION}
    except (ImportError, OSError) as problem:
        return None, {"missing": str(problem)}


def main():
    # What a library prints must not stand among the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    measure = None
    for line in sys.stdin:
        request = json.loads(line)
        if "run" in request:
            answer = {"seconds": measure()}
        else:
            measure = None  # frees what the last row held
            measure, answer = prepare(request)
        answers.write(json.dumps(answer) + "\n")


main()
