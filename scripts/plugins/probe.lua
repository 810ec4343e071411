--- Runs a packed program on pictures of test images and measures it from outside, as a process.
local nj = require "nightjar"
local shell = require "shell"
local quote, run, folder = shell.quote, shell.run, shell.folder

local M = {}

--- A script and its model as one executable, in a folder of its own, which goes when the result, kept as <close>, goes.
function M.pack(script, model)
  local self = folder()
  self.program = self.path .. "/" .. script:match "([^/]*)%.lua$"
  nj.bundle_executable(script, { to = self.program, with = { ["model.safetensors"] = model } })
  return self
end

--- The program of a published version, in a folder of its own as pack's: its executable, or its script and model.
function M.fetch(place, package, version)
  local manifest, digests, texts = place:read(package, version, "manifest.json"), {}, {}
  for _, file in ipairs(nj.json.decode(manifest).files or {}) do digests[file.name] = file.sha256 end
  local wanted = digests[package] and { package } or { "run_mnist.lua", "model.safetensors" }
  for _, name in ipairs(wanted) do
    texts[name] = place:read(package, version, name, { limit = 256 << 20 })
    if not texts[name] or nj.sha256_text(texts[name]) ~= digests[name] then
      error(("'%s' of %s %s is not what its manifest says"):format(name, package, version), 0)
    end
  end
  local self = folder()
  self.program = self.path .. "/" .. wanted[1]
  for name, text in pairs(texts) do
    local file <close> = assert(io.open(self.path .. "/" .. name, "wb"))
    assert(file:write(text))
  end
  run("chmod +x " .. quote(self.program))
  return self
end

--- The images of a set as PNG files in a folder of their own, which goes when the result, kept as <close>, goes.
function M.images(set)
  local self = folder()
  self.labels = {}
  for index = 0, #set - 1 do
    local image, label = set:image(index)
    local name = ("%06d.png"):format(index)
    nj.images.from_tensor(image):save(self.path .. "/" .. name)
    self.labels[name] = label
  end
  return self
end

--- The command that runs a program: a script is run by this very nightjar.
local function command(program)
  if not program:find "/" then program = "./" .. program end
  local words = program:find "%.lua$" and quote(arg[-1] or "nightjar") .. " " .. quote(program) or quote(program)
  return words .. " --json --image "
end

--- Milliseconds that a command takes, the shortest of several runs; and its output.
local function time(line, runs)
  local shortest, output = math.huge, ""
  for _ = 1, runs do
    local start = nj.clock()
    output = run(line)
    shortest = math.min(shortest, (nj.clock() - start) * 1000)
  end
  return shortest, output
end

--- Runs a program on the images: how many it gets right, and how long it takes.
function M.measure(program, images, runs)
  local start_ms = time(command(program) .. quote(images.path .. "/000000.png"), runs)
  local all_ms, output = time(command(program) .. quote(images.path), 1)
  local right, seen, count = 0, {}, 0
  for line in output:gmatch "[^\n]+" do
    local is_json, answer = pcall(nj.json.decode, line)
    local name = is_json and type(answer) == "table" and type(answer.image) == "string" and answer.image:match "[^/]*$"
    local label = name and images.labels[name]
    if not label or seen[name] then error(("%s: an unexpected line: %s"):format(program, line:sub(1, 100)), 0) end
    seen[name], count = true, count + 1
    if answer.digit == label then right = right + 1 end
  end
  local total = 0
  for _ in pairs(images.labels) do total = total + 1 end
  if count ~= total then error(("%s answered for %d of %d images"):format(program, count, total), 0) end
  return {
    images = total, right = right, accuracy = 100 * right / total, start_ms = start_ms,
    image_ms = all_ms / total,
  }
end

--- Takes the times of a program once more, and keeps the shorter ones in its figures.
function M.measure_again(program, images, runs, known)
  local again = M.measure(program, images, runs)
  for _, name in ipairs { "start_ms", "image_ms" } do known[name] = math.min(known[name], again[name]) end
end

return M
