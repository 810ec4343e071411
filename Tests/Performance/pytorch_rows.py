"""PyTorch's rows. Each function prepares one, and gives a function that measures it once, in seconds."""

import time

import torch
from torch.nn import functional as F

import digits
import networks
from measuring import burst

VERSION = f"PyTorch {torch.__version__.split('+')[0]}"


def set_threads(count):
    torch.set_num_threads(count)


def epoch(network, batch_size, images):
    """A pass over images that lie in memory as the network takes them, in random order: no loader, no transforms."""
    pixels, labels = digits.load("train")
    pixels = ((torch.from_numpy(pixels).float() / 255 - 0.1307) / 0.3081).unsqueeze(1)
    labels = torch.from_numpy(labels).long()

    def run(images):
        order = torch.randperm(len(pixels))[:images]
        for start in range(0, images, batch_size):
            chosen = order[start : start + batch_size]
            optimizer.zero_grad()
            loss = F.nll_loss(net(pixels[chosen]), labels[chosen])
            loss.backward()
            optimizer.step()
            if schedule:
                schedule.step()

    def measure():
        nonlocal net, optimizer, schedule
        net, optimizer, schedule = trained(network, -(-images // batch_size))
        start = time.perf_counter()
        run(images)
        return time.perf_counter() - start

    net, optimizer, schedule = trained(network, 100)
    run(min(images, 20 * batch_size))  # the first steps are slower
    return measure


def trained(network, steps):
    """A new network, its optimiser, and the schedule of its rate or None."""
    if network == "mnist":
        net = networks.Net()
        return net, torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.5), None
    net = networks.Net99()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01, betas=(0.7, 0.9))
    return net, optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=steps, cycle_momentum=False)


def step(batch_size, seconds):
    """A step of training the ResNet-style network."""
    net = networks.ResNet()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    x, labels = torch.randn(batch_size, 3, 32, 32), torch.randint(10, (batch_size,))

    def run():
        optimizer.zero_grad()
        F.cross_entropy(net(x), labels).backward()
        optimizer.step()

    return lambda: burst(run, seconds)


def convolution(kind, shape, seconds):
    """A convolution forward, or the gradients of input, weight and bias from a dense or a sparse one of the output."""
    n, channels, height, width, out, kernel, stride, padding, groups = shape
    x = torch.randn(n, channels, height, width, requires_grad=True)
    weight = torch.randn(out, channels // groups, kernel, kernel, requires_grad=True)
    bias = torch.randn(out, requires_grad=True)

    def forward():
        return F.conv2d(x, weight, bias, stride, padding, 1, groups)

    if kind == "forward":

        def run():
            with torch.no_grad():
                forward()

    else:
        y = forward()
        gradient = sparse(y.shape) if kind == "sparse" else torch.randn(y.shape)

        def run():
            torch.autograd.grad(y, [x, weight, bias], gradient, retain_graph=True)

    return lambda: burst(run, seconds)


def sparse(shape):
    """A gradient as a ReLU over a max-pool of two by two leaves it: one in four, of which the ReLU lets three in five by."""
    x = torch.randn(shape, requires_grad=True)
    pooled = F.max_pool2d(x, 2) - 0.825 if min(shape[2:]) > 1 else x
    y = F.relu(pooled)
    y.backward(torch.randn_like(y))
    return x.grad


def matmul(size, seconds):
    a, b = torch.randn(size, size), torch.randn(size, size)
    return lambda: burst(lambda: a @ b, seconds)


def add(seconds):
    """x + 1 on one element; a thousand times, for the clock."""
    x = torch.ones(1)

    def run():
        for _ in range(1000):
            x + 1

    return lambda: burst(run, seconds) / 1000
