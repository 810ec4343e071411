--- Runs the packed program itself, as those who fetch it will, on test images: its accuracy and the time it takes,
--- against fixed limits and against the version before, on this machine and the same images. Nothing that is worse by
--- more than the margins is to be published: the status is then 1, and the reason is on standard error.
local nj = require "nightjar"
local data = nj.data
local figures, gitlab, probe = require "figures", require "gitlab", require "probe"
local number = nj.option.number

local config = nj.options(arg, {
  program = nj.option.file(nil, "an executable or packed script; else an executable is made of run_mnist.lua"),
  model = { "model.safetensors", "the model that goes into it" },
  before = nj.option.string(nil, "the version before: its program, or its figures (JSON); left out, not compared"),
  package = nj.option.string(nil, "take the version before from this package of the registry that is configured"),
  version = nj.option.string(gitlab.version(), "the version to be published; else the tag's, else $VERSION"),
  data = nj.option.directory(nil, "where MNIST's files are; else $NIGHTJAR_DATA, the cache, or downloaded"),
  limit = nj.option.integer(nil, "only so many images, for a quick try", { min = 1 }),
  runs = nj.option.integer(5, "how often the time is taken; the shortest counts", { min = 1 }),
  min_accuracy = number(nil, "fail below so many percent", { min = 0, max = 100 }),
  max_start_ms = number(nil, "fail where one image, from the start of the program, takes longer", { min = 0 }),
  max_image_ms = number(nil, "fail where an image takes longer on average, of all", { min = 0 }),
  max_drop = number(0.5, "fail where the accuracy is more points below the version before's", { min = 0 }),
  max_slowdown = number(2, "fail where it takes longer than so many times the version before", { min = 1 }),
  json = nj.option.string(nil, "write the figures to this file"),
})

local here = arg[0]:match "^.*/" or ""
local set = data.mnist { split = "test", dir = config.data, limit = config.limit, generate = true }
local images <close> = probe.images(set)
local packed <close> = not config.program and probe.pack(here .. "run_mnist.lua", config.model) or nil
local program = config.program or packed.program
local now = probe.measure(program, images, config.runs)
now.data = set:name()
print(("%s: %d of %d right (%.2f %%); the first image takes %.1f ms, one of all %.3f ms"):format(
  config.program or "the executable", now.right, now.images, now.accuracy, now.start_ms, now.image_ms))

local failures = {}
local function fail(...) failures[#failures + 1] = string.format(...) end

local function check_limits()
  if config.min_accuracy and now.accuracy < config.min_accuracy then
    fail("accuracy %.2f %% is below --min-accuracy %g", now.accuracy, config.min_accuracy)
  end
  if config.max_start_ms and now.start_ms > config.max_start_ms then
    fail("the first image takes %.1f ms, more than --max-start-ms %g", now.start_ms, config.max_start_ms)
  end
  if config.max_image_ms and now.image_ms > config.max_image_ms then
    fail("one image of all takes %.3f ms, more than --max-image-ms %g", now.image_ms, config.max_image_ms)
  end
end

--- Whether it takes longer than the version before by more than the margin.
local function is_slower(before, name) return before[name] and now[name] > before[name] * config.max_slowdown end

--- The figures of the program of the version before, measured here and now.
local function measure_before(other, version)
  local before = probe.measure(other, images, config.runs)
  before.data, before.version = now.data, version
  -- Another program may have kept the machine busy: what seems slow is looked at again, and the shortest times count.
  for _ = 1, 3 do
    if not is_slower(before, "start_ms") and not is_slower(before, "image_ms") then break end
    probe.measure_again(program, images, config.runs, now)
    probe.measure_again(other, images, config.runs, before)
  end
  return before
end

--- The same of the newest complete version in the registry; where it does not run here, what it was published with.
local function published_before(place)
  local version = figures.version_before(place, config.package, config.version)
  if not version then return nil end
  local done, result = pcall(function()
    local fetched <close> = probe.fetch(place, config.package, version)
    return measure_before(fetched.program, version)
  end)
  if done then return result end
  print(("%s was not run: %s"):format(version, result))
  return figures.published(place, config.package, version)
end

--- The figures of the version before, or nil.
local function version_before()
  local path = config.before
  if path and path:find "%.json$" then
    local before = figures.read(path)
    before.version = before.version or path
    return before
  end
  if path then return measure_before(path, path) end
  local place = config.package and nj.registry.from_environment()
  return place and published_before(place)
end

local function check_against(before)
  if not figures.comparable(now, before) then
    return print(("not compared with %s: that was measured on %s images (%s)"):format(
      before.version, before.images or "unknown", before.data or "unknown data"))
  end
  print(("%s: accuracy %.2f %%%s"):format(before.version, before.accuracy, before.start_ms
    and ("; the first image takes %.1f ms, one of all %.3f ms"):format(before.start_ms, before.image_ms) or ""))
  local drop = before.accuracy - now.accuracy
  if drop > config.max_drop then
    fail("accuracy %.2f %% is %.2f points below that of %s (%.2f %%), more than --max-drop %g",
      now.accuracy, drop, before.version, before.accuracy, config.max_drop)
  end
  for name, title in pairs { start_ms = "the first image", image_ms = "one image of all" } do
    if is_slower(before, name) then
      fail("%s takes %.3f ms, %.1f times that of %s (%.3f ms), more than --max-slowdown %g",
        title, now[name], now[name] / before[name], before.version, before[name], config.max_slowdown)
    end
  end
end

check_limits()
local before = version_before()
if before then check_against(before) else print "there is no version before to compare with" end

if config.json then
  local file = assert(io.open(config.json, "w"))
  assert(file:write(nj.json.encode(now, { indent = 2 }), "\n"))
  assert(file:close())
end
if #failures > 0 then
  table.sort(failures)
  io.stderr:write("check.lua: not to be published: ", table.concat(failures, "; "), "\n")
  os.exit(1, true)
end
