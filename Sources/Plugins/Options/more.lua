--- What nightjar.options needs in some runs only: --help, the order of options, going on with a saved training. It is
--- compiled when it is asked for.
local core = ...
local convert, limits, metavar, quoted = core.convert, core.limits, core.metavar, core.quoted
local rest_words = core.rest_words

local M = {}

-- What a script's source says ---------------------------------------------------------------------------------------

--- The text of a chunk; "" where it is no longer to be had.
local function source_of(chunk)
  if chunk:sub(1, 1) == "=" then return "" end
  if chunk:sub(1, 1) ~= "@" then return chunk end
  local found, text = pcall(require("nightjar").read_file, chunk:sub(2))
  return found and text or ""
end

--- Whether the command's name stands before the script's: not where the script is a part of the program.
local function needs_command(chunk) return chunk:find("^=") or chunk:find("^@") and not chunk:find("^@bundle:/") end

--- The comment that a script begins with.
local function description(text)
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
local function names_in_order(text, names)
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

--- Names in the order in which the source of a chunk has them.
function M.order(chunk, names) return names_in_order(source_of(chunk), names) end

-- Going on with what was saved --------------------------------------------------------------------------------------

--- Takes over the options of the training that the option `resuming` asks for: what the command line names counts, and
--- what is fixed must be the same. Returns what is wrong.
function M.take_saved(values, options, resuming)
  local files = options["--" .. resuming.of:gsub("_", "-")]
  local path = values[files.name] or files.default
  local is_read, saved = pcall(require("nightjar.checkpoint").options, path)
  if not is_read then
    if not tostring(saved):find("No such file", 1, true) then error(saved, 0) end
    return ("%s: no training was saved beside '%s'; begin one without %s"):format(resuming.flag, path, resuming.flag)
  end
  for flag, option in pairs(options) do
    local name = option.name
    local is_named, value = values[name] ~= nil, saved[name]
    if option == resuming or option == files then
      goto continue
    elseif not is_named then
      local problem
      if value ~= nil and type(value) ~= "table" then problem = select(2, convert(option, tostring(value))) end
      if problem then return ("%s: %s (as it was saved in '%s')"):format(flag, problem, path) end
      values[name] = value
    elseif option.fixed and quoted(values[name]) ~= quoted(value) then
      return ("%s: the training in '%s' began with %s and cannot go on with %s"):format(
        flag, path, value == nil and "none" or quoted(value), quoted(values[name]))
    end
    ::continue::
  end
end

--- A word as a shell takes it.
local function shell_word(word)
  if word:find("^[%w%-_./=:,+@%%]+$") then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- The command that goes on with this one's training.
function M.resuming_command(arguments, flag)
  local first, words, has_flag = 0, {}, false
  while arguments[first - 1] ~= nil do first = first - 1 end
  for index = first, #arguments do
    local word = tostring(arguments[index])
    if index > 0 and word == flag then has_flag = true end
    words[#words + 1] = shell_word(word)
  end
  if not has_flag then words[#words + 1] = flag end
  return table.concat(words, " ")
end

-- Help --------------------------------------------------------------------------------------------------------------

local width = 100

--- What stands behind an option's text: its default, its limits.
local function remark(option)
  local remarks = {}
  if option.required then remarks[1] = "required" end
  local default = option.default
  if default ~= nil and default ~= false and default ~= "" then
    remarks[#remarks + 1] = "default: " .. tostring(default)
  end
  local range = limits(option)
  remarks[#remarks + 1] = range and range:gsub("^of ", "") or nil
  return #remarks > 0 and "(" .. table.concat(remarks, ", ") .. ")" or nil
end

--- A text's words in lines of at most `room` characters.
local function wrapped(text, room)
  local lines, line = {}, ""
  local function length(piece) return utf8.len(piece) or #piece end
  for word in text:gmatch("%S+") do
    if line ~= "" and length(line) + 1 + length(word) > room then
      lines[#lines + 1] = line
      line = word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return lines
end

local function head(option)
  if option.kind == "boolean" then
    return option.default and "--[no-]" .. option.flag:sub(3) or option.flag
  elseif option.kind == "rest" then
    return option.name:upper():gsub("_", "-") .. "..."
  elseif option.kind == "choice" then
    return option.flag .. " " .. table.concat(option.values, "|")
  end
  return option.flag .. " " .. metavar[option.kind]
end

--- What --help prints.
function M.help(script, chunk, ordered, rest)
  if needs_command(chunk) then script = "nightjar " .. script end
  local about = description(source_of(chunk))
  local usage = "usage: " .. script .. " [options]"
  if rest then
    local words = rest_words(rest)
    usage = usage .. (rest.required and " " .. words or " [" .. words .. "]")
  end
  local rows, column = {}, 0
  for _, option in ipairs(ordered) do
    local doc = option.doc
    local remarks = remark(option)
    rows[#rows + 1] = { head(option), remarks and (doc ~= "" and doc .. " " or "") .. remarks or doc }
  end
  rows[#rows + 1] = { "-h, --help", "show this and end" }
  -- A long option's text begins on a line of its own; the others stand beside theirs.
  for _, row in ipairs(rows) do
    if #row[1] <= 30 then column = math.max(column, #row[1]) end
  end
  column = column + 4

  local lines = { usage, "" }
  if about ~= "" then
    lines[#lines + 1] = about
    lines[#lines + 1] = ""
  end
  for _, row in ipairs(rows) do
    local line = "  " .. row[1]
    if #line > column - 2 then
      lines[#lines + 1] = line
      line = ""
    end
    for _, piece in ipairs(wrapped(row[2], width - column)) do
      lines[#lines + 1] = (line .. (" "):rep(column - #line) .. piece):gsub("%s+$", "")
      line = ""
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

return M
