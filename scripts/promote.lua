--- Moves a channel of a package to a version that is published: promote.lua mnist-cnn 1.2.0 prod. Nothing is uploaded
--- again, and moving it back is rolling back. The version may also be latest, a range (~1.2, ^1) or another channel.
--- The registry is --registry, else $NIGHTJAR_REGISTRY, else that of the job, or of GITLAB_URL, GITLAB_PROJECT and
--- GITLAB_TOKEN.
local nj = require "nightjar"
local registry = nj.registry

local config = nj.options(arg, {
  name_version_channel = nj.option.rest("the package, the version, the channel", { required = true }),
  registry = nj.option.string(nil, "directory:PATH, a GitLab project's web address, or PLUGIN:WHERE"),
  history = { false, "print the moves of the channel so far: promote.lua --history NAME CHANNEL" },
})

local words = config.name_version_channel
local expected = config.history and { "NAME", "CHANNEL" } or { "NAME", "VERSION", "CHANNEL" }
if #words ~= #expected then
  io.stderr:write("promote.lua: ", table.concat(expected, " "), " expected, got ", table.concat(words, " "), "\n")
  os.exit(2)
end

if config.history then
  for _, move in ipairs(registry.channel_history(words[1], words[2], { registry = config.registry })) do
    print(("%s  %s -> %s  by %s"):format(move.moved, move.from or "-", move.version, move.by))
  end
else
  registry.promote(words[1], words[2], words[3], { registry = config.registry })
end
