--- PyTorch, ONNX Runtime and OpenVINO in a process of their own, Tests/Performance/peers.py.
local nj = require "nightjar"
local shell = require "shell"

local Peers = {}
Peers.__index = Peers

-- glibc gives large arrays back to the system and gets them anew, page by page, or keeps them, as its heap happens to
-- lie: PyTorch's times vary tenfold. It is told to keep them, which is in PyTorch's favour.
local keep_memory = "env MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000"

--- Starts the peers with a Python that has them; `programs` is the folder of peers.py.
function Peers.start(python, programs)
  local self = setmetatable({ folder = shell.folder() }, Peers)
  local answers = shell.quote(self.folder.path .. "/answers")
  assert(os.execute("mkfifo " .. answers))
  self.requests = assert(io.popen(("exec %s %s %s >%s"):format(
    keep_memory, shell.quote(python), shell.quote(programs .. "/peers.py"), answers), "w"))
  self.answers = assert(io.open(self.folder.path .. "/answers", "r"))
  return self
end

local function ask(self, request)
  self.requests:write(nj.json.encode(request), "\n")
  self.requests:flush()
  local line = self.answers:read "l"
  if not line then error("the peers' process has ended", 0) end
  return nj.json.decode(line)
end

--- Prepares a row: the peer's name, the row's, the number of threads and what else the row takes.
--- Gives what the peer calls itself, or nil and why it cannot.
function Peers:prepare(request)
  local answer = ask(self, request)
  return answer.ready, answer.missing
end

--- Measures the row that was prepared last, in seconds.
function Peers:run() return ask(self, { run = true }).seconds end

function Peers:__close()
  self.requests:close()
  self.answers:close()
  getmetatable(self.folder).__close()
end

return Peers
