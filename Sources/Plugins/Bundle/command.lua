--- Makes one executable of a script: this command, the script with the Lua modules that it requires, and the files that
--- it needs, which it finds with nightjar.bundled. It takes all its arguments itself and needs nothing beside it.
local nj = require "nightjar"

-- What comes before the options is the script.
local script
local arguments = { [0] = arg[0] }
for index, argument in ipairs(arg) do
  if index == 1 and not argument:find "^%-" then
    script = argument
  else
    arguments[#arguments + 1] = argument == "-o" and "--output" or argument
    if argument == "--help" or argument == "-h" then arguments[0] = arg[0] .. " SCRIPT" end
  end
end

local function refuse(status, message)
  io.stderr:write(arg[0], ": ", message, "\n")
  os.exit(status, true)
end

local config = nj.options(arguments, {
  with = nj.option.list "the files",
  output = nj.option.string(nil, "the executable; -o for short"),
  host = nj.option.file(nil, "the command to make it from, as of another system "
    .. "(default: $NIGHTJAR_BUNDLE_HOST, else this one)"),
})
local usage = "nightjar bundle SCRIPT --with FILES... -o NAME"
if not script then refuse(2, "a script is required: " .. usage) end
if not config.output then refuse(2, "a name for the executable is required: " .. usage) end
local made, problem = pcall(nj.bundle_executable, script, {
  to = config.output, with = config.with, host = config.host,
})
if not made then refuse(1, (tostring(problem):gsub("^.-bundle_executable: ", ""))) end
