--- Evaluates a saved classifier: loss, accuracy, top-k, precision, recall and F1 of each class, confusion matrix,
--- calibration, the worst mistakes and the time one example takes. For MNIST and the network of train.lua without more
--- words; for any other with --network and --data-set.
local nj = require "nightjar"
local data, checkpoint = nj.data, nj.checkpoint
local data_sets, scores = require "data_sets", require "scores"

local config = nj.options(arg, {
  model = { "model.safetensors", "the model, as train.lua saved it, or registry:mnist-cnn@latest" },
  network = { "mnist", "what it is of: one of scripts/models, as mnist99 for recipes/mnist99.lua, or a Lua file" },
  data_set = { "mnist", "mnist, cifar10, ..., a folder of pictures, a .csv file, IMAGES,LABELS in IDX, or a Lua file" },
  data = nj.option.directory(nil, "where MNIST's files are; else $NIGHTJAR_DATA, the cache, or downloaded"),
  target = nj.option.string(nil, "the column of a .csv file that holds the classes"),
  outputs = nj.option.choice({ "auto", "logits", "log_probabilities", "probabilities" }, "auto",
    "what the network gives; auto goes by the first batch"),
  batch_size = nj.option.integer(1000, "examples at once", { min = 1 }),
  limit = nj.option.integer(nil, "only so many examples, for a quick try", { min = 1 }),
  latency_runs = nj.option.integer(200, "single examples timed", { min = 1 }),
  min_accuracy = nj.option.number(nil, "fail below so many percent", { min = 0, max = 100 }),
  max_latency_ms = nj.option.number(nil, "fail where the median example takes more milliseconds", { min = 0 }),
  mistakes = nj.option.string(nil, "write the 25 worst mistakes to this picture (.png, .svg)"),
  reliability = nj.option.string(nil, "write how often it was right, by how sure it was, to this picture"),
  json = nj.option.string(nil, "write the figures to this file"),
  openmetrics = nj.option.string(nil, "write the figures to this file as GitLab's reports:metrics takes them"),
})
local definition = data_sets.network(config.network)

local path = nj.registry.locate(config.model, "model.safetensors")
if not io.open(path, "rb") then
  error(("there is no %s; make one with train.lua, or name another with --model"):format(config.model))
end
local net, info = checkpoint.load(path, definition.Net())
net:eval()
local set = data_sets.load(config.data_set, definition, config)
local names = data_sets.class_names(definition, set)
local set_name = data_sets.ask(set, "name") or config.data_set
local loader = data.loader(
  config.limit and data_sets.ask(set, "count") ~= nil and set:count() > config.limit
    and data.Subset(set, nj.arange(config.limit):tolist()) or set, { batch_size = config.batch_size })

-- A network that cannot be compiled is run as it is.
local first = set:get(0)
local is_compiled, predict = pcall(function()
  return net:compile { input = { 1, table.unpack(first:shape()) } }
end)
if not is_compiled then
  io.stderr:write("evaluate.lua: not compiled, which takes longer: ", tostring(predict), "\n")
  predict = net
end

-- Figures of digits that are not MNIST's, or of a model that was trained on others, say so.
local remark = data_sets.ask(set, "substitute") and ("  (%s)"):format(set_name) or ""
if info.data and info.data ~= "MNIST" and config.data_set == "mnist" then
  remark = remark .. ("  (trained on %s)"):format(info.data)
end

local evaluation = nj.metrics.evaluate(predict, loader, { outputs = config.outputs })
local confusion, total = evaluation:confusion(), evaluation:total()
local latencies = {}
nj.no_grad(function()
  for run = 1, config.latency_runs do
    local input = set:get((run - 1) % total):unsqueeze(0)
    local start = nj.clock()
    predict(input):argmax(1):item()
    latencies[run] = (nj.clock() - start) * 1000
  end
end)

local figures = scores.figures(evaluation, #confusion:scores().classes)
figures.model_sha256 = nj.sha256(path)
figures.data, figures.data_sha256 = set_name, data_sets.ask(set, "digests")
figures.images, figures.loss, figures.accuracy = total, evaluation:loss(), 100 * evaluation:accuracy()
figures.latency_ms_median = nj.metrics.percentile(latencies, 50)
figures.latency_ms_p99 = nj.metrics.percentile(latencies, 99)

print(("Test set: Avg. loss: %.4f, Accuracy: %d/%d (%.2f%%)%s"):format(
  figures.loss, math.floor(evaluation:accuracy() * total + 0.5), total, figures.accuracy, remark))
print(("One image: median %.3f ms, 99th percentile %.3f ms\n"):format(
  figures.latency_ms_median, figures.latency_ms_p99))
print(confusion)
print()
scores.print_classes(confusion:scores(), names)
print()
scores.print_summary(figures)

if figures.loss ~= figures.loss then error(("the loss is not a number: %s is of no use"):format(config.model)) end
if config.mistakes then scores.save_mistakes(evaluation, names, config.mistakes) end
if config.reliability then scores.save_reliability(figures.calibration, config.reliability) end
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
