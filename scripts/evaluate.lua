--- Evaluates a saved model on the test set: loss, accuracy, confusion matrix and the time one image takes.
local nj = require "nightjar"
local F, data, checkpoint = nj.nn.functional, nj.data, nj.checkpoint

local config = nj.options(arg, {
  model = { "model.safetensors", "the model, as train.lua saved it, or registry:mnist-cnn@latest" },
  network = { "mnist", "which of scripts/models it is of: mnist99 for recipes/mnist99.lua" },
  data = nj.option.directory(nil, "where MNIST's files are; else $NIGHTJAR_DATA, the cache, or downloaded"),
  batch_size = nj.option.integer(1000, "images at once", { min = 1 }),
  limit = nj.option.integer(nil, "only so many images, for a quick try", { min = 1 }),
  latency_runs = nj.option.integer(200, "single images timed", { min = 1 }),
  min_accuracy = nj.option.number(nil, "fail below so many percent", { min = 0, max = 100 }),
  max_latency_ms = nj.option.number(nil, "fail where the median image takes more milliseconds", { min = 0 }),
  json = nj.option.string(nil, "write the figures to this file"),
  openmetrics = nj.option.string(nil, "write the figures to this file as GitLab's reports:metrics takes them"),
})
local digits = require("models." .. config.network)

local path = nj.registry.locate(config.model, "model.safetensors")
if not io.open(path, "rb") then
  error(("there is no %s; make one with train.lua, or name another with --model"):format(config.model))
end
local net, info = checkpoint.load(path, digits.Net())
net:eval()
local set = data.mnist {
  split = "test", dir = config.data, limit = config.limit, generate = true, normalize = { digits.mean, digits.std },
}

-- A network that cannot be compiled is run as it is.
local is_compiled, predict = pcall(net.compile, net, { input = { 1, table.unpack(set:image(0):shape()) } })
if not is_compiled then
  io.stderr:write("evaluate.lua: not compiled, which takes longer: ", tostring(predict), "\n")
  predict = net
end

-- Figures of digits that are not MNIST's, or of a model that was trained on others, say so.
local remark = set:substitute() and ("  (%s)"):format(set:name()) or ""
if info.data and info.data ~= "MNIST" then remark = remark .. ("  (trained on %s)"):format(info.data) end

local loss, confusion = 0, nj.metrics.confusion(digits.classes)
local latencies = {}
nj.no_grad(function()
  for _, images, labels in data.loader(set, { batch_size = config.batch_size }):batches() do
    local output = predict(images)
    loss = loss + F.nll_loss(output, labels, { reduction = "sum" }):item()
    confusion:add(output:argmax(1), labels)
  end
  for run = 1, config.latency_runs do
    local image = set:image((run - 1) % #set):unsqueeze(0)
    local start = nj.clock()
    predict(image):argmax(1):item()
    latencies[run] = (nj.clock() - start) * 1000
  end
end)

-- Recall and precision of each class that the set has examples of.
local classes = nj.json.list {}
for class = 0, digits.classes - 1 do
  local recall, precision = confusion:recall(class), confusion:precision(class)
  if recall == recall then
    classes[#classes + 1] = {
      class = class, recall = recall, precision = precision == precision and precision or 0.0,
    }
  end
end

local figures = {
  model_sha256 = nj.sha256(path),
  data = set:name(),
  data_sha256 = set:digests(),
  classes = classes,
  images = #set,
  loss = loss / #set,
  accuracy = 100 * confusion:accuracy(),
  latency_ms_median = nj.metrics.percentile(latencies, 50),
  latency_ms_p99 = nj.metrics.percentile(latencies, 99),
}
print(("Test set: Avg. loss: %.4f, Accuracy: %d/%d (%.2f%%)%s"):format(
  figures.loss, math.floor(confusion:accuracy() * #set + 0.5), #set, figures.accuracy, remark))
print(("One image: median %.3f ms, 99th percentile %.3f ms\n"):format(
  figures.latency_ms_median, figures.latency_ms_p99))
print(confusion)

if figures.loss ~= figures.loss then error(("the loss is not a number: %s is of no use"):format(config.model)) end
if config.json then
  local text = nj.json.encode(figures, { indent = 2 })
  local file = assert(io.open(config.json, "w"))
  assert(file:write(text, "\n"))
  assert(file:close())
end

if config.openmetrics then
  local reports = require "reports"
  reports.write(config.openmetrics, reports.openmetrics(figures))
end

local failures = {}
if config.min_accuracy and figures.accuracy < config.min_accuracy then
  table.insert(failures, ("accuracy %.2f %% is below --min-accuracy %g"):format(figures.accuracy, config.min_accuracy))
end
if config.max_latency_ms and figures.latency_ms_median > config.max_latency_ms then
  table.insert(failures, ("latency %.3f ms is above --max-latency-ms %g"):format(
    figures.latency_ms_median, config.max_latency_ms))
end
if #failures > 0 then
  io.stderr:write("evaluate.lua: ", table.concat(failures, "; "), "\n")
  os.exit(1, true)
end
