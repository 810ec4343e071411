"""Models and steps of training that people write with PyTorch, ported line by line."""

from caselib import case, ints, rand


def c(row, code, **rest):
    case(row, code.strip(), **({"grad": False} | rest))


X = rand(4, 8)
c(
    "vae",
    """
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
loss, bce, kld, enc.weight.grad, dec.bias.grad, x.grad""",
    x=X,
    setup="x.requires_grad_()",
    lua_setup="x:requires_grad_()",
)
c(
    "gan gp",
    """
D = nn.Sequential(nn.Linear(8, 5), nn.LeakyReLU(0.2), nn.Linear(5, 1))
alpha = torch.rand(4, 1)
inter = (alpha * x + (1 - alpha) * y).requires_grad_(True)
out = D(inter)
g = torch.autograd.grad(outputs=out, inputs=inter, grad_outputs=torch.ones_like(out), create_graph=True, retain_graph=True, only_inputs=True)
gp = ((at(g, 0).norm(2, dim=1) - 1) ** 2).mean() * 10
loss = D(y).mean() - D(x).mean() + gp
loss.backward()
gp, loss, [p.grad for p in D.parameters()]""",
    x=X,
    y=rand(4, 8),
)
c(
    "ema",
    """
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
loss, n, ema.weight, ema.bias, m.weight""",
    x=rand(4, 8).const,
    t=ints(0, 3, 4),
)
c(
    "tying",
    """
emb = nn.Embedding(10, 6)
dec = nn.Linear(6, 10, bias=False)
dec.weight = emb.weight
opt = optim.Adam([emb.weight], lr=0.01)
for i in range(3):
    opt.zero_grad()
    loss = F.cross_entropy(dec(emb(t)).view(-1, 10), t.view(-1))
    loss.backward()
    opt.step()
loss, emb.weight, dec.weight""",
    t=ints(0, 10, 4, 3),
)
c(
    "freeze",
    """
body = nn.Linear(8, 6)
head = nn.Linear(6, 3)
m = nn.Sequential(body, nn.ReLU(), head)
for p in body.parameters():
    p.requires_grad = False
opt = optim.AdamW(head.parameters(), lr=0.01)
for i in range(3):
    opt.zero_grad()
    loss = F.cross_entropy(m(x), t)
    loss.backward()
    opt.step()
loss, [p for p in m.parameters()]""",
    x=rand(4, 8).const,
    t=ints(0, 3, 4),
)
c(
    "transformer block",
    """
attn = nn.MultiheadAttention(8, 2, batch_first=True)
n1 = nn.LayerNorm(8)
n2 = nn.LayerNorm(8)
ff = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
h = n1(x)
a, n = attn(h, h, h, need_weights=False)
x1 = x + a
y = x1 + ff(n2(x1))
b, w = attn(h, h, h)
y, b, w""",
    x=rand(2, 5, 8),
    grad=True,
)
c(
    "transformer masks",
    """
attn = nn.MultiheadAttention(8, 2, dropout=0.0)
mask = torch.triu(torch.ones(5, 5), diagonal=1).bool()
a, a1 = attn(x, x, x, attn_mask=mask)
kp = torch.tensor([[False, False, True, False, True], [False, False, False, False, True]])
b, b1 = attn(x, x, x, key_padding_mask=kp, average_attn_weights=False)
a, a1, b, b1""",
    x=rand(5, 2, 8),
    grad=True,
)
for nf in ("True", "False"):
    c(
        "encoder layer",
        f"""
m = nn.TransformerEncoderLayer(8, 2, 16, 0.0, 'gelu', batch_first=True, norm_first={nf})
m(x)""",
        x=rand(2, 5, 8),
        grad=True,
    )
c(
    "gru classifier",
    """
emb = nn.Embedding(12, 6, padding_idx=0)
gru = nn.GRU(6, 5, num_layers=2, batch_first=True, bidirectional=True)
fc = nn.Linear(10, 3)
r, h = gru(emb(t))
loss = F.cross_entropy(fc(torch.cat([h[-2], h[-1]], dim=1)), y)
loss.backward()
loss, r, h, emb.weight.grad, [p.grad for p in gru.parameters()]""",
    t=ints(0, 12, 3, 4),
    y=ints(0, 3, 3),
)
c(
    "lstm",
    """
m = nn.LSTM(6, 5, num_layers=2, dropout=0.0)
r, hc = m(x)
r, hc""",
    x=rand(4, 3, 6),
    grad=False,
)
c(
    "unet",
    """
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
loss, y, up.weight.grad, mid.weight.grad""",
    x=rand(2, 1, 9, 7).const,
    t=ints(0, 2, 2, 9, 7),
)
c(
    "resnet",
    """
c1 = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
b1 = nn.BatchNorm2d(8)
c2 = nn.Conv2d(8, 8, 3, padding=1, bias=False)
b2 = nn.BatchNorm2d(8)
nn.init.zeros_(b2.weight)
nn.init.kaiming_normal_(c1.weight, mode='fan_out', nonlinearity='relu')
sc = nn.Sequential(nn.Conv2d(3, 8, 1, stride=2, bias=False), nn.BatchNorm2d(8))
h = b2(c2(F.relu(b1(c1(x)), inplace=True)))
y = F.relu(h + sc(x))
z = torch.flatten(nn.AdaptiveAvgPool2d((1, 1))(y), 1)
z, b1.running_mean, b1.num_batches_tracked""",
    x=rand(2, 3, 8, 8),
    grad=True,
)
c(
    "lr finder",
    """
m = nn.Linear(8, 3)
opt = optim.SGD(m.parameters(), lr=1e-4)
sc = sched.ExponentialLR(opt, gamma=2.0)
for i in range(6):
    opt.zero_grad()
    loss = F.cross_entropy(m(x), t)
    loss.backward()
    opt.step()
    sc.step()
loss, sc.get_last_lr()""",
    x=rand(4, 8).const,
    t=ints(0, 3, 4),
)
c(
    "gru cell loop",
    """
cell = nn.GRUCell(8, 5)
h = torch.zeros(4, 5)
for i in range(3):
    h = cell(x * (i + 1), h)
h""",
    x=X,
    grad=True,
)
c(
    "lstm cell loop",
    """
cell = nn.LSTMCell(8, 5)
h = torch.zeros(4, 5)
cc = torch.zeros(4, 5)
for i in range(3):
    h, cc = cell(x * (i + 1), (h, cc))
h, cc""",
    x=X,
    grad=True,
)
c(
    "attention manual",
    """
q, k, v = x.view(2, 5, 3, 8).unbind(2)
att = (q @ k.transpose(-2, -1)) * (1.0 / 8 ** 0.5)
att = att.masked_fill(torch.tril(torch.ones(5, 5)).view(1, 5, 5) == 0, -inf)
F.softmax(att, dim=-1) @ v, F.scaled_dot_product_attention(q, k, v, is_causal=True)""",
    x=rand(2, 5, 24),
    grad=True,
)
c("depthwise", "nn.Conv2d(4, 8, 3, groups=4, padding='same', dilation=2)(x)", x=rand(2, 4, 7, 7), grad=True)
c(
    "squeeze excite",
    """
s = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 2, 1), nn.ReLU(), nn.Conv2d(2, 4, 1), nn.Sigmoid())
x * s(x)""",
    x=rand(2, 4, 5, 5),
    grad=True,
)
c(
    "pixelshuffle net",
    "nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.PixelShuffle(2), nn.Tanh())(x)",
    x=rand(1, 1, 4, 4),
    grad=True,
)
c("orth", "w = torch.empty(5, 3)\nnn.init.orthogonal_(w, gain=1.4)\nw")
c(
    "grad accumulate",
    """
m = nn.Linear(8, 3)
opt = optim.RMSprop(m.parameters(), lr=0.01, alpha=0.9, momentum=0.5, centered=True)
for i in range(4):
    loss = F.mse_loss(m(x), y) / 2
    loss.backward()
    opt.step()
    opt.zero_grad(set_to_none=False)
loss, m.weight""",
    x=rand(4, 8).const,
    y=rand(4, 3).const,
)
c(
    "onecycle",
    """
m = nn.Linear(8, 3)
opt = optim.SGD(m.parameters(), lr=0.1, momentum=0.9)
sc = sched.OneCycleLR(opt, max_lr=0.5, total_steps=10)
for i in range(8):
    opt.zero_grad()
    loss = F.mse_loss(m(x), y)
    loss.backward()
    opt.step()
    sc.step()
loss, m.weight, sc.get_last_lr()""",
    x=rand(4, 8).const,
    y=rand(4, 3).const,
)
c(
    "maml",
    """
w = torch.zeros(8, requires_grad=True)
loss = ((x @ w - x.sum(1)) ** 2).mean()
g = at(torch.autograd.grad(loss, w, create_graph=True), 0)
w2 = w - 0.1 * g
l2 = ((x @ w2 - 1) ** 2).mean()
l2.backward()
l2, w.grad""",
    x=rand(4, 8).const,
)
c(
    "hessian vec",
    """
w = x.clone().requires_grad_()
f = (w.sin() * w.exp()).sum()
g = at(torch.autograd.grad(f, w, create_graph=True), 0)
h = at(torch.autograd.grad((g * y).sum(), w), 0)
h""",
    x=rand(5).const,
    y=rand(5).const,
)
c("params count", "m = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Linear(3, 2))\nm(x).shape", x=rand(1, 5, 5).const)
