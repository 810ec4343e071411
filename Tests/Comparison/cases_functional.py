"""nn.functional: convolution, pooling, normalisation, padding, interpolation, and the like."""

from caselib import between, bools, case, distinct, ints, rand, vals


def calls(row, name, options, grad=True, **inputs):
    """F.name(inputs..., option) for each option."""
    for option in options:
        code = f"F.{name}({', '.join(inputs)}{', ' if option else ''}{option})"
        case(row, code, grad, **inputs)


CONV = [
    "",
    "stride=2",
    "padding=1",
    "None, 2, 1",
    "dilation=2",
    "padding='same'",
    "padding='valid'",
    "stride=2, padding=2",
]
for x, w in (
    (rand(2, 3, 7, 8), rand(4, 3, 3, 3)),
    (rand(3, 7, 9), rand(4, 3, 2, 3)),
    (rand(1, 1, 5, 5), rand(1, 1, 1, 1)),
    (rand(2, 3, 7, 7).nc, rand(4, 3, 3, 2).nc),
    (rand(0, 3, 7, 7), rand(4, 3, 3, 3)),
    (rand(2, 3, 6, 5).float64, rand(2, 3, 2, 2).float64),
):
    calls("F.conv2d", "conv2d", CONV, x=x, w=w)
calls(
    "F.conv2d",
    "conv2d",
    ["", "stride=(1, 2), padding=(2, 0), dilation=(1, 2)", "1, 1, 1, 1"],
    x=rand(2, 3, 7, 9),
    w=rand(4, 3, 3, 3),
    b=rand(4),
)
calls(
    "F.conv2d",
    "conv2d",
    ["groups=2", "groups=2, padding=1, stride=2"],
    x=rand(2, 4, 6, 7),
    w=rand(6, 2, 3, 3),
    b=rand(6),
)
calls("F.conv2d", "conv2d", ["groups=4"], x=rand(2, 4, 6, 7), w=rand(8, 1, 3, 3))
calls(
    "F.conv2d",
    "conv2d",
    ["", "groups=2", "stride=-1", "padding=-1", "dilation=0"],
    x=rand(2, 4, 6, 7),
    w=rand(6, 3, 3, 3),
)
calls("F.conv2d", "conv2d", [""], x=rand(2, 3, 6, 7), w=rand(6, 3, 3, 3), b=rand(5))
calls("F.conv2d", "conv2d", [""], x=rand(2, 3, 6, 7), w=rand(6, 3, 3, 3).float64)
calls("F.conv2d", "conv2d", [""], x=rand(4, 16, 20, 20), w=rand(33, 16, 5, 5), b=rand(33))
calls("F.conv2d", "conv2d", [""], grad=False, x=ints(0, 5, 1, 1, 4, 4), w=ints(0, 5, 1, 1, 2, 2))
for x, w in (
    (rand(2, 3, 9), rand(4, 3, 3)),
    (rand(3, 9), rand(4, 3, 2)),
    (rand(2, 3, 8).nc, rand(5, 3, 3).nc),
    (rand(0, 3, 9), rand(4, 3, 3)),
):
    calls("F.conv1d", "conv1d", CONV, x=x, w=w)
calls("F.conv1d", "conv1d", ["groups=2"], x=rand(2, 4, 7), w=rand(6, 2, 3), b=rand(6))
for x, w in (
    (rand(2, 3, 4, 5), rand(3, 4, 3, 2)),
    (rand(3, 4, 5), rand(3, 2, 3, 3)),
    (rand(1, 3, 4, 4).nc, rand(3, 2, 2, 3).nc),
    (rand(0, 3, 4, 4), rand(3, 2, 3, 3)),
):
    calls(
        "F.conv_transpose2d",
        "conv_transpose2d",
        [
            "",
            "stride=2",
            "padding=1",
            "stride=2, padding=1, output_padding=1",
            "stride=(1, 3), output_padding=(0, 2)",
            "dilation=2",
        ],
        x=x,
        w=w,
    )
calls(
    "F.conv_transpose2d",
    "conv_transpose2d",
    ["groups=2", "2, 1, 1, 2"],
    x=rand(2, 4, 3, 3),
    w=rand(4, 3, 3, 3),
    b=rand(6),
)

for x in (
    distinct(2, 3, 7, 9),
    distinct(3, 6, 8),
    distinct(1, 2, 6, 7).nc,
    distinct(0, 2, 4, 4),
    distinct(1, 2, 5, 6).float64,
):
    calls(
        "F.max_pool2d",
        "max_pool2d",
        [
            "2",
            "3, 1",
            "(2, 3), stride=1",
            "3, 2, 1",
            "2, ceil_mode=True",
            "3, 2, 1, ceil_mode=True",
            "2, 1, 0, 2",
            "3, padding=1, return_indices=True",
            "kernel_size=2",
        ],
        x=x,
    )
    calls(
        "F.avg_pool2d",
        "avg_pool2d",
        [
            "2",
            "3, 1",
            "(2, 3), stride=1",
            "3, 2, 1",
            "2, ceil_mode=True",
            "3, 2, 1, True, False",
            "3, 2, padding=1, ceil_mode=True",
            "2, divisor_override=5",
            "kernel_size=2",
        ],
        x=x,
    )
    calls("F.adaptive_avg_pool2d", "adaptive_avg_pool2d", ["1", "(2, 3)", "5", "(None, 2)", "(7, 9)"], x=x)
    calls("F.adaptive_max_pool2d", "adaptive_max_pool2d", ["1", "(2, 3)", "5", "(2, 2), return_indices=True"], x=x)
for x in (distinct(2, 3, 9), distinct(3, 8), distinct(2, 3, 7).nc, distinct(0, 3, 8)):
    calls("F.max_pool1d", "max_pool1d", ["2", "3, 1", "3, 2, 1", "2, ceil_mode=True", "2, return_indices=True"], x=x)
    calls("F.avg_pool1d", "avg_pool1d", ["2", "3, 1", "3, 2, 1", "2, ceil_mode=True", "3, 2, 1, True, False"], x=x)
    calls("F.adaptive_avg_pool1d", "adaptive_avg_pool1d", ["1", "3"], x=x)
    calls("F.adaptive_max_pool1d", "adaptive_max_pool1d", ["1", "3"], x=x)
calls("F.max_pool2d", "max_pool2d", ["2", "3, 1, 1"], x=vals([1, 1, 1, float("nan"), 2, 2, 2, 2, 2], 1, 1, 3, 3))
calls("F.max_pool2d", "max_pool2d", ["2"], grad=False, x=ints(-9, 9, 1, 2, 4, 4))
calls("F.max_pool2d", "max_pool2d", ["0", "-1", "2, 0", "2, padding=2"], x=distinct(1, 1, 4, 4))
calls("F.lp_pool2d", "lp_pool2d", ["2, 2"], x=between(0.1, 1, 1, 2, 4, 4))
case(
    "F.max_unpool2d", "y, i = F.max_pool2d(x, 2, return_indices=True)\nF.max_unpool2d(y, i, 2)", x=distinct(1, 2, 4, 6)
)

for x in (rand(5, 3), rand(4, 3, 5), rand(2, 3, 4, 5), rand(4, 3, 2).nc, rand(3, 3).float64):
    dtype = x.dtype
    mean, var = rand(3).const, between(0.5, 2, 3).const
    if dtype == "float64":
        mean, var = mean.float64, var.float64
    for option in ("", ", training=True", ", training=True, momentum=0.3, eps=0.1", ", eps=0.5"):
        case("F.batch_norm", f"y = F.batch_norm(x, mean, var{option})\ny, mean, var", x=x, mean=mean, var=var)
    case("F.batch_norm", "F.batch_norm(x, None, None, training=True)", x=x)
    case("F.instance_norm", "F.instance_norm(x)", tol=1e-3 if x.dtype == "float32" else None, x=x)
case(
    "F.batch_norm",
    "F.batch_norm(x, mean, var, w, b, True, 0.1, 1e-5), mean, var",
    x=rand(2, 3, 4, 4),
    mean=rand(3).const,
    var=between(0.5, 2, 3).const,
    w=rand(3),
    b=rand(3),
)
case(
    "F.batch_norm",
    "F.batch_norm(x, mean, var, weight=w)",
    x=rand(2, 3, 4),
    mean=rand(3).const,
    var=between(0.5, 2, 3).const,
    w=rand(3),
)
case("F.batch_norm", "F.batch_norm(x, None, None)", x=rand(2, 3))
case("F.instance_norm", "F.instance_norm(x, weight=w, bias=b, eps=0.1)", x=rand(2, 3, 4, 4), w=rand(3), b=rand(3))
for x in (rand(2, 4, 5), rand(3, 4), rand(2, 4, 3, 2).nc, rand(0, 4, 2)):
    calls("F.group_norm", "group_norm", ["2", "4, eps=0.1", "1", "3"], x=x)
case("F.group_norm", "F.group_norm(x, 2, w, b)", x=rand(2, 4, 5), w=rand(4), b=rand(4))
case("F.group_norm", "F.group_norm(x, 2, bias=b)", x=rand(2, 4, 5), b=rand(4))
for x in (rand(2, 4, 5), rand(5), rand(3, 2, 4, 5).nc, rand(0, 5)):
    calls("F.layer_norm", "layer_norm", ["[5]", "(5,), eps=0.1", "[4, 5]"], x=x)
case("F.layer_norm", "F.layer_norm(x, [4, 5], w, b)", x=rand(2, 4, 5), w=rand(4, 5), b=rand(4, 5))
case("F.layer_norm", "F.layer_norm(x, [5], bias=b)", x=rand(2, 4, 5), b=rand(5))
case("F.layer_norm", "F.layer_norm(x, [5])", grad=False, tol=1e-3, x=vals([1e4 + i / 8 for i in range(10)], 2, 5))
case("F.local_response_norm", "F.local_response_norm(x, 2)", x=rand(2, 4, 3))
case("F.rms_norm", "F.rms_norm(x, [5])", x=rand(2, 5))

for x, w in (
    (rand(2, 4), rand(3, 4)),
    (rand(4), rand(3, 4)),
    (rand(2, 3, 4).nc, rand(5, 4).nc),
    (rand(0, 4), rand(3, 4)),
    (rand(4), rand(4)),
    (rand(2, 4).float64, rand(3, 4).float64),
    (rand(2, 5), rand(3, 4)),
):
    calls("F.linear", "linear", [""], x=x, w=w)
calls("F.linear", "linear", [""], x=rand(2, 3, 4), w=rand(5, 4), b=rand(5))
calls("F.linear", "linear", [""], x=rand(2, 4), w=rand(5, 4), b=rand(4))
calls("F.bilinear", "bilinear", [""], x=rand(2, 3), y=rand(2, 4), w=rand(5, 3, 4))
for i in (
    ints(0, 6, 5),
    ints(0, 6, 2, 3),
    ints(0, 6, 0),
    vals([1, 1, 1, 5], dtype="int32"),
    ints(6, 9, 2),
    ints(0, 6, 3, 2).nc,
):
    calls("F.embedding", "embedding", ["", "padding_idx=1", "scale_grad_by_freq=True"], i=i, w=rand(6, 3))
for code in ("F.one_hot(i)", "F.one_hot(i, 7)", "F.one_hot(i, num_classes=3)"):
    for i in (
        ints(0, 5, 4),
        ints(0, 5, 2, 3),
        ints(0, 3, 3, 2).nc,
        ints(0, 5, 0),
        vals([2], dtype="int32"),
        vals([-1], dtype="int64"),
    ):
        case("F.one_hot", code, grad=False, i=i)

for x in (rand(2, 3, 4, 5), rand(1, 2, 3, 3).nc, rand(0, 2, 3, 3), rand(3, 4, 5), rand(4, 5)):
    calls(
        "F.pad",
        "pad",
        [
            "(1, 2)",
            "(1, 2, 0, 3)",
            "(1, 0), value=2.5",
            "(1, 1, 1, 1), mode='reflect'",
            "(2, 1, 1, 2), mode='replicate'",
            "(1, 1, 2, 1), mode='circular'",
            "(-1, 1)",
            "(-1, -1, 2, 0), value=1",
            "(0, 0, 1, 1, 1, 0)",
            "(1, 2), 'constant', 3",
            "(1,)",
        ],
        x=x,
    )
calls("F.pad", "pad", ["(1, 1)", "(1, 2), value=7", "(1, 1), value=True"], grad=False, x=ints(0, 5, 2, 3))
calls("F.pad", "pad", ["(1, 1)"], grad=False, x=bools(2, 3))
calls(
    "F.pad",
    "pad",
    ["(5, 1), mode='reflect'", "(1, 1), mode='reflect'", "(1, 1), mode='replicate'", "(1, 1), mode='odd'"],
    x=rand(2, 3, 4),
)
UP = ["size=7", "size=(3, 8)", "scale_factor=2", "scale_factor=(2, 3)", "scale_factor=1.7", "scale_factor=0.6"]
for x in (rand(2, 3, 4, 5), rand(1, 2, 3, 4).nc, rand(1, 1, 6, 6).float64):
    calls("F.interpolate nearest", "interpolate", UP + [o + ", mode='nearest'" for o in UP[:2]], x=x)
    calls("F.interpolate bilinear", "interpolate", [o + ", mode='bilinear'" for o in UP], x=x)
    calls("F.interpolate bilinear", "interpolate", [o + ", mode='bilinear', align_corners=True" for o in UP], x=x)
    calls(
        "F.interpolate others",
        "interpolate",
        [
            "size=5, mode='nearest-exact'",
            "scale_factor=2, mode='bicubic'",
            "size=3, mode='area'",
            "scale_factor=1.7, recompute_scale_factor=True, mode='bilinear'",
        ],
        x=x,
    )
calls(
    "F.interpolate refusals",
    "interpolate",
    ["", "size=3, scale_factor=2", "size=(2, 3, 4)", "size=3, mode='odd'", "size=3, align_corners=True", "size=0"],
    x=rand(1, 2, 4, 4),
)
calls("F.interpolate 1d", "interpolate", ["size=7", "scale_factor=2", "size=7, mode='linear'"], x=rand(1, 2, 4))
calls("F.pixel_shuffle", "pixel_shuffle", ["2", "1", "3"], x=rand(2, 8, 3, 2))
calls("F.pixel_shuffle", "pixel_shuffle", ["2"], x=rand(1, 4, 3, 2).nc)
calls("F.pixel_unshuffle", "pixel_unshuffle", ["2", "1", "3"], x=rand(2, 2, 4, 6))
for option in ("2", "(2, 3), padding=1", "2, stride=2", "2, dilation=2"):
    case("F.unfold", f"F.unfold(x, {option})", x=rand(2, 3, 5, 6))
case("F.fold", "F.fold(x, (4, 5), 2)", x=rand(2, 12, 12))
for x, y in (
    (rand(3, 4), rand(3, 4)),
    (rand(2, 3, 4).nc, rand(2, 3, 4)),
    (rand(3, 4), rand(4)),
    (vals([0, 0], 1, 2), rand(1, 2)),
):
    calls("F.cosine_similarity", "cosine_similarity", ["", "dim=0", "dim=-1, eps=0.5"], x=x, y=y)
    calls("F.pairwise_distance", "pairwise_distance", ["", "p=1", "keepdim=True"], x=x, y=y)
case(
    "F.scaled_dot_product_attention",
    "F.scaled_dot_product_attention(q, k, v)",
    q=rand(2, 3, 4),
    k=rand(2, 5, 4),
    v=rand(2, 5, 4),
)
case("F.grid_sample", "F.grid_sample(x, g, align_corners=False)", x=rand(1, 2, 4, 4), g=between(-1, 1, 1, 3, 3, 2))
case("F.affine_grid", "F.affine_grid(t, [1, 1, 3, 3], align_corners=False)", t=rand(1, 2, 3))
