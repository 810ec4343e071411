--- Fetches a package: pull.lua mnist-cnn@latest --to DIR. Behind @ stands latest, a version (1.2.0), a range (~1.2 or
--- ^1) or a channel (prod). Every file is compared with the manifest's digest before the folder appears; what came
--- before is in a cache and not fetched again. The registry is --registry, else $NIGHTJAR_REGISTRY, else that of the
--- job, or of GITLAB_URL, GITLAB_PROJECT and GITLAB_TOKEN or GITLAB_DEPLOY_TOKEN.
local nj = require "nightjar"
local registry = nj.registry

local config = nj.options(arg, {
  package = nj.option.rest("the package, and behind @ which version", { required = true }),
  to = nj.option.string(nil, "the folder to make, or to replace where an earlier pull made it; else the cache's"),
  registry = nj.option.string(nil, "directory:PATH, a GitLab project's web address, or PLUGIN:WHERE"),
  key = nj.option.file(nil, "the public key (PEM) that must have signed it"),
  attempts = nj.option.integer(6, "how often a request is sent before giving up", { min = 1 }),
  offline = { false, "ask no registry, only the cache" },
  list = { false, "list the complete versions, the newest first, in place of fetching one" },
  channels = { false, "list the channels and where they are, in place of fetching" },
})

if #config.package ~= 1 then
  io.stderr:write("pull.lua: one package is fetched at a time, got ", table.concat(config.package, ", "), "\n")
  os.exit(2)
end
local spec = config.package[1]
local name = spec:match "^[^@]*"
local from = config.registry

if config.list then
  for _, version in ipairs(registry.versions(name, { registry = from })) do print(version) end
end
if config.channels then
  for _, channel in ipairs(registry.channels(name, { registry = from })) do
    print(("%s: %s (moved %s by %s)"):format(channel.channel, channel.version, channel.moved, channel.by))
  end
end
if not (config.list or config.channels) then
  registry.pull(spec, {
    to = config.to, registry = from, key = config.key, offline = config.offline, attempts = config.attempts,
  })
end
