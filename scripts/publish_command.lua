--- Publishes the command itself as the package nightjar; scripts/publish-command calls it.
local nj = require "nightjar"

local config = nj.options(arg, {
  command = nj.option.file(nil, "the command", { required = true }),
  file = nj.option.string(nil, "what it is called in the package", { required = true }),
  version = nj.option.string(nil, "the package's version", { required = true }),
})

local target = nj.registry.from_environment()
if not target then error "no registry is configured: this is for a GitLab job" end
nj.registry.package {
  name = "nightjar", version = config.version, files = { [config.file] = config.command },
}:publish(target)
