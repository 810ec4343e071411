-- Kinds of modules that scripts define. An instance is a userdata that holds its parts in Swift, where parameters(),
-- state_dict() and train() find them; its fields and the functions of its kind are kept here.
local nn, raise, class = ...

local Instance = class("ScriptModule")
local methods = Instance.__index
local register_module, register_parameter, register_buffer, unregister =
  methods.register_module, methods.register_parameter, methods.register_buffer, methods.unregister
local is_training = methods.is_training
local new_instance = nn.new_instance
nn.new_instance = nil

-- The fields and the kind of each instance; an instance that nobody else holds takes its entry along.
local fields = setmetatable({}, { __mode = "k" })
local kinds = setmetatable({}, { __mode = "k" })

local Module, Tensor = class("Module"), class("Tensor")

local function is_module(value)
  local metatable = type(value) == "userdata" and getmetatable(value)
  return metatable == Instance or metatable == Module
end

local function is_parameter(value)
  return type(value) == "userdata" and getmetatable(value) == Tensor
    and value:requires_grad() and value:is_leaf()
end

function Instance.__index(self, key)
  local value = fields[self][key]
  if value ~= nil then return value end
  if key == "training" then return is_training(self) end
  return kinds[self][key]
end

function Instance.__newindex(self, key, value)
  local own = fields[self]
  if type(key) == "string" then
    if is_module(value) then
      register_module(self, key, value)
    elseif is_parameter(value) then
      register_parameter(self, key, value)
    elseif key == "training" then
      raise("training is set by net:train() and net:eval(), which reach every module inside")
    elseif is_module(own[key]) or is_parameter(own[key]) then
      unregister(self, key)
    end
  end
  own[key] = value
end

function Instance.__call(self, ...)
  local forward = self.forward
  if forward == methods.forward then
    local kind = self:kind()
    raise("%s has no forward; define function %s:forward(x)", kind, kind)
  end
  return forward(self, ...)
end

function Instance.__len(self)
  return #self:children()
end

function methods.register_buffer(self, name, buffer)
  register_buffer(self, name, buffer)
  fields[self][name] = buffer
end

-- Lists of modules in fields, found when they are asked for, so that layers inserted later count too.
local List
local function find_lists(self, seen)
  seen = seen or {}
  if seen[self] then return end
  seen[self] = true
  local own = fields[self]
  if own then
    for key, value in pairs(own) do
      if type(key) == "string" and type(value) == "table" and is_module(value[1]) then
        local list = List()
        for i, module in ipairs(value) do
          if not is_module(module) then
            raise("%s.%s is a list of modules, but its element %d is a %s", self:kind(), key, i, type(module))
          end
          register_module(list, tostring(i - 1), module)
        end
        register_module(self, key, list)
      end
    end
  end
  for _, child in ipairs(methods.children(self)) do
    if getmetatable(child) == Instance then find_lists(child, seen) end
  end
end

for _, name in ipairs { "parameters", "named_parameters", "state_dict", "load_state_dict", "train", "eval",
  "zero_grad" } do
  local method = methods[name]
  methods[name] = function(self, ...)
    if getmetatable(self) == Instance then find_lists(self) end
    return method(self, ...)
  end
end

-- nn.module("Net") makes a kind; Net(...) makes an instance and calls Net.init(self, ...).
local kind_metatable = {}

function kind_metatable.__call(kind, ...)
  local instance = new_instance(rawget(kind, "name"))
  fields[instance] = {}
  kinds[instance] = kind
  local init = kind.init
  if init then init(instance, ...) end
  return instance
end

function kind_metatable.__tostring(kind)
  return "nn.module " .. rawget(kind, "name")
end

function kind_metatable.__index(kind, key)
  local parent = rawget(kind, "parent")
  if parent then return parent[key] end
  if key == "init" then return nil end
  return rawget(methods, key)
end

function nn.module(name, parent)
  if type(name) ~= "string" then
    raise("nn.module: bad argument 'name' (string expected, got %s)", name == nil and "nothing" or type(name))
  end
  if parent ~= nil and getmetatable(parent) ~= kind_metatable then
    raise("nn.module: bad argument 'parent' (what nn.module returned expected, got %s)", type(parent))
  end
  return setmetatable({ name = name, parent = parent }, kind_metatable)
end

nn.Sequential = nn.module("Sequential")

function nn.Sequential:init(...)
  local modules = { ... }
  if #modules == 1 and type(modules[1]) == "table" then modules = modules[1] end
  for i, module in ipairs(modules) do
    if not is_module(module) then
      raise("nn.Sequential: bad argument %d (module expected, got %s)", i, type(module))
    end
    register_module(self, tostring(i - 1), module)
  end
end

function nn.Sequential:forward(x)
  for _, module in ipairs(self:children()) do x = module(x) end
  return x
end

List = nn.module("ModuleList")
nn.ModuleList = List

function List:init(modules)
  for i, module in ipairs(modules or {}) do
    if not is_module(module) then
      raise("nn.ModuleList: bad element %d (module expected, got %s)", i, type(module))
    end
    register_module(self, tostring(i - 1), module)
  end
end
