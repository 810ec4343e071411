--- Rows: whole programs, from the shell to their end.
local nj = require "nightjar"
local shell = require "shell"
local quote = shell.quote

--- What to put before a command to have the most memory that it takes at a time, in kB, written to a file; nothing
--- where GNU time is not installed.
local function watched(file)
  local program = io.open("/usr/bin/time", "rb")
  if not program then return "" end
  program:close()
  return ("/usr/bin/time -f %%M -o %s "):format(quote(file))
end

local function read_memory(path)
  local file = io.open(path, "r")
  if not file then return nil end
  local kilobytes = file:read "n"
  file:close()
  return kilobytes and ("%.1f MB"):format(kilobytes / 1000)
end

local watchers = 0

--- What prepares a command, which a function makes, to be run `times` times in one shell, whose own start then counts
--- little. Gives a function that measures the seconds of one, and how much memory it took.
local function measured(settings, make, times)
  return function()
    watchers = watchers + 1
    local command, file = make(), settings.folder .. "/memory" .. watchers
    local first = watched(file) .. command
    local loop = ("export NIGHTJAR_NUM_THREADS=%d OMP_NUM_THREADS=%d; "
      .. "i=0; while [ $i -lt %d ]; do %s >/dev/null || exit 1; i=$((i + 1)); done"):format(
        settings.threads, settings.threads, times, times == 1 and first or command)
    -- Where it counts, the time is taken without anyone watching.
    if times > 1 then os.execute(first .. " >/dev/null") end
    return function()
      local start = nj.clock()
      if not os.execute(loop) then error("this failed: " .. command, 0) end
      return (nj.clock() - start) / times, read_memory(file)
    end
  end
end

return function(settings)
  local function script(name, arguments)
    return ("%s %s %s"):format(quote(settings.program), quote(settings.scripts .. "/" .. name), arguments)
  end
  local few = settings.tiny and " --limit 20" or ""
  local function job(name) return script(name, "--out " .. quote(settings.folder .. "/out.safetensors")) .. few end
  local function train() return job "train.lua" .. " --runs " .. quote(settings.folder .. "/runs") end
  local function recipe() return job "recipes/mnist99.lua" end

  --- A model that has learned nothing, which takes as long as one that has.
  local function model()
    local path = settings.folder .. "/model.safetensors"
    nj.checkpoint.save(path, { model = require("models.mnist").Net() })
    return path
  end
  local picture = quote(settings.scripts .. "/samples/7.png")
  local function run_mnist() return script("run_mnist.lua", ("%s --model %s"):format(picture, quote(model()))) end
  local function executable()
    local path = settings.folder .. "/mnist-cnn"
    nj.bundle_executable(settings.scripts .. "/run_mnist.lua", {
      to = path, with = { ["model.safetensors"] = model() },
    })
    return quote(path) .. " " .. picture
  end

  local function row(name, what, ours, times, theirs)
    return {
      name = name, what = what, threads = settings.threads, runs = times == 1 and 1 or nil,
      ours = measured(settings, ours, times), theirs = { theirs },
    }
  end
  local function python(name, arguments)
    if not settings.python then return nil end
    local function command()
      return ("%s %s %s"):format(quote(settings.python), quote(settings.performance .. "/" .. name), arguments)
    end
    return { peer = "PyTorch", prepare = measured(settings, command, 1), runs = 1 }
  end
  local often = settings.tiny and 1 or 20
  return {
    row("job.train", "train.lua", train, 1, python("tutorial.py", "--out " .. quote(settings.folder) .. few)),
    row("job.recipe", "recipes/mnist99.lua", recipe, 1, {
      peer = "train.lua", prepare = measured(settings, train, 1),
    }),
    row("job.command", "run_mnist.lua on one picture", run_mnist, often, python("recognize.py", picture)),
    row("job.executable", "published executable on it", executable, often, python("recognize.py", picture)),
  }
end
