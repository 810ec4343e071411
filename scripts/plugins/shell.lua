--- Other programs: words for the shell, what a command prints, and folders to work in.
local M = {}

--- A word of a command for the shell.
function M.quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

--- The output of a command, which must not fail.
function M.run(command)
  local pipe = assert(io.popen(command, "r"))
  local output = pipe:read "a"
  local done, how, code = pipe:close()
  if not done then error(("%s ended with %s %d"):format(command, how == "exit" and "status" or "signal", code), 0) end
  return output
end

--- A new folder, `path`, which goes when the result, kept as <close>, goes.
function M.folder()
  local path = os.tmpname()
  os.remove(path)
  assert(os.execute("mkdir " .. M.quote(path)))
  return setmetatable({ path = path }, { __close = function() os.execute("rm -rf " .. M.quote(path)) end })
end

return M
