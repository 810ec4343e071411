"""Writes transforms.json: what torchvision's transforms make of pictures drawn by a formula.

Needs torch, torchvision and Pillow (2.15, 0.29 and 13.0 were used). A case has the transform as Lua writes it and as
torchvision shows it, the picture, the seed, the result and the random number that comes next. An image's result is the
digest of its bytes; a tensor's is its numbers. "folder" has the batches of a loader; a digest is of the samples as bytes.
"""

import hashlib
import json
import pathlib
import shutil
import tempfile

import torch
import torchvision.transforms as T
from PIL import Image
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder

HERE = pathlib.Path(__file__).parent


def sample(x, y, c):
    return (x * x * 3 + y * y * 5 + x * y * 7 + 11 * x + 40 * c) % 256


def picture(width, height, channels):
    pixels = bytes(sample(x, y, c) for y in range(height) for x in range(width) for c in range(channels))
    return Image.frombytes("L" if channels == 1 else "RGB", (width, height), pixels)


def lua(value):
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return "{ " + ", ".join(lua(v) for v in value) + " }"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, Call):
        return value.lua()
    return repr(value)


class Call:
    """A transform by name and arguments, for both languages."""

    def __init__(self, name, *arguments, **options):
        self.name, self.arguments, self.options = name, arguments, options

    def lua(self):
        parts = [lua(a) for a in self.arguments]
        if self.options:
            parts.append("{ " + ", ".join(f"{k} = {lua(v)}" for k, v in self.options.items()) + " }")
        return f"T.{self.name}({', '.join(parts)})"

    def python(self):
        def made(value):
            if isinstance(value, Call):
                return value.python()
            if isinstance(value, list) and value and isinstance(value[0], Call):
                return [v.python() for v in value]
            return value

        options = {k: made(v) for k, v in self.options.items()}
        if "interpolation" in options:
            options["interpolation"] = T.InterpolationMode(options["interpolation"])
        return getattr(T, self.name)(*map(made, self.arguments), **options)


SHAPES = [(13, 9, 3), (8, 11, 1)]
cases = []


def add(call, shapes=SHAPES, seeds=(0,), tensors=False, images=True):
    for width, height, channels in shapes:
        for is_tensor in [False] * images + [True] * tensors:
            for seed in seeds:
                transform = call.python()
                given = picture(width, height, channels)
                if is_tensor:
                    given = T.ToTensor()(given)
                torch.manual_seed(seed)
                result = transform(given)
                case = {"lua": call.lua(), "shown": repr(transform), "picture": [width, height, channels], "seed": seed}
                case["tensor"] = is_tensor
                case["next"] = torch.rand(1).item()
                if isinstance(result, torch.Tensor):
                    case["shape"] = list(result.shape)
                    case["values"] = [float(f"{v:.8g}") for v in result.flatten().tolist()]
                else:
                    case["shape"] = [len(result.getbands()), result.height, result.width]
                    case["digest"] = hashlib.sha256(result.tobytes()).hexdigest()
                cases.append(case)


def folder():
    """Batches that a loader makes of a folder of the JPEG files of ImagesTests, a class for every third."""
    files = sorted((HERE.parent / "ImagesTests/Reference/jpeg").glob("*.jpg"))
    with tempfile.TemporaryDirectory() as root:
        for place, file in enumerate(files):
            target = pathlib.Path(root, "abc"[place % 3], file.name)
            target.parent.mkdir(exist_ok=True)
            shutil.copy(file, target)
        transform = Call(
            "Compose",
            [
                Call("Resize", 30),
                Call("RandomResizedCrop", 16, scale=(0.3, 1.0)),
                Call("RandomHorizontalFlip"),
                Call("ColorJitter", 0.4, 0.4, 0.4, 0.1),
                Call("RandomRotation", 20, interpolation="bilinear"),
                Call("RandomAffine", 10, translate=(0.1, 0.1), shear=10),
                Call("ToTensor"),
                Call("RandomErasing"),
            ],
        )
        torch.manual_seed(5)
        loader = DataLoader(ImageFolder(root, transform.python()), batch_size=4, shuffle=True)
        batches = []
        for _ in range(3):
            for images, labels in loader:
                samples = bytes((images * 255).round().to(torch.uint8).flatten().tolist())
                batches.append({"labels": labels.tolist(), "digest": hashlib.sha256(samples).hexdigest()})
        return {"lua": transform.lua(), "batches": batches}


def main():
    small = [(6, 5, 3)]
    add(Call("ToTensor"), small)
    add(Call("Normalize", [0.5, 0.25, 0.125], [0.5, 0.3, 2.0]), small, tensors=True, images=False)
    add(Call("Normalize", [0.1307], [0.3081]), [(6, 5, 1)], tensors=True, images=False)

    for mode in ["nearest", "bilinear", "bicubic", "box", "hamming", "lanczos"]:
        for size in [7, (5, 17), (30, 4), (40, 41)]:
            add(Call("Resize", size, interpolation=mode), SHAPES + [(37, 29, 3), (5, 64, 1)])
    add(Call("Resize", 6, max_size=8), SHAPES + [(37, 29, 3)])
    for mode in ["nearest", "bilinear", "bicubic"]:
        add(Call("Resize", (4, 9), interpolation=mode), small, tensors=True, images=False)
    add(Call("Resize", (9, 4), antialias=False), small, tensors=True, images=False)
    add(Call("Resize", (3, 11), interpolation="nearest"), small, tensors=True, images=False)

    for size in [4, (5, 8), (20, 3), (12, 15), (1, 1)]:
        add(Call("CenterCrop", size))
    add(Call("CenterCrop", (4, 9)), small, tensors=True, images=False)
    add(Call("RandomCrop", (5, 6)), seeds=(0, 1, 2), tensors=True)
    add(Call("RandomCrop", 8, padding=4), seeds=(3, 4))
    add(Call("RandomCrop", (9, 12), padding=(2, 1)), seeds=(5,))
    add(Call("RandomCrop", (8, 9), padding=(0, 1, 2, 3), padding_mode="reflect"), seeds=(6,))
    add(Call("RandomCrop", (20, 21), pad_if_needed=True, fill=7), seeds=(7, 8))
    add(Call("RandomCrop", (9, 13)), [(13, 9, 3)])
    for mode in ["constant", "edge", "reflect", "symmetric"]:
        for padding in [3, (2, 1), (1, 0, 20, 3), (-2, 3), (-1, -2, 0, 3)]:
            add(Call("Pad", padding, padding_mode=mode))
        add(Call("Pad", (1, 2, 3, 1), padding_mode=mode), small, tensors=True, images=False)
    add(Call("Pad", 2, fill=200))
    add(Call("Pad", 2, fill=[1, 2, 300]), [(13, 9, 3)])

    for name in ["RandomHorizontalFlip", "RandomVerticalFlip"]:
        add(Call(name), seeds=(0, 1, 2), tensors=True, shapes=small)
        add(Call(name, 0.9), seeds=(0, 1))
    for mode in ["nearest", "bilinear", "bicubic"]:
        for seed in range(3):
            add(Call("RandomRotation", 45, interpolation=mode), seeds=(seed,))
            add(Call("RandomRotation", 170, interpolation=mode, expand=True, fill=9), seeds=(seed,))
        add(Call("RandomRotation", [10, 80], interpolation=mode, center=[3, 2.5]), seeds=(4, 5))
        for angle in [0, 90, 180, 270, 450, -90]:
            add(Call("RandomRotation", [angle, angle], interpolation=mode, expand=angle != 270))
        for seed in range(3):
            add(Call("RandomAffine", 30, interpolation=mode), seeds=(seed,))
            add(
                Call("RandomAffine", [-90, 20], translate=(0.2, 0.3), scale=(0.5, 1.5), shear=20, interpolation=mode),
                seeds=(seed,),
            )
        add(Call("RandomAffine", 0, translate=(0.4, 0.1), interpolation=mode), seeds=(6,))
        add(Call("RandomAffine", 0, scale=(0.3, 0.4), interpolation=mode, fill=100), seeds=(7,))
        add(
            Call("RandomAffine", 5, shear=[-10, 10, -30, 30], interpolation=mode, center=[0, 0], fill=50),
            seeds=(8, 9),
        )
    for mode in ["nearest", "bilinear"]:
        add(Call("RandomRotation", 60, interpolation=mode), small, seeds=(0, 1), tensors=True, images=False)
        add(
            Call("RandomRotation", [20, 70], interpolation=mode, expand=True, fill=0.5),
            small,
            seeds=(2,),
            tensors=True,
            images=False,
        )
        add(Call("RandomRotation", 60, interpolation=mode, center=[1, 1]), small, seeds=(3,), tensors=True, images=False)
        add(
            Call("RandomAffine", 30, translate=(0.2, 0.3), scale=(0.5, 1.5), shear=20, interpolation=mode, fill=0.25),
            small,
            seeds=(4, 5),
            tensors=True,
            images=False,
        )

    add(Call("Grayscale"), tensors=True, shapes=small + [(4, 3, 1)])
    # A tensor of one channel keeps one in torchvision, an image gets three.
    add(Call("Grayscale", 3), tensors=True, shapes=small)
    add(Call("Grayscale", 3), shapes=[(4, 3, 1)])
    add(Call("RandomGrayscale", 0.5), seeds=(0, 1))
    for name in ["brightness", "contrast", "saturation", "hue"]:
        add(Call("ColorJitter", **{name: 0.5}), SHAPES + [(64, 64, 3)], seeds=(0, 1, 2))
        add(Call("ColorJitter", **{name: 0.5}), small, seeds=(0, 1), tensors=True, images=False)
    add(Call("ColorJitter", 0.4, (0.1, 2.5), 1.5, (-0.3, 0.1)), SHAPES + [(64, 64, 3)], seeds=range(6))
    add(Call("ColorJitter", 0.4, 0.4, 0.4, 0.1), small, seeds=(7, 8), tensors=True, images=False)

    add(Call("RandomErasing"), small, seeds=range(4), tensors=True, images=False)
    add(Call("RandomErasing", 1.0, scale=(0.1, 0.5), ratio=(0.5, 2.0), value=0.5), small, seeds=(1, 2), tensors=True, images=False)
    add(Call("RandomErasing", 1.0, value=[1, 2, 3]), small, seeds=(3,), tensors=True, images=False)
    add(Call("RandomErasing", 1.0, value="random", scale=(0.2, 0.6)), small, seeds=(4, 5), tensors=True, images=False)
    add(Call("RandomResizedCrop", 8), SHAPES + [(37, 29, 3)], seeds=range(4))
    add(Call("RandomResizedCrop", (6, 9), scale=(0.5, 0.6), ratio=(3.0, 4.0), interpolation="bicubic"), seeds=(0, 1))
    add(Call("RandomResizedCrop", (6, 9), scale=(0.9, 1.0), ratio=(0.1, 0.2)), seeds=(0,))
    add(Call("RandomResizedCrop", (3, 4)), small, seeds=(0, 1), tensors=True, images=False)

    flips = [Call("RandomHorizontalFlip"), Call("RandomCrop", (4, 4))]
    add(Call("RandomApply", flips, 0.7), seeds=range(4))
    add(
        Call("Compose", [Call("Resize", 12), Call("RandomCrop", 8, padding=2), *flips, Call("ToTensor")]),
        [(13, 9, 1)],
        seeds=(0, 1),
    )
    (HERE / "transforms.json").write_text(
        '{"folder": ' + json.dumps(folder()) + ',\n"cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n"
    )
    print(len(cases), "cases")


main()
