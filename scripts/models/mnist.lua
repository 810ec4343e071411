--- The digit network: two convolutions, two linear layers.
local nj = require "nightjar"
local nn, F = nj.nn, nj.nn.functional

local Net = nn.module "Net"

function Net:init()
  self.conv1 = nn.Conv2d(1, 10, { kernel_size = 5 })
  self.conv2 = nn.Conv2d(10, 20, { kernel_size = 5 })
  self.conv2_drop = nn.Dropout2d()
  self.fc1 = nn.Linear(320, 50)
  self.fc2 = nn.Linear(50, 10)
end

function Net:forward(x)                                       -- [n, 1, 28, 28]
  x = F.relu(F.max_pool2d(self.conv1(x), 2))                  -- [n, 10, 12, 12]
  x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2)) -- [n, 20, 4, 4]
  x = F.relu(self.fc1(x:view(-1, 320)))
  x = F.dropout(x, { training = self.training })
  return F.log_softmax(self.fc2(x), { dim = 1 })              -- [n, 10]
end

return { Net = Net, mean = 0.1307, std = 0.3081, classes = 10 }
