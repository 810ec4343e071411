--- What a published package says of its model to machines: the model card (CycloneDX) and the provenance (SLSA).
--- The texts are here; what was measured and trained comes from the model's file and from evaluate.lua.
local nj = require "nightjar"
local signing = nj.signing

local texts = {
  description = "A small convolutional network that tells handwritten digits, 0 to 9.",
  licence = nil, -- an SPDX expression such as "Apache-2.0"; the card says nothing of a licence where there is none
  task = "image classification",
  architecture_family = "convolutional neural network",
  approach = "supervised",
  inputs = { "one grey image of 28x28 pixels, light ink on dark ground, as float32 [n, 1, 28, 28]; run_mnist.lua takes "
    .. "PNG files of any size" },
  outputs = { "log-probabilities of the digits 0 to 9 as float32 [n, 10]; run_mnist.lua prints the digit and its "
    .. "probability" },
  users = { "Developers who need a small example of a network that runs without a framework." },
  use_cases = { "Reading single handwritten digits from pictures." },
  limitations = {
    "Whatever is in the picture, the answer is one of the ten digits.",
    "One digit a picture, in its middle; it is not looked for.",
  },
  risks = {
    {
      name = "A digit may be read wrongly",
      mitigation = "Look at the probability and at the figures of each digit; let a person read what matters.",
    },
  },
}

-- What is known of data by its name.
local known_data = {
  MNIST = {
    description = "70,000 handwritten digits of 28x28 grey pixels by LeCun, Cortes and Burges.",
    licence = "CC-BY-SA-3.0",
    url = "https://ossci-datasets.s3.amazonaws.com/mnist/",
    limitation = "The training digits were written in the United States: 1 and 7 look different elsewhere.",
  },
  ["generated digits, not MNIST"] = { description = "Digits that Nightjar draws, the same each time." },
}

local function variable(name)
  local value = os.getenv(name)
  if value ~= "" then return value end
end

--- The data that a model was trained on, from what train.lua kept with it.
local function training_data(kept)
  local known = known_data[kept.data] or {}
  local name = ("%s, training%s"):format(
    kept.data, kept["data.images"] and (", %d images"):format(kept["data.images"]) or "")
  return {
    name = name, description = known.description, licence = known.licence, url = known.url,
    digests = { images = kept["data.images.sha256"], labels = kept["data.labels.sha256"] },
  }
end

--- The data that it was measured on.
local function test_data(metrics)
  local known = known_data[metrics.data] or {}
  return {
    name = ("%s, test, %d images"):format(metrics.data, metrics.images), description = known.description,
    licence = known.licence, url = known.url, digests = metrics.data_sha256,
  }
end

local function datasets(kept, metrics)
  local sets = { training_data(kept) }
  if metrics then sets[2] = test_data(metrics) end
  return sets
end

--- What train.lua was told, but for places on the machine that trained.
local function hyperparameters(kept)
  local found = {}
  for name, value in pairs(kept) do
    local setting = name:match "^config%.(.+)$"
    if setting and setting ~= "data" and setting ~= "out" and setting ~= "resume" then found[setting] = value end
  end
  return found
end

--- Between which percentages a part of n lies with a probability of 95 % (Wilson, 1927).
local function interval(percent, n)
  local z, p = 1.959964, percent / 100
  local middle = (p + z * z / (2 * n)) / (1 + z * z / n)
  local half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
  return 100 * math.max(0, middle - half), 100 * math.min(1, middle + half)
end

--- The figures of a model; none of the machine's, such as its speed, so that the card is the same on each.
local function figures(metrics)
  if not metrics then return {} end
  local slice = ("%s, test, %d images"):format(metrics.data, metrics.images)
  local lower, upper = interval(metrics.accuracy, metrics.images)
  local rows = {
    { type = "accuracy", value = ("%.2f %%"):format(metrics.accuracy), slice = slice,
      lower = ("%.2f %%"):format(lower), upper = ("%.2f %%"):format(upper) },
  }
  if metrics.loss then
    rows[#rows + 1] = { type = "negative log-likelihood", value = ("%.4f"):format(metrics.loss), slice = slice }
  end
  for _, row in ipairs(metrics.classes or {}) do
    for _, type in ipairs { "recall", "precision" } do
      rows[#rows + 1] = {
        type = type, value = ("%.2f %%"):format(100 * row[type]), slice = ("%s, digit %d"):format(slice, row.class),
      }
    end
  end
  return rows
end

--- What the model cannot do, whatever it was trained on, and because of that.
local function limitations(kept)
  local list = table.move(texts.limitations, 1, #texts.limitations, 1, {})
  local known = known_data[kept.data]
  if known and known.limitation then list[#list + 1] = known.limitation end
  return list
end

local M = {}

--- model-card.cdx.json. `package` has name and version; `net` is the network, `model` its file, `kept` that file's
--- metadata, `metrics` what evaluate.lua measured, or nil. It says the same for the same commit, data and
--- hyperparameters.
function M.card(package, net, model, kept, metrics)
  local properties = hyperparameters(kept)
  properties.epochs_complete, properties.steps = kept.epoch, kept.step
  return signing.model_card(package.name, package.version, {
    description = texts.description, licence = texts.licence, model = model, source = variable "CI_PROJECT_URL",
    commit = variable "CI_COMMIT_SHA", task = texts.task, architecture_family = texts.architecture_family,
    architecture = tostring(net), approach = texts.approach, datasets = datasets(kept, metrics),
    inputs = texts.inputs, outputs = texts.outputs, metrics = figures(metrics), users = texts.users,
    use_cases = texts.use_cases, limitations = limitations(kept), risks = texts.risks, properties = properties,
  })
end

--- How the package came to be, for its provenance.json.
function M.provenance(kept, metrics)
  return signing.provenance {
    script = "scripts/train.lua", hyperparameters = hyperparameters(kept), datasets = datasets(kept, metrics),
  }
end

return M
