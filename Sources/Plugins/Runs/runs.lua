--- Lists trainings that left a folder (train.lua's --runs), compares some of them or names the best:
---
---   nightjar runs                            lists them
---   nightjar runs compare RUN RUN...         what differs, and compare.html with their curves over each other
---   nightjar runs best --metric accuracy     names the run that reached the best
---
--- A run is named by its folder, or by its name in the folder of runs.
local nj = require "nightjar"

--- A text of a file without what a terminal would obey.
local function readable(text) return (text:gsub("%c", "?"):gsub("\xc2[\x80-\x9f]", "?")) end

local function refuse(status, message)
  io.stderr:write(arg[0], ": ", readable(message), "\n")
  os.exit(status, true)
end

local config = nj.options(arg, {
  what = nj.option.rest "nothing, `compare` with runs, or `best` with runs or none for all",
  root = { "runs", "the folder of runs" },
  metric = { "accuracy", "by what the best is chosen: a name, or what stands behind its slash" },
  lowest = { false, "the lowest number is the best; else as the name says" },
  highest = { false, "the highest number is the best" },
  out = { "compare.html", "where compare writes its page" },
})

--- What is wrong, without where in this script it was noticed.
local function try(action, ...)
  local done, result = pcall(action, ...)
  if not done then refuse(1, (tostring(result):gsub("^.-: runs%.%a+: ", ""))) end
  return result
end

local function figure(value)
  return value == nil and "" or math.type(value) == "integer" and tostring(value) or ("%.5g"):format(value)
end

--- Prints rows in columns; numbers stand at the right.
local function print_table(head, rows)
  local widths = {}
  for _, row in ipairs { head, table.unpack(rows) } do
    for column, text in ipairs(row) do widths[column] = math.max(widths[column] or 0, utf8.len(text) or #text) end
  end
  for _, row in ipairs { head, table.unpack(rows) } do
    local cells = {}
    for column, text in ipairs(row) do
      local room = (" "):rep(widths[column] - (utf8.len(text) or #text))
      local is_number = tonumber((text:gsub("[ *%%]", ""))) ~= nil
      cells[column] = is_number and room .. text or text .. room
    end
    print((table.concat(cells, "  "):gsub("%s+$", "")))
  end
end

--- The folders of runs that were named; those of all without names.
local function folders(names)
  if #names == 0 then
    local all = {}
    for index, run in ipairs(try(nj.runs.list, config.root)) do all[index] = run.folder end
    return all
  end
  local found = {}
  for index, name in ipairs(names) do
    local inside = config.root .. "/" .. name
    local file = io.open(inside .. "/metrics.csv")
    if file then file:close() end
    found[index] = file and inside or name
  end
  return found
end

local commands = {}

function commands.list()
  local rows, names, seen = {}, {}, {}
  local all = try(nj.runs.list, config.root)
  if #all == 0 then
    print(("no runs in '%s'"):format(config.root))
    return
  end
  for _, run in ipairs(all) do
    for _, found in ipairs(run.figures) do
      if found.best and not seen[found.name] and #names < 5 then
        seen[found.name], names[#names + 1] = true, found.name
      end
    end
  end
  for index, run in ipairs(all) do
    local state = run.finished and "finished" or run.open and "running" or "stopped"
    local row = {
      readable(run.name), run.begun or "", state, figure(run.epochs), tostring(run.steps),
    }
    for _, name in ipairs(names) do
      local text = ""
      for _, found in ipairs(run.figures) do
        if found.name == name then text = figure(found.best) end
      end
      row[#row + 1] = text
    end
    rows[index] = row
  end
  local head = { "run", "begun", "state", "epochs", "steps" }
  for _, name in ipairs(names) do head[#head + 1] = "best " .. readable(name) end
  print_table(head, rows)
end

function commands.best(names)
  local better = config.lowest and "lower" or config.highest and "higher" or nil
  local best = try(nj.runs.best, folders(names), config.metric, { better = better })
  print(("%s  %s %s at step %d"):format(readable(best.folder), readable(best.metric), figure(best.value), best.step))
end

function commands.compare(names)
  if #names < 2 then refuse(2, "compare takes two runs or more") end
  local chosen = folders(names)
  local found = try(nj.runs.compare, chosen, { to = config.out })
  local rows, head = {}, { "" }
  for _, option in ipairs(found.options) do
    local row = { readable(option.name) }
    for index, value in ipairs(option.values) do row[index + 1] = readable(value) end
    rows[#rows + 1] = row
  end
  for _, measured in ipairs(found.figures) do
    local row = { "best " .. readable(measured.name) }
    for index = 1, #chosen do
      local value = measured.values[index]
      row[index + 1] = (value == nj.json.null and "" or figure(value)) .. (measured.best == index and " *" or "")
    end
    rows[#rows + 1] = row
  end
  for index, folder in ipairs(chosen) do head[index + 1] = readable(folder:match "([^/]+)/*$" or folder) end
  print_table(head, rows)
  if #found.options == 0 then print "no option differs" end
  print(("\nwritten to %s"):format(config.out))
end

local words = config.what
local command = table.remove(words, 1) or "list"
if not commands[command] then
  refuse(2, ("'%s' is none of: list, compare, best"):format(readable(command)))
end
commands[command](words)
