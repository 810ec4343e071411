--- Networks and data sets by what a command line calls them.
local nj = require "nightjar"

local M = {}

--- The sets of nj.data that have a part to test with.
local known = { mnist = true, fashion_mnist = true, kmnist = true, emnist = true, cifar10 = true, cifar100 = true }

local function is_file(path) return path:find "/" or path:find "%.lua$" end

local function run_file(path)
  local chunk, problem = loadfile(path)
  if not chunk then error(problem, 0) end
  return chunk()
end

--- The definition of a network: a name in scripts/models, or a Lua file. It returns a table with `Net`, which makes the
--- network, and what else belongs to it: `classes` (how many, or their names), `mean` and `std` of pixels, `transform`
--- for a folder's pictures, `csv` with the options of nj.data.csv. A file may also return what makes the network.
function M.network(name)
  local definition
  if is_file(name) then definition = run_file(name) else definition = require("models." .. name) end
  if type(definition) == "table" and rawget(definition, "Net") then return definition end
  return { Net = definition }
end

--- A data set to test with: the name of one of nj.data, a folder of pictures with a folder for each class, a .csv file,
--- two IDX files with a comma between them, or a Lua file that returns a data set or a function that makes it of the
--- network's definition and the script's options.
function M.load(what, definition, config)
  local normalize = definition.mean and { definition.mean, definition.std }
  local images, labels = what:match "^([^,]+),([^,]+)$"
  if known[what] then
    return nj.data[what] {
      split = "test", dir = config.data, limit = config.limit, normalize = normalize,
      generate = what == "mnist" or nil,
    }
  elseif what:find "%.lua$" then
    local made = run_file(what)
    return type(made) == "function" and made(definition, config) or made
  elseif what:find "%.csv$" then
    return nj.data.csv(what, definition.csv or { target = config.target })
  elseif images then
    return nj.data.idx_set { images = images, labels = labels, normalize = normalize }
  elseif io.open(what) then
    return nj.data.ImageFolder(what, { transform = definition.transform })
  end
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names)
  error(("--data-set: '%s' is none of %s, and no folder, .csv or .lua file"):format(what, table.concat(names, ", ")), 0)
end

--- What a data set answers to a method that not every one has; nil where it has none.
function M.ask(set, method)
  local done, answer = pcall(function() return set[method](set) end)
  return done and answer or nil
end

--- The names of the classes, from the network's definition or the data set; nil where neither says them.
function M.class_names(definition, set)
  if type(definition.classes) == "table" then return definition.classes end
  local names = M.ask(set, "classes")
  return type(names) == "table" and #names > 0 and names or nil
end

return M
