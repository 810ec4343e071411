--- What follows once a version is published: links on the job's page, and notifications. None of it fails the publish.
local figures, gitlab = require "figures", require "gitlab"
local notify, reports = require "notify", require "reports"

local M = {}

--- The result of a function; nil and a line on standard error where it fails.
local function try(what, ...)
  local done, result = pcall(...)
  if done then return result end
  io.stderr:write(("%s: %s\n"):format(what, (tostring(result):gsub("%s+", " "))))
end

--- Whether others are to be told of a version that is about to be published: not where nobody is, or where it is
--- complete already, as far as the registry tells.
function M.is_news(place, package, version)
  if not notify.is_on() then return false end
  local done, files = pcall(place.files, place, package, version)
  return not (done and files and files["manifest.json"])
end

--- `place` is the registry. `options`: metrics, what evaluate.lua measured; annotations, a file for GitLab; notify,
--- whether others are told; has_page, whether it is the GitLab project of the environment. Each may be left out.
function M.published(place, package, version, options)
  local project = options.has_page and gitlab.from_environment()
  local page = project and try("the package's page was not found", project.page, project, package, version)
  if page then print("its page: " .. page) end
  if options.annotations then
    local label = ("Package %s %s"):format(package, version)
    local links = page and { { label = label, url = page } } or {}
    try("the links were not written", reports.write, options.annotations, reports.annotations(links))
  end
  if not options.notify then return end
  local metrics = options.metrics
  local before = metrics and try("the version before was not read", figures.before, place, package, version)
  notify.published {
    package = package, version = version, url = page, figures = metrics and figures.describe(metrics, before),
  }
end

return M
