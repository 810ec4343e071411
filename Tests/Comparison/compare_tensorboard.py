#!/usr/bin/env python3
"""Reads a run's folder with TensorBoard's own loader, pandas and csv, and compares it with what the run was told.

    python -m venv venv && venv/bin/pip install tensorboard pandas pillow
    venv/bin/python Tests/Comparison/compare_tensorboard.py .build/command/nightjar
"""
import csv
import io
import math
import os
import subprocess
import sys
import tempfile

import pandas
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

SCRIPT = """
local nj = require "nightjar"
nj.manual_seed(1)
local run = nj.runs.open("run", { options = { lr = 0.1 } })
for step = 1, 100 do run:log(step, { loss = 1 / step, ["test/ü, \\"x\\""] = step % 7 == 0 and 0/0 or step }) end
local state = run:state()
for step = 101, 150 do run:log(step, { loss = 9, late = 1 }) end
run:release()
run = nj.runs.open("run", { resume = state })
for step = 101, 200 do run:log(step, { loss = 1 / step }) end
run:log(200, { accuracy = 97 })
run:add_histogram("weights", nj.arange(1000, { dtype = "float32" }) / 1000, 7)
run:add_image("picture", nj.ones(3, 5, 6) * 0.5, 8)
run:finish()
"""


def check(what, truth):
    print("ok  " if truth else "FAIL", what)
    return bool(truth)


def main():
    command = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "script.lua"), "w") as file:
            file.write(SCRIPT)
        subprocess.run([command, "script.lua"], cwd=folder, check=True)
        run = os.path.join(folder, "run")
        results = []

        events = EventAccumulator(run, size_guidance={"scalars": 0, "images": 0, "histograms": 0})
        events.Reload()
        name = 'test/ü, "x"'
        results.append(check("tags", events.Tags()["scalars"] == ["loss", name, "accuracy"]))
        loss = events.Scalars("loss")
        results.append(check("steps", [event.step for event in loss] == list(range(1, 201))))
        expected = [1 / step for step in range(1, 201)]
        results.append(check("losses", all(abs(a.value - b) <= 1e-7 * b for a, b in zip(loss, expected))))
        results.append(check("NaN", all(math.isnan(e.value) == (e.step % 7 == 0) for e in events.Scalars(name))))
        histogram = events.Histograms("weights")[0].histogram_value
        results.append(check("histogram", (histogram.num, histogram.min) == (1000, 0) and sum(histogram.bucket) == 1000))
        image = events.Images("picture")[0]
        picture = Image.open(io.BytesIO(image.encoded_image_string))
        results.append(check("image", (image.width, image.height) == picture.size == (6, 5) and picture.mode == "RGB"))

        table = pandas.read_csv(os.path.join(run, "metrics.csv"))
        results.append(check("pandas: columns", list(table.columns) == ["step", "loss", name, "accuracy"]))
        results.append(check("pandas: losses", list(table["loss"][:200]) == expected))
        results.append(check("pandas: last line", table["accuracy"].iloc[-1] == 97 and math.isnan(table["loss"].iloc[-1])))
        with open(os.path.join(run, "metrics.csv"), newline="") as file:
            rows = list(csv.reader(file))
        results.append(check("csv: all lines of one length", {len(row) for row in rows} == {4} and len(rows) == 202))
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
