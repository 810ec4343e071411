#!/usr/bin/env python3
"""The digit in a PNG file with PyTorch: what scripts/run_mnist.lua does, here with random weights.

    python recognize.py 7.png
"""

import sys

import numpy
import torch
from PIL import Image

from networks import Net

net = Net().eval()
for path in sys.argv[1:]:
    pixels = numpy.asarray(Image.open(path).convert("L").resize((28, 28)), numpy.float32)
    with torch.no_grad():
        output = net((torch.from_numpy(pixels / 255)[None, None] - 0.1307) / 0.3081)
    probability, digit = output.exp().max(1)
    print(f"{path}: {digit.item()} ({100 * probability.item():.1f} %)")
