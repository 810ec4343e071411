--- Exports networks and writes what Nightjar gives for batches of several sizes: networks.lua OUT [OPSET].
local nj = require "nightjar"
local bag = require "bag"
local nn, F = nj.nn, nj.nn.functional
local out, opset = arg[1], math.tointeger(tonumber(arg[2])) or 17

nj.manual_seed(1)

--- Random values for everything that a new network leaves at 0 or 1, so that nothing hides.
local function stir(model)
  nj.no_grad(function()
    for name, tensor in pairs(model:state_dict()) do
      if name:find "running_var" then
        tensor:uniform_(0.5, 2)
      elseif name:find "running_mean" or name:find "bias" then
        tensor:normal_(0, 0.3)
      elseif tensor:dim() == 1 and not name:find "num_batches" then
        tensor:uniform_(0.5, 1.5)
      end
    end
  end)
  return model
end

--- Exports a model and writes inputs and outputs for batches. `make` makes an input for a number of images.
local failed = {}
local function export_one(name, model, make, options)
  options = options or {}
  stir(model)
  local samples = { make(2) }
  options.input, options.opset_version = samples, opset
  nj.onnx.export(model, ("%s/%s.onnx"):format(out, name), options)
  assert(model.training, name .. " lost its mode")
  model:eval()
  local kept = {}
  nj.no_grad(function()
    for _, n in ipairs(options.dynamic_batch == false and { 2 } or { 1, 2, 5 }) do
      local inputs = { make(n) }
      for i, input in ipairs(inputs) do kept[("n%d__input%d"):format(n, i)] = input:clone() end
      local results, outputs = table.pack(model(table.unpack(inputs))), {}
      for i = 1, results.n do
        if nj.is_tensor(results[i]) then
          outputs[#outputs + 1] = results[i]
        elseif results[i] then
          for _, item in ipairs(results[i]) do outputs[#outputs + 1] = item end
        end
      end
      for i, output in ipairs(outputs) do kept[("n%d__output%d"):format(n, i)] = output end
    end
  end)
  bag(("%s/%s.safetensors"):format(out, name), kept)
end

local function export(name, ...)
  local isDone, reason = pcall(export_one, name, ...)
  if not isDone then
    failed[#failed + 1] = name
    print("FAILED", name, (tostring(reason):gsub("\n.*", "")))
  end
end

local function images(...)
  local sizes = { ... }
  return function(n) return nj.randn(n, table.unpack(sizes)) end
end

--- A network of one function.
local function of(forward)
  local Function = nn.module "Function"
  function Function:init() end
  function Function:forward(...) return forward(...) end
  return Function()
end

-- MARK: Those of scripts/models

export("mnist", require("models.mnist").Net(), images(1, 28, 28))
export("mnist99", require("models.mnist99").Net(), images(1, 28, 28))
export("resnet18", require("models.resnet18").Net(), images(3, 64, 64))

-- MARK: U-Net

local function double(inputs, outputs)
  return nn.Sequential(
    nn.Conv2d(inputs, outputs, { kernel_size = 3, padding = 1 }), nn.BatchNorm2d(outputs), nn.ReLU(),
    nn.Conv2d(outputs, outputs, { kernel_size = 3, padding = 1 }), nn.BatchNorm2d(outputs), nn.ReLU())
end
local UNet = nn.module "UNet"
function UNet:init(bilinear)
  self.down1, self.down2, self.bottom = double(3, 8), double(8, 16), double(16, 16)
  if bilinear then
    self.up2 = nn.Upsample { scale_factor = 2, mode = "bilinear", align_corners = true }
    self.up1 = nn.Upsample { scale_factor = 2, mode = "bilinear", align_corners = false }
  else
    self.up2 = nn.ConvTranspose2d(16, 16, { kernel_size = 2, stride = 2 })
    self.up1 = nn.ConvTranspose2d(8, 8, { kernel_size = 3, stride = 2, padding = 1, output_padding = 1 })
  end
  self.join2, self.join1 = double(32, 8), double(16, 8)
  self.head = nn.Conv2d(8, 2, { kernel_size = 1 })
end
function UNet:forward(x)
  local a = self.down1(x)
  local b = self.down2(F.max_pool2d(a, 2))
  local c = self.bottom(F.max_pool2d(b, 2))
  local y = self.join2(nj.cat({ b, self.up2(c) }, 1))
  return self.head(self.join1(nj.cat({ a, self.up1(y) }, 1)))
end
export("unet-bilinear", UNet(true), images(3, 16, 20))
export("unet-transposed", UNet(false), images(3, 16, 20))

-- MARK: A decoder, a mobile network, one for signals

export("vae-decoder", nn.Sequential(
  nn.Linear(5, 16 * 3 * 3), nn.Unflatten(1, { 16, 3, 3 }), nn.BatchNorm2d(16), nn.SiLU(),
  nn.ConvTranspose2d(16, 8, { kernel_size = 4, stride = 2, padding = 1 }), nn.GroupNorm(2, 8), nn.GELU(),
  nn.Upsample { scale_factor = 2 }, nn.Conv2d(8, 4, { kernel_size = 3, padding = "same" }), nn.PixelShuffle(2),
  nn.Sigmoid()), images(5))

local Mobile = nn.module "Mobile"
function Mobile:init()
  self.stem = nn.Sequential(
    nn.Conv2d(3, 8, { kernel_size = 3, stride = 2, padding = 1, bias = false }), nn.BatchNorm2d(8), nn.Hardswish())
  self.expand = nn.Sequential(nn.Conv2d(8, 24, { kernel_size = 1, bias = false }), nn.BatchNorm2d(24), nn.ReLU6())
  self.depthwise = nn.Sequential(
    nn.Conv2d(24, 24, { kernel_size = 3, padding = 2, dilation = 2, groups = 24, bias = false }), nn.BatchNorm2d(24),
    nn.ReLU6())
  self.squeeze = nn.Sequential(
    nn.AdaptiveAvgPool2d(1), nn.Conv2d(24, 6, { kernel_size = 1 }), nn.ReLU(), nn.Conv2d(6, 24, { kernel_size = 1 }),
    nn.Hardsigmoid())
  self.project = nn.Sequential(nn.Conv2d(24, 8, { kernel_size = 1, bias = false }), nn.BatchNorm2d(8))
  self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(8, 10))
end
function Mobile:forward(x)
  x = self.stem(x)
  local y = self.depthwise(self.expand(x))
  x = x + self.project(y * self.squeeze(y))
  return self.classifier(x:mean { 2, 3 })
end
export("mobile", Mobile(), images(3, 20, 20))

export("signal", nn.Sequential(
  nn.Conv1d(2, 6, { kernel_size = 5, stride = 2, padding = 2, groups = 2 }), nn.BatchNorm1d(6), nn.ELU(),
  nn.MaxPool1d(3, { stride = 2, padding = 1 }), nn.ConvTranspose1d(6, 4, { kernel_size = 4, stride = 2 }),
  nn.AvgPool1d(2), nn.InstanceNorm1d(4, { affine = true }), nn.AdaptiveAvgPool1d(3), nn.Flatten(), nn.Linear(12, 3),
  nn.Softmax(1)), images(2, 40))

for _, mode in ipairs { "zeros", "reflect", "replicate", "circular" } do
  export("conv-" .. mode, nn.Conv2d(2, 3, { kernel_size = 3, padding = { 1, 2 }, padding_mode = mode }), images(2, 6,
    7))
end

-- MARK: Sequences

local Encoder = nn.module "Encoder"
function Encoder:init()
  self.embed = nn.Embedding(11, 16)
  self.position = nn.Parameter(nj.randn(1, 7, 16))
  self.layer = nn.TransformerEncoderLayer(16, 4, { dim_feedforward = 24, batch_first = true, activation = "gelu" })
  self.head = nn.Linear(16, 4)
end
function Encoder:forward(tokens)
  return self.head(self.layer(self.embed(tokens) + self.position):mean(1))
end
export("transformer", Encoder(), function(n) return nj.randint(0, 11, { n, 7 }) end)

local ViT = nn.module "ViT"
function ViT:init()
  self.patch = nn.Conv2d(3, 16, { kernel_size = 4, stride = 4 })
  self.class_token = nn.Parameter(nj.randn(1, 1, 16))
  self.position = nn.Parameter(nj.randn(1, 10, 16))
  self.norm = nn.LayerNorm(16)
  self.attention = nn.MultiheadAttention(16, 2, { batch_first = true })
  self.head = nn.Linear(16, 5)
end
function ViT:forward(x)
  x = self.patch(x):flatten(2):transpose(1, 2)
  x = nj.cat({ self.class_token:expand(x:size(0), -1, -1), x }, 1) + self.position
  local y = self.norm(x)
  x = x + self.attention(y, y, y)
  return self.head(x:select(1, 0))
end
export("vit", ViT(), images(3, 12, 12))

for _, kind in ipairs { "LSTM", "GRU", "RNN" } do
  export(kind:lower(), nn[kind](3, 5, { num_layers = 2, batch_first = true, bidirectional = true }), images(4, 3))
end
export("lstm-cell", nn.LSTMCell(3, 5), images(3))
export("attention-causal", of(function(q, k, v)
  return F.scaled_dot_product_attention(q, k, v, { is_causal = true })
end), function(n) return nj.randn(n, 2, 5, 4), nj.randn(n, 2, 5, 4), nj.randn(n, 2, 5, 4) end)

-- MARK: Norms, activations, pooling

export("norms", nn.Sequential(
  nn.GroupNorm(2, 6), nn.InstanceNorm2d(6), nn.LocalResponseNorm(3), nn.LayerNorm { 6, 4, 5 }, nn.RMSNorm { 4, 5 },
  nn.InstanceNorm2d(6, { affine = true, track_running_stats = true })), images(6, 4, 5))
-- Numbers far from 0 show how a variance is calculated.
export("norm-offset", of(function(x) return F.layer_norm(x + 30, { 8 }) end), images(8))

for _, name in ipairs {
  "ReLU", "ReLU6", "LeakyReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Hardswish", "Hardsigmoid", "Hardtanh",
  "Sigmoid", "LogSigmoid", "Tanh", "Softplus", "Softsign", "Tanhshrink", "Softshrink", "Hardshrink", "PReLU",
} do
  export("activation-" .. name, nn.Sequential(nn[name]()), images(3, 8))
end
export("activation-others", of(function(x)
  return F.gelu(x, { approximate = "tanh" }), F.glu(x, { dim = 1 }), F.softplus(x, 2, 1), F.elu(x, 0.5),
    F.threshold(x, 0.1, 5), F.softmin(x, 1), F.log_softmax(x, 1), F.normalize(x), F.leaky_relu(x, 0.2),
    F.relu(x, { inplace = true }), x:clamp(-0.5, 0.7), x:clamp { max = 0.2 }, x:sigmoid_()
end), images(4, 6))
export("prelu-channels", nn.Sequential(nn.PReLU(4)), images(4, 3, 3))

for i, options in ipairs {
  { kernel_size = 3, stride = 2, padding = 1 }, { kernel_size = 2 }, { kernel_size = { 3, 2 }, stride = { 2, 1 } },
  { kernel_size = 3, stride = 2, ceil_mode = true }, { kernel_size = 3, stride = 2, padding = 1, ceil_mode = true },
  { kernel_size = 2, stride = 3, ceil_mode = true },
} do
  export("maxpool-" .. i, nn.Sequential(nn.MaxPool2d(options)), images(2, 8, 9))
  export("avgpool-" .. i, nn.Sequential(nn.AvgPool2d(options)), images(2, 8, 9))
  options.count_include_pad = false
  export("avgpool-inside-" .. i, nn.Sequential(nn.AvgPool2d(options)), images(2, 8, 9))
end
export("maxpool-dilated", nn.Sequential(nn.MaxPool2d(3, { dilation = 2, stride = 1, padding = 1 })), images(2, 9, 9))
export("maxpool-places", of(function(x) return F.max_pool2d(x, 2, { return_indices = true }) end), images(2, 6, 6))
export("unpool", of(function(x)
  local y, places = F.max_pool2d(x, 2, { return_indices = true })
  return F.max_unpool2d(y, places, 2)
end), images(2, 6, 6))
for _, size in ipairs { 1, 2, 3, 5 } do
  export("adaptive-" .. size, of(function(x)
    return F.adaptive_avg_pool2d(x, { size, 4 }), F.adaptive_max_pool2d(x, { size, 3 })
  end), images(2, 6, 7))
end

-- MARK: Sizes and places

for _, mode in ipairs { "nearest", "bilinear", "bicubic", "area", "nearest-exact" } do
  export("interpolate-" .. mode, of(function(x)
    local smooth = mode:find "^bi"
    return F.interpolate(x, { 7, 9 }, { mode = mode }), F.interpolate(x, { scale_factor = 1.6, mode = mode }),
      F.interpolate(x, { 3, 2 }, { mode = mode, align_corners = smooth and true or nil })
  end), images(2, 4, 5))
end
export("pads", of(function(x)
  return F.pad(x, { 1, 2, 0, 3 }), F.pad(x, { 1, 1 }, { value = -2 }), F.pad(x, { -1, 1, 2, -1 }),
    F.pad(x, { 1, 2, 2, 1 }, { mode = "reflect" }), F.pad(x, { 1, 2, 2, 1 }, { mode = "replicate" }),
    F.pad(x, { 1, 2, 2, 1 }, { mode = "circular" })
end), images(2, 4, 5))
export("unfold-fold", of(function(x)
  local seen = F.unfold(x, 2, { padding = 1, stride = 2 })
  return seen, F.fold(seen, { 4, 6 }, 2, { padding = 1, stride = 2 })
end), images(2, 4, 6))
export("views", of(function(x)
  return x:view(-1, 24), x:reshape(x:size(0) * 2, 12), x:permute(0, 2, 3, 1), x:permute(3, 0, 2, 1):contiguous(),
    x:transpose(0, 1), x:flatten(), x:unsqueeze(2):squeeze(2), x:narrow(2, 1, 2), x:select(3, -1), x[{ nj.newaxis }],
    x:permute(0, 2, 3, 1):reshape(-1, 2), x:flip { 3 }, x:roll(1, 2), x:diagonal(0, 2, 3), x:unfold(3, 2, 1)
end), images(2, 3, 4))
export("slices", of(function(x)
  return x[{ {}, {}, { 0, 5, 2 } }], x[{ {}, 1, { 1 } }], x[{ {}, {}, { -3 } }], x[{ { 0, 1 } }], x[{ { -1 } }], x[0],
    x[{ {}, { 1, 3 }, { 1, 6, 3 } }]:transpose(1, 2)
end), images(4, 6))
export("joins", of(function(x, y)
  local a, b = table.unpack(x:chunk(2, 1))
  local c, d, e = table.unpack(x:split({ 1, 2, 1 }, 1))
  return nj.cat({ x, y }, 0), nj.cat({ a, b, y }, 1), nj.stack({ a, b }, 1), nj.stack({ x, y }, 0), c + e,
    d:repeat_interleave(2, 1), x:tile(2, 1), x:expand(3, -1, -1), nj.cat({ a, b }, -1)
end), function(n) return nj.randn(n, 4), nj.randn(n, 4) end)
export("reductions", of(function(x)
  return x:sum(1), x:mean { 1, 2 }, x:amax(2), x:min(1), x:max(2, true), x:prod(1), x:argmax(1), x:argmin(2),
    x:var(1), x:std { 1, 2 }, x:norm(2, 1), x:norm(1, 2), x:logsumexp(1), x:sum(), x:sum(0), x:cumsum(1),
    x:cumprod(2), x:logcumsumexp(1), x:gt(0):any(1), x:gt(-9):all(), x:count_nonzero(1), x:amin { 0, 2 },
    x:flatten(1):softmax(1)
end), images(3, 4))
export("sorted", of(function(x)
  local values, places = x:topk(2, 1)
  local sorted, order = x:sort(1, true)
  return values, places, sorted, order, x:argsort(2), x:cummax(1), x:cummin(2), x:gather(1, order)
end), images(5, 3))
local fixed = nj.tensor { 2, 0, 2 }
export("gathering", of(function(x, places)
  return x:index_select(1, fixed), x[{ {}, fixed }], x:gather(1, places), F.one_hot(places, 3):float(),
    x:scatter(1, places, 7), x:scatter_add(1, places, x), x:masked_fill(x:gt(0), -1), x:take_along_dim(places, 1),
    nj.where(x:gt(0), x, x * 2), x[{ {}, nj.newaxis }]:expand(-1, 3, -1):tril()
end), function(n) return nj.randn(n, 3), nj.randint(0, 3, { n, 3 }) end)
export("arithmetic", of(function(x, k)
  return x + k, x * 2 - 1, 3 / (x:abs() + 1), x:pow(2), x:abs():pow(0.5), 2 ^ x, x % 1, k // 2, k % 3, x:floor(),
    x:round(),
    x:eq(x), x:lt(k), k:float() / 3, k / 2, x:gt(0) + 1, x:gt(0):logical_and(k:gt(1)), -k, x:maximum(k),
    x:atan2(k + 0.5),
    x:lerp(x * x, 0.3), x:double() * 2, k:int(), x:int(), x:exp():log1p(), x:expm1(), x:erf(), x:sign(), x:fmod(0.7),
    x:remainder(-0.7), nj.addcmul(x, x, x), x:trunc(), x:frac(), k:bool(), k:bool():float() * x, x:hypot(k),
    x:addcdiv(x, k + 1)
end), function(n) return nj.randn(n, 3), nj.randint(0, 5, { n, 3 }) end)
export("products", of(function(x, y)
  return x:matmul(y), x:bmm(y), nj.einsum("bij,bjk->bik", x, y), nj.einsum("bij->bji", x), x:select(1,
    0):matmul(nj.ones(4)),
    nj.einsum("bij,bij->b", x, x), x:matmul(nj.ones(4, 2)), F.linear(x, nj.ones(2, 4)), nj.baddbmm(nj.ones(1), x, y),
    nj.cdist(x, x), F.bilinear(x, x, nj.ones(2, 4, 4)), F.cosine_similarity(x, x + 1)
end), function(n) return nj.randn(n, 3, 4), nj.randn(n, 4, 2) end)
export("filled", of(function(x)
  local mask = nj.zeros_like(x)
  local ones = nj.ones(x:size(0), 2)
  return x + mask, nj.cat({ x, ones }, 1), nj.full({ x:size(0), 3 }, 2.5) * x, x:new_zeros(x:size(0), 3) - x
end), images(3))

-- MARK: Without a batch

export("fixed", nn.Sequential(nn.Flatten(0), nn.Linear(12, 2)), images(2, 3), { dynamic_batch = false })
export("names", nn.Linear(3, 2), images(3), {
  input_names = { "features" }, output_names = { "scores" }, metadata = { classes = 2, license = "MIT" },
})
if #failed > 0 then os.exit(1) end
