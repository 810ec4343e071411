"""Layers as modules: default weights after manual_seed, forward, backward, state_dict, train and eval."""

from caselib import between, case, distinct, ints, rand, vals


def layer(row, makers, *inputs, evaluate=False, grad=True, tol=None):
    """Each way of making the module with each input; `evaluate` asks again in evaluation mode."""
    for maker in makers:
        for x in inputs:
            name = "nn." + maker if not maker.startswith("nn.") else maker
            several = "return_indices" in name  # two values in Lua, which one variable would not keep
            case(
                row,
                f"m = {name}\nm(x), state(m)" if several else f"m = {name}\ny = m(x)\ny, state(m)",
                grad,
                x=x,
                tol=tol,
            )
            if evaluate:
                case(row, f"m = {name}\nm(x)\nm.eval()\nm(x), state(m), m.training", grad, x=x, tol=tol)


layer(
    "Conv1d",
    [
        "Conv1d(3, 4, 3)",
        "Conv1d(3, 6, 5, padding=2, stride=2)",
        "Conv1d(3, 3, 3, groups=3, bias=False)",
        "Conv1d(3, 2, 2, dilation=2)",
        "Conv1d(3, 4, 3, padding='same')",
        "Conv1d(3, 4, 4, padding='same')",
        "Conv1d(3, 4, 3, padding='valid')",
        "Conv1d(3, 4, 3, padding=2, padding_mode='circular')",
        "Conv1d(3, 4, 3, padding=1, padding_mode='reflect')",
        "Conv1d(3, 4, 3, padding=1, padding_mode='replicate')",
    ],
    rand(2, 3, 11),
    rand(3, 9),
    rand(0, 3, 9),
    rand(1, 3, 9).nc,
)
layer("Conv1d", ["Conv1d(3, 4, 3)"], rand(2, 2, 11), rand(2, 3, 2), rand(7))
layer(
    "Conv2d",
    [
        "Conv2d(3, 4, 3)",
        "Conv2d(3, 6, (3, 2), stride=(2, 1), padding=(1, 0))",
        "Conv2d(3, 6, 3, groups=3, padding=1)",
        "Conv2d(3, 2, 3, bias=False, dilation=2)",
        "Conv2d(3, 4, 3, padding='same')",
        "Conv2d(3, 4, (2, 4), padding='same')",
        "Conv2d(3, 4, 3, padding='same', dilation=2)",
        "Conv2d(3, 4, 2, padding='valid')",
        "Conv2d(3, 4, 3, padding=(2, 1), padding_mode='circular')",
        "Conv2d(3, 5, 1)",
        "Conv2d(3, 4, 3, padding=1, padding_mode='reflect')",
        "Conv2d(3, 4, kernel_size=5, padding=2, stride=3)",
        "Conv2d(3, 4, 3, padding=2, padding_mode='replicate')",
        "Conv2d(3, 4, 3, padding='same', padding_mode='reflect')",
    ],
    rand(2, 3, 7, 9),
    rand(3, 8, 6),
    rand(1, 3, 7, 7).nc,
    rand(0, 3, 7, 7),
)
layer("Conv2d", ["Conv2d(3, 4, 3)"], rand(2, 2, 7, 9), rand(2, 3, 2, 9), rand(7, 7))
layer(
    "Conv2d",
    [
        "Conv2d(3, 4, 3, groups=2)",
        "Conv2d(3, 4, 3, stride=0)",
        "Conv2d(3, 4, 3, padding='full')",
        "Conv2d(3, 4, 3, padding_mode='odd')",
        "Conv2d(3, 4, 3, padding='same', stride=2)",
    ],
    rand(1, 3, 7, 7),
)
layer(
    "ConvTranspose2d",
    [
        "ConvTranspose2d(3, 4, 3)",
        "ConvTranspose2d(3, 4, 3, stride=2, padding=1)",
        "ConvTranspose2d(3, 4, (3, 2), stride=(2, 3), output_padding=(1, 2), bias=False)",
        "ConvTranspose2d(3, 6, 3, groups=3, dilation=2)",
        "ConvTranspose2d(3, 2, 4, stride=2, padding=1)",
    ],
    rand(2, 3, 5, 4),
    rand(3, 5, 6),
    rand(1, 3, 4, 4).nc,
    rand(0, 3, 4, 4),
)
case(
    "ConvTranspose2d",
    "m = nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1)\nm(x, output_size=[10, 9])",
    x=rand(1, 3, 5, 5),
)
layer("ConvTranspose2d", ["ConvTranspose2d(3, 4, 3, output_padding=1)", "ConvTranspose2d(2, 4, 3)"], rand(2, 3, 5, 4))
layer("ConvTranspose1d", ["ConvTranspose1d(3, 4, 3, stride=2)"], rand(2, 3, 5))

layer(
    "MaxPool1d",
    [
        "MaxPool1d(2)",
        "MaxPool1d(3, stride=2, padding=1)",
        "MaxPool1d(3, 2, ceil_mode=True)",
        "MaxPool1d(2, dilation=2)",
        "MaxPool1d(2, return_indices=True)",
    ],
    distinct(2, 3, 9),
    distinct(3, 8),
    distinct(0, 3, 8),
    distinct(2, 3, 7).nc,
)
layer(
    "MaxPool2d",
    [
        "MaxPool2d(2)",
        "MaxPool2d(3, stride=2, padding=1)",
        "MaxPool2d((2, 3), ceil_mode=True)",
        "MaxPool2d(2, dilation=2, stride=1)",
        "MaxPool2d(3, 2, return_indices=True)",
        "MaxPool2d(3, stride=2, padding=1, ceil_mode=True, return_indices=True)",
    ],
    distinct(2, 3, 7, 9),
    distinct(3, 8, 6),
    distinct(1, 2, 7, 8).nc,
    distinct(0, 3, 6, 6),
)
layer("MaxPool2d", ["MaxPool2d(2, padding=2)", "MaxPool2d(9)", "MaxPool2d(0)"], distinct(1, 2, 7, 8))
layer(
    "AvgPool1d",
    [
        "AvgPool1d(2)",
        "AvgPool1d(3, stride=2, padding=1)",
        "AvgPool1d(3, 2, ceil_mode=True)",
        "AvgPool1d(3, padding=1, count_include_pad=False)",
    ],
    rand(2, 3, 9),
    rand(3, 8),
    rand(0, 3, 8),
    rand(2, 3, 7).nc,
)
layer(
    "AvgPool2d",
    [
        "AvgPool2d(2)",
        "AvgPool2d(3, stride=2, padding=1)",
        "AvgPool2d((2, 3), ceil_mode=True)",
        "AvgPool2d(3, stride=1, padding=1, count_include_pad=False)",
        "AvgPool2d(2, divisor_override=3)",
        "AvgPool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False)",
        "AvgPool2d(3, stride=2, padding=1, ceil_mode=True)",
    ],
    rand(2, 3, 7, 9),
    rand(3, 8, 6),
    rand(1, 2, 7, 8).nc,
    rand(0, 3, 6, 6),
)
layer(
    "AdaptiveAvgPool2d",
    ["AdaptiveAvgPool2d(1)", "AdaptiveAvgPool2d((3, 2))", "AdaptiveAvgPool2d((None, 4))", "AdaptiveAvgPool2d(9)"],
    rand(2, 3, 7, 9),
    rand(3, 8, 6),
    rand(1, 2, 7, 8).nc,
    rand(0, 3, 6, 6),
)
layer(
    "AdaptiveMaxPool2d",
    [
        "AdaptiveMaxPool2d(1)",
        "AdaptiveMaxPool2d((3, 2))",
        "AdaptiveMaxPool2d(9)",
        "AdaptiveMaxPool2d((2, 3), return_indices=True)",
    ],
    distinct(2, 3, 7, 9),
    distinct(3, 8, 6),
    distinct(1, 2, 7, 8).nc,
    distinct(0, 3, 6, 6),
)
layer("AdaptiveAvgPool1d", ["AdaptiveAvgPool1d(3)"], rand(2, 3, 7))
layer("AdaptiveMaxPool1d", ["AdaptiveMaxPool1d(3)"], distinct(2, 3, 7))

# momentum=None, a cumulative average, has no counterpart: None is an option left out in Lua
layer(
    "BatchNorm1d",
    [
        "BatchNorm1d(3)",
        "BatchNorm1d(3, eps=0.01, momentum=0.3)",
        "BatchNorm1d(3, affine=False)",
        "BatchNorm1d(3, track_running_stats=False)",
    ],
    rand(5, 3),
    rand(2, 3, 4),
    rand(4, 3).nc,
    evaluate=True,
)
layer("BatchNorm1d", ["BatchNorm1d(3)"], rand(1, 3), rand(2, 4), rand(2, 3, 4, 5), rand(0, 3))
layer(
    "BatchNorm2d",
    [
        "BatchNorm2d(3)",
        "BatchNorm2d(3, eps=0.01, momentum=0.3)",
        "BatchNorm2d(3, affine=False)",
        "BatchNorm2d(3, track_running_stats=False)",
        "BatchNorm2d(3, affine=False, track_running_stats=False)",
    ],
    rand(5, 3, 3, 4),
    rand(1, 3, 4, 5),
    rand(4, 3, 2, 5).nc,
    evaluate=True,
)
layer("BatchNorm2d", ["BatchNorm2d(3)"], rand(1, 3, 1, 1), rand(2, 4, 3, 3), rand(2, 3, 4), rand(0, 3, 2, 2))
layer(
    "GroupNorm",
    ["GroupNorm(2, 4)", "GroupNorm(4, 4, affine=False)", "GroupNorm(1, 4, eps=0.1)"],
    rand(2, 4, 5, 3),
    rand(3, 4),
    rand(1, 4, 7),
    rand(2, 4, 3, 3).nc,
    rand(0, 4, 3),
)
layer("GroupNorm", ["GroupNorm(3, 4)", "GroupNorm(2, 6)"], rand(2, 4, 5))
layer(
    "LayerNorm",
    ["LayerNorm(5)", "LayerNorm([5], eps=0.1)", "LayerNorm(5, elementwise_affine=False)", "LayerNorm(5, bias=False)"],
    rand(2, 4, 5),
    rand(5),
    rand(3, 5).nc,
    rand(0, 5),
)
layer("LayerNorm", ["LayerNorm([4, 5])"], rand(2, 4, 5), rand(2, 5), rand(3, 2, 4, 5).nc)
layer(
    "InstanceNorm2d",
    [
        "InstanceNorm2d(3)",
        "InstanceNorm2d(3, affine=True)",
        "InstanceNorm2d(3, track_running_stats=True)",
        "InstanceNorm2d(3, eps=0.1, momentum=0.5)",
    ],
    rand(2, 3, 4, 5),
    rand(3, 4, 5),
    rand(2, 3, 5, 2).nc,
    evaluate=True,
)
layer("InstanceNorm2d", ["InstanceNorm2d(3)"], rand(2, 3, 1, 1), rand(2, 3))
layer("InstanceNorm1d", ["InstanceNorm1d(3)"], rand(2, 3, 5))

layer(
    "Linear",
    ["Linear(4, 3)", "Linear(4, 1, bias=False)", "Linear(4, 3, bias=True)"],
    rand(2, 4),
    rand(4),
    rand(2, 3, 5, 4),
    rand(7, 4).nc,
    rand(0, 4),
)
layer("Linear", ["Linear(4, 3)", "Linear(4, 0)", "Linear(0, 3)"], rand(2, 5), rand(2, 0))
layer("Linear", ["Linear(4, 3, dtype=torch.float64)"], rand(2, 4).float64, rand(2, 4))
layer("Bilinear", ["Bilinear(2, 3, 4)"], rand(2, 2))
layer(
    "Embedding",
    [
        "Embedding(10, 3)",
        "Embedding(10, 4, padding_idx=2)",
        "Embedding(10, 3, padding_idx=-1)",
        "Embedding(10, 3, max_norm=1.0)",
        "Embedding(10, 3, scale_grad_by_freq=True)",
    ],
    ints(0, 10, 5),
    ints(0, 10, 2, 3),
    ints(0, 10, 0),
    ints(0, 10, 2, 3).nc,
    vals([1, 2, 2, 2, 9], dtype="int32"),
)
layer("Embedding", ["Embedding(10, 3)"], ints(10, 12, 5), rand(3), vals([-1], dtype="int64"))
case("Embedding", "m = nn.Embedding.from_pretrained(w)\nm(i), m.weight.requires_grad", w=rand(4, 3), i=ints(0, 4, 5))

layer(
    "Dropout",
    ["Dropout()", "Dropout(0.3)", "Dropout(0)", "Dropout(1)", "Dropout(p=0.2)", "Dropout(0.5, inplace=False)"],
    rand(4, 5),
    rand(20),
    rand(3, 5, 7).nc,
    rand(0, 3),
    rand(17),
    rand(300),
    evaluate=True,
)
layer("Dropout", ["Dropout(1.5)", "Dropout(-0.1)"], rand(4))
layer("Dropout1d", ["Dropout1d()", "Dropout1d(0.2)"], rand(4, 5, 3), rand(5, 3), evaluate=True)
layer(
    "Dropout2d", ["Dropout2d()", "Dropout2d(0.2)"], rand(4, 5, 3, 2), rand(5, 3, 2), rand(2, 20, 3, 3).nc, evaluate=True
)
layer("AlphaDropout", ["AlphaDropout()", "AlphaDropout(0.2)"], rand(4, 5), rand(30), evaluate=True)

layer(
    "Flatten",
    ["Flatten()", "Flatten(0)", "Flatten(1, 2)", "Flatten(start_dim=2)", "Flatten(-2, -1)"],
    rand(2, 3, 4, 5),
    rand(0, 3, 4),
    rand(2, 3, 4).nc,
)
layer(
    "Unflatten",
    [
        "Unflatten(1, (2, 3))",
        "Unflatten(1, (-1, 2))",
        "Unflatten(dim=1, unflattened_size=(3, 2))",
        "Unflatten(1, (4, 2))",
    ],
    rand(2, 6),
    rand(3, 6, 2).nc,
)
layer(
    "Upsample",
    [
        "Upsample(scale_factor=2)",
        "Upsample(size=5)",
        "Upsample(size=(5, 9), mode='bilinear')",
        "Upsample(scale_factor=2, mode='bilinear', align_corners=True)",
        "Upsample(scale_factor=(1.5, 2.5))",
        "Upsample(scale_factor=2.5, mode='bilinear')",
        "Upsample(scale_factor=0.5)",
    ],
    rand(2, 3, 4, 5),
    rand(1, 2, 3, 3).nc,
    rand(1, 1, 1, 1),
    rand(0, 2, 3, 3),
)
layer("Upsample", ["Upsample(scale_factor=2)", "Upsample(size=7)"], rand(2, 3, 4), rand(3, 4))
layer("UpsamplingNearest2d", ["UpsamplingNearest2d(scale_factor=2)"], rand(1, 2, 3, 3))
layer("UpsamplingBilinear2d", ["UpsamplingBilinear2d(scale_factor=2)"], rand(1, 2, 3, 3))
layer(
    "ZeroPad2d",
    ["ZeroPad2d(2)", "ZeroPad2d((1, 0, 2, 1))", "ZeroPad2d((-1, 1, 0, -1))"],
    rand(2, 3, 4, 5),
    rand(3, 4, 5),
)
layer(
    "ConstantPad2d", ["ConstantPad2d(2, 1.5)", "ConstantPad2d((1, 0, 2, 1), -1)"], rand(2, 3, 4, 5), rand(2, 2, 3, 3).nc
)
layer("ConstantPad1d", ["ConstantPad1d(2, 1.5)"], rand(2, 3, 4))
layer(
    "ReflectionPad2d",
    ["ReflectionPad2d(2)", "ReflectionPad2d((1, 0, 2, 1))"],
    rand(2, 3, 4, 5),
    rand(3, 4, 5),
    rand(1, 1, 2, 2),
)
layer("ReflectionPad1d", ["ReflectionPad1d(2)"], rand(2, 3, 4))
layer(
    "ReplicationPad2d",
    ["ReplicationPad2d(2)", "ReplicationPad2d((1, 0, 2, 1))"],
    rand(2, 3, 4, 5),
    rand(3, 4, 5),
    rand(1, 1, 2, 2),
)
layer("ReplicationPad1d", ["ReplicationPad1d(2)"], rand(2, 3, 4))
layer("CircularPad2d", ["CircularPad2d(2)"], rand(2, 3, 4, 5))
layer(
    "PixelShuffle",
    ["PixelShuffle(2)", "PixelShuffle(1)"],
    rand(2, 8, 3, 4),
    rand(4, 2, 3),
    rand(1, 4, 2, 3).nc,
    rand(2, 3, 4, 4),
)
layer("PixelUnshuffle", ["PixelUnshuffle(2)"], rand(2, 2, 4, 6), rand(1, 3, 5, 4))

for text in (
    "ReLU()",
    "ReLU6()",
    "LeakyReLU()",
    "LeakyReLU(0.2)",
    "PReLU()",
    "PReLU(3)",
    "PReLU(3, init=0.1)",
    "ELU()",
    "ELU(alpha=0.5)",
    "GELU()",
    "GELU(approximate='tanh')",
    "SiLU()",
    "Mish()",
    "Hardswish()",
    "Hardsigmoid()",
    "Hardtanh()",
    "Hardtanh(-2, 0.5)",
    "Sigmoid()",
    "Tanh()",
    "Softplus()",
    "Softplus(beta=2, threshold=1)",
    "Softmax(dim=1)",
    "Softmax(dim=-2)",
    "LogSoftmax(dim=1)",
    "LogSoftmax(dim=0)",
    "Identity()",
    "Softmin(dim=1)",
    "SELU()",
    "CELU(0.5)",
    "LogSigmoid()",
    "Softsign()",
    "Tanhshrink()",
    "GLU(dim=0)",
    "Softmax2d()",
    "Hardshrink()",
    "Softshrink()",
    "Threshold(0.1, 2)",
    "ReLU(inplace=False)",
    "Identity(3, unused=2)",
):
    layer(text.split("(")[0], [text], rand(4, 3), rand(2, 3, 5), between(-4, 4, 2, 3, 4, 5).nc, rand(0, 3))
for text in (
    "ReLU(inplace=True)",
    "Dropout(0.5, inplace=True)",
    "ELU(inplace=True)",
    "Hardswish(inplace=True)",
    "LeakyReLU(0.1, inplace=True)",
    "SiLU(inplace=True)",
    "ReLU6(inplace=True)",
    "Mish(inplace=True)",
):
    case(text.split("(")[0] + " in place", f"m = nn.{text}\ny = x * 2\nz = m(y)\nz, y", x=rand(4, 3))

SMALL = "nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 5)"
case("Sequential", f"m = nn.Sequential({SMALL})\nm(x), state(m)", x=rand(4, 1, 7, 6))
case("Sequential", f"m = nn.Sequential({SMALL})\nm.eval()\nm(x), state(m)", x=rand(4, 1, 7, 6))
case(
    "Sequential",
    f"m = nn.Sequential({SMALL})\nlen(m), names(m.named_parameters()), sorted_names(m.state_dict())",
    grad=False,
)
case("Sequential", "m = nn.Sequential()\nm(x), len(m)", x=rand(2))
case(
    "Sequential",
    "m = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Tanh(), nn.Linear(3, 1)))\nm(x), params(m)",
    x=rand(5, 2),
)
case("Sequential", "m = nn.Sequential(nn.Linear(2, 3))\nm.append(nn.Linear(3, 2))\nm(x), params(m)", x=rand(5, 2))
case("ModuleList", "m = nn.ModuleList([nn.Linear(2, 3), nn.Linear(3, 1)])\nlen(m), params(m)")
case("ModuleList", "m = nn.ModuleList([nn.Linear(2, 2)])\nm.append(nn.Linear(2, 1))\nlen(m), params(m)")
case(
    "ModuleList",
    "m = nn.ModuleList([nn.Linear(2, 2) for i in range(3)])\ny = x\nfor f in m:\n    y = f(y)\ny",
    x=rand(3, 2),
    lua="""
        local list = {}
        for i = 1, 3 do list[i] = nn.Linear(2, 2) end
        local m, y = nn.ModuleList(list), x
        for _, f in ipairs(m) do y = f(y) end
        results, module = { y }, m
     """,
)
case("ModuleDict", "m = nn.ModuleDict({'a': nn.Linear(2, 3)})\nlen(m), params(m), m['a'](x)", x=rand(2, 2))
case("MultiheadAttention", "m = nn.MultiheadAttention(4, 2)\nm(x, x, x), state(m)", x=rand(3, 2, 4))
case(
    "MultiheadAttention",
    "m = nn.MultiheadAttention(4, 2, batch_first=True)\nm(x, y, y)",
    x=rand(3, 2, 4),
    y=rand(3, 5, 4),
)
for kind in ("LSTM", "GRU"):
    for options in ("", ", num_layers=2", ", batch_first=True", ", bidirectional=True", ", bias=False"):
        case(kind, f"m = nn.{kind}(3, 4{options})\nm(x), state(m)", x=rand(5, 2, 3))
case("Bilinear", "m = nn.Bilinear(2, 3, 4)\nm(x, y), state(m)", x=rand(5, 2), y=rand(5, 3))
case("CosineSimilarity", "nn.CosineSimilarity(dim=1)(x, y)", x=rand(3, 4), y=rand(3, 4))
case("PairwiseDistance", "nn.PairwiseDistance()(x, y)", x=rand(3, 4), y=rand(3, 4))
