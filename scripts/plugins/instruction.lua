--- What a published package says of itself: INSTRUCTION.md and requirements.txt.
local nj = require "nightjar"

local instruction = [[
# ${name} ${version}

A small convolutional network that tells handwritten digits, 0 to 9. It was trained on ${trained_on}.

- Accuracy: ${accuracy}
${figures}
## Run it

This takes the command `nightjar` and what else `requirements.txt` lists. Copy PNG files with a digit in each into this
folder, then, in this folder:

```sh
echo '${sha256}  model.safetensors' | sha256sum --check
nightjar run_mnist.lua --image '*.png'
```

The first line checks the model. The second prints a line for each picture: its name, the digit, and how probable the
network finds it. `nightjar run_mnist.lua --help` lists the options.

## What it expects

- PNG files of any kind and size, one digit in each; a file that cannot be read is named, and the status is then not 0.
- Light digits on a dark ground, as MNIST's are. For dark ones on light paper add `--invert`.
- The digit in the middle, with a margin of about a seventh of the picture's height on each side, as in MNIST. The
  program turns pictures to grey and scales them to 28x28; it does not look for the digit.

Whatever is in the picture, the answer is one of the ten digits.

## How it was made

${origin}
]]

local requirements = [[
# What run_mnist.lua needs. These are no Python packages.
# The command nightjar${from}:
nightjar >= ${nightjar}
# Debian packages with the libraries that the command loads (Debian 12; other systems have them under like names):
libc6
libgcc-s1
liblua5.4-0
libpng16-16
libstdc++6
zlib1g
]]

--- Puts facts into a text. Every name in it must be one.
local function fill(text, facts)
  return (text:gsub("%${([%w_]+)}", function(name)
    return facts[name] or error("instruction: no fact '" .. name .. "'")
  end))
end

--- What is said of data beside a figure; nothing where it is MNIST.
local function trained_on_other(data) return data ~= "MNIST" and ("; trained on " .. data) or "" end

local function accuracy(metrics, trained_on)
  if not metrics then return "not measured" .. trained_on_other(trained_on) end
  return ("%.2f %% of %d test images (%s%s)"):format(
    metrics.accuracy, metrics.images, metrics.data, trained_on_other(trained_on))
end

local function figures(metrics, trained_on)
  local lines = {}
  local function add(format, ...) lines[#lines + 1] = format:format(...) .. "\n" end
  if metrics and metrics.loss then
    add("- Negative log-likelihood: %.4f (%s%s)", metrics.loss, metrics.data, trained_on_other(trained_on))
  end
  return table.concat(lines)
end

--- How the model was trained, from what train.lua kept with it, and by which commit. Nothing of the run: a job that is
--- repeated makes the same text.
local function origin(kept)
  local settings = {}
  for name, value in pairs(kept) do
    local setting = name:match "^config%.(.+)$"
    -- Places on the machine that trained mean nothing elsewhere.
    if setting and setting ~= "data" and setting ~= "out" and setting ~= "resume" then
      settings[#settings + 1] = setting .. " = " .. value
    end
  end
  table.sort(settings)
  local lines = {
    ("- Training: on %s; complete epochs: %s, steps in all: %s."):format(
      kept.data, kept.epoch or "unknown", kept.step or "unknown"),
  }
  if #settings > 0 then lines[#lines + 1] = "- Settings: " .. table.concat(settings, ", ") .. "." end
  for _, fact in ipairs {
    { "Commit", "CI_COMMIT_SHA" }, { "Project", "CI_PROJECT_URL" },
  } do
    local value = os.getenv(fact[2])
    if value and value ~= "" then lines[#lines + 1] = ("- %s: %s"):format(fact[1], value) end
  end
  return table.concat(lines, "\n")
end

local M = {}

--- INSTRUCTION.md. `kept` is the model file's metadata; `metrics` what evaluate.lua measured, or nil.
function M.instruction(package, kept, metrics)
  return fill(instruction, {
    name = package.name, version = package.version, sha256 = package.sha256, trained_on = kept.data,
    accuracy = accuracy(metrics, kept.data), figures = figures(metrics, kept.data), origin = origin(kept),
  })
end

--- requirements.txt.
function M.requirements()
  local project = os.getenv "CI_PROJECT_URL"
  return fill(requirements, {
    nightjar = nj.version,
    from = project and project ~= "" and (", which scripts/nightjar in " .. project .. " builds") or "",
  })
end

return M
