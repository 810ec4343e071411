"""Modules: names and their order, apply, freezing, properties, copying, state dicts in part, classes of one's own."""

from caselib import case, rand

NET = "nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Sequential(nn.Flatten(), nn.Dropout(0.2), nn.Linear(16, 3)))"
SETUP = """
class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.conv = nn.Conv2d(n, n, 3, padding=1)
        self.norm = nn.BatchNorm2d(n)
    def forward(self, x):
        return F.relu(self.norm(self.conv(x))) + x
class Net(nn.Module):
    def __init__(self, n=4):
        super().__init__()
        self.stem = nn.Conv2d(1, n, 3)
        self.blocks = nn.ModuleList([Block(n), Block(n)])
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("steps", torch.zeros(1))
        self.head = nn.Linear(n, 3)
    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean((2, 3))) * self.scale
class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = self.a
        self.c = nn.Linear(4, 4)
        self.c.weight = self.a.weight
    def forward(self, x):
        return self.c(self.b(self.a(x)))
"""
LUA_SETUP = """
local Block = nn.module "Block"
function Block:init(n)
  self.conv = nn.Conv2d(n, n, { kernel_size = 3, padding = 1 })
  self.norm = nn.BatchNorm2d(n)
end
function Block:forward(x) return F.relu(self.norm(self.conv(x))) + x end
local Net = nn.module "Net"
function Net:init(n)
  n = n or 4
  self.stem = nn.Conv2d(1, n, { kernel_size = 3 })
  self.blocks = nn.ModuleList { Block(n), Block(n) }
  self.scale = nn.Parameter(nj.ones(1))
  self:register_buffer("steps", nj.zeros(1))
  self.head = nn.Linear(n, 3)
end
function Net:forward(x)
  x = self.stem(x)
  for _, block in ipairs(self.blocks) do x = block(x) end
  return self.head(x:mean({ 2, 3 })) * self.scale
end
local Tied = nn.module "Tied"
function Tied:init()
  self.a = nn.Linear(4, 4)
  self.b = self.a
  self.c = nn.Linear(4, 4)
  self.c.weight = self.a.weight
end
function Tied:forward(x) return self.c(self.b(self.a(x))) end
"""


def custom(row, code, grad=True, lua=None, **inputs):
    own = "Net(" in code or "Tied(" in code
    case(row, code, grad, lua=lua, setup=SETUP if own else "", lua_setup=LUA_SETUP if own else "", **inputs)


X = rand(5, 1, 6, 7)
Y = rand(5, 1, 4, 4)
for maker, x in ((NET, Y), ("Net()", X), ("Net(2)", X), ("Net(3)", X)):
    make = f"m = {maker}\n"
    custom("forward of a network", make + "m(x), state(m)", x=x)
    custom("forward of a network", make + "y = m(x)\nm.eval()\nm(x), state(m), m.training", x=x)
    custom("named_parameters", make + "params(m), names(m.named_parameters())", grad=False)
    custom("state_dict", make + "state(m), sorted_names(m.state_dict())", grad=False)
    custom("modules", make + "n = 0\nfor p in m.modules():\n    n = n + 1\nn", grad=False)
    custom("named_modules", make + "names(m.named_modules())", grad=False)
    custom("children", make + "n = 0\nfor p in m.children():\n    n = n + 1\nn", grad=False)
    custom("named_children", make + "names(m.named_children())", grad=False)
    custom("buffers", make + "names(m.named_buffers()), [b for b in m.buffers()]", grad=False)
    custom(
        "parameters",
        make
        + "[p for p in m.parameters()], [p.requires_grad for p in m.parameters()], [p.numel() for p in m.parameters()]",
        grad=False,
    )
    custom(
        "freezing",
        make + "m.requires_grad_(False)\n[p.requires_grad for p in m.parameters()], m(x).requires_grad",
        grad=False,
        x=x,
    )
    custom(
        "freezing",
        make + "at([p for p in m.parameters()], 0).requires_grad_(False)\nm(x).pow(2).sum().backward()\ngrads(m)",
        grad=False,
        x=x,
    )
    custom("zero_grad", make + "m(x).sum().backward()\nm.zero_grad()\ngrads(m)", grad=False, x=x)
    custom("zero_grad", make + "m(x).sum().backward()\nm.zero_grad(set_to_none=False)\ngrads(m)", grad=False, x=x)
    custom(
        "train and eval",
        make
        + "m.eval()\na = m.training\nm.train()\nb = m.training\nm.train(False)\na, b, m.training, [c.training for c in m.modules()]",
        grad=False,
    )
    custom("to dtype", make + "m.double()\n[p.dtype for p in m.parameters()], m(x.double()).dtype", grad=False, x=x)
    custom("to dtype", make + "m.to(torch.float64)\nm(x.double()), state(m)", grad=False, x=x)
    custom(
        "copying",
        make
        + "c = copy(m)\nfor p in c.parameters():\n    p.requires_grad_(False)\n    p.zero_()\nparams(m), params(c)",
        grad=False,
    )
    custom(
        "load_state_dict",
        make + f"torch.manual_seed(5)\nd = {maker}\nd.load_state_dict(m.state_dict())\nstate(d), d.eval()(x)",
        grad=False,
        x=x,
    )
    custom(
        "load_state_dict",
        make
        + "s = m.state_dict()\nwith torch.no_grad():\n    for p in m.parameters():\n        p.zero_()\n[p for p in m.parameters()], [s[k] for k in sorted_names(s)]",
        grad=False,
    )
    custom(
        "apply",
        make + "def fill(c):\n    for p in c.parameters():\n        init.constant_(p, 0.5)\nm.apply(fill)\nstate(m)",
        grad=False,
    )
    custom(
        "apply",
        make + "seen = []\nm.apply(lambda c: seen.append(c))\nlen(seen)",
        grad=False,
        lua=f"local m, seen = {maker}, 0\nm:apply(function() seen = seen + 1 end)\nresults, module = {{ seen }}, nil",
    )
custom(
    "shared parts",
    "m = Tied()\nm(x), sorted_names(m.state_dict()), names(m.named_parameters()), len([p for p in m.parameters()])",
    x=rand(3, 4),
)
custom("shared parts", "m = Tied()\nnames(m.named_modules()), len([c for c in m.modules()])", grad=False)
custom(
    "shared parts",
    "l = nn.Linear(4, 4)\nm = nn.Sequential(l, nn.Tanh(), l)\nm(x), sorted_names(m.state_dict()), names(m.named_parameters())",
    x=rand(3, 4),
)

LINEAR = "m = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))\ns = m.state_dict()\n"
for change, lua in (
    ("del s['0.bias']", 's["0.bias"] = nil'),
    ("s['extra'] = torch.ones(1)", 's["extra"] = nj.ones(1)'),
    ("s['0.bias'] = torch.ones(4)", 's["0.bias"] = nj.ones(4)'),
    ("s['0.weight'] = torch.ones(3, 2)", 's["0.weight"] = nj.ones(3, 2)'),
    ("s['1.bias'] = torch.ones(1, dtype=torch.float64)", 's["1.bias"] = nj.ones(1, {dtype = "float64"})'),
    ("s['0.bias'] = torch.ones(3, dtype=torch.int64)", 's["0.bias"] = nj.ones(3, {dtype = "int64"})'),
    ("s['1.bias'] = torch.ones(())", 's["1.bias"] = nj.ones({})'),
):
    for strict in ("", ", strict=False"):
        case(
            "loading in part",
            f"{LINEAR}{change}\nm.load_state_dict(s{strict})\nstate(m)",
            grad=False,
            lua=f"local m = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))\nlocal s = {{}}\nfor k, v in pairs(m:state_dict()) do s[k] = v end\n{lua}\n"
            f"m:load_state_dict(s{', {strict = false}' if strict else ''})\nresults, module = {{ state(m) }}, nil",
        )
case(
    "loading in part",
    f"{LINEAR}del s['0.bias']\ns['extra'] = torch.ones(1)\nr = m.load_state_dict(s, strict=False)\nr.missing_keys, r.unexpected_keys",
    grad=False,
    lua="local m = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))\nlocal s = {}\nfor k, v in pairs(m:state_dict()) do s[k] = v end\ns['0.bias'] = nil; s.extra = nj.ones(1)\n"
    "local r = m:load_state_dict(s, {strict = false})\nresults, module = { r.missing_keys, r.unexpected_keys }, nil",
)

PROPERTIES = {
    "nn.Conv2d(2, 4, 3, stride=2, padding=1)": [
        "in_channels",
        "out_channels",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "groups",
        "padding_mode",
        "training",
    ],
    "nn.Conv2d(2, 4, (3, 1), padding='same')": ["kernel_size", "padding"],
    "nn.Linear(3, 2, bias=False)": ["in_features", "out_features", "bias"],
    "nn.BatchNorm2d(3)": [
        "num_features",
        "eps",
        "momentum",
        "affine",
        "track_running_stats",
        "running_mean",
        "running_var",
        "num_batches_tracked",
    ],
    "nn.MaxPool2d(3, padding=1)": ["kernel_size", "stride", "padding", "ceil_mode"],
    "nn.Dropout(0.3)": ["p"],
    "nn.LayerNorm(4)": ["normalized_shape", "eps", "elementwise_affine"],
    "nn.GroupNorm(2, 4)": ["num_groups", "num_channels"],
    "nn.Embedding(5, 3)": ["num_embeddings", "embedding_dim", "padding_idx"],
    "nn.LeakyReLU(0.2)": ["negative_slope"],
    "nn.AvgPool2d(2)": ["kernel_size", "stride", "count_include_pad", "divisor_override"],
    "nn.Upsample(scale_factor=2)": ["scale_factor", "mode", "align_corners", "size"],
    "nn.Softmax(dim=1)": ["dim"],
    "nn.CrossEntropyLoss(label_smoothing=0.1)": ["label_smoothing", "reduction", "ignore_index"],
    "nn.PReLU(2)": ["num_parameters"],
    "nn.Flatten()": ["start_dim", "end_dim"],
    "nn.GELU('tanh')": ["approximate"],
    "nn.ELU(0.5)": ["alpha"],
    "nn.ConvTranspose2d(1, 2, 3, output_padding=0)": ["output_padding", "transposed"],
    "nn.InstanceNorm2d(3)": ["num_features", "affine", "running_mean"],
    "nn.PixelShuffle(2)": ["upscale_factor"],
    "nn.HuberLoss(delta=0.5)": ["delta"],
    "nn.Softplus(2, 5)": ["beta", "threshold"],
}
for maker, properties in PROPERTIES.items():
    for name in properties:
        case("properties of a layer", f"m = {maker}\nm.{name}", grad=False)
case("properties of a layer", "m = nn.Dropout(0.5)\nm.p = 0.0\nm(x)", grad=False, x=rand(3))
case("properties of a layer", "m = nn.Linear(2, 2)\nm.odd_name", grad=False)
for code in (
    "m.weight.shape, m.bias.shape, m.weight.requires_grad, m.weight.is_leaf",
    "m.weight.sum(), m.weight[0]",
    "m.weight.data.fill_(1)\nm(torch.ones(1, 3))",
    "with torch.no_grad():\n    m.weight.fill_(1)\n    m.bias.copy_(torch.tensor([1.0, 2.0]))\nm(torch.ones(1, 3))",
    "m.weight = nn.Parameter(torch.ones(2, 3))\nm(torch.ones(1, 3)), names(m.named_parameters())",
    "m.bias = None\nm(torch.ones(1, 3)), names(m.named_parameters())",
    "m.weight = torch.ones(2, 3)\n1",
    "m.weight.requires_grad = False\nm(torch.ones(1, 3)).requires_grad",
):
    case("parameters of a layer", "m = nn.Linear(3, 2)\n" + code, grad=False)
case("Parameter", "p = nn.Parameter(torch.ones(2))\np.requires_grad, p.is_leaf, (p * 2).requires_grad", grad=False)
case("Parameter", "p = nn.Parameter(torch.ones(2), requires_grad=False)\np.requires_grad", grad=False)
case("ParameterList", "m = nn.ParameterList([nn.Parameter(torch.ones(2))])\nparams(m)", grad=False)
case("get_submodule", f"m = {NET}\nm.get_submodule('3.2').in_features, m.get_parameter('0.bias')", grad=False)
case("register_forward_hook", "m = nn.Linear(3, 2)\nm.register_forward_hook(lambda m, i, o: o * 2)\nm(x)", x=rand(2, 3))
case(
    "register_parameter",
    "m = nn.Linear(2, 2)\nm.register_parameter('extra', nn.Parameter(torch.ones(1)))\nm.register_buffer('count', torch.zeros(1))\nnames(m.named_parameters()), sorted_names(m.state_dict())",
    grad=False,
)
case("named_parameters", f"m = {NET}\nnames(m.named_parameters(prefix='net'))", grad=False)
# A Sequential is a Lua list of its parts: they count from 1, though its state_dict names them from 0.
case(
    "Sequential access",
    f"m = {NET}\nlen(m), m[0].kernel_size, m[3][0].start_dim",
    grad=False,
    lua=f"local m = {NET}\nresults, module = {{ #m, m[1].kernel_size, m[4][1].start_dim }}, nil",
)
