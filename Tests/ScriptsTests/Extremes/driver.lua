-- Calls declared functions with extreme values, each call by its number: driver.lua DECLARED LOG START SECONDS SEED.
--
-- DECLARED is a Lua file that returns the functions. The log gets "NUMBER CALL" before each call, so that its last line
-- names the call that ended the process; a line that begins with "!" is a call that took too long or kept memory.
-- With SECONDS above 0, calls of random values follow until they are over.
local nj = require "nightjar"
local nn, F, optim, data, images = nj.nn, nj.nn.functional, nj.optim, nj.data, nj.images
local metrics, json, registry, option, checkpoint = nj.metrics, nj.json, nj.registry, nj.option, nj.checkpoint

local declared = dofile(arg[1])
local log = assert(io.open(arg[2], "a"))
log:setvbuf "no"
local first, seconds = tonumber(arg[3]), tonumber(arg[4])
math.randomseed(tonumber(arg[5]))

-- What would end the process, or write to it, does neither.
local real_exit = os.exit
rawset(os, "exit", function() error("exit", 0) end)
io.stderr:setvbuf "full"

-- MARK: Values, as source

local numbers = {
  "0", "-1", "1", "2", "3", "math.mininteger", "math.maxinteger", "1 << 62", "1 << 53", "-(1 << 53)", "1 << 31",
  "-(1 << 31)", "1 << 32", "1 << 40", "2.0^53", "-2.0^53", "1e308", "-1e308", "5e-324", "0.5", "1/0", "-1/0", "0/0",
}
local others = {
  "true", "false", "'x'", "''", "'\\0\\xff'", "('x'):rep(100000)", "{}", "print", "error", "io.stdout",
  "coroutine.create(print)", "failure", "json.null",
}
local lists = {
  "{ 0 }", "{ -1 }", "{ 2, 3 }", "{ math.mininteger }", "{ math.maxinteger, math.maxinteger }", "{ 1 << 31, 1 << 31 }",
  "{ 1 << 62, 4 }", "{ 0, 1 << 62 }", "{ 1 << 40 }", "{ 0/0, 1/0 }", "{ 0.5 }", "{ 1, nil, 3 }", "{ { 1 }, { 2, 3 } }",
  "{ 'a', 'b' }", "{ x = 1 }", "long", "ones", "cyclic", "shared", "holes", "deep", "{ nj.zeros(2), nj.zeros(3) }",
}
local objects = {
  Tensor = {
    "nj.zeros(2, 3)", "nj.ones(1, 1, 4, 4, { requires_grad = true })", "nj.tensor { 0, 1 }", "nj.tensor(5)",
    "nj.zeros(0, 3)", "nj.zeros(2, 3):gt(0)", "nj.ones(3, 2):t()", "nj.tensor { 0/0, 1/0, -1/0 }",
    "nj.tensor { math.mininteger, -1, 5 }", "nj.zeros(1):expand(1 << 31)", "nj.zeros(1):expand(1 << 40)",
    "nj.zeros({ 0, 1 << 31 })", "nj.zeros({ 0, 1 << 40 })", "released",
  },
  Module = {
    "nn.Linear(2, 3)", "nn.Sequential(nn.Conv2d(1, 2, { kernel_size = 3 }), nn.ReLU())", "nn.ModuleList {}", "own()",
  },
  ScriptModule = { "own()" },
  Optimizer = { "optim.SGD({ nn.Parameter(nj.ones(2)) }, { lr = 0.1 })" },
  Dataset = { "data.generated_digits { limit = 3 }" },
  TensorDataset = { "data.TensorDataset(nj.zeros(3, 2), nj.arange(3))" },
  PictureDataset = { "data.generated_digits { limit = 2, transform = function(image) return image:tensor() end }" },
  ArrayDataset = { "data.idx_set { images = images_idx, labels = labels_idx }" },
  Subset = { "data.Subset({ count = 4, get = function(_, i) return i end }, { 3, 0 })" },
  ConcatDataset = { "data.ConcatDataset { data.generated_digits { limit = 2 }, data.generated_digits { limit = 3 } }" },
  SequentialSampler = { "data.SequentialSampler { count = 1 << 62, get = print }" },
  RandomSampler = { "data.RandomSampler({ count = 5, get = print }, { num_samples = 9 })" },
  SubsetRandomSampler = { "data.SubsetRandomSampler { 3, 1 }" },
  WeightedRandomSampler = { "data.WeightedRandomSampler({ 1, 2 }, 5)" },
  DistributedSampler = { "data.DistributedSampler({ count = 5, get = print }, { num_replicas = 2, rank = 1 })" },
  EarlyStopping = { "checkpoint.EarlyStopping()" },
  Keeper = { "checkpoint.Keeper('kept.safetensors', { last = 1 })" },
  Loader = { "data.loader(data.generated_digits { limit = 3 }, { batch_size = 2 })" },
  Image = { "images.from_tensor(nj.zeros(1, 3, 4))", "images.from_tensor(nj.ones(3, 1, 1))" },
  Transform = {
    "nj.transforms.RandomCrop(2)", "nj.transforms.Compose { nj.transforms.ToTensor(), nj.transforms.RandomErasing(1) }",
    "nj.transforms.RandomRotation(30, { expand = true })", "nj.transforms.Compose { print, nj.transforms.ToTensor() }",
  },
  Confusion = { "metrics.confusion(3)" },
  Run = { "open_run()" },
  Figure = { "nj.plot.lines { 1, 2 }" },
  Evaluation = { "metrics.evaluation(3)", "metrics.evaluation(2):add(nj.ones(3, 2), nj.tensor { 0, 1, 1 })" },
  Progress = { "nj.progress('x', { total = 3 })", "nj.progress()" },
  Package = { "registry.package('a', '1', { x = registry.text 'y' })" },
  -- One that answers: requests to one that does not are repeated for half a minute.
  Registry = { "registry.directory 'shop'" },
  Secret = { "nj.secret 'text'" },
  PackageText = { "registry.text 'text'" },
  PrivateKey = { "nj.signing.private_key(key)" }, PublicKey = { "nj.signing.private_key(key):public_key()" },
  Provenance = { "nj.signing.provenance()" },
  JSONNull = { "json.null" },
  Error = { "failure" },
  Sequential = { "nn.Sequential(nn.ReLU(), nn.Linear(2, 3))" }, ModuleList = { "nn.ModuleList { nn.ReLU() }" },
  ModuleDict = { "nn.ModuleDict { a = nn.ReLU() }" },
  ParameterList = { "nn.ParameterList { nj.ones(2) }" },
  ParameterDict = { "nn.ParameterDict { a = nj.ones(2) }" },
  ParameterGroup = { "optim.SGD({ nn.Parameter(nj.ones(2)) }, { lr = 0.1 }).param_groups[1]" },
  LRScheduler = { "optim.lr_scheduler.StepLR(optim.SGD({ nn.Parameter(nj.ones(2)) }, { lr = 0.1 }), 1)" },
  HookHandle = { "nj.ones(2, { requires_grad = true }):register_hook(print)" },
  Plan = { "nn.Linear(2, 3):eval():compile { input = { 1, 2 } }" },
  ForwardHookHandle = { "nn.ReLU():register_forward_hook(print)" },
  AutogradFunction = { "autograd_function()" }, FunctionContext = { "context()" },
}

local cyclic, shared, deep, long, ones = {}, {}, {}, {}, {}
cyclic[1], cyclic.x = cyclic, cyclic
for _ = 1, 60 do shared = { shared, shared } end
for _ = 1, 100000 do deep = { deep } end
for i = 1, 20000 do long[i] = i - 1 end
for i = 1, 1000 do ones[i] = 1 end
-- Lua says that 2^61 items are in it.
local holes = { 1, 1, 1, 1, 1 }
for i = 0, 61 do holes[1 << i] = 1 end
local Own = nn.module "Own"
function Own:init() self.part = nn.Linear(2, 2) end
function Own:forward(x) return self.part(x) end
local function autograd_function(forward)
  forward = forward or function(_, x) return x * 2 end
  return nj.autograd_function { forward = forward, backward = function(_, g) return g end }
end
-- What forward is given, which is kept beyond the call.
local function context()
  local kept
  autograd_function(function(ctx, x)
    kept = ctx
    return x * 2
  end)(nj.ones(2, { requires_grad = true }))
  return kept
end
-- A key that signs, in a file.
local key = "key.pem"
do
  local here = arg[0]:match "^.*/" or ""
  local reference <close> = assert(io.open(here .. "../../Reference/signing.json", "rb"))
  local file <close> = assert(io.open(key, "wb"))
  file:write(json.decode(reference:read "a").keys["P-256"].private)
end
-- One for all calls, as a folder takes one at a time; another when a call has released it.
local opened
local function open_run()
  if not opened or not pcall(opened.folder, opened) then opened = nj.runs.open("run", { overwrite = true }) end
  return opened
end
-- Two images and their labels in IDX files.
local images_idx, labels_idx = "images.idx", "labels.idx"
for path, content in pairs {
  [images_idx] = "\0\0\8\3\0\0\0\2\0\0\0\1\0\0\0\2abcd", [labels_idx] = "\0\0\8\1\0\0\0\2\0\1",
} do
  local file <close> = assert(io.open(path, "wb"))
  file:write(content)
end
local released = nj.zeros(2)
released:release()
local environment = setmetatable({
  nj = nj, nn = nn, F = F, optim = optim, data = data, images = images, metrics = metrics, json = json,
  registry = registry, option = option, checkpoint = checkpoint, cyclic = cyclic, shared = shared, deep = deep,
  key = key, images_idx = images_idx, labels_idx = labels_idx,
  long = long, ones = ones, open_run = open_run, holes = holes, released = released, context = context,
  own = function() return Own() end,
  autograd_function = function() return autograd_function() end,
  failure = select(2, pcall(nj.zeros)),
}, { __index = _G })

local compiled = {}
local function value(source)
  local chunk = compiled[source]
  if not chunk then
    chunk = assert(load("return " .. source, source, "t", environment))
    compiled[source] = chunk
  end
  return chunk()
end

-- What a parameter usually is; the first is taken where another parameter is looked at.
local function usual(parameter)
  local kind = parameter.kind
  if parameter.usual then return parameter.usual end
  if kind == "boolean" then return { "true", "false" } end
  if kind == "integer" or kind == "pair" then return { parameter.least or "1", "2" } end
  if kind == "number" then return { "0.5", "1" } end
  if kind == "string" then return { "'name'" } end
  if kind == "choice" then return parameter.choices end
  if kind == "integers" then return { "{ 1, 2 }" } end
  if kind == "numbers" then return { "{ 0.5, 0.5 }" } end
  if kind == "strings" then return { "{ 'a', 'b' }" } end
  if kind == "list" or kind == "table" or kind == "any" then return { "{}", "{ 1, 2 }", "{ a = 1 }" } end
  if kind == "function" then return { "print", "error" } end
  if kind == "object" then return assert(objects[parameter.class], "make one of class " .. parameter.class) end
  if kind == "objects" then return { "{ " .. assert(objects[parameter.class])[1] .. " }", "{}" } end
  error("no kind " .. tostring(kind))
end

local extremes = {}
for _, list in ipairs { numbers, others, lists } do table.move(list, 1, #list, #extremes + 1, extremes) end
for _, class in ipairs { "Tensor", "Module", "Optimizer", "Dataset", "Image" } do
  table.move(objects[class], 1, #objects[class], #extremes + 1, extremes)
end

-- MARK: Calls

local function resident()
  local file = io.open "/proc/self/statm"
  if not file then return 0 end
  local pages = file:read("a"):match "^%d+ (%d+)"
  file:close()
  return tonumber(pages) * 4096
end

local number = 0

--- Makes the call with these sources of values, unless it was made before.
local function call(what, receiver, positional, named)
  number = number + 1
  if number < first then return end
  local words = {}
  for i = 1, positional.n do words[i] = positional[i] or "nil" end
  local options = {}
  for name, source in pairs(named) do options[#options + 1] = name .. " = " .. source end
  table.sort(options)
  if #options > 0 then words[#words + 1] = "{ " .. table.concat(options, ", ") .. " }" end
  local list = table.concat(words, ", ")
  local text = receiver and ("(%s):%s(%s)"):format(receiver, what.name, list) or ("%s(%s)"):format(what.name, list)
  log:write(("%d %s\n"):format(number, text))
  local function run()
    local arguments = { n = positional.n }
    for i = 1, positional.n do arguments[i] = positional[i] and value(positional[i]) end
    if #options > 0 then
      local given = {}
      for name, source in pairs(named) do given[name] = value(source) end
      arguments.n = arguments.n + 1
      arguments[arguments.n] = given
    end
    local made
    if receiver then
      local object = value(receiver)
      if what.binary then
        made = debug.getmetatable(object)[what.name](table.unpack(arguments, 1, arguments.n))
      elseif what.name:find "^__" then
        made = debug.getmetatable(object)[what.name](object, table.unpack(arguments, 1, arguments.n))
      else
        made = object[what.name](object, table.unpack(arguments, 1, arguments.n))
      end
    else
      made = value(what.name)(table.unpack(arguments, 1, arguments.n))
    end
    -- What comes of it is used once.
    if type(made) == "function" then made = made() end
    return tostring(made)
  end
  local before = os.time()
  pcall(run)
  if os.time() - before > 20 then log:write(("! took %d s: %s\n"):format(os.time() - before, text)) end
end

--- Calls a function with its usual values, and with every extreme in the place of each.
local function call_all(what)
  local receivers = what.class and assert(objects[what.class], "make one of class " .. what.class) or { false }
  local many = #what.parameters
  for _, receiver in ipairs(receivers) do
    local usually = { n = many }
    for i, parameter in ipairs(what.parameters) do usually[i] = usual(parameter)[1] end
    local named = {}
    for _, parameter in ipairs(what.options) do
      if parameter.needed then named[parameter.name] = usual(parameter)[1] end
    end
    call(what, receiver, usually, named)
    call(what, receiver, { n = 0 }, {})
    if receiver == receivers[1] or not receiver then
      for i, parameter in ipairs(what.parameters) do
        local function with(source)
          local changed = { n = many }
          for j = 1, many do changed[j] = usually[j] end
          changed[i] = source
          call(what, receiver, changed, named)
        end
        for _, source in ipairs(usual(parameter)) do with(source) end
        for _, source in ipairs(extremes) do if not parameter.bounded then with(source) end end
        with(nil)
      end
      for _, parameter in ipairs(what.options) do
        local function with(source)
          local changed = { [parameter.name] = source }
          for name, other in pairs(named) do changed[name] = changed[name] or other end
          call(what, receiver, usually, changed)
        end
        for _, source in ipairs(usual(parameter)) do with(source) end
        for _, source in ipairs(extremes) do if not parameter.bounded then with(source) end end
      end
      call(what, receiver, { n = 3, "1", "2", "3" }, {})
    end
  end
end

--- Calls a function with extreme integers in all of its first three numbers at once.
local function call_together(what)
  local places = {}
  for i, parameter in ipairs(what.parameters) do
    local kind = parameter.kind
    if #places < 3 and not parameter.bounded and (kind == "integer" or kind == "number" or kind == "pair") then
      places[#places + 1] = i
    end
  end
  if #places < 2 then return end
  local receiver = what.class and objects[what.class][1] or false
  local arguments, named = { n = #what.parameters }, {}
  for i, parameter in ipairs(what.parameters) do arguments[i] = usual(parameter)[1] end
  for _, parameter in ipairs(what.options) do
    if parameter.needed then named[parameter.name] = usual(parameter)[1] end
  end
  local function fill(place)
    if place > #places then return call(what, receiver, arguments, named) end
    for _, source in ipairs { "0", "-1", "2", "1 << 62", "math.mininteger", "math.maxinteger" } do
      arguments[places[place]] = source
      fill(place + 1)
    end
  end
  fill(1)
end

local function any(list) return list[math.random(#list)] end

local function call_randomly(what)
  local receiver = what.class and any(objects[what.class]) or false
  local function source(parameter)
    if parameter.bounded or math.random() < 0.5 then return any(usual(parameter)) end
    return any(extremes)
  end
  local positional, named = { n = #what.parameters }, {}
  for i, parameter in ipairs(what.parameters) do positional[i] = source(parameter) end
  for _, parameter in ipairs(what.options) do
    if parameter.needed or math.random() < 0.3 then named[parameter.name] = source(parameter) end
  end
  call(what, receiver, positional, named)
end

local function check_memory(what, before)
  collectgarbage()
  collectgarbage()
  local kept = (resident() - before) / (1 << 20)
  if kept > 400 then log:write(("! keeps %d MB: %s\n"):format(kept, what)) end
end

local start = resident()
for _, what in ipairs(declared) do
  call_all(what)
  call_together(what)
end
check_memory(declared[1].name .. " and those beside it", start)
local finish = os.time() + seconds
while os.time() < finish do call_randomly(any(declared)) end
check_memory("random calls", start)
log:write "done\n"
log:close()
real_exit(true, false)
