#!/usr/bin/env python3
"""Writes events.json beside this script: records as PyTorch's SummaryWriter puts them into a TensorBoard file.

    python -m venv venv && venv/bin/pip install torch tensorboard    # torch 2.15.0, tensorboard 2.21.0
    venv/bin/python make_events.py

A row has a wall time, a step, a tag, a value and the record's bytes in hexadecimal. The script gives the same bytes each
time.
"""
import io
import json
import os

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.record_writer import RecordWriter
from torch.utils.tensorboard.summary import scalar

ROWS = [
    (1700000000.25, 0, "loss", 2.302585),
    (1700000000.5, 1, "loss", 0.0),
    (1700000001.0, 938, "test/accuracy", 97.2),
    (1700000002.0, 1 << 40, "größe", float("inf")),
    (1700000003.125, 300, "x" * 150, -1e-30),
]


def record(event):
    buffer = io.BytesIO()
    RecordWriter(buffer).write(event.SerializeToString())
    return buffer.getvalue().hex()


rows = []
for time, step, tag, value in ROWS:
    summary = scalar(tag, value)
    text = "inf" if value == float("inf") else value
    rows.append([time, step, tag, text, record(Event(wall_time=time, step=step, summary=summary))])
result = {
    "first": record(Event(wall_time=1700000000.0, file_version="brain.Event:2")),
    "rows": rows,
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "events.json"), "w") as file:
    json.dump(result, file, indent=1)
    file.write("\n")
