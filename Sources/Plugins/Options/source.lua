--- What nightjar.options reads from a script: who called, its first comment, the order of its options.
local module = ...
local source = {}
module._source = source

--- The script that called: its chunk's name, as debug.getinfo has it. A tail call leaves nothing to find.
function source.caller(script)
  local level = 2
  while true do
    local info = debug.getinfo(level, "S")
    if not info then return script and "@" .. script or "=?" end
    if info.what ~= "C" and info.source:sub(1, 9) ~= "=nightjar" then return info.source end
    level = level + 1
  end
end

--- The text of a chunk; "" where it is no longer to be had.
function source.text(chunk)
  if chunk:sub(1, 1) == "=" then return "" end
  if chunk:sub(1, 1) ~= "@" then return chunk end
  local found, text = pcall(require("nightjar").read_file, chunk:sub(2))
  return found and text or ""
end

--- Whether the command's name stands before the script's: not where the script is a part of the program.
function source.needs_command(chunk) return chunk:find("^=") or chunk:find("^@") and not chunk:find("^@bundle:/") end

--- The comment that a script begins with.
function source.description(text)
  local lines = {}
  for line in text:gsub("^#[^\n]*\n", ""):gmatch("([^\n]*)\n?") do
    local comment = line:match("^%-%-+%s?(.-)%s*$")
    if not comment or comment:find("^%[=*%[") or comment:find("^luacheck:") or comment:find("^@") then break end
    lines[#lines + 1] = comment
  end
  return table.concat(lines, "\n")
end

--- The name of a token's kind and where it ends.
local function token(text, position)
  local _, last = text:find("^%s+", position)
  if last then return "space", last end
  local bars = text:match("^%-%-%[(=*)%[", position) or text:match("^%[(=*)%[", position)
  if bars then
    _, last = text:find("]" .. bars .. "]", position, true)
    return text:sub(position, position) == "-" and "space" or "string", last or #text
  end
  _, last = text:find("^%-%-[^\n]*", position)
  if last then return "space", last end
  local quote = text:match("^[\"']", position)
  if quote then
    last = position + 1
    while last <= #text and text:sub(last, last) ~= quote do
      last = last + (text:sub(last, last) == "\\" and 2 or 1)
    end
    return "string", last
  end
  _, last = text:find("^[%a_][%w_]*", position)
  if last then return "name", last end
  return text:sub(position, position), position
end

--- Names in the order in which the script's source has them. Lua's tables have none, so this looks for a table
--- constructor that has just these names; without one they are sorted.
function source.order(text, names)
  local wanted = {}
  for _, name in ipairs(names) do wanted[name] = true end
  local open, before, position = {}, "", 1
  while position <= #text do
    local kind, last = token(text, position)
    local top = open[#open]
    if kind == "{" or kind == "(" then
      open[#open + 1] = { bracket = kind }
    elseif kind == ")" then
      open[#open] = nil
    elseif kind == "}" then
      local count = 0
      for _, name in ipairs(top or {}) do count = wanted[name] and count + 1 or -math.huge end
      if count == #names then return top end
      open[#open] = nil
    elseif kind == "name" and top and top.bracket == "{" and (before == "{" or before == "," or before == ";") then
      if text:find("^%s*=[^=]", last + 1) then top[#top + 1] = text:sub(position, last) end
    end
    if kind ~= "space" then before = kind end
    position = last + 1
  end
  table.sort(names)
  return names
end
