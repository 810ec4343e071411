#!/usr/bin/env python3
"""Writes the PNG files beside this script and expected.txt: what Pillow makes of each.

    pip install pillow numpy && python make_reference.py

The PNGs are put together here, since Pillow writes neither interlaced files nor all depths. A line of expected.txt
holds file, width, height, channels, SHA-256 of the 8-bit samples, SHA-256 of the grey samples, then WIDTHxHEIGHT=SHA-256
for grey images resized with BILINEAR, and, where the file has colours, rgb:WIDTHxHEIGHT=SHA-256 for those resized.
"""
import hashlib
import os
import struct
import zlib

import numpy as np
import PIL
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack_row(samples, depth):
    """The samples of one row as bytes, most significant bits first."""
    if depth == 16:
        return struct.pack(f">{len(samples)}H", *samples)
    bits = "".join(format(s, f"0{depth}b") for s in samples)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def filter_row(kind, row, above, step):
    """One row by PNG filter 0 to 4: none, sub, up, average, Paeth."""
    result = bytearray([kind])
    for i, v in enumerate(row):
        a = row[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
        paeth = a if pa <= pb and pa <= pc else b if pb <= pc else c
        result.append((v - (0, a, b, (a + b) // 2, paeth)[kind]) & 255)
    return bytes(result)


def png(pixels, colour, depth, interlace=False, filters=(0, 1, 2, 3, 4), extra=(), idat_size=None):
    """`pixels`: an integer array [height, width, channels]. Rows cycle through `filters`, anew in each pass."""
    height, width, channels = pixels.shape
    step = max(1, channels * depth // 8)
    raw = b""
    for x0, y0, dx, dy in ADAM7 if interlace else [(0, 0, 1, 1)]:
        part = pixels[y0::dy, x0::dx]
        if 0 in part.shape:
            continue
        above = bytes(len(pack_row([0] * (part.shape[1] * channels), depth)))
        for y, line in enumerate(part):
            row = pack_row(line.reshape(-1).tolist(), depth)
            raw += filter_row(filters[y % len(filters)], row, above, step)
            above = row
    data = zlib.compress(raw, 9)
    size = idat_size or len(data)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*c) for c in extra)
            + b"".join(chunk(b"IDAT", data[i:i + size]) for i in range(0, len(data), size)) + chunk(b"IEND", b""))


def pattern(width, height, channels, depth):
    """Gradients with a few edges; the channels differ, and so do the low bytes of 16-bit samples."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    v = (x * (c + 2) * 1000 // width + y * (3 - c % 3) * 700 // height) % 1000
    v = np.where((x // 5 + y // 4 + c) % 3 == 0, 999 - v, v)
    return v * ((1 << depth) - 1) // 999


def opaque(path, colour):
    """The file as Pillow's L or RGB image."""
    image = Image.open(path)
    if image.mode.startswith("I"):  # Pillow keeps 16-bit grey as it is, and convert("L") would clip it
        return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).astype(np.uint8))
    if colour in (GREY, GREY_ALPHA):  # 16-bit grey with alpha comes as RGBA
        return image.convert("L")
    return image.convert("RGB")


def digest(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


lines = [f"# Pillow {PIL.__version__}"]


def add(name, width, height, colour, depth, trns=None, extra=(), **options):
    extra = list(extra)
    if colour == PALETTE:
        colours = [((i * 97 + 30) % 256, (i * 53 + 200) % 256, (255 - i * 31) % 256) for i in range(1 << depth)]
        extra.append((b"PLTE", bytes(sum(colours, ()))))
    if trns is not None:
        extra.append((b"tRNS", trns))
    path = os.path.join(HERE, name + ".png")
    with open(path, "wb") as f:
        f.write(png(pattern(width, height, CHANNELS[colour], depth), colour, depth, extra=extra, **options))
    image = opaque(path, colour)
    grey = image.convert("L")
    fields = [name + ".png", str(width), str(height), str(len(image.getbands())), digest(image), digest(grey)]
    for size in [(28, 28), (width, 28), (28, height), (97, 64), (1, 1), (3, 200)]:
        fields.append(f"{size[0]}x{size[1]}={digest(grey.resize(size, Image.BILINEAR))}")
    if image.mode == "RGB":
        fields.append(f"rgb:28x28={digest(image.resize((28, 28), Image.BILINEAR))}")
    lines.append(" ".join(fields))


add("grey1", 20, 20, GREY, 1)
add("grey1_13x31", 13, 31, GREY, 1)
add("grey2", 17, 17, GREY, 2)
add("grey4", 33, 24, GREY, 4)
add("grey8", 28, 28, GREY, 8)
add("grey8_1x1", 1, 1, GREY, 8)
add("grey8_up", 9, 8, GREY, 8)
add("grey8_down", 40, 40, GREY, 8)
add("grey8_wide", 300, 10, GREY, 8)
add("grey8_tall", 8, 237, GREY, 8)
add("grey8_100x60", 100, 60, GREY, 8, filters=(1, 2, 4))
add("grey8_trns", 15, 12, GREY, 8, trns=struct.pack(">H", 0))
add("grey8_split_idat", 30, 30, GREY, 8, idat_size=37,
    extra=[(b"gAMA", struct.pack(">I", 45455)), (b"tEXt", b"Comment\0several IDAT chunks")])
add("grey16", 16, 22, GREY, 16)
add("rgb8", 21, 18, RGB, 8)
add("rgb8_28x28", 28, 28, RGB, 8, filters=(1, 4))
add("rgb8_trns", 12, 12, RGB, 8, trns=struct.pack(">HHH", 0, 0, 0))
add("rgb16", 14, 11, RGB, 16)
add("grey_alpha8", 24, 19, GREY_ALPHA, 8)
add("grey_alpha16", 12, 15, GREY_ALPHA, 16)
add("rgba8", 16, 20, RGB_ALPHA, 8)
add("rgba16", 10, 9, RGB_ALPHA, 16)
for depth, (w, h) in {1: (19, 23), 2: (22, 15), 4: (31, 31), 8: (18, 16)}.items():
    add(f"palette{depth}", w, h, PALETTE, depth)
    add(f"palette{depth}_trns", w, h, PALETTE, depth, trns=bytes([0, 128][: 1 << depth]))
add("interlaced_grey1", 19, 21, GREY, 1, interlace=True)
add("interlaced_grey2", 11, 14, GREY, 2, interlace=True)
add("interlaced_grey4", 29, 27, GREY, 4, interlace=True)
add("interlaced_grey8", 37, 30, GREY, 8, interlace=True)
add("interlaced_grey8_3x2", 3, 2, GREY, 8, interlace=True)  # several of the seven passes are empty
add("interlaced_grey16", 13, 10, GREY, 16, interlace=True)
add("interlaced_rgb8", 17, 20, RGB, 8, interlace=True)
add("interlaced_rgb16", 9, 12, RGB, 16, interlace=True)
add("interlaced_grey_alpha8", 14, 13, GREY_ALPHA, 8, interlace=True)
add("interlaced_rgba8", 12, 17, RGB_ALPHA, 8, interlace=True)
add("interlaced_palette4", 23, 18, PALETTE, 4, interlace=True)
add("interlaced_palette8_trns", 16, 16, PALETTE, 8, interlace=True, trns=bytes([0, 128]))
with open(os.path.join(HERE, "expected.txt"), "w", newline="\n") as f:
    f.write("\n".join(lines) + "\n")
