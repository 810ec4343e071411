--- The network of recipes/mnist99.lua: wider than the tutorial's, and without dropout.
local nj = require "nightjar"
local nn, F = nj.nn, nj.nn.functional
local digits = require "models.mnist"

local Net = nn.module "Net99"

function Net:init()
  self.conv1 = nn.Conv2d(1, 24, { kernel_size = 5 })
  self.conv2 = nn.Conv2d(24, 32, { kernel_size = 3 })
  self.fc1 = nn.Linear(800, 256)
  self.fc2 = nn.Linear(256, 10)
end

function Net:forward(x)                        -- [n, 1, 28, 28]
  x = F.relu(F.max_pool2d(self.conv1(x), 2))   -- [n, 24, 12, 12]
  x = F.relu(F.max_pool2d(self.conv2(x), 2))   -- [n, 32, 5, 5]
  x = F.relu(self.fc1(x:flatten(1)))           -- [n, 256]
  return F.log_softmax(self.fc2(x), { dim = 1 }) -- [n, 10]
end

return { Net = Net, mean = digits.mean, std = digits.std, classes = digits.classes }
