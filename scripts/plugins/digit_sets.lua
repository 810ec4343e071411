--- MNIST as the training scripts take it, and how a network does on it.
local nj = require "nightjar"
local digits = require "models.mnist"

local M = {}

--- The images to train with and those to test with, and what is to stand beside every figure of them: a remark where
--- they are drawn, because MNIST cannot be had.
function M.load(config)
  local sets, remark = {}, ""
  for place, split in ipairs { "train", "test" } do
    local set = nj.data.mnist {
      split = split, dir = config.data, limit = config.limit, generate = true, normalize = { digits.mean, digits.std },
    }
    if set:substitute() then remark = ("  (%s)"):format(set:name()) end
    sets[place] = set
  end
  local train_set, test_set = table.unpack(sets)
  if train_set:substitute() then
    print(("MNIST cannot be had here (%s): training on %s"):format(train_set:substitute(), train_set:name()))
  end
  return train_set, test_set, remark
end

--- What is kept with a model that learned from a data set: the data, and the options that decide what it became. Places
--- on this machine, and whether it was interrupted, do not belong into a file that is published.
function M.kept(train_set, config)
  local digests = train_set:digests()
  local kept = {
    data = train_set:name(), ["data.images"] = #train_set,
    ["data.images.sha256"] = digests.images, ["data.labels.sha256"] = digests.labels,
  }
  local private = { data = true, out = true, runs = true, resume = true }
  for name, value in pairs(config) do
    if not private[name] then kept["config." .. name] = tostring(value) end
  end
  return kept
end

--- The mean loss of a network on a loader's images, how many it gets right, and how many there are.
function M.test(net, loader)
  local compiled = net:eval():compile { input = { 1, 1, 28, 28 } }
  local loss, correct, total = 0, 0, loader:images()
  nj.no_grad(function()
    for _, images, labels in loader:batches() do
      local output = compiled(images)
      loss = loss + nj.nn.functional.nll_loss(output, labels, { reduction = "sum" }):item()
      correct = correct + output:argmax(1):eq(labels):sum():item()
    end
  end)
  return loss / total, correct, total
end

return M
