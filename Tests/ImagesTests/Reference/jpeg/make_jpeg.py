"""Writes small JPEG files of every kind that is read and, into expected.txt, what Pillow makes of them.

Needs Pillow (13.0 was used). A line: file, width, height, channels, SHA-256 of the samples in the
file's own channels (ink as RGB), of those in grey.
"""

import hashlib
import io
import math
import pathlib

from PIL import Image

HERE = pathlib.Path(__file__).parent


def drawing(width, height):
    def sample(x, y, c):
        wave = math.sin((x * (c + 1) + 2 * y) / 5) * 60 + math.cos((x - (3 - c) * y) / 7) * 60
        return max(0, min(255, int(128 + wave + (40 if (x // 8 + y // 8) % 2 else -40))))

    pixels = bytes(sample(x, y, c) for y in range(height) for x in range(width) for c in range(3))
    return Image.frombytes("RGB", (width, height), pixels)


def main():
    lines = ["# written by make_jpeg.py; see there what the fields are"]

    def add(name, image, **options):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", **options)
        data = buffer.getvalue()
        (HERE / name).write_bytes(data)
        read = Image.open(io.BytesIO(data))
        if read.mode == "CMYK":
            read = read.convert("RGB")
        digest = hashlib.sha256(read.tobytes()).hexdigest()
        grey = hashlib.sha256(read.convert("L").tobytes()).hexdigest()
        lines.append(f"{name} {read.width} {read.height} {len(read.getbands())} {digest} {grey}")

    picture = drawing(37, 29)
    add("rgb420.jpg", picture)
    add("rgb422.jpg", picture, subsampling="4:2:2", quality=90)
    add("rgb444.jpg", picture, subsampling="4:4:4", quality=95)
    add("progressive.jpg", picture, progressive=True)
    add("optimized.jpg", picture, optimize=True, quality=30)
    add("restarts.jpg", picture, restart_marker_blocks=1)
    add("stored_rgb.jpg", picture, keep_rgb=True)
    add("grey.jpg", picture.convert("L"))
    add("grey_progressive.jpg", picture.convert("L"), progressive=True)
    ink = picture.split()
    add("ink.jpg", Image.merge("CMYK", (*ink, ink[1].rotate(180))))
    add("one.jpg", drawing(1, 1))
    add("line.jpg", drawing(65, 1))
    exif = Image.Exif()
    exif[0x0112] = 6
    add("turned.jpg", picture, exif=exif, comment=b"held upright", dpi=(72, 72))
    (HERE / "expected.txt").write_text("\n".join(lines) + "\n")


main()
