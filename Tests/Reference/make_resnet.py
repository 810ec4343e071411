"""Writes resnet.pth: torchvision's ResNet-18 with 2 in place of 64 channels, an input and what comes out.

    venv/bin/python Tests/Reference/make_resnet.py
"""
import pathlib

import torch
from torch import nn
from torchvision.models.resnet import BasicBlock, ResNet


class Narrow(ResNet):
    """The stages are made again, 32 times as narrow."""

    def __init__(self, width, classes):
        super().__init__(BasicBlock, [2, 2, 2, 2], num_classes=classes)
        self.inplanes = width
        self.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        for stage in range(4):
            made = self._make_layer(BasicBlock, width << stage, 2, stride=1 if stage == 0 else 2)
            setattr(self, f"layer{stage + 1}", made)
        self.fc = nn.Linear(8 * width, classes)


torch.manual_seed(0)
net = Narrow(2, 3)
with torch.no_grad():
    net.train()(torch.randn(16, 3, 64, 64))  # batch norm's statistics
    x = torch.randn(2, 3, 64, 64)
    checkpoint = {"epoch": 9, "state_dict": net.state_dict(), "input": x, "expected": net.eval()(x)}
torch.save(checkpoint, pathlib.Path(__file__).parent / "resnet.pth")
