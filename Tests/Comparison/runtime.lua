-- luacheck: ignore 211 (the generated script uses what stands unused here)
-- Put before every generated script: makes inputs, prints results, keeps one failing case from hiding the others.
local nj = require "nightjar"
local nn = nj.nn
local F = nn.functional
local optim = nj.optim

-- A part that does not exist yet gives an error at its use, so that only the cases that need it fail.
local function part(owner, name)
  local ok, value = pcall(function() return owner[name] end)
  if ok and value ~= nil then return value end
  return setmetatable({}, { __index = function() error("nightjar has no field '" .. name .. "'", 0) end })
end
local init = part(nn, "init")
local sched = part(optim, "lr_scheduler")

local function is_tensor(value)
  if type(value) ~= "userdata" then return false end
  local name = nj.type(value)
  return name == "Tensor" or name == "Parameter"
end

local function is_module(value)
  if is_tensor(value) then return false end
  local ok, found = pcall(function() return value.named_parameters end)
  return ok and found ~= nil
end

-- An input: the numbers in row-major order, the shape they are stored in, and the order of dimensions to see them in.
local function T(values, shape, dtype, order)
  local leaf
  if #shape == 0 then leaf = nj.tensor(values[1], { dtype = dtype })
  elseif #values == 0 then leaf = nj.zeros(shape, { dtype = dtype })
  else leaf = nj.tensor(values, { dtype = dtype }):reshape(shape) end
  return leaf, order
end

local function seen(leaf, order) return order and leaf:permute(order) or leaf end

-- Numbers that both sides can make: a weight for each element, so that every element has its own part in a gradient.
local function fixed(shape, dtype)
  local count, values = 1, {}
  for _, size in ipairs(shape) do count = count * size end
  for k = 1, count do values[k] = ((k * 37 + 11) % 101 - 50) / 50 end
  return (T(values, shape, dtype or "float32"))
end

local function weighted(x) return (x * fixed(x:shape(), x:dtype())):sum() end

local function each(first, ...)
  if type(first) == "function" then
    local step, state, key = first, ...
    return function()
      local value = step(state, key)
      key = value
      if value ~= nil then return true, value end
    end
  end
  return ipairs(first)
end

local function pairs_of(first, ...)
  if type(first) == "function" then return first, ... end
  return pairs(first)
end

local function sorted_names(dictionary)
  local found = {}
  for name in pairs(dictionary) do found[#found + 1] = name end
  table.sort(found)
  return found
end

local function state(module)
  local list, dictionary = {}, module:state_dict()
  for _, name in ipairs(sorted_names(dictionary)) do
    list[#list + 1] = name
    list[#list + 1] = dictionary[name]
  end
  return list
end

local function names(first, ...)
  local found = {}
  for name in pairs_of(first, ...) do found[#found + 1] = name end
  return found
end

local function grads(first, ...)
  local found = { n = 0 }
  local function add(p) found.n = found.n + 1; found[found.n] = p:grad() end
  if is_module(first) then
    for _, p in each(first:parameters()) do add(p) end
  else
    for _, x in ipairs { first, ... } do add(x) end
  end
  return found
end

local function params(module)
  local found = {}
  for name, p in module:named_parameters() do found[#found + 1] = name; found[#found + 1] = p end
  return found
end

local function at(list, i) return list[i + 1] end

local function spread(...)
  if select("#", ...) == 1 and type((...)) == "table" then return table.unpack((...), 1, (...).n or #(...)) end
  return ...
end

-- What `f` gives, or that it was refused, after a label: for tables of many small questions.
local function attempt(label, f)
  local got = table.pack(pcall(f))
  if not got[1] then return { label, "refused", tostring(got[2]), refused = true } end
  return { label, table.unpack(got, 2, got.n) }
end

local function copy(module) return nj.copy(module) end

-- Twenty or so steps with fixed gradients: the values after some of them.
local function steps(opt, parameters, count, gradient)
  local seen_values = {}
  for step = 1, count do
    opt:zero_grad()
    for i, p in ipairs(parameters) do gradient(p, step, i - 1):backward() end
    opt:step()
    if step <= 3 or step % 10 == 0 or step == count then
      for _, p in ipairs(parameters) do seen_values[#seen_values + 1] = p:detach():clone() end
    end
  end
  return seen_values
end

local function number(value)
  if type(value) == "boolean" then return value and "1" or "0" end
  if math.type(value) == "integer" then return string.format("%d", value) end
  return string.format("%.17g", value)
end

local function flat(value, into)
  if type(value) ~= "table" then into[#into + 1] = number(value)
  else for _, item in ipairs(value) do flat(item, into) end end
  return into
end

local function show(value, out)
  if value == nil then out[#out + 1] = "X"
  elseif type(value) == "boolean" then out[#out + 1] = "B " .. tostring(value)
  elseif type(value) == "number" then out[#out + 1] = "N " .. number(value)
  elseif type(value) == "string" then out[#out + 1] = "S " .. value:gsub("[\r\n]", " ")
  elseif is_tensor(value) then
    local plain = value:detach()
    local shape = plain:shape()
    out[#out + 1] = "T " .. table.concat({ plain:dtype(), table.concat(shape, ","),
      value:requires_grad() and "1" or "0", table.concat(flat(plain:tolist(), {}), " ") }, ";")
  elseif type(value) == "table" and rawget(value, "refused") then
    out[#out + 1] = "S " .. value[1]
    out[#out + 1] = "R " .. value[3]:gsub("[\r\n]", " ")
  elseif type(value) == "table" then
    for i = 1, rawget(value, "n") or #value do show(value[i], out) end
  else out[#out + 1] = "S " .. tostring(value) end
end

local function tensors(value, into)
  if is_tensor(value) then into[#into + 1] = value
  elseif type(value) == "table" then
    for i = 1, rawget(value, "n") or #value do tensors(value[i], into) end
  end
  return into
end

local function backward(results, leaves, module, out)
  local total
  for _, y in ipairs(tensors(results, {})) do
    if y:requires_grad() then
      local term = weighted(y)
      total = total and total + (term:dtype() == total:dtype() and term or term:to(total:dtype())) or term
    end
  end
  if not total then out[#out + 1] = "S no gradient"; return end
  total:backward()
  for _, leaf in ipairs(leaves) do show(leaf:requires_grad() and leaf:grad() or nil, out) end
  if module and is_module(module) then
    for _, p in each(module:parameters()) do show(p:grad(), out) end
  end
end

-- Prints the answer of one case: "@ id", "V", the values, "G", the gradients, then "." or "E message".
local function case(id, differentiable, body)
  io.write("@ ", id, "\n")
  io.flush()
  local out = { "V" }
  local ok, message = pcall(function()
    nj.manual_seed(1234)
    local results, leaves, module = body()
    show(results, out)
    if differentiable then
      out[#out + 1] = "G"
      backward(results, leaves, module, out)
    end
  end)
  io.write(table.concat(out, "\n"), "\n")
  io.write(ok and "." or "E " .. tostring(message):gsub("[\r\n]", " "), "\n")
  io.flush()
  collectgarbage()
end
