--- What follows once a version is published: links on the job's page, and notifications. None of it fails the publish.
local figures, gitlab = require "figures", require "gitlab"
local notify, reports = require "notify", require "reports"

local M = {}

--- `place` is the registry, `metrics` what evaluate.lua measured (or nil), `annotations` a file for GitLab (or nil).
function M.published(place, package, version, metrics, annotations)
  local function try(what, ...)
    local done, result = pcall(...)
    if done then return result end
    io.stderr:write(("%s: %s\n"):format(what, (tostring(result):gsub("%s+", " "))))
  end

  local project = gitlab.from_environment()
  local page = project and try("the package's page was not found", project.page, project, package, version)
  if annotations then
    local label = ("Package %s %s"):format(package, version)
    local links = page and { { label = label, url = page } } or {}
    try("the links were not written", reports.write, annotations, reports.annotations(links))
  end
  local before = metrics and try("the version before was not read", figures.before, place, package, version)
  notify.published {
    package = package, version = version, url = page, figures = metrics and figures.describe(metrics, before),
  }
end

return M
