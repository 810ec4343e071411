--- A ResNet (He and others, 2016) of 14 layers for 32 x 32 pixels of three colours, with the paper's widths for CIFAR.
local nj = require "nightjar"
local nn, F = nj.nn, nj.nn.functional

local Block = nn.module "Block"

function Block:init(channels, out, stride)
  self.conv1 = nn.Conv2d(channels, out, { kernel_size = 3, stride = stride, padding = 1, bias = false })
  self.bn1 = nn.BatchNorm2d(out)
  self.conv2 = nn.Conv2d(out, out, { kernel_size = 3, padding = 1, bias = false })
  self.bn2 = nn.BatchNorm2d(out)
  self.shortcut = nn.Sequential()
  if stride ~= 1 or channels ~= out then
    self.shortcut = nn.Sequential(
      nn.Conv2d(channels, out, { kernel_size = 1, stride = stride, bias = false }), nn.BatchNorm2d(out))
  end
end

function Block:forward(x)
  local y = F.relu(self.bn1(self.conv1(x)))
  return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))
end

local ResNet = nn.module "ResNet"

function ResNet:init()
  self.conv = nn.Conv2d(3, 16, { kernel_size = 3, padding = 1, bias = false })
  self.bn = nn.BatchNorm2d(16)
  self.blocks = nn.Sequential(
    Block(16, 16, 1), Block(16, 16, 1), Block(16, 32, 2), Block(32, 32, 1), Block(32, 64, 2), Block(64, 64, 1))
  self.fc = nn.Linear(64, 10)
end

function ResNet:forward(x)
  x = self.blocks(F.relu(self.bn(self.conv(x))))
  return self.fc(F.avg_pool2d(x, 8):flatten(1))
end

return ResNet
