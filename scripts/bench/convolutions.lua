--- Rows: convolutions forward, backward with dense gradients, backward with those that a ReLU and a max-pool leave.
local nj = require "nightjar"
local measuring = require "bench.measuring"
local F = nj.nn.functional

--- A gradient as a ReLU over a max-pool of two by two leaves it: one in four, of which the ReLU lets three in five by.
local function sparse_gradient(shape)
  local x = nj.randn(shape, { requires_grad = true })
  local has_windows = shape[3] > 1 and shape[4] > 1
  local y = F.relu(has_windows and F.max_pool2d(x, 2) - 0.825 or x)
  y:backward(nj.randn(y:shape()))
  return x:grad()
end

--- A shape of the same kind that takes no time.
local function smallest(n, channels, height, width, out, kernel, stride, padding, groups)
  local most = groups == 1 and 16 or groups == channels and 8 or 2 * groups
  groups = groups == channels and math.min(groups, 8) or groups
  return math.min(n, 2), math.min(channels, most), math.min(height, 12), math.min(width, 12), math.min(out, most),
    kernel, stride, padding, groups
end

local function prepare(kind, shape, seconds)
  local n, channels, height, width, out, kernel, stride, padding, groups = table.unpack(shape)
  local x = nj.randn({ n, channels, height, width }, { requires_grad = true })
  local weight = nj.randn({ out, channels // groups, kernel, kernel }, { requires_grad = true })
  local bias = nj.randn({ out }, { requires_grad = true })
  local function forward() return F.conv2d(x, weight, bias, { stride = stride, padding = padding, groups = groups }) end
  if kind == "forward" then
    return function() return measuring.burst(function() nj.no_grad(forward) end, seconds) end
  end
  local y = forward()
  local gradient = kind == "sparse" and sparse_gradient(y:shape()) or nj.randn(y:shape())
  local function backward() nj.grad(y, { x, weight, bias }, gradient, { retain_graph = true }) end
  return function() return measuring.burst(backward, seconds) end
end

local kinds = {
  { "forward", "forward", 1 },
  { "dense", "backward, dense", 2 },
  { "sparse", "backward, behind ReLU and pool", 2 },
}

return function(settings)
  local rows, shapes = {}, require "bench.shapes"
  for _, kind in ipairs(kinds) do
    local name, what, passes = table.unpack(kind)
    for _, shape in ipairs(shapes) do
      local sizes = table.pack(table.unpack(shape, 2))
      if settings.tiny then sizes = table.pack(smallest(table.unpack(sizes))) end
      local n, channels, height, width, out, kernel, stride, padding, groups = table.unpack(sizes)
      local function places(size) return (size + 2 * padding - kernel) // stride + 1 end
      sizes.n = nil
      rows[#rows + 1] = {
        name = ("conv.%s.%s"):format(name, shape[1]:gsub("[ ,]+", "_")), what = shape[1],
        group = ("%d convolutions, %s"):format(#shapes, what), threads = settings.threads, runs = 2,
        flops = passes * 2 * n * out * places(height) * places(width) * (channels // groups) * kernel * kernel,
        ours = function() return prepare(name, sizes, settings.seconds) end,
        theirs = {
          { peer = "PyTorch", row = "convolution", kind = name, shape = sizes, seconds = settings.seconds },
        },
      }
    end
  end
  return rows
end
