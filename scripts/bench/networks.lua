--- Rows: passes over MNIST, a step of a network with batch normalisation, predictions of a compiled network.
local nj = require "nightjar"
local measuring = require "bench.measuring"
local F, optim, data = nj.nn.functional, nj.optim, nj.data

--- A new network, its optimiser, and the schedule of its rate, as train.lua and recipes/mnist99.lua have them.
local function trained(model, steps)
  local net = require("models." .. model).Net()
  if model == "mnist" then return net, optim.SGD(net:parameters(), { lr = 0.01, momentum = 0.5 }) end
  local optimizer = optim.Adam(net:parameters(), { lr = 0.01, betas = { 0.7, 0.9 } })
  return net, optimizer, optim.lr_scheduler.OneCycleLR(optimizer, 0.01, { total_steps = steps, cycle_momentum = false })
end

--- A pass over so many images, or its first steps only; the seconds it takes.
local function epoch(model, set, batch_size, most_steps)
  local loader = data.loader(set, { batch_size = batch_size, shuffle = true })
  local net, optimizer, schedule = trained(model, #loader)
  local start = nj.clock()
  for step, images, labels in loader:batches() do
    optimizer:zero_grad()
    F.nll_loss(net(images), labels):backward()
    optimizer:step()
    if schedule then schedule:step() end
    if step == most_steps then break end
  end
  return nj.clock() - start
end

local function epoch_row(settings, name, what, model, batch_size, images, more)
  return {
    name = name, what = what, threads = settings.threads, flops = more.flops and images * more.flops,
    per = more.is_per_image and images,
    ours = function()
      local digits = require("models." .. model)
      local set = data.mnist { limit = images, generate = true, normalize = { digits.mean, digits.std } }
      epoch(model, set, batch_size, 20)
      return function() return epoch(model, set, batch_size) end
    end,
    theirs = {
      { peer = "PyTorch", row = "epoch", network = model, batch_size = batch_size, images = images },
    },
  }
end

--- One step of training the ResNet-style network.
local function step(batch_size, seconds)
  local net = require "bench.resnet" ()
  local optimizer = optim.SGD(net:parameters(), { lr = 0.1, momentum = 0.9 })
  local x, labels = nj.randn(batch_size, 3, 32, 32), nj.randint(10, { batch_size })
  return function()
    return measuring.burst(function()
      optimizer:zero_grad()
      F.cross_entropy(net(x), labels):backward()
      optimizer:step()
    end, seconds)
  end
end

--- The tutorial's network on one batch.
local function predict(batch_size, seconds)
  local x = nj.randn(batch_size, 1, 28, 28)
  local plan = require("models.mnist").Net():eval():compile { input = { batch_size, 1, 28, 28 } }
  return function()
    return measuring.burst(function() plan(x) end, seconds)
  end
end

local function predict_row(settings, name, what, batch_size)
  return {
    name = name, what = what, threads = 1, flops = batch_size * 961280,
    ours = function() return predict(batch_size, settings.seconds) end,
    theirs = {
      { peer = "ONNX Runtime", row = "predict", batch_size = batch_size, seconds = settings.seconds },
      { peer = "OpenVINO", row = "predict", batch_size = batch_size, seconds = settings.seconds },
    },
  }
end

return function(settings)
  local all = settings.tiny and 100 or 60000
  local part = settings.tiny and 50 or 10000
  local few = settings.tiny and 2 or 64
  -- Multiplications and additions of an image forward and back, were no gradient 0.
  local rows = {
    epoch_row(settings, "epoch.tutorial", "epoch of the tutorial's network", "mnist", 64, all, { flops = 2595840 }),
    epoch_row(settings, "epoch.recipe", "epoch of the 99 % recipe", "mnist99", 256, all, { flops = 6774400 }),
    predict_row(settings, "predict.image", "one image", 1),
    predict_row(settings, "predict.batch", "a batch of 1,000", settings.tiny and 10 or 1000),
    {
      name = "step.resnet", what = "step of 64, ResNet with BatchNorm, 32x32", threads = settings.threads,
      ours = function() return step(few, settings.seconds) end,
      theirs = { { peer = "PyTorch", row = "step", batch_size = few, seconds = settings.seconds } },
    },
  }
  for power = 4, 10 do
    local size = 1 << power
    local what = ("an image, batches of %d"):format(size)
    rows[#rows + 1] = epoch_row(settings, "batch." .. size, what, "mnist", size, part, { is_per_image = true })
  end
  for _, images in ipairs { 1000, 5000, 20000, 60000 } do
    local what, count = ("an image, epochs of %d"):format(images), settings.tiny and 50 or images
    rows[#rows + 1] = epoch_row(settings, "images." .. images, what, "mnist", 64, count, { is_per_image = true })
  end
  return rows
end
