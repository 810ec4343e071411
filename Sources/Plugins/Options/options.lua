--- nightjar.options(arg, specification): what a script lets its user choose on the command line.
local module, raise, _, suggest, load_more = ...

--- What --help writes for an option's value.
local metavar = {
  integer = "N", number = "X", string = "TEXT", file = "FILE", directory = "DIR", list = "TEXT...",
}

-- The specification -------------------------------------------------------------------------------------------------

--- An option from what the specification says of it.
local function declared(name, value)
  if type(name) ~= "string" or not name:find("^%a[%w_]*$") then
    raise("options: an option's name is a word, got the key %s", tostring(name))
  end
  if name == "help" then raise("options: 'help' is every script's own option") end
  local option = value
  if type(value) ~= "table" or not value.kind then
    local default, doc = value, ""
    if type(value) == "table" then
      for key in pairs(value) do
        if key ~= 1 and key ~= 2 then
          raise("options: '%s' is to be { default, \"what it is\" }, got the key %s", name, tostring(key))
        end
      end
      default, doc = value[1], value[2] or ""
      if default == nil then
        raise("options: '%s' has no default and so no type; say nightjar.option.string(nil, \"what it is\")", name)
      end
    end
    local kind = math.type(default) or type(default)
    kind = kind == "float" and "number" or kind
    if kind ~= "integer" and kind ~= "number" and kind ~= "string" and kind ~= "boolean" then
      raise("options: the default of '%s' is to be a number, string or boolean, got %s", name, kind)
    elseif type(doc) ~= "string" then
      raise("options: the text for '%s' is to be a string, got %s", name, type(doc))
    end
    option = { kind = kind, default = default, doc = doc }
  end
  if not metavar[option.kind] and option.kind ~= "boolean" and option.kind ~= "choice" and option.kind ~= "rest" then
    raise("options: '%s' is to be { default, \"what it is\" } or one of nightjar.option", name)
  end
  local copy = { name = name, flag = "--" .. name:gsub("_", "-") }
  for key, field in pairs(option) do copy[key] = field end
  return copy
end

--- All options by their flags, and their names.
local function read_specification(specification)
  local options, names, rest = {}, {}, nil
  for name, value in pairs(specification) do
    local option = declared(name, value)
    if options[option.flag] then
      raise("options: '%s' and '%s' are one option, %s", name, options[option.flag].name, option.flag)
    end
    if option.kind == "rest" or option.takes_rest then
      if rest then raise("options: both '%s' and '%s' take the rest", rest.name, name) end
      rest = option
    end
    options[option.flag] = option
    names[#names + 1] = name
  end
  for flag, option in pairs(options) do
    if option.of and not options["--" .. option.of:gsub("_", "-")] then
      raise("options: %s goes on with what '%s' names, and no such option is declared", flag, option.of)
    end
  end
  return options, names, rest
end

-- Values ------------------------------------------------------------------------------------------------------------

--- Why no directory or file is there, or nil.
local function missing(path, kind)
  local file, problem = io.open(path, "rb")
  if not file then return (problem:gsub("^.*: ", "")) end
  local code
  -- A pipe is a file, too, but is not to be read.
  if file:seek() then _, _, code = file:read(0) end
  file:close()
  local is_directory = code == 21 -- EISDIR
  if kind == "file" and is_directory then return "it is a directory" end
  if kind == "directory" and not is_directory then return "it is no directory" end
end

local function limits(option)
  -- Integers whole: the largest are no floats.
  local function text(number) return number and (math.type(number) == "integer" and "%d" or "%.14g"):format(number) end
  local min, max = text(option.min), text(option.max)
  if min and max then return ("from %s to %s"):format(min, max) end
  if min then return "of at least " .. min end
  return max and "of at most " .. max
end

--- Converts what the command line says for an option.
--- Returns the value, or nil and what is wrong with it.
local function convert(option, text)
  local kind = option.kind
  if kind == "integer" or kind == "number" then
    local value
    if kind == "integer" then
      value = text:find("^[+-]?%d+$") and math.tointeger(tonumber((text:gsub("^%+", ""))))
    elseif not text:find("[xX%s]") then
      value = tonumber((text:gsub("^%+", "")))
      value = value and value + 0.0
      if value and value - value ~= 0 then value = nil end
    end
    if not value then return nil, ("%s expected, got '%s'"):format(kind, text) end
    if value < (option.min or value) or value > (option.max or value) then
      return nil, ("%s %s expected, got %s"):format(kind, limits(option), text)
    end
    return value
  elseif kind == "boolean" then
    if text ~= "true" and text ~= "false" then return nil, ("true or false expected, got '%s'"):format(text) end
    return text == "true"
  elseif kind == "choice" then
    for _, value in ipairs(option.values) do
      if value == text then return text end
    end
    local values = table.concat(option.values, ", ")
    return nil, ("one of %s expected, got '%s'%s"):format(values, text, suggest(text, option.values))
  elseif option.scheme and text:sub(1, #option.scheme + 1) == option.scheme .. ":" then
    return text
  elseif kind == "file" or kind == "directory" then
    local problem = missing(text, kind)
    if problem then return nil, ("%s expected, got '%s' (%s)"):format(kind, text, problem) end
  end
  return text
end

--- A value in a message. A list of options holds texts; of what a script puts in their place only so much is shown.
local function quoted(value, is_inner)
  if type(value) == "table" then
    if is_inner then return "{...}" end
    local items = {}
    for index, item in ipairs(value) do
      if index > 100 then
        items[index] = "..."
        break
      end
      items[index] = quoted(item, true)
    end
    return "{ " .. table.concat(items, ", ") .. " }"
  end
  return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

--- A table of options: strict about names, in the order of `order()`.
local function strict(values, names, order)
  local known = {}
  for _, name in ipairs(names) do known[name] = true end
  local function check(name)
    if known[name] then return end
    raise("config: no option '%s' is declared%s", tostring(name), suggest(tostring(name), names))
  end
  return setmetatable(values, {
    __name = "config",
    __index = function(_, name) check(name) end,
    __newindex = function(config, name, value)
      check(name)
      rawset(config, name, value)
    end,
    __pairs = function(config)
      local ordered, index = order(), 0
      return function()
        repeat
          index = index + 1
          local name = ordered[index]
          if name and rawget(config, name) ~= nil then return name, rawget(config, name) end
        until not name
      end
    end,
    __tostring = function(config)
      local parts = {}
      for name, value in pairs(config) do parts[#parts + 1] = name .. " = " .. quoted(value) end
      return table.concat(parts, ", ")
    end,
  })
end

-- The command line --------------------------------------------------------------------------------------------------

--- Ends the script with a line that says what is wrong with its command line.
local function refuse(script, message)
  io.stdout:flush()
  io.stderr:write(script:match("[^/]*$"), ": ", message, "\n")
  os.exit(2, true)
end

--- All that can stand on the command line for an option.
local function flags(options)
  local all = { "--help" }
  for flag, option in pairs(options) do
    if option.kind ~= "rest" then all[#all + 1] = flag end
    if option.kind == "boolean" then all[#all + 1] = "--no-" .. flag:sub(3) end
  end
  return all
end

--- Reads the arguments into values by name.
--- Returns them, or nil and what is wrong; nil alone where help is asked for.
local function read(arguments, options, rest)
  local given, index, only_rest = {}, 0, false

  local function next_argument(accepts_dashes)
    local text = arguments[index + 1]
    if text == nil or not accepts_dashes and tostring(text):find("^%-%-") then return nil end
    index = index + 1
    return tostring(text)
  end

  --- Takes an option's value, and for a list those that follow.
  local function take(option, text)
    local value, problem = convert(option, text)
    if value == nil then return option.flag .. ": " .. problem end
    if option.kind ~= "list" and option.kind ~= "rest" then
      given[option.name] = value
      return nil
    end
    local list = given[option.name] or {}
    given[option.name] = list
    repeat
      list[#list + 1] = text
      text = option.kind == "list" and (not rest or rest == option) and next_argument()
    until not text
  end

  local function read_flag(argument)
    local flag, text = argument:match("^(%-%-[^=]*)=(.*)$")
    flag = "--" .. (flag or argument):sub(3):gsub("_", "-")
    local option = options[flag]
    if option and option.kind ~= "rest" then
      if option.kind == "boolean" then return take(option, text or "true") end
      text = text or next_argument()
      if not text then return flag .. ": value missing" end
      return take(option, text)
    end
    option = flag:find("^%-%-no%-") and options["--" .. flag:sub(6)]
    if option and option.kind == "boolean" then
      if text then return flag .. ": takes no value" end
      return take(option, "false")
    end
    local near = suggest(flag, flags(options))
    return ("unknown option '%s'%s"):format(argument:match("^[^=]*"), near ~= "" and near or " (see --help)")
  end

  while true do
    local argument, problem = next_argument(true), nil
    if not argument then return given end
    if only_rest or argument == "-" or not argument:find("^%-") then
      if not rest then return nil, ("unexpected argument '%s'"):format(argument) end
      problem = take(rest, argument)
    elseif argument == "--" then
      only_rest = true
    elseif argument == "--help" or argument == "-h" then
      return nil
    elseif argument:find("^%-%-") then
      problem = read_flag(argument)
    else
      problem = ("unknown option '%s' (options begin with two dashes; see --help)"):format(argument)
    end
    if problem then return nil, problem end
  end
end

-- The function ------------------------------------------------------------------------------------------------------

--- The script that called: its chunk's name, as debug.getinfo has it. A tail call leaves nothing to find.
local function caller(script)
  local level = 2
  while true do
    local info = debug.getinfo(level, "S")
    if not info then return script and "@" .. script or "=?" end
    if info.what ~= "C" and info.source:sub(1, 9) ~= "=nightjar" then return info.source end
    level = level + 1
  end
end

--- As the usage calls what belongs to no option.
local function rest_words(option) return option.name:upper():gsub("_", "-") .. "..." end

local more

--- What only some runs need: more.lua.
local function late()
  more = more or load_more {
    convert = convert, limits = limits, metavar = metavar, quoted = quoted, rest_words = rest_words,
  }
  return more
end

--- What nightjar.options calls, with its arguments checked.
function module._read(arguments, specification)
  local options, names, rest = read_specification(specification)
  local source = caller(arguments[0])
  local script = arguments[0] or source:match("^@(.*)$") or "script"

  local ordered
  local function order()
    ordered = ordered or late().order(source, names)
    return ordered
  end

  local values, problem = read(arguments, options, rest)
  if problem then return refuse(script, problem) end
  if not values then
    local list = {}
    for index, name in ipairs(order()) do list[index] = options["--" .. name:gsub("_", "-")] end
    io.stdout:write(late().help(script, source, list, rest))
    return os.exit(0, true)
  end

  local named, resuming = {}, nil
  for name in pairs(values) do named[name] = true end
  for _, option in pairs(options) do
    if option.of then resuming = option end
  end
  if resuming then
    problem = values[resuming.name] and late().take_saved(values, options, resuming)
    if problem then return refuse(script, problem) end
    module._command = late().resuming_command(arguments, resuming.flag)
  end

  local changed = {}
  for _, option in pairs(options) do
    local name = option.name
    if values[name] == nil then
      if option.required then
        local is_rest = option.kind == "rest" or option.takes_rest
        return refuse(script, (is_rest and rest_words(option) or option.flag) .. " is required")
      end
      values[name] = (option.kind == "list" or option.kind == "rest") and {} or option.default
    elseif values[name] ~= option.default and option ~= resuming then
      changed[name] = values[name]
    end
  end
  return strict(values, names, order), strict(changed, names, order), strict(named, names, order)
end
