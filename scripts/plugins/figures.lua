--- The figures of a model, as evaluate.lua --json writes them: in words, and compared with the version before.
local nj = require "nightjar"

local M = {}

local kinds = {
  { name = "accuracy", title = "Accuracy", format = "%.2f %%", difference = "%+.2f" },
  { name = "loss", title = "Negative log-likelihood", format = "%.4f", difference = "%+.4f" },
  { name = "latency_ms_median", title = "Time for one image", format = "%.3f ms" }, -- another machine's: not compared
}

--- Whether two sets of figures are of the same test images.
function M.comparable(now, before) return now.data == before.data and now.images == before.images end

--- A line for each figure. `before`, where given, has the figures of another version and its `version`.
function M.describe(now, before)
  local lines = {}
  for _, kind in ipairs(kinds) do
    local value = now[kind.name]
    if type(value) == "number" then
      local line = ("%s: %s"):format(kind.title, kind.format:format(value))
      local other = before and kind.difference and M.comparable(now, before) and before[kind.name]
      if type(other) == "number" then
        line = ("%s (%s: %s, %s)"):format(
          line, before.version, kind.format:format(other), kind.difference:format(value - other))
      end
      lines[#lines + 1] = line
    end
  end
  if now.images and now.data then
    lines[#lines + 1] = ("Measured on %d test images (%s)"):format(now.images, now.data)
  end
  return lines
end

--- The figures in a file.
function M.read(path)
  local file <close> = assert(io.open(path, "rb"))
  local figures = nj.json.decode(file:read "a")
  if type(figures) ~= "table" or type(figures.accuracy) ~= "number" then
    error(("%s has no 'accuracy' as evaluate.lua --json writes it"):format(path), 0)
  end
  return figures
end

--- The figures in a model card (CycloneDX) of a published version: "97.12 %" of "MNIST, test, 10000 images".
local function from_card(card)
  local model = (card.metadata or {}).component or {}
  local rows = ((model.modelCard or {}).quantitativeAnalysis or {}).performanceMetrics or {}
  local figures = {}
  for _, row in ipairs(rows) do
    local data, images = (row.slice or ""):match "^(.*), test, (%d+) images$"
    local value = tonumber((tostring(row.value):match "^[%d.]+"))
    if data and value then
      figures.data, figures.images = data, tonumber(images)
      if row.type == "accuracy" then figures.accuracy = value end
      if row.type == "negative log-likelihood" then figures.loss = value end
    end
  end
  return figures
end

--- The figures that a version was published with, from its model card or a metrics.json; nil where there are none.
function M.published(place, package, version)
  local places = { ["model-card.cdx.json"] = from_card, ["metrics.json"] = function(figures) return figures end }
  for name, figures_of in pairs(places) do
    local text = place:read(package, version, name)
    local figures = text and figures_of(nj.json.decode(text))
    if type(figures) == "table" and type(figures.accuracy) == "number" then
      figures.version = version
      return figures
    end
  end
end

--- Major, minor and patch of a version; nil for one that is none, or is a pre-release.
local function numbers(version)
  local major, minor, patch = version:match "^(%d+)%.(%d+)%.(%d+)$"
  return major and { tonumber(major), tonumber(minor), tonumber(patch) }
end

local function is_less(a, b)
  for index = 1, 3 do
    if a[index] ~= b[index] then return a[index] < b[index] end
  end
  return false
end

--- The newest complete version below `version` (or of all, where that is no semantic one); nil where there is none.
function M.version_before(place, package, version)
  local limit, found = numbers(version or ""), {}
  for _, one in ipairs(place:versions(package)) do
    local own = numbers(one)
    if own and one ~= version and (not limit or is_less(own, limit)) then found[#found + 1] = one end
  end
  table.sort(found, function(a, b) return is_less(numbers(b), numbers(a)) end)
  for _, one in ipairs(found) do
    local files = place:files(package, one)
    if files and files["manifest.json"] then return one end
  end
end

--- The figures of the version before; nil where there is no such version, or it has none.
function M.before(place, package, version)
  local before = M.version_before(place, package, version)
  return before and M.published(place, package, before)
end

return M
