--- What a published package says of itself: INSTRUCTION.md and requirements.txt.
local nj = require "nightjar"
local gitlab = require "gitlab"

local instruction = [[
# ${name} ${version}

Get it and run it, on Linux (x86-64) with nothing installed:

```sh
${fetch}chmod +x ${name} && ./${name} 7.png
```

${access}A small convolutional network that tells handwritten digits, 0 to 9. `${name}` holds program, script and
network; `./${name} *.png` prints a line for each picture: its name, the digit, and how probable the network finds
it. `./${name} --help` lists the options.

- Trained on: ${trained_on}
- Accuracy: ${accuracy}
${figures}
## What it expects

- PNG files of any kind and size, one digit in each; a file that cannot be read is named, and the status is then not 0.
- Light digits on a dark ground, as MNIST's are. For dark ones on light paper add `--invert`.
- The digit in the middle, with a margin of about a seventh of the picture's height on each side, as in MNIST. The
  program turns pictures to grey and scales them to 28x28; it does not look for the digit.

Whatever is in the picture, the answer is one of the ten digits.

## With the command nightjar

`run_mnist.lua` is the script alone, for every system that has the command, and for changing it. With it and
`model.safetensors` in this folder:

```sh
echo '${sha256}  model.safetensors' | sha256sum --check
nightjar run_mnist.lua 7.png
```

The first line checks the model. `model.safetensors` has PyTorch's names: `load_state_dict` of
`safetensors.torch.load_file("model.safetensors")` takes it.

## How it was made

${origin}
]]

local requirements = [[
# No Python package is needed: pip install -r requirements.txt is valid and installs nothing.
#
# ${name} (the executable): nothing. Linux on x86-64 with glibc 2.35 or later, as Debian 12 and Ubuntu 22.04 have it.
# run_mnist.lua with model.safetensors: the command nightjar ${nightjar} or later, which is no Python package.
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

--- Where the project's registry and its pages are: the address of the API's packages and that of the project, nil where
--- nothing says it.
local function addresses()
  local server, project = gitlab.variable "GITLAB_URL", gitlab.variable "GITLAB_PROJECT"
  if server and project then
    server = server:gsub("/+$", "")
    return ("%s/api/v4/projects/%s/packages/generic"):format(server, gitlab.encode(project)),
      not project:find "^%d+$" and server .. "/" .. project or nil
  end
  local api = gitlab.variable "CI_API_V4_URL"
  project = gitlab.variable "CI_PROJECT_PATH" or gitlab.variable "CI_PROJECT_ID"
  if not api or not project then return nil, gitlab.variable "CI_PROJECT_URL" end
  return ("%s/projects/%s/packages/generic"):format(api, gitlab.encode(project)), gitlab.variable "CI_PROJECT_URL"
end

--- The command that fetches the executable and the picture, and who may.
local function fetching(package)
  local registry, project = addresses()
  if not registry then return "", "" end
  local base = ("%s/%s/%s"):format(registry, package.name, package.version)
  local page = project and ("The package's page: <%s/-/packages?type=generic&search[]=%s>\n\n"):format(
    project, package.name) or ""
  return ("curl --fail --location --remote-name-all %s/%s %s/7.png && "):format(base, package.name, base),
    page .. "Where the project is not public, add `--header \"PRIVATE-TOKEN: $GITLAB_TOKEN\"` to the command.\n\n"
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
  for _, fact in ipairs { { "Commit", "CI_COMMIT_SHA" }, { "Project", "CI_PROJECT_URL" } } do
    local value = gitlab.variable(fact[2])
    if value then lines[#lines + 1] = ("- %s: %s"):format(fact[1], value) end
  end
  return table.concat(lines, "\n")
end

local M = {}

--- INSTRUCTION.md. `kept` is the model file's metadata; `metrics` what evaluate.lua measured, or nil.
function M.instruction(package, kept, metrics)
  local fetch, access = fetching(package)
  return fill(instruction, {
    name = package.name, version = package.version, sha256 = package.sha256, trained_on = kept.data,
    accuracy = accuracy(metrics, kept.data), figures = figures(metrics, kept.data), origin = origin(kept),
    fetch = fetch, access = access,
  })
end

--- requirements.txt.
function M.requirements(name) return fill(requirements, { name = name, nightjar = nj.version }) end

return M
