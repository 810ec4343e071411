--- A ResNet-18 from PyTorch to ONNX: exchange.lua STATE.pth OUT.onnx.
local nj = require "nightjar"
local net = require("models.resnet18").Net()
nj.checkpoint.load(arg[1], net)
nj.onnx.export(net, arg[2], { input = { 1, 3, 64, 64 } })
