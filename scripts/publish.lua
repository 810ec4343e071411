--- Publishes the trained digit network to GitLab's package registry, or writes it to a folder: one executable that
--- needs nothing else, the model, run_mnist.lua in one file, a picture to try, requirements.txt, INSTRUCTION.md and a
--- model card, with a statement of provenance and, where NIGHTJAR_SIGNING_KEY names a key, a signature. In a GitLab job
--- the registry is the job's project; elsewhere GITLAB_URL, GITLAB_PROJECT and GITLAB_TOKEN or GITLAB_DEPLOY_TOKEN name
--- it, or --registry does. Ends with 0 where the version is published, also by an earlier run; 73 where it is complete
--- with other content and nothing was touched; 75 where trying again later may help; 1 where it will not.
local nj = require "nightjar"
local checkpoint, data, registry = nj.checkpoint, nj.data, nj.registry
local digits = require "models.mnist"
local afterwards, gitlab = require "afterwards", require "gitlab"
local described, texts = require "model_card", require "instruction"

local config = nj.options(arg, {
  model = { "model.safetensors", "the model, as train.lua saved it" },
  name = { "mnist-cnn", "the package's name" },
  version = nj.option.string(nil, "the package's version; else that of the tag vX.Y.Z ($CI_COMMIT_TAG), else $VERSION"),
  next = nj.option.choice({ "patch", "minor", "major" }, nil, "the version after the newest that is there"),
  registry = nj.option.string(nil, "directory:PATH, a GitLab project's web address, or PLUGIN:WHERE"),
  channel = nj.option.string(nil, "move this channel, a word like prod, to the version once it is published"),
  metrics = nj.option.file(nil, "what evaluate.lua --json wrote; else the accuracy is measured now"),
  data = nj.option.directory(nil, "where MNIST's files are; else $NIGHTJAR_DATA, the cache, or downloaded"),
  to = nj.option.string(nil, "write the package to this directory, not to a registry"),
  dry_run = { false, "only show what would go where" },
  attempts = nj.option.integer(6, "how often a request is sent before giving up", { min = 1 }),
  annotations = nj.option.string(nil, "write links to the package to this file, for GitLab's reports:annotations"),
})

local target
if config.registry then
  target = registry.open(config.registry)
elseif not config.to then
  target = registry.from_environment()
end
if config.registry and config.to then error("--registry and --to exclude each other", 0) end

local version = config.version or gitlab.version()
if version == "" then version = nil end
if config.next and config.version then error("--next and --version exclude each other", 0) end
if config.next and not target then error("--next needs a registry, whose newest version it counts on from", 0) end
if not version and not config.next then
  if target and not config.dry_run then
    error(("a version is needed for %s: give --version or --next, or set VERSION"):format(target))
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
  return { accuracy = 100 * right / #set, images = #set, data = set:name(), data_sha256 = set:digests() }
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

-- Times differ from machine to machine: they belong to this run, not to what the package is.
local run = {}
for name, value in pairs(metrics or {}) do
  if type(value) == "number" and name:find "^latency" then run[name] = value end
end

-- A key that cannot be used is told before anything is sent.
local key = nj.signing.key_from_environment()

-- The executable is put together in a file that goes with the script.
local folder = arg[0]:match "^.*/" or ""
local executable <close> = setmetatable({ path = os.tmpname() }, {
  __close = function(file) os.remove(file.path) end,
})
nj.bundle_executable(folder .. "run_mnist.lua", {
  to = executable.path, with = { ["model.safetensors"] = config.model },
})

--- The package under a version. Its content is a function of the commit, the data and the hyperparameters alone.
local function make(number)
  return registry.package {
    name = config.name,
    version = number,
    files = {
      [config.name] = executable.path,
      ["7.png"] = folder .. "samples/7.png",
      ["model.safetensors"] = config.model,
      ["model-card.cdx.json"] = registry.text(
        described.card({ name = config.name, version = number }, net, config.model, kept, metrics)),
      ["run_mnist.lua"] = registry.text(nj.bundle(folder .. "run_mnist.lua")),
      ["requirements.txt"] = registry.text(texts.requirements(config.name)),
      ["INSTRUCTION.md"] = registry.text(texts.instruction(
        { name = config.name, version = number, sha256 = sha256 }, kept, metrics)),
    },
    provenance = described.provenance(kept, metrics),
    key = key,
  }
end

--- The newest version where it has this content, whether complete or begun by an earlier run; else the one after it.
local function choose()
  local newest = target:newest_version(config.name)
  if newest then
    local state = make(newest):state(target)
    if state == "published" or state == "begun" then return newest end
  end
  return target:next_version(config.name, config.next)
end

if config.channel and not target then error("--channel needs a registry: the channel is there", 0) end

if not target and not config.to then print "no registry is configured (see --help): writing to a folder" end
local options = { dry_run = config.dry_run, to = config.to, attempts = config.attempts, run = run }

--- Publishes a version, which does nothing where that is done already, moves the channel to it, and tells of it.
local function publish(number)
  local is_news = target and not config.dry_run and afterwards.is_news(target, config.name, number)
  make(number):publish(target, options)
  if config.channel and not config.dry_run then
    registry.promote(config.name, number, config.channel, { registry = target })
  end
  if target and not config.dry_run then
    afterwards.published(target, config.name, number, {
      metrics = metrics, annotations = config.annotations, notify = is_news, has_page = not config.registry,
    })
  end
end

if not config.next then
  publish(version)
  return
end
-- Another job may take the version between the choice and the claim: then the next one is chosen.
for attempt = 1, 5 do
  local done, problem = pcall(function() publish(choose()) end)
  if done then return end
  local is_taken = tostring(problem):find("with other content", 1, true)
  if not is_taken or attempt == 5 then error(problem, 0) end
end
