"""Losses, metrics and pieces of tensor code that people write with PyTorch, ported line by line."""

from caselib import case, ints, rand, vals


def c(row, code, **rest):
    case(row, code.strip(), **({"grad": False} | rest))


X = rand(4, 8)
c(
    "focal",
    """
ce = F.cross_entropy(x, t, reduction='none')
pt = torch.exp(-ce)
loss = (0.25 * (1 - pt) ** 2 * ce).mean()
loss""",
    x=X,
    t=ints(0, 8, 4),
    grad=True,
)
c(
    "focal sigmoid",
    """
p = torch.sigmoid(x)
ce = F.binary_cross_entropy_with_logits(x, t, reduction='none')
p_t = p * t + (1 - p) * (1 - t)
loss = ce * ((1 - p_t) ** 2)
a = 0.25 * t + 0.75 * (1 - t)
(a * loss).sum() / t.sum().clamp(min=1)""",
    x=X,
    t=ints(0, 2, 4, 8).float32.const,
    grad=True,
)
c(
    "mixup",
    """
lam = 0.3
perm = torch.randperm(x.size(0))
mixed = lam * x + (1 - lam) * x[perm, :]
lam * F.cross_entropy(mixed, t) + (1 - lam) * F.cross_entropy(mixed, t[perm]), perm""",
    x=X,
    t=ints(0, 8, 4),
    grad=True,
)
c(
    "label smoothing",
    """
logp = F.log_softmax(x, dim=-1)
nll = -logp.gather(dim=-1, index=t.unsqueeze(1))
nll = nll.squeeze(1)
smooth = -logp.mean(dim=-1)
loss = 0.9 * nll + 0.1 * smooth
loss.mean(), nn.CrossEntropyLoss(label_smoothing=0.1)(x, t), nn.KLDivLoss(reduction='batchmean')(logp, torch.zeros_like(logp).fill_(0.1 / 7).scatter_(1, t.unsqueeze(1), 0.9))""",
    x=X,
    t=ints(0, 8, 4),
    grad=True,
)
c(
    "topk accuracy",
    """
values, pred = x.topk(3, 1, True, True)
pred = pred.t()
correct = pred.eq(t.view(1, -1).expand_as(pred))
correct[:1].reshape(-1).float().sum(0), correct[:3].reshape(-1).float().sum(0, keepdim=True).mul_(100.0 / 4)""",
    x=rand(4, 8).const,
    t=ints(0, 8, 4),
)
c(
    "confusion",
    """
k = 5
m1 = torch.bincount(t * k + p, minlength=k * k).reshape(k, k)
cm = torch.zeros(k, k, dtype=torch.int64)
cm.index_put_((t, p), torch.ones_like(t), accumulate=True)
z = torch.zeros(k * k).scatter_add_(0, t * k + p, torch.ones(20)).view(k, k)
m1, cm, z, m1.diag().float() / m1.sum(1).clamp(min=1)""",
    t=ints(0, 5, 20),
    p=ints(0, 5, 20),
)
c(
    "distill",
    """
T_ = 4.0
kd = nn.KLDivLoss(reduction='batchmean')(F.log_softmax(x / T_, dim=1), F.softmax(y.detach() / T_, dim=1)) * (T_ * T_)
kd2 = F.kl_div(F.log_softmax(x, 1), F.log_softmax(y, 1), reduction='sum', log_target=True)
kd + 0.5 * F.cross_entropy(x, t), kd2""",
    x=X,
    y=rand(4, 8),
    t=ints(0, 8, 4),
    grad=True,
)
c(
    "dice",
    """
p = torch.softmax(x, dim=1)
oh = F.one_hot(t, num_classes=3).permute(0, 3, 1, 2).float()
dims = (0, 2, 3)
inter = torch.sum(p * oh, dims)
card = torch.sum(p + oh, dims)
(1 - (2.0 * inter + 1) / (card + 1)).mean()""",
    x=rand(2, 3, 4, 4),
    t=ints(0, 3, 2, 4, 4),
    grad=True,
)
for cc in (
    "F.triplet_margin_loss(x, y, z, margin=1.0, p=2)",
    "F.triplet_margin_loss(x, y, z, swap=True)",
    "nn.TripletMarginLoss()(x,y,z)",
    "F.cosine_embedding_loss(x, y, s, margin=0.2)",
    "F.margin_ranking_loss(x[:,0], y[:,0], s, margin=0.5)",
    "F.hinge_embedding_loss(x[:,0], s)",
    "F.soft_margin_loss(x[:,0], s)",
    "F.multilabel_soft_margin_loss(x, (y > 0).float())",
    "F.gaussian_nll_loss(x, y, z.exp())",
    "F.poisson_nll_loss(x, y.exp())",
    "F.pairwise_distance(x, y)",
    "torch.cdist(x, y)",
    "F.cosine_similarity(x, y, dim=1)",
    "F.cosine_similarity(x.unsqueeze(1), y.unsqueeze(0), dim=-1)",
    "nn.CosineSimilarity(dim=0)(x,y)",
    "F.huber_loss(x,y,delta=0.3)",
    "F.smooth_l1_loss(x,y,beta=0.3)",
):
    c("margin", cc, x=X, y=rand(4, 8), z=rand(4, 8), s=vals([1, -1, 1, -1]).const, t=ints(0, 8, 4), grad=True)
c(
    "simclr",
    """
z = F.normalize(torch.cat([x, y], 0), dim=1)
sim = z @ z.t() / 0.5
mask = torch.eye(8, dtype=torch.bool)
sim = sim.masked_fill(mask, -1e9)
tgt = torch.cat([torch.arange(4) + 4, torch.arange(4)])
F.cross_entropy(sim, tgt)""",
    x=X,
    y=rand(4, 8),
    grad=True,
)
c(
    "positional",
    """
pos = torch.arange(0, 10).unsqueeze(1)
div = torch.exp(torch.arange(0, 6, 2) * (-math_log / 6))
pe = torch.zeros(10, 6)
pe[:, 0::2] = torch.sin(pos * div)
pe[:, 1::2] = torch.cos(pos * div)
pe""",
    setup="math_log=9.210340371976184",
    lua_setup="local math_log=9.210340371976184",
)
c(
    "mask loss",
    "m = t.ne(-1)\nF.cross_entropy(x[m], t[m]), F.cross_entropy(x, t, ignore_index=-1)",
    x=rand(6, 4),
    t=vals([0, -1, 2, 3, -1, 1], dtype="int64"),
    grad=True,
)
c(
    "accuracy",
    "(x.argmax(dim=1) == t).float().mean().item(), (x.max(1)[1] == t).sum().item()",
    x=rand(6, 4),
    t=ints(0, 4, 6),
    lua="results = table.pack(x:argmax({dim=1}):eq(t):float():mean():item(), select(2, x:max(1)):eq(t):sum():item())",
)
c("style gram", "f = x.view(2, 3, 20)\ntorch.bmm(f, f.transpose(1, 2)) / 60", x=rand(2, 3, 4, 5), grad=True)
c(
    "tv loss",
    "torch.mean(torch.abs(x[:, :, :, :-1] - x[:, :, :, 1:])) + torch.mean(torch.abs(x[:, :, :-1, :] - x[:, :, 1:, :]))",
    x=rand(2, 3, 4, 5),
    grad=True,
)
c(
    "spectral",
    "u = F.normalize(torch.mv(x, y), dim=0)\nv = F.normalize(torch.mv(x.t(), u), dim=0)\ntorch.dot(u, torch.mv(x, v))",
    x=rand(5, 4),
    y=rand(4),
    grad=True,
)
c("cutout", "y = x.clone()\ny[:, :, 1:3, 2:4] = 0\ny[..., 0] = y[..., 1] * 2\ny", x=rand(2, 3, 4, 5), grad=True)
c(
    "seq len",
    "mask = torch.arange(6)[None, :] < t[:, None]\n(x * mask.unsqueeze(-1)).sum(1) / t.unsqueeze(1)",
    x=rand(3, 6, 2),
    t=vals([2, 6, 3], dtype="int64"),
    grad=True,
)
c(
    "iou",
    """
lt = torch.max(x[:, None, :2], y[:, :2])
rb = torch.min(x[:, None, 2:], y[:, 2:])
wh = (rb - lt).clamp(min=0)
inter = wh[:, :, 0] * wh[:, :, 1]
inter / ((x[:, 2] - x[:, 0]) * (x[:, 3] - x[:, 1]))[:, None].add(1)""",
    x=rand(3, 4),
    y=rand(2, 4),
    grad=True,
)
c(
    "welford",
    "x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False), x.std(dim=0, correction=0), torch.var_mean(x, dim=1)",
    x=rand(3, 2, 4, 4),
    grad=True,
)
c(
    "standardize images",
    "mean = torch.tensor([0.485, 0.456, 0.406]).view(-1, 1, 1)\nstd = torch.tensor([0.229, 0.224, 0.225]).view(-1, 1, 1)\n(x.float() / 255 - mean) / std, x.float().div(255).sub_(mean).div_(std)",
    x=ints(0, 255, 2, 3, 4, 4),
)
c(
    "roll shuffle",
    "x.view(2, 2, 3, 4, 4).transpose(1, 2).reshape(2, 6, 4, 4), torch.roll(x, shifts=(1, -1), dims=(2, 3))",
    x=rand(2, 6, 4, 4),
    grad=True,
)
c("beam", "v, i = x.view(1, -1).topk(3)\nv, i // 8, i % 8", x=rand(4, 8), grad=False)
c(
    "multinomial",
    "torch.multinomial(F.softmax(x, -1), 2), torch.multinomial(F.softmax(x, -1), 5, replacement=True)",
    x=rand(4, 8).const,
)
c(
    "bernoulli dropout",
    "torch.bernoulli(torch.full((3, 4), 0.3)), F.dropout(x, 0.5), F.dropout2d(x[:, :, None, None], 0.5)",
    x=rand(4, 8).const,
)
c("where grad", "torch.where(x > 0, x, x * 0.1).sum(), torch.where(x > 0, 1.0, 0.0)", x=rand(3, 4), grad=True)
