-- Kinds of modules that scripts define. An instance is a userdata that holds its parts in Swift, where parameters(),
-- state_dict() and train() find them; its fields and the functions of its kind are kept here.
local nn, raise, class = ...

local Instance = class("ScriptModule")
local methods = Instance.__index
local register_module, register_parameter, register_buffer, unregister =
  methods.register_module, methods.register_parameter, methods.register_buffer, methods.unregister
local is_training, children = methods.is_training, methods.children
local new_instance = nn.new_instance
nn.new_instance = nil

-- What belongs to each instance; one that nobody else holds takes its entries along. Every module that Swift holds as
-- a part also stands in `fields` or `lists`: a userdata that is collected would take the fields of its module along.
local function by_instance() return setmetatable({}, { __mode = "k" }) end
local kinds = by_instance()
local fields = by_instance()
local parts = by_instance()  -- "module", "parameter" or "buffer" by the name of the field
local tables = by_instance() -- names of fields that hold tables, in the order of their assignment
local lists = by_instance()  -- the ModuleList that stands for a table of modules, by the name of the field

local Module, Tensor = class("Module"), class("Tensor")
local List

local function is_module(value)
  local metatable = type(value) == "userdata" and getmetatable(value)
  return metatable == Instance or metatable == Module
end

local function is_tensor(value)
  return type(value) == "userdata" and getmetatable(value) == Tensor
end

local function is_parameter(value)
  return is_tensor(value) and value:requires_grad() and value:is_leaf()
end

local function type_name(value)
  return is_tensor(value) and "tensor" or is_module(value) and "module" or type(value)
end

local function check_list(self, key, value)
  for i, module in ipairs(value) do
    if not is_module(module) then
      raise("%s.%s is a list of modules, but its element %d is a %s", self:kind(), key, i, type_name(module))
    end
  end
end

-- Registers the modules that stand in tables, which may have got more since they were assigned.
local function find_own_lists(self)
  local own, known = fields[self], parts[self]
  for _, key in ipairs(tables[self]) do
    local value = own[key]
    if is_module(value[1]) then
      check_list(self, key, value)
      local list = List(value)
      register_module(self, key, list)
      known[key], lists[self][key] = "module", list
    elseif known[key] then
      unregister(self, key)
      known[key], lists[self][key] = nil, nil
    end
  end
end

local function find_lists(self)
  if getmetatable(self) ~= Instance then return end
  find_own_lists(self)
  for _, child in ipairs(children(self)) do find_lists(child) end
end
-- For Swift, before it looks at the parts.
Instance.__find_parts = find_lists

-- Sets a field that is this part of the network, or none.
local function keep(self, key, value, what)
  fields[self][key] = value
  parts[self][key] = what
  local names = tables[self]
  for i, name in ipairs(names) do
    if name == key then
      if type(value) == "table" then return end
      table.remove(names, i)
      lists[self][key] = nil
      return
    end
  end
  if type(value) == "table" then names[#names + 1] = key end
end

function methods.register_module(self, name, module)
  find_own_lists(self)
  register_module(self, name, module)
  keep(self, name, module, "module")
end

function methods.register_parameter(self, name, parameter)
  find_own_lists(self)
  register_parameter(self, name, parameter)
  keep(self, name, parameter, "parameter")
end

function methods.register_buffer(self, name, buffer)
  register_buffer(self, name, buffer)
  keep(self, name, buffer, "buffer")
end

function methods.unregister(self, name)
  unregister(self, name)
  keep(self, name, nil, nil)
end

local expected = { module = "module", parameter = "nn.Parameter(...)", buffer = "tensor" }

local function set_field(self, key, value)
  local held = parts[self][key]
  if is_module(value) then
    methods.register_module(self, key, value)
  elseif is_parameter(value) then
    methods.register_parameter(self, key, value)
  elseif held == "buffer" and is_tensor(value) then
    methods.register_buffer(self, key, value)
  elseif held and value == nil then
    methods.unregister(self, key)
  elseif type(value) == "table" and held ~= "parameter" and held ~= "buffer" then
    if is_module(value[1]) then check_list(self, key, value) end
    keep(self, key, value, held)
    find_own_lists(self)
  elseif held then
    raise("'%s' is a %s of %s: %s or nil expected, got %s", key, held, self:kind(), expected[held], type_name(value))
  else
    keep(self, key, value, nil)
  end
end

function Instance.__index(self, key)
  local own = fields[self]
  local value = own[key]
  if value ~= nil then return value end
  if math.type(key) == "integer" then return own[tostring(key - 1)] end
  if key == "training" then return is_training(self) end
  return kinds[self][key]
end

function Instance.__newindex(self, key, value)
  if key == "training" then
    raise("training is set by net:train() and net:eval(), which reach every module inside")
  elseif type(key) == "string" then
    set_field(self, key, value)
  elseif math.type(key) == "integer" and (is_module(value) or is_module(self[key])) then
    local count = #children(self)
    if not (is_module(value) and key >= 1 and key <= count + 1 or value == nil and key == count) then
      raise("%s: a module at a place from 1 to %d expected, got %s at %d",
        self:kind(), count + 1, type_name(value), key)
    end
    set_field(self, tostring(key - 1), value)
  elseif is_module(value) or is_parameter(value) then
    raise("%s: parts of a network are assigned to fields with names, got the key %s", self:kind(), tostring(key))
  else
    fields[self][key] = value
  end
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
  return #children(self)
end

for _, name in ipairs { "parameters", "named_parameters", "state_dict", "load_state_dict", "train", "eval",
  "zero_grad", "children", "named_children" } do
  local method = methods[name]
  methods[name] = function(self, ...)
    find_lists(self)
    return method(self, ...)
  end
end

local tree = Instance.__tostring
function Instance.__tostring(self)
  find_lists(self)
  return tree(self)
end

-- layer.weight, layer.training
local layer_methods, layer_parameter = Module.__index, Module.__index.parameter

function Module.__index(self, key)
  local method = rawget(layer_methods, key)
  if method ~= nil then return method end
  if key == "training" then return is_training(self) end
  return type(key) == "string" and layer_parameter(self, key) or layer_methods[key]
end

-- nn.module("Net") makes a kind; Net(...) makes an instance and calls Net.init(self, ...).
local kind_metatable = {}

function kind_metatable.__call(kind, ...)
  local instance = new_instance(rawget(kind, "name"))
  kinds[instance], fields[instance], parts[instance], tables[instance], lists[instance] = kind, {}, {}, {}, {}
  kind.init(instance, ...)
  find_own_lists(instance)
  return instance
end

function kind_metatable.__tostring(kind)
  return "nn.module " .. rawget(kind, "name")
end

-- Where neither a kind nor what it comes from has one.
local function no_init() end

function kind_metatable.__index(kind, key)
  local parent = rawget(kind, "parent")
  if parent then return parent[key] end
  if key == "init" then return no_init end
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

local function take(self, modules, where)
  for i, module in ipairs(modules) do
    if not is_module(module) then raise("%s %d (module expected, got %s)", where, i, type_name(module)) end
    self[i] = module
  end
end

nn.Sequential = nn.module("Sequential")

function nn.Sequential:init(...)
  local modules = { ... }
  if #modules == 1 and type(modules[1]) == "table" then modules = modules[1] end
  take(self, modules, "nn.Sequential: bad argument")
end

function nn.Sequential:forward(x)
  for _, module in ipairs(children(self)) do x = module(x) end
  return x
end

List = nn.module("ModuleList")
nn.ModuleList = List

function List:init(modules)
  take(self, modules or {}, "nn.ModuleList: bad element")
end

function List:append(module)
  if not is_module(module) then
    raise("ModuleList:append: bad argument 'module' (module expected, got %s)", type_name(module))
  end
  self[#children(self) + 1] = module
  return self
end
nn.Sequential.append = List.append
