--- ResNet-18 (He et al., 2015) with torchvision's names: its state dict loads as it is.
---
---     local net = require("models.resnet18").Net()          -- torchvision.models.resnet18()
---     nj.checkpoint.load("resnet18.pth", net)
---
--- `Net { width = 8, classes = 10 }` is the same network with 8 in place of 64 channels in its first stage.
local nj = require "nightjar"
local nn, F = nj.nn, nj.nn.functional

local function conv3x3(from, to, stride)
  return nn.Conv2d(from, to, { kernel_size = 3, stride = stride, padding = 1, bias = false })
end

--- Two convolutions and a way around them.
local BasicBlock = nn.module "BasicBlock"

function BasicBlock:init(from, to, stride)
  self.conv1 = conv3x3(from, to, stride)
  self.bn1 = nn.BatchNorm2d(to)
  self.relu = nn.ReLU()
  self.conv2 = conv3x3(to, to, 1)
  self.bn2 = nn.BatchNorm2d(to)
  if stride ~= 1 or from ~= to then
    self.downsample = nn.Sequential(
      nn.Conv2d(from, to, { kernel_size = 1, stride = stride, bias = false }), nn.BatchNorm2d(to))
  end
end

function BasicBlock:forward(x)
  local y = self.relu(self.bn1(self.conv1(x)))
  y = self.bn2(self.conv2(y))
  return self.relu(y + (self.downsample and self.downsample(x) or x))
end

local function stage(from, to, stride)
  return nn.Sequential(BasicBlock(from, to, stride), BasicBlock(to, to, 1))
end

local Net = nn.module "ResNet18"

--- options: width (64), classes (1000), channels (3)
function Net:init(options)
  options = options or {}
  local width = options.width or 64
  self.conv1 = nn.Conv2d(options.channels or 3, width, { kernel_size = 7, stride = 2, padding = 3, bias = false })
  self.bn1 = nn.BatchNorm2d(width)
  self.relu = nn.ReLU()
  self.maxpool = nn.MaxPool2d(3, { stride = 2, padding = 1 })
  self.layer1 = stage(width, width, 1)
  self.layer2 = stage(width, 2 * width, 2)
  self.layer3 = stage(2 * width, 4 * width, 2)
  self.layer4 = stage(4 * width, 8 * width, 2)
  self.fc = nn.Linear(8 * width, options.classes or 1000)
end

function Net:forward(x)                                   -- [n, 3, 224, 224]
  x = self.maxpool(self.relu(self.bn1(self.conv1(x))))    -- [n, 64, 56, 56]
  x = self.layer2(self.layer1(x))                         -- [n, 128, 28, 28]
  x = self.layer4(self.layer3(x))                         -- [n, 512, 7, 7]
  return self.fc(F.adaptive_avg_pool2d(x, 1):flatten(1))  -- [n, 1000]
end

return { Net = Net }
