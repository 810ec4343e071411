"""Losses: as functions with every reduction and option, and as modules."""

from caselib import between, case, ints, rand, scalar, vals

REDUCTIONS = ("mean", "sum", "none")


def loss(name, module, options, inputs, module_options=None):
    """The function and the module over each dict of inputs, for each option and reduction."""
    for given in inputs:
        arguments = ", ".join(given)
        for option in options:
            for reduction in REDUCTIONS:
                more = ", ".join(filter(None, [option, f"reduction='{reduction}'"]))
                case("F." + name, f"F.{name}({arguments}, {more})", **given)
    for option in module_options if module_options is not None else options:
        for reduction in REDUCTIONS:
            more = ", ".join(filter(None, [option, f"reduction='{reduction}'"]))
            case("nn." + module, f"m = nn.{module}({more})\nm({', '.join(inputs[0])}), state(m)", **inputs[0])
    case("nn." + module, f"m = nn.{module}()\nm({', '.join(inputs[0])})", **inputs[0])
    case("F." + name, f"F.{name}({', '.join(inputs[0])}, reduction='odd')", **inputs[0])
    case("F." + name, f"F.{name}({', '.join(inputs[0])})", **inputs[0])


pairs = [
    dict(x=rand(3, 4), y=rand(3, 4)),
    dict(x=rand(2, 3, 5).nc, y=rand(2, 3, 5)),
    dict(x=rand(0, 2), y=rand(0, 2)),
    dict(x=scalar(0.5), y=scalar(2.0)),
    dict(x=rand(3, 4), y=rand(4)),
]
doubles = [
    dict(x=rand(3, 4).float64, y=rand(3, 4).float64),
    dict(x=rand(3, 4), y=rand(3, 4).float64),
    dict(x=rand(3, 4), y=ints(0, 2, 3, 4)),
    dict(x=rand(3, 4), y=rand(5)),
]
loss("mse_loss", "MSELoss", [""], pairs + doubles)
loss("l1_loss", "L1Loss", [""], pairs + doubles)
loss("smooth_l1_loss", "SmoothL1Loss", ["", "beta=0.3", "beta=0"], pairs + doubles[:1])
loss("huber_loss", "HuberLoss", ["", "delta=0.3"], pairs + doubles[:1])
case("F.huber_loss", "F.huber_loss(x, y, delta=0)", x=rand(3), y=rand(3))
case("F.smooth_l1_loss", "F.smooth_l1_loss(x, y, beta=-1)", x=rand(3), y=rand(3))
case("F.mse_loss", "F.mse_loss(x, y, weight=w)", x=rand(3), y=rand(3), w=between(0.1, 1, 3))

probabilities = [
    dict(x=between(0.05, 0.95, 3, 4), t=between(0, 1, 3, 4)),
    dict(x=between(0.1, 0.9, 2, 5).nc, t=ints(0, 2, 2, 5).float32),
    dict(x=between(0.1, 0.9, 0, 3), t=between(0, 1, 0, 3)),
    dict(x=vals([0.0, 1.0, 1.0, 0.0]), t=vals([0, 1, 0, 1]).const),
]
loss("binary_cross_entropy", "BCELoss", [""], probabilities)
case("F.binary_cross_entropy", "F.binary_cross_entropy(x, t)", x=vals([1.5, 0.5]), t=vals([0, 1]))
case("F.binary_cross_entropy", "F.binary_cross_entropy(x, t)", x=between(0, 1, 3, 4), t=between(0, 1, 3, 1))
case("F.binary_cross_entropy", "F.binary_cross_entropy(x, t)", x=between(0, 1, 3), t=ints(0, 2, 3))
for reduction in REDUCTIONS:
    case(
        "F.binary_cross_entropy",
        f"F.binary_cross_entropy(x, t, w, reduction='{reduction}')",
        x=between(0.1, 0.9, 3, 4),
        t=between(0, 1, 3, 4).const,
        w=between(0.1, 2, 4).const,
    )
    case(
        "nn.BCELoss",
        f"nn.BCELoss(weight=w, reduction='{reduction}')(x, t)",
        x=between(0.1, 0.9, 3, 4),
        t=between(0, 1, 3, 4).const,
        w=between(0.1, 2, 4).const,
    )
    for extra in ("weight=w", "pos_weight=w", "weight=w, pos_weight=w"):
        case(
            "F.binary_cross_entropy_with_logits",
            f"F.binary_cross_entropy_with_logits(x, t, {extra}, reduction='{reduction}')",
            x=rand(3, 4),
            t=between(0, 1, 3, 4),
            w=between(0.1, 2, 4).const,
        )
        case(
            "nn.BCEWithLogitsLoss",
            f"m = nn.BCEWithLogitsLoss({extra}, reduction='{reduction}')\nm(x, t), state(m)",
            x=rand(3, 4),
            t=between(0, 1, 3, 4),
            w=between(0.1, 2, 4).const,
        )
loss(
    "binary_cross_entropy_with_logits",
    "BCEWithLogitsLoss",
    [""],
    [
        dict(x=rand(3, 4), t=between(0, 1, 3, 4)),
        dict(x=rand(2, 5).nc, t=ints(0, 2, 2, 5).float32),
        dict(x=rand(0, 3), t=rand(0, 3)),
        dict(x=rand(3), t=rand(3, 1)),
    ],
)

classes = [
    dict(x=rand(4, 3), t=ints(0, 3, 4)),
    dict(x=rand(3), t=ints(0, 3)),
    dict(x=rand(2, 3, 4), t=ints(0, 3, 2, 4)),
    dict(x=rand(2, 3, 4, 5), t=ints(0, 3, 2, 4, 5)),
    dict(x=rand(5, 3).nc, t=ints(0, 3, 5)),
    dict(x=rand(0, 3), t=ints(0, 3, 0)),
    dict(x=rand(1, 3), t=ints(0, 3, 1)),
    dict(x=rand(2, 3, 2, 4).nc, t=ints(0, 3, 2, 2, 4).nc),
    dict(x=rand(4, 3).float64, t=ints(0, 3, 4)),
]
loss("nll_loss", "NLLLoss", ["", "ignore_index=1"], classes)
loss(
    "cross_entropy",
    "CrossEntropyLoss",
    ["", "ignore_index=1", "label_smoothing=0.1", "label_smoothing=0.2, ignore_index=2"],
    classes,
)
for given in classes[:5]:
    for name in ("nll_loss", "cross_entropy"):
        for reduction in REDUCTIONS:
            for option in ("weight=w", "w, ignore_index=0") + (
                ("weight=w, label_smoothing=0.3",) if name == "cross_entropy" else ()
            ):
                case(
                    "F." + name,
                    f"F.{name}(x, t, {option}, reduction='{reduction}')",
                    **given,
                    w=between(0.2, 2, 3).const,
                )
for name, module in (("nll_loss", "NLLLoss"), ("cross_entropy", "CrossEntropyLoss")):
    case("nn." + module, f"m = nn.{module}(weight=w)\nm(x, t), state(m)", **classes[0], w=between(0.2, 2, 3).const)
    case(
        "nn." + module,
        f"m = nn.{module}(w, ignore_index=2, reduction='sum')\nm(x, t), state(m)",
        **classes[0],
        w=between(0.2, 2, 3).const,
    )
    for bad in (
        dict(x=rand(4, 3), t=vals([0, 1, 2, 3], dtype="int64")),
        dict(x=rand(4, 3), t=vals([0, 1, 2, -1], dtype="int64")),
        dict(x=rand(4, 3), t=ints(0, 3, 5)),
        dict(x=rand(4, 3), t=vals([0, 1, 2, -100], dtype="int64")),
        dict(x=rand(4, 3), t=vals([0, 1, 2, 0], dtype="int32")),
        dict(x=rand(4, 3), t=vals([0, 1, 2, 0], dtype="uint8")),
        dict(x=rand(2, 3, 4), t=ints(0, 3, 2, 5)),
        dict(x=rand(4, 3), t=vals([-100] * 4, dtype="int64")),
        dict(x=rand(4, 3), t=rand(4)),
    ):
        for reduction in REDUCTIONS:
            case(f"F.{name} of odd targets", f"F.{name}(x, t, reduction='{reduction}')", **bad)
    case(f"F.{name} of odd targets", f"F.{name}(x, t, w)", **classes[0], w=rand(4).const)
case("F.cross_entropy of odd targets", "F.cross_entropy(x, t, label_smoothing=1.5)", **classes[0])
for given in (
    dict(x=rand(4, 3), t=between(0, 1, 4, 3)),
    dict(x=rand(3), t=between(0, 1, 3)),
    dict(x=rand(2, 3, 4), t=between(0, 1, 2, 3, 4)),
    dict(x=rand(2, 3, 4, 2).nc, t=between(0, 1, 2, 3, 4, 2)),
    dict(x=rand(0, 3), t=between(0, 1, 0, 3)),
):
    for reduction in REDUCTIONS:
        for option in ("", ", label_smoothing=0.2", ", weight=w", ", weight=w, label_smoothing=0.1"):
            case(
                "F.cross_entropy of probabilities",
                f"F.cross_entropy(x, t{option}, reduction='{reduction}')",
                **given,
                w=between(0.2, 2, 3).const,
            )
loss(
    "kl_div",
    "KLDivLoss",
    ["", "log_target=True"],
    [
        dict(x=between(-3, -0.1, 3, 4), t=between(0.1, 1, 3, 4)),
        dict(x=between(-3, 0, 2, 5).nc, t=between(0, 1, 2, 5)),
        dict(x=between(-1, 0, 0, 3), t=between(0, 1, 0, 3)),
        dict(x=rand(3), t=vals([0.0, 0.5, 1.0])),
    ],
)
for given in (
    dict(x=between(-3, -0.1, 3, 4), t=between(0.1, 1, 3, 4)),
    dict(x=between(-3, -0.1, 3), t=between(0.1, 1, 3)),
):
    case("F.kl_div", "F.kl_div(x, t, reduction='batchmean')", **given)
    case("nn.KLDivLoss", "nn.KLDivLoss(reduction='batchmean', log_target=True)(x, t)", **given)
loss(
    "cosine_embedding_loss",
    "CosineEmbeddingLoss",
    ["", "margin=0.2"],
    [dict(x=rand(3, 4), y=rand(3, 4), t=vals([1, -1, 1]).const)],
)
loss("hinge_embedding_loss", "HingeEmbeddingLoss", [""], [dict(x=rand(4), t=vals([1, -1, 1, -1]).const)])
loss(
    "margin_ranking_loss",
    "MarginRankingLoss",
    ["", "margin=0.2"],
    [dict(x=rand(4), y=rand(4), t=vals([1, -1, 1, -1]).const)],
)
loss("soft_margin_loss", "SoftMarginLoss", [""], [dict(x=rand(4), t=vals([1, -1, 1, -1]).const)])
loss("triplet_margin_loss", "TripletMarginLoss", ["", "margin=0.2"], [dict(x=rand(4, 3), y=rand(4, 3), z=rand(4, 3))])
loss("gaussian_nll_loss", "GaussianNLLLoss", [""], [dict(x=rand(4), y=rand(4), v=between(0.1, 2, 4))])
loss("poisson_nll_loss", "PoissonNLLLoss", [""], [dict(x=rand(4), y=between(0, 3, 4))])
for margin in ("", "dim=0", "dim=2", "eps=0.1"):
    case("nn.CosineSimilarity", f"nn.CosineSimilarity({margin})(x, y)", x=rand(2, 3, 4), y=rand(2, 3, 4))
