--- Publishes the trained digit network to GitLab's package registry, or writes it to a folder: one executable that
--- needs nothing else, the model, run_mnist.lua in one file, a picture to try, requirements.txt and INSTRUCTION.md. In
--- a GitLab job the registry is the job's project; elsewhere GITLAB_URL, GITLAB_PROJECT and GITLAB_TOKEN or
--- GITLAB_DEPLOY_TOKEN name it.
local nj = require "nightjar"
local checkpoint, data, registry = nj.checkpoint, nj.data, nj.registry
local digits = require "models.mnist"
local texts = require "instruction"

local config = nj.options(arg, {
  model = { "model.safetensors", "the model, as train.lua saved it" },
  name = { "mnist-cnn", "the package's name" },
  version = nj.option.string(os.getenv "VERSION", "the package's version; else $VERSION"),
  metrics = nj.option.file(nil, "what evaluate.lua --json wrote; else the accuracy is measured now"),
  data = nj.option.directory(nil, "where MNIST's files are; else $NIGHTJAR_DATA, the cache, or downloaded"),
  to = nj.option.string(nil, "write the package to this directory, not to a registry"),
  dry_run = { false, "only show what would go where" },
  attempts = nj.option.integer(6, "how often a request is sent before giving up", { min = 1 }),
})

local target
if not config.to then target = registry.from_environment() end
local version = config.version
if not version or version == "" then
  if target and not config.dry_run then
    error(("a version is needed for %s: give --version, or set VERSION"):format(target))
  end
  version = "0.0.0-dev"
end

-- What does not fit the network is not published.
local net, kept = checkpoint.load(config.model, digits.Net())
kept.data = kept.data or "data that its file does not name"
local sha256 = nj.sha256(config.model)

--- The accuracy on MNIST's test set, or on generated digits where those were trained on and MNIST is not to be had.
local function measure()
  local found, set = pcall(data.mnist, {
    split = "test", dir = config.data, generate = kept.data:find "^generated" ~= nil,
    normalize = { digits.mean, digits.std },
  })
  if not found then
    if config.data then error(set, 0) end
    return print("the accuracy is not measured: " .. set)
  end
  local right = 0
  net:eval()
  nj.no_grad(function()
    for _, images, labels in data.loader(set, { batch_size = 1000 }):batches() do
      right = right + net(images):argmax(1):eq(labels):sum():item()
    end
  end)
  return { accuracy = 100 * right / #set, images = #set, data = set:name() }
end

--- What evaluate.lua measured, of this very model.
local function read_metrics(path)
  local file <close> = assert(io.open(path, "rb"))
  local metrics = nj.json.decode(file:read "a")
  for _, name in ipairs { "accuracy", "images", "data" } do
    if type(metrics) ~= "table" or type(metrics[name]) ~= (name == "data" and "string" or "number") then
      error(("%s has no '%s' as evaluate.lua --json writes it"):format(path, name))
    end
  end
  if metrics.model_sha256 and metrics.model_sha256 ~= sha256 then
    error(("%s was measured with another model than %s"):format(path, config.model))
  end
  return metrics
end

local metrics
if config.metrics then metrics = read_metrics(config.metrics) else metrics = measure() end

-- The executable is put together in a file that goes with the script.
local folder = arg[0]:match "^.*/" or ""
local executable <close> = setmetatable({ path = os.tmpname() }, {
  __close = function(file) os.remove(file.path) end,
})
nj.bundle_executable(folder .. "run_mnist.lua", {
  to = executable.path, with = { ["model.safetensors"] = config.model },
})

local package = registry.package {
  name = config.name,
  version = version,
  files = {
    [config.name] = executable.path,
    ["7.png"] = folder .. "samples/7.png",
    ["model.safetensors"] = config.model,
    ["run_mnist.lua"] = registry.text(nj.bundle(folder .. "run_mnist.lua")),
    ["requirements.txt"] = registry.text(texts.requirements(config.name)),
    ["INSTRUCTION.md"] = registry.text(texts.instruction(
      { name = config.name, version = version, sha256 = sha256 }, kept, metrics)),
  },
}
if not target and not config.to then print "no registry is configured (see --help): writing to a folder" end
package:publish(target, { dry_run = config.dry_run, to = config.to, attempts = config.attempts })
