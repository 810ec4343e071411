--- Measures Nightjar, and beside it PyTorch, ONNX Runtime and OpenVINO, in alternation: one table of times and ratios.
--- Without --peers it measures Nightjar alone. Nothing else should run meanwhile.
local nj = require "nightjar"
local measuring, shell, tables = require "bench.measuring", require "shell", require "bench.table"
local integer, number = nj.option.integer, nj.option.number

local config = nj.options(arg, {
  peers = nj.option.string(nil, "a Python that has torch, onnx, onnxscript, onnxruntime, openvino and pillow"),
  only = nj.option.string(nil, "only rows whose name this Lua pattern finds: conv, epoch, predict, job, batch, ..."),
  runs = integer(nil, "how often each row is measured (default: 3, for slow ones less)", { min = 1 }),
  seconds = number(0.05, "how long a measurement of what is short goes on", { min = 0 }),
  threads = integer(nj.get_num_threads(), "threads where the row does not say 1", { min = 1, max = 256 }),
  details = { false, "a line for each convolution" },
  list = { false, "print the rows' names and measure nothing" },
  tiny = { false, "the smallest sizes, once: shows that it works, its figures mean nothing" },
})
if config.tiny then config.runs, config.seconds = 1, 0 end

local scripts = (arg[0]:match "^(.*)/[^/]*$" or ".")
local folder <close> = shell.folder()
local settings = {
  seconds = config.seconds, threads = config.threads, tiny = config.tiny, python = config.peers,
  program = arg[-1] or "nightjar", scripts = scripts, performance = scripts .. "/../Tests/Performance",
  folder = folder.path,
}
local rows = {}
for _, kind in ipairs { "networks", "jobs", "small", "convolutions" } do
  for _, row in ipairs(require("bench." .. kind)(settings)) do
    if not config.only or row.name:find(config.only) then rows[#rows + 1] = row end
  end
end
if config.list then
  for _, row in ipairs(rows) do print(row.name) end
  return
end
if #rows == 0 then error(("no row's name has '%s' in it; --list prints them"):format(config.only)) end

--- What multiplying and adding reaches at most on so many threads, in operations a second.
local function peak_of(threads)
  nj.set_num_threads(threads)
  return nj.processor.peak_flops()
end
local peaks = { [1] = peak_of(1) }
peaks[config.threads] = peak_of(config.threads)

local peers <close> = config.peers and require("bench.peers").start(config.peers, settings.performance)
-- What the peers call themselves, and why some cannot be measured; each once.
local remarks = {}
local function remark(text)
  if not remarks[text] then remarks[text], remarks[#remarks + 1] = true, text end
end

--- Prepares a peer for a row: its name and a function that measures once, or why there is none.
local function prepared(row, their)
  if their.prepare then
    return { peer = their.peer, measure = their.prepare(), runs = their.runs, times = {} }
  end
  local request = { threads = row.threads }
  for name, value in pairs(their) do request[name] = value end
  local version, missing = peers:prepare(request)
  remark(version or ("%s is missing: %s"):format(their.peer, missing))
  return { peer = their.peer, missing = missing, measure = function() return peers:run() end, times = {} }
end

--- Measures one side once more.
local function take(side)
  local seconds, note = side.measure()
  side.times[#side.times + 1], side.note = seconds, note
end

--- Measures a row and its peers, in turns.
local function measure(row)
  nj.set_num_threads(row.threads)
  local ours, theirs = { measure = row.ours(), times = {} }, {}
  for _, their in ipairs(row.theirs) do
    -- Only one row at a time is prepared in the peers' process, so several peers come one after the other.
    if their.prepare or peers then theirs[#theirs + 1] = their end
  end
  local runs = config.runs or row.runs or 3
  if #theirs == 0 then
    for _ = 1, runs do take(ours) end
  end
  for place, their in ipairs(theirs) do
    local other = prepared(row, their)
    theirs[place] = other
    for run = 1, runs do
      take(ours)
      if not other.missing and run <= (other.runs or runs) then take(other) end
    end
  end
  return ours, theirs
end

print(("%s%s, %d processors, %s; at most %.0f GFLOP/s on 1 thread, %.0f on %d\n"):format(
  nj.processor.name() or "processor", nj.processor.family() and ", family " .. nj.processor.family() or "",
  nj.processor.count(), nj.processor.instruction_set(), peaks[1] / 1e9, peaks[config.threads] / 1e9, config.threads))
tables.head()

local groups = {}
for _, row in ipairs(rows) do
  local ours, theirs = measure(row)
  if not row.group or config.details then tables.row(row, ours, theirs, peaks[row.threads]) end
  if row.group then
    local group = groups[row.group]
    if not group then
      group = { threads = row.threads }
      groups[row.group], groups[#groups + 1] = group, row.group
    end
    local median, other = measuring.median(ours.times), theirs[1]
    group[#group + 1] = {
      what = row.what, peer = other and other.peer, share = row.flops / median / peaks[row.threads],
      ratio = other and not other.missing and measuring.median(other.times) / median or nil,
    }
  end
  collectgarbage()
end
for _, name in ipairs(groups) do tables.group(name, groups[name].threads, groups[name]) end
-- PyTorch waits for its threads by running, and takes many times as long where another program has a processor.
local part = config.tiny and 1 or peak_of(config.threads) / peaks[config.threads]
if part < 0.9 then remark(("the peak is %.0f %% of what it was: something else runs"):format(100 * part)) end
if #remarks > 0 then print("\n" .. table.concat(remarks, "; ")) end
