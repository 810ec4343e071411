-- Puts a script and the Lua modules that it requires into one text; called as chunk(path, version).
-- Returns the text, or nil and what is wrong.
--
-- A module becomes a function in package.preload and the script follows, its first comment moved to the top. So the
-- file can be read and changed like any other, and the line in an error message is a line of that file.
local script, version = ...

--- A file's Lua source, checked, and the first line if that is for the shell. Line numbers stay as they are.
local function read(path)
  local file, reason = io.open(path, "rb")
  local source
  if file then
    source, reason = file:read("a")
    file:close()
  end
  if not source then error("cannot open '" .. path .. "': " .. tostring(reason):gsub("^.*: ", ""), 0) end
  source = source:gsub("^\239\187\191", "")
  local shebang = source:match("^#[^\r\n]*")
  source = source:sub(#(shebang or "") + 1)
  local _, problem = load(source, "@" .. path, "t")
  if problem then error(problem, 0) end
  return source, shebang
end

--- The end of the string that begins with a quote at `place`.
local function string_end(source, place)
  local quote = source:sub(place, place)
  repeat
    local at, found = source:match("()([\\\"'])", place + 1)
    place = found == "\\" and at + 1 or at
  until found == quote
  return place
end

--- The token at or after `place`: its kind ("name", "string" or "sign"), its text, the places where it starts and
--- where it ends. Nil at the end. The source is known to be valid.
local function token(source, place)
  place = source:find("%S", place)
  if not place then return nil end
  local comment = source:match("^%-%-()", place)
  if comment then
    local level = source:match("^%[(=*)%[", comment)
    local _, last = source:find(level and "]" .. level .. "]" or "\n", comment, true)
    return token(source, (last or #source) + 1)
  end
  local level = source:match("^%[(=*)%[", place)
  local kind, last = "sign", place
  if level then
    kind = "string"
    last = select(2, source:find("]" .. level .. "]", place, true))
  elseif source:find("^[\"']", place) then
    kind, last = "string", string_end(source, place)
  elseif source:find("^[%a_]", place) then
    kind = "name"
    last = source:match("^[%w_]+()", place) - 1
  elseif source:find("^%.", place) then
    last = source:match("^%.+()", place) - 1
  end
  return kind, source:sub(place, last), place, last
end

--- Calls `found(name, place)` for each `require "name"` and `require("name")` in the source.
local function each_require(source, found)
  local before
  local kind, text, start, last = token(source, 1)
  while kind do
    if text == "require" and kind == "name" and before ~= "." and before ~= ":" then
      local next_kind, next_text, _, next_last = token(source, last + 1)
      local literal = next_kind == "string" and next_text
      if next_text == "(" then
        local inner_kind, inner_text, _, inner_last = token(source, next_last + 1)
        local _, close = token(source, (inner_last or next_last) + 1)
        literal = inner_kind == "string" and close == ")" and inner_text
      end
      -- What the quotes say is left to Lua: escapes, long brackets.
      if literal then found(load("return " .. literal)(), start) end
    end
    before = text
    kind, text, start, last = token(source, last + 1)
  end
end

local directory = script:match("^(.*)/") or "."
local path = ("D/?.lua;D/?/init.lua;D/plugins/?.lua;D/plugins/?/init.lua;"):gsub("D", function() return directory end)
  .. package.path
local standard = "^_G$|^package$|^coroutine$|^table$|^io$|^os$|^string$|^math$|^utf8$|^debug$"

local function is_built_in(name)
  for pattern in standard:gmatch("[^|]+") do
    if name:find(pattern) then return true end
  end
  return package.preload[name] ~= nil
end

local seen, names, shared, parts = {}, {}, {}, {}

--- Adds the modules that a source requires, each after those that it requires itself.
local function collect(source, file)
  each_require(source, function(name, place)
    if seen[name] or is_built_in(name) then return end
    seen[name] = true
    local found = package.searchpath(name, path)
    if found then
      local module = read(found)
      collect(module, found)
      names[#names + 1] = name
      parts[#parts + 1] = ("package.preload[%q] = function(...)\n%s\nend\n"):format(name, (module:gsub("%s+$", "")))
    elseif package.searchpath(name, package.cpath) then
      shared[#shared + 1] = name
    else
      local _, line = source:sub(1, place):gsub("\n", "")
      local first = directory .. "/" .. name:gsub("%.", "/") .. ".lua"
      error(("%s:%d: no module '%s' (no file '%s', none on package.path)"):format(file, line + 1, name, first), 0)
    end
  end)
end

--- A source's first comment, which --help prints, and what follows it.
local function split_comment(source)
  local place = source:match("^%s*()")
  local first = place
  while source:find("^%-%-[^\n]*\n", place) and not source:find("^%-%-%[=*%[", place) do
    place = source:match("\n()", place)
  end
  return source:sub(first, place - 1), source:sub(place)
end

local done, result = pcall(function()
  local source, shebang = read(script)
  collect(source, script)
  local base = script:match("[^/]+$")
  local comment, body = split_comment(source)
  local note = { ("-- Put together by nightjar %s (nj.bundle) from %s"):format(version, base) }
  if #names > 0 then note[2] = (" and the modules that it requires: %s"):format(table.concat(names, ", ")) end
  note[#note + 1] = ".\n"
  if #shared > 0 then note[#note + 1] = ("-- Not in here: %s.\n"):format(table.concat(shared, ", ")) end
  local marker = #parts > 0 and ("\n-- %s\n"):format(base) or ""
  return (shebang and shebang .. "\n" or "") .. comment .. (comment == "" and "" or "\n")
    .. table.concat(note) .. "\n" .. table.concat(parts, "\n") .. marker .. body
end)
if not done then return nil, result end
return result
