from caselib import *
def c(row, code, **k): case(row, code, **({"grad": False} | k))
X=rand(4,8)
# VAE
c("vae", """
enc = nn.Linear(8, 6)
dec = nn.Linear(3, 8)
h = enc(x)
mu, logvar = h.chunk(2, dim=1)
std = torch.exp(0.5 * logvar)
eps = torch.randn_like(std)
z = mu + eps * std
recon = torch.sigmoid(dec(z))
bce = F.binary_cross_entropy(recon, torch.sigmoid(x.detach()), reduction='sum')
kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = bce + kld
loss.backward()
loss, bce, kld, enc.weight.grad, dec.bias.grad, x.grad""".strip(), x=X, setup="x.requires_grad_()", lua_setup="x:requires_grad_()")
c("gan gp", """
D = nn.Sequential(nn.Linear(8, 5), nn.LeakyReLU(0.2), nn.Linear(5, 1))
alpha = torch.rand(4, 1)
inter = (alpha * x + (1 - alpha) * y).requires_grad_(True)
out = D(inter)
g = torch.autograd.grad(outputs=out, inputs=inter, grad_outputs=torch.ones_like(out), create_graph=True, retain_graph=True, only_inputs=True)
gp = ((at(g, 0).norm(2, dim=1) - 1) ** 2).mean() * 10
loss = D(y).mean() - D(x).mean() + gp
loss.backward()
gp, loss, [p.grad for p in D.parameters()]""".strip(), x=X, y=rand(4,8))
c("focal", """
ce = F.cross_entropy(x, t, reduction='none')
pt = torch.exp(-ce)
loss = (0.25 * (1 - pt) ** 2 * ce).mean()
loss""".strip(), x=X, t=ints(0,8,4), grad=True)
c("focal sigmoid", """
p = torch.sigmoid(x)
ce = F.binary_cross_entropy_with_logits(x, t, reduction='none')
p_t = p * t + (1 - p) * (1 - t)
loss = ce * ((1 - p_t) ** 2)
a = 0.25 * t + 0.75 * (1 - t)
(a * loss).sum() / t.sum().clamp(min=1)""".strip(), x=X, t=ints(0,2,4,8).float32.const, grad=True)
c("mixup", """
lam = 0.3
perm = torch.randperm(x.size(0))
mixed = lam * x + (1 - lam) * x[perm, :]
lam * F.cross_entropy(mixed, t) + (1 - lam) * F.cross_entropy(mixed, t[perm]), perm""".strip(), x=X, t=ints(0,8,4), grad=True)
c("label smoothing", """
logp = F.log_softmax(x, dim=-1)
nll = -logp.gather(dim=-1, index=t.unsqueeze(1))
nll = nll.squeeze(1)
smooth = -logp.mean(dim=-1)
loss = 0.9 * nll + 0.1 * smooth
loss.mean(), nn.CrossEntropyLoss(label_smoothing=0.1)(x, t), nn.KLDivLoss(reduction='batchmean')(logp, torch.zeros_like(logp).fill_(0.1 / 7).scatter_(1, t.unsqueeze(1), 0.9))""".strip(), x=X, t=ints(0,8,4), grad=True)
c("topk accuracy", """
values, pred = x.topk(3, 1, True, True)
pred = pred.t()
correct = pred.eq(t.view(1, -1).expand_as(pred))
correct[:1].reshape(-1).float().sum(0), correct[:3].reshape(-1).float().sum(0, keepdim=True).mul_(100.0 / 4)""".strip(), x=rand(4,8).const, t=ints(0,8,4))
c("confusion", """
k = 5
m1 = torch.bincount(t * k + p, minlength=k * k).reshape(k, k)
cm = torch.zeros(k, k, dtype=torch.int64)
cm.index_put_((t, p), torch.ones_like(t), accumulate=True)
z = torch.zeros(k * k).scatter_add_(0, t * k + p, torch.ones(20)).view(k, k)
m1, cm, z, m1.diag().float() / m1.sum(1).clamp(min=1)""".strip(), t=ints(0,5,20), p=ints(0,5,20))
c("distill", """
T_ = 4.0
kd = nn.KLDivLoss(reduction='batchmean')(F.log_softmax(x / T_, dim=1), F.softmax(y.detach() / T_, dim=1)) * (T_ * T_)
kd2 = F.kl_div(F.log_softmax(x, 1), F.log_softmax(y, 1), reduction='sum', log_target=True)
kd + 0.5 * F.cross_entropy(x, t), kd2""".strip(), x=X, y=rand(4,8), t=ints(0,8,4), grad=True)
c("dice", """
p = torch.softmax(x, dim=1)
oh = F.one_hot(t, num_classes=3).permute(0, 3, 1, 2).float()
dims = (0, 2, 3)
inter = torch.sum(p * oh, dims)
card = torch.sum(p + oh, dims)
(1 - (2.0 * inter + 1) / (card + 1)).mean()""".strip(), x=rand(2,3,4,4), t=ints(0,3,2,4,4), grad=True)
for cc in ("F.triplet_margin_loss(x, y, z, margin=1.0, p=2)","F.triplet_margin_loss(x, y, z, swap=True)","nn.TripletMarginLoss()(x,y,z)","F.cosine_embedding_loss(x, y, s, margin=0.2)","F.margin_ranking_loss(x[:,0], y[:,0], s, margin=0.5)","F.hinge_embedding_loss(x[:,0], s)","F.soft_margin_loss(x[:,0], s)","F.multi_margin_loss(x, t)","F.multilabel_soft_margin_loss(x, (y > 0).float())","F.gaussian_nll_loss(x, y, z.exp())","F.poisson_nll_loss(x, y.exp())","F.pairwise_distance(x, y)","torch.cdist(x, y)","F.cosine_similarity(x, y, dim=1)","F.cosine_similarity(x.unsqueeze(1), y.unsqueeze(0), dim=-1)","nn.CosineSimilarity(dim=0)(x,y)", "F.huber_loss(x,y,delta=0.3)","F.smooth_l1_loss(x,y,beta=0.3)"):
    c("margin", cc, x=X, y=rand(4,8), z=rand(4,8), s=vals([1,-1,1,-1]).const, t=ints(0,8,4), grad=True)
c("ema", """
m = nn.Linear(8, 3)
ema = nn.Linear(8, 3)
ema.load_state_dict(m.state_dict())
opt = optim.SGD(m.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-4)
for i in range(3):
    opt.zero_grad()
    loss = F.cross_entropy(m(x), t)
    loss.backward()
    n = nn.utils.clip_grad_norm_(m.parameters(), 0.5)
    opt.step()
    with torch.no_grad():
        ema.weight.mul_(0.9).add_(m.weight, alpha=0.1)
        ema.bias.copy_(ema.bias * 0.9 + m.bias * 0.1)
loss, n, ema.weight, ema.bias, m.weight""".strip(), x=rand(4,8).const, t=ints(0,3,4))
c("tying", """
emb = nn.Embedding(10, 6)
dec = nn.Linear(6, 10, bias=False)
dec.weight = emb.weight
opt = optim.Adam([emb.weight], lr=0.01)
for i in range(3):
    opt.zero_grad()
    loss = F.cross_entropy(dec(emb(t)).view(-1, 10), t.view(-1))
    loss.backward()
    opt.step()
loss, emb.weight, dec.weight""".strip(), t=ints(0,10,4,3))
c("freeze", """
m = nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3))
for p in m[0].parameters():
    p.requires_grad = False
opt = optim.AdamW([p for p in m[2].parameters()], lr=0.01)
for i in range(3):
    opt.zero_grad()
    loss = F.cross_entropy(m(x), t)
    loss.backward()
    opt.step()
loss, [p for p in m.parameters()]""".strip(), x=rand(4,8).const, t=ints(0,3,4), lua="""
local m = nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3))
for _, p in ipairs(m[1]:parameters()) do p.requires_grad = false end
local opt = optim.AdamW(m[3]:parameters(), {lr=0.01})
local loss
for i=1,3 do
 opt:zero_grad()
 loss = F.cross_entropy(m(x), t)
 loss:backward()
 opt:step()
end
results = table.pack(loss, m:parameters())
""")
c("transformer block", """
attn = nn.MultiheadAttention(8, 2, batch_first=True)
n1 = nn.LayerNorm(8)
n2 = nn.LayerNorm(8)
ff = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
h = n1(x)
a, n = attn(h, h, h, need_weights=False)
x1 = x + a
y = x1 + ff(n2(x1))
b, w = attn(h, h, h)
y, b, w""".strip(), x=rand(2,5,8), grad=True)
c("transformer masks", """
attn = nn.MultiheadAttention(8, 2, dropout=0.0)
mask = torch.triu(torch.ones(5, 5), diagonal=1).bool()
a, a1 = attn(x, x, x, attn_mask=mask)
kp = torch.tensor([[False, False, True, False, True], [False, False, False, False, True]])
b, b1 = attn(x, x, x, key_padding_mask=kp, average_attn_weights=False)
a, a1, b, b1""".strip(), x=rand(5,2,8), grad=True)
for nf in ("True","False"):
    c("encoder layer", f"""
m = nn.TransformerEncoderLayer(8, 2, 16, 0.0, 'gelu', batch_first=True, norm_first={nf})
m(x)""".strip(), x=rand(2,5,8), grad=True)
c("gru classifier", """
emb = nn.Embedding(12, 6, padding_idx=0)
gru = nn.GRU(6, 5, num_layers=2, batch_first=True, bidirectional=True)
fc = nn.Linear(10, 3)
r, h = gru(emb(t))
loss = F.cross_entropy(fc(torch.cat([h[-2], h[-1]], dim=1)), y)
loss.backward()
loss, r, h, emb.weight.grad, [p.grad for p in gru.parameters()]""".strip(), t=ints(0,12,3,4), y=ints(0,3,3))
c("lstm", """
m = nn.LSTM(6, 5, num_layers=2, dropout=0.0)
r, hc = m(x)
r, hc""".strip(), x=rand(4,3,6), grad=False)
c("unet", """
down = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True))
pool = nn.MaxPool2d(2)
mid = nn.Conv2d(4, 8, 3, padding=1, padding_mode='reflect')
up = nn.ConvTranspose2d(8, 4, kernel_size=2, stride=2)
out = nn.Conv2d(8, 2, 1)
d = down(x)
u = up(F.relu(mid(pool(d))))
u = F.pad(u, [0, d.size(3) - u.size(3), 0, d.size(2) - u.size(2)])
y = out(torch.cat([d, u], dim=1))
loss = F.cross_entropy(y, t)
loss.backward()
loss, y, up.weight.grad, mid.weight.grad""".strip(), x=rand(2,1,9,7).const, t=ints(0,2,2,9,7))
c("resnet", """
c1 = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
b1 = nn.BatchNorm2d(8)
c2 = nn.Conv2d(8, 8, 3, padding=1, bias=False)
b2 = nn.BatchNorm2d(8)
nn.init.zeros_(b2.weight)
nn.init.kaiming_normal_(c1.weight, mode='fan_out', nonlinearity='relu')
sc = nn.Sequential(nn.Conv2d(3, 8, 1, stride=2, bias=False), nn.BatchNorm2d(8))
h = b2(c2(F.relu(b1(c1(x)), inplace=True)))
h += sc(x) if False else 0
y = F.relu(h + sc(x))
z = torch.flatten(nn.AdaptiveAvgPool2d((1, 1))(y), 1)
z, b1.running_mean, b1.num_batches_tracked""".replace("h += sc(x) if False else 0\n","").strip(), x=rand(2,3,8,8), grad=True)
c("lr finder", """
m = nn.Linear(8, 3)
opt = optim.SGD(m.parameters(), lr=1e-4)
sc = sched.ExponentialLR(opt, gamma=2.0)
ls = []
for i in range(6):
    opt.zero_grad()
    loss = F.cross_entropy(m(x), t)
    loss.backward()
    opt.step()
    sc.step()
loss, sc.get_last_lr()""".replace("ls = []\n","").strip(), x=rand(4,8).const, t=ints(0,3,4))
c("simclr", """
z = F.normalize(torch.cat([x, y], 0), dim=1)
sim = z @ z.t() / 0.5
mask = torch.eye(8, dtype=torch.bool)
sim = sim.masked_fill(mask, float('-inf')) if False else sim
sim = sim.masked_fill(mask, -1e9)
tgt = torch.cat([torch.arange(4) + 4, torch.arange(4)])
F.cross_entropy(sim, tgt)""".replace("sim = sim.masked_fill(mask, float('-inf')) if False else sim\n","").strip(), x=X, y=rand(4,8), grad=True)
c("gru cell loop", """
cell = nn.GRUCell(8, 5)
h = torch.zeros(4, 5)
for i in range(3):
    h = cell(x * (i + 1), h)
h""".strip(), x=X, grad=True)
c("lstm cell loop", """
cell = nn.LSTMCell(8, 5)
h = torch.zeros(4, 5)
cc = torch.zeros(4, 5)
for i in range(3):
    h, cc = cell(x * (i + 1), (h, cc))
h, cc""".strip(), x=X, grad=True)
c("positional", """
pos = torch.arange(0, 10).unsqueeze(1)
div = torch.exp(torch.arange(0, 6, 2) * (-math_log / 6))
pe = torch.zeros(10, 6)
pe[:, 0::2] = torch.sin(pos * div)
pe[:, 1::2] = torch.cos(pos * div)
pe""".strip(), setup="math_log=9.210340371976184", lua_setup="local math_log=9.210340371976184")
c("attention manual", """
q, k, v = x.view(2, 5, 3, 8).unbind(2)
att = (q @ k.transpose(-2, -1)) * (1.0 / 8 ** 0.5)
att = att.masked_fill(torch.tril(torch.ones(5, 5)).view(1, 5, 5) == 0, -inf)
F.softmax(att, dim=-1) @ v, F.scaled_dot_product_attention(q, k, v, is_causal=True)""".strip(), x=rand(2,5,24), grad=True)
c("depthwise", "nn.Conv2d(4, 8, 3, groups=4, padding='same', dilation=2)(x)", x=rand(2,4,7,7), grad=True)
c("squeeze excite", """
s = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 2, 1), nn.ReLU(), nn.Conv2d(2, 4, 1), nn.Sigmoid())
x * s(x)""".strip(), x=rand(2,4,5,5), grad=True)
c("pixelshuffle net","nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.PixelShuffle(2), nn.Tanh())(x)", x=rand(1,1,4,4), grad=True)
c("orth", "w = torch.empty(5, 3)\nnn.init.orthogonal_(w, gain=1.4)\nw")
c("mask loss", "m = t.ne(-1)\nF.cross_entropy(x[m], t[m]), F.cross_entropy(x, t, ignore_index=-1)", x=rand(6,4), t=vals([0,-1,2,3,-1,1],dtype='int64'), grad=True)
c("accuracy", "(x.argmax(dim=1) == t).float().mean().item(), (x.max(1)[1] == t).sum().item()", x=rand(6,4), t=ints(0,4,6), lua="results = table.pack(x:argmax({dim=1}):eq(t):float():mean():item(), select(2, x:max(1)):eq(t):sum():item())")
c("style gram", "f = x.view(2, 3, 20)\ntorch.bmm(f, f.transpose(1, 2)) / 60", x=rand(2,3,4,5), grad=True)
c("tv loss", "torch.mean(torch.abs(x[:, :, :, :-1] - x[:, :, :, 1:])) + torch.mean(torch.abs(x[:, :, :-1, :] - x[:, :, 1:, :]))", x=rand(2,3,4,5), grad=True)
c("grad accumulate", """
m = nn.Linear(8, 3)
opt = optim.RMSprop(m.parameters(), lr=0.01, alpha=0.9, momentum=0.5, centered=True)
for i in range(4):
    loss = F.mse_loss(m(x), y) / 2
    loss.backward()
    if (i + 1) % 2 == 0:
        opt.step()
        opt.zero_grad()
loss, m.weight""".replace("if (i + 1) % 2 == 0:\n        opt.step()\n        opt.zero_grad()","opt.step()\n    opt.zero_grad(set_to_none=False)").strip(), x=rand(4,8).const, y=rand(4,3).const)
c("onecycle", """
m = nn.Linear(8, 3)
opt = optim.SGD(m.parameters(), lr=0.1, momentum=0.9)
sc = sched.OneCycleLR(opt, max_lr=0.5, total_steps=10)
for i in range(8):
    opt.zero_grad()
    loss = F.mse_loss(m(x), y)
    loss.backward()
    opt.step()
    sc.step()
loss, m.weight, sc.get_last_lr()""".strip(), x=rand(4,8).const, y=rand(4,3).const)
c("maml", """
w = torch.zeros(8, requires_grad=True)
loss = ((x @ w - x.sum(1)) ** 2).mean()
g = at(torch.autograd.grad(loss, w, create_graph=True), 0)
w2 = w - 0.1 * g
l2 = ((x @ w2 - 1) ** 2).mean()
l2.backward()
l2, w.grad""".strip(), x=rand(4,8).const)
c("hessian vec", """
w = x.clone().requires_grad_()
f = (w.sin() * w.exp()).sum()
g = at(torch.autograd.grad(f, w, create_graph=True), 0)
h = at(torch.autograd.grad((g * y).sum(), w), 0)
h""".strip(), x=rand(5).const, y=rand(5).const)
c("spectral", "u = F.normalize(torch.mv(x, y), dim=0)\nv = F.normalize(torch.mv(x.t(), u), dim=0)\ntorch.dot(u, torch.mv(x, v))", x=rand(5,4), y=rand(4), grad=True)
c("cutout", "y = x.clone()\ny[:, :, 1:3, 2:4] = 0\ny[..., 0] = y[..., 1] * 2\ny", x=rand(2,3,4,5), grad=True)
c("seq len", "mask = torch.arange(6)[None, :] < t[:, None]\n(x * mask.unsqueeze(-1)).sum(1) / t.unsqueeze(1)", x=rand(3,6,2), t=vals([2,6,3],dtype='int64'), grad=True)
c("iou", """
lt = torch.max(x[:, None, :2], y[:, :2])
rb = torch.min(x[:, None, 2:], y[:, 2:])
wh = (rb - lt).clamp(min=0)
inter = wh[:, :, 0] * wh[:, :, 1]
inter / ((x[:, 2] - x[:, 0]) * (x[:, 3] - x[:, 1]))[:, None].add(1)""".strip(), x=rand(3,4), y=rand(2,4), grad=True)
c("welford", "x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False), x.std(dim=0, correction=0), torch.var_mean(x, dim=1)", x=rand(3,2,4,4), grad=True)
c("standardize images", "mean = torch.tensor([0.485, 0.456, 0.406]).view(-1, 1, 1)\nstd = torch.tensor([0.229, 0.224, 0.225]).view(-1, 1, 1)\n(x.float() / 255 - mean) / std, x.float().div(255).sub_(mean).div_(std)", x=ints(0,255,2,3,4,4))
c("roll shuffle", "x.view(2, 2, 3, 4, 4).transpose(1, 2).reshape(2, 6, 4, 4), torch.roll(x, shifts=(1, -1), dims=(2, 3))", x=rand(2,6,4,4), grad=True)
c("beam", "v, i = x.view(1, -1).topk(3)\nv, i // 8, i % 8", x=rand(4,8), grad=False)
c("multinomial", "torch.multinomial(F.softmax(x, -1), 2), torch.multinomial(F.softmax(x, -1), 5, replacement=True)", x=rand(4,8).const)
c("bernoulli dropout", "torch.bernoulli(torch.full((3, 4), 0.3)), F.dropout(x, 0.5), F.dropout2d(x[:, :, None, None], 0.5)", x=rand(4,8).const)
c("params count", "m = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Linear(3, 2))\nm(x).shape", x=rand(1,5,5).const)
c("where grad", "torch.where(x > 0, x, x * 0.1).sum(), torch.where(x > 0, 1.0, 0.0)", x=rand(3,4), grad=True)
