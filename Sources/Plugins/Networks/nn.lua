-- Kinds of modules that scripts define. An instance is a userdata whose parts Swift holds; the fields that a script
-- sets, and the userdata of the parts, so that they live as long as it does, stand in the table behind it.
local nn, raise, class = ...

local Instance = class "ScriptModule"
local methods = Instance -- a class is the table of its methods
local fields = debug.getuservalue
local new_instance = nn.new_instance
nn.new_instance = nil

-- The key in that table under which the kind stands.
local KIND = {}

function Instance.__index(self, key)
  local own = fields(self, 1)
  local value = own[key]
  if value ~= nil then return value end
  if key == "training" then return methods.is_training(self) end
  return own[KIND][key]
end

local call = Instance.__call

function Instance.__call(self, ...)
  if fields(self, 1).__hooked then return call(self, ...) end
  local forward = self.forward
  if forward == methods.forward then
    local kind = self:kind()
    raise("%s has no forward; define function %s:forward(x)", kind, kind)
  end
  return forward(self, ...)
end

-- Layers and containers: methods, then parameters, buffers and settings; places in a container are parts.
for _, name in ipairs { "Module", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict" } do
  local metatable = class(name)
  local known, attribute = metatable, methods.attribute
  function metatable.__index(self, key)
    local value = rawget(known, key)
    if value ~= nil then return value end
    local declared
    value, declared = attribute(self, key)
    if value ~= nil or declared or math.type(key) == "integer" then return value end
    return known[key]
  end
end
methods.attribute = nil

-- nn.Embedding(n, size) makes a layer, and nn.Embedding.from_pretrained(rows) one of given rows.
local embedding = nn.Embedding
nn.Embedding = setmetatable({ from_pretrained = nn["Embedding.from_pretrained"] }, {
  __call = function(_, ...) return embedding(...) end,
})
nn["Embedding.from_pretrained"] = nil

-- nn.module("Net") makes a kind; Net(...) makes an instance and calls Net.init(self, ...).
local kind_metatable = {}

function kind_metatable.__call(kind, ...)
  local instance = new_instance(rawget(kind, "name"))
  fields(instance, 1)[KIND] = kind
  kind.init(instance, ...)
  methods.find_parts(instance)
  return instance
end

function kind_metatable.__tostring(kind) return "nn.module " .. rawget(kind, "name") end

-- Where neither a kind nor what it comes from has one.
local function no_init() end

function kind_metatable.__index(kind, key)
  local parent = rawget(kind, "parent")
  if parent then return parent[key] end
  if key == "init" then return no_init end
  return rawget(methods, key)
end

-- What a kind that comes from nn.Sequential has from it.
local sequential = setmetatable({ name = "Sequential" }, kind_metatable)

function sequential:init(...)
  for i, module in ipairs(type((...)) == "table" and ... or { ... }) do self[tostring(i - 1)] = module end
end

function sequential:forward(x)
  for _, module in ipairs(self:children()) do x = module(x) end
  return x
end

-- nn.copy(module): Swift copies the parts, here the fields of modules that scripts defined follow.
local copy_parts = nn.copy_parts
nn.copy_parts = nil

function nn.copy(module)
  local new, mapped = copy_parts(module)
  local seen = {}
  local function copied(value)
    if type(value) == "userdata" then return mapped(value) end
    if type(value) ~= "table" or getmetatable(value) == kind_metatable then return value end
    if seen[value] == nil then
      local copy = {}
      seen[value] = copy
      for k, v in next, value do copy[copied(k)] = copied(v) end
      setmetatable(copy, getmetatable(value))
    end
    return seen[value]
  end
  for _, part in ipairs(module:modules()) do
    local into = {}
    debug.setuservalue(mapped(part), into, 1)
    for k, v in next, fields(part, 1) or into do into[k == KIND and k or copied(k)] = copied(v) end
  end
  return new
end

function nn.module(name, parent)
  if type(name) ~= "string" then
    raise("nn.module: bad argument 'name' (string expected, got %s)", name == nil and "nothing" or type(name))
  end
  if parent == nn.Sequential then parent = sequential end
  if parent ~= nil and getmetatable(parent) ~= kind_metatable then
    raise("nn.module: bad argument 'parent' (what nn.module returned expected, got %s)", type(parent))
  end
  return setmetatable({ name = name, parent = parent }, kind_metatable)
end
