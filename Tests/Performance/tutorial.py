#!/usr/bin/env python3
"""The tutorial's script (https://nextjournal.com/gkoehler/pytorch-mnist) in PyTorch: what scripts/train.lua does.

    python tutorial.py --epochs 3 --out FOLDER

torchvision is not needed: `Digits` does for each image what its MNIST data set does with ToTensor and Normalize, with the
same calls of Pillow, NumPy and PyTorch in the same order.
"""

import argparse
import os

import numpy
import torch
from PIL import Image
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

import digits
from networks import Net


class Digits(Dataset):
    def __init__(self, split, limit):
        images, labels = digits.load(split)
        self.images, self.labels = torch.from_numpy(images[:limit]), torch.from_numpy(labels[:limit]).long()

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image, label = self.images[index], int(self.labels[index])
        return normalize(to_tensor(Image.fromarray(image.numpy()))), label


def to_tensor(picture):
    """torchvision.transforms.ToTensor."""
    image = torch.from_numpy(numpy.array(picture, numpy.uint8, copy=True))
    image = image.view(picture.size[1], picture.size[0], 1)
    image = image.permute((2, 0, 1)).contiguous()
    return image.to(dtype=torch.get_default_dtype()).div(255)


def normalize(image):
    """torchvision.transforms.Normalize((0.1307,), (0.3081,))."""
    image = image.clone()
    mean = torch.as_tensor((0.1307,), dtype=image.dtype, device=image.device)
    std = torch.as_tensor((0.3081,), dtype=image.dtype, device=image.device)
    if (std == 0).any():
        raise ValueError("std")
    return image.sub_(mean.view(-1, 1, 1)).div_(std.view(-1, 1, 1))


parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--limit", type=int, default=60000)
parser.add_argument("--out", default=".")
options = parser.parse_args()

log_interval = 10
torch.manual_seed(42)
train_loader = DataLoader(Digits("train", options.limit), batch_size=64, shuffle=True)
test_loader = DataLoader(Digits("t10k", options.limit), batch_size=1000, shuffle=True)
network = Net()
optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.5)


def train(epoch):
    network.train()
    for batch, (data, target) in enumerate(train_loader):
        optimizer.zero_grad()
        loss = F.nll_loss(network(data), target)
        loss.backward()
        optimizer.step()
        if batch % log_interval == 0:
            done = 100.0 * batch / len(train_loader)
            seen = f"{batch * len(data)}/{len(train_loader.dataset)} ({done:.0f}%)"
            print(f"Train Epoch: {epoch} [{seen}]\tLoss: {loss.item():.6f}")
            torch.save(network.state_dict(), os.path.join(options.out, "model.pth"))
            torch.save(optimizer.state_dict(), os.path.join(options.out, "optimizer.pth"))


def test():
    network.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for data, target in test_loader:
            output = network(data)
            test_loss += F.nll_loss(output, target, reduction="sum").item()
            correct += output.data.max(1, keepdim=True)[1].eq(target.data.view_as(output.data.max(1, keepdim=True)[1])).sum()
    total = len(test_loader.dataset)
    print(f"\nTest set: Avg. loss: {test_loss / total:.4f}, Accuracy: {correct}/{total} ({100.0 * correct / total:.0f}%)\n")


test()
for epoch in range(1, options.epochs + 1):
    train(epoch)
    test()
