--- Exports a call of every operator's example and writes what Nightjar gives for it: operators.lua OUT < EXAMPLES,
--- where EXAMPLES is what `nightjar --examples` prints. Prints a line for each call that is refused.
local nj = require "nightjar"
local bag = require "bag"
local F, json = nj.nn.functional, nj.json
local out, opset = arg[1], math.tointeger(tonumber(arg[2])) or 17
local declared = json.decode(io.read "a")

local function tensor(given)
  local values = {}
  for i, value in ipairs(given.values) do values[i] = value end
  local made = #values > 0 and nj.tensor(values) or nj.zeros(0)
  return made:to(given.dtype):reshape(given.shape)
end

--- The function that an operator is, of all its arguments in order.
local function callable(operator)
  local faces = {}
  for _, face in ipairs(operator.faces) do faces[face] = true end
  if faces["function"] then return nj[operator.name] end
  if faces["functional"] then return F[operator.name] end
  if faces["linalg"] then return nj.linalg[operator.name] end
  return faces["method"] and function(x, ...) return x[operator.name](x, ...) end
end

local Call = nj.nn.module "Call"
function Call:init(operator, example)
  self.run = callable(operator)
  self.operator = operator.name
  -- Arguments from the first on as they are, those behind a missing one by name.
  self.positional, self.named, self.inputs = {}, {}, {}
  local isComplete = true
  for _, name in ipairs(operator.parameters) do
    local value = example.arguments[name]
    if value == nil then
      isComplete = false
    else
      local function take(given)
        if type(given) ~= "table" then return function() return given end end
        if given.values then
          local place = #self.inputs + 1
          self.inputs[place] = tensor(given)
          return function(inputs) return inputs[place] end
        end
        local items = {}
        for i, item in ipairs(given) do items[i] = take(item) end
        return function(inputs)
          local made = {}
          for i, item in ipairs(items) do made[i] = item(inputs) end
          return made
        end
      end
      local made = take(value)
      if isComplete and not (type(value) ~= "table" and #self.positional > 0) then
        self.positional[#self.positional + 1] = made
      else
        isComplete = false
        self.named[name] = made
      end
    end
  end
end

function Call:forward(...)
  local inputs, arguments, options = { ... }, {}, {}
  for i, make in ipairs(self.positional) do arguments[i] = make(inputs) end
  for name, make in pairs(self.named) do options[name] = make(inputs) end
  if next(options) then arguments[#arguments + 1] = options end
  local results, tensors = table.pack(self.run(table.unpack(arguments))), {}
  for i = 1, results.n do
    local result = results[i]
    if nj.is_tensor(result) then
      tensors[#tensors + 1] = result
    elseif type(result) == "table" then
      for _, item in ipairs(result) do tensors[#tensors + 1] = item end
    end
  end
  return table.unpack(tensors)
end

local count = 0
for _, operator in ipairs(declared.operators) do
  if callable(operator) then
    for i, example in ipairs(operator.examples) do
      local name = ("%s-%d"):format(operator.name, i)
      local call = Call(operator, example)
      local outputs
      local isRun, reason = pcall(function()
        outputs = { call(table.unpack(call.inputs)) }
      end)
      if not isRun then
        print("CALL FAILED", name, (tostring(reason):gsub("\n.*", "")))
      elseif #call.inputs == 0 then
        count = count
      else
        local isExported, refusal = pcall(
          nj.onnx.export, call, ("%s/%s.onnx"):format(out, name),
          { input = call.inputs, dynamic_batch = false, opset_version = opset })
        if isExported then
          local kept = {}
          for place, input in ipairs(call.inputs) do kept["input" .. place] = input end
          for place, output in ipairs(outputs) do kept["output" .. place] = output end
          bag(("%s/%s.safetensors"):format(out, name), kept)
          count = count + 1
        else
          print("REFUSED", name, (tostring(refusal):gsub("\n.*", ""):gsub("^.-: ", "", 1)))
        end
      end
    end
  end
end
print("exported", count)
