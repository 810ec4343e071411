--- The API of a GitLab project, for other plugins: in a job that of its project, elsewhere the one that GITLAB_URL
--- (or GITLAB_API_V4_URL) and GITLAB_PROJECT name. The token is GITLAB_TOKEN (or what the file GITLAB_TOKEN_FILE
--- holds), or GITLAB_BEARER_TOKEN, else the job's.
local nj = require "nightjar"

local M = {}

--- A variable's text; nil where it is unset or empty.
function M.variable(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

--- The version that is published: that of the tag vX.Y.Z, else $VERSION; nil where neither is set.
function M.version()
  return (M.variable "CI_COMMIT_TAG" or ""):match "^v(%d+%.%d+%.%d+.*)$" or M.variable "VERSION"
end

--- `text` as one part of a path or query.
function M.encode(text)
  return (text:gsub("[^%w._~-]", function(character) return ("%%%02X"):format(character:byte()) end))
end

local Project = {}
Project.__index = Project

--- Asks the API about the project: `path` is what comes after the project's own address. `options` are nj.http's.
function Project:ask(method, path, options)
  options = options or {}
  options.headers, options.ca_file = self.headers, M.variable "CI_SERVER_TLS_CA_FILE"
  options.timeout = options.timeout or 60
  return nj.http.request(method, self.address .. path, options)
end

--- The page of a package's version for people; nil where the registry does not list it.
function Project:page(package, version)
  local query = ("/packages?package_type=generic&package_name=%s&package_version=%s&per_page=100"):format(
    M.encode(package), M.encode(version))
  local response = self:ask("GET", query)
  if not response.ok then return nil end
  for _, one in ipairs(nj.json.decode(response.body)) do
    local path = one.name == package and one.version == version and one._links and one._links.web_path
    if path then return self.address:match "^https?://[^/]+" .. path end
  end
end

--- Where a file of a package is fetched from.
function Project:download(package, version, file)
  return ("%s/packages/generic/%s/%s/%s"):format(self.address, package, version, file)
end

--- The project that the environment names, or nil and what is missing. `needs_access`: a job's token will not do.
function M.from_environment(needs_access)
  local own = M.variable "GITLAB_API_V4_URL" or M.variable "GITLAB_URL"
  local api, project = own or M.variable "CI_API_V4_URL", M.variable "GITLAB_PROJECT" or M.variable "CI_PROJECT_ID"
  if not api or not project then return nil, "no GitLab project is configured: set GITLAB_URL and GITLAB_PROJECT" end
  api = api:gsub("/+$", "")
  if not api:find "/api/v4$" then api = api .. "/api/v4" end
  local self = setmetatable({ address = ("%s/projects/%s"):format(api, M.encode(project)) }, Project)
  local access, job = nj.secret_from "GITLAB_TOKEN", not own and nj.secret_from "CI_JOB_TOKEN"
  local bearer = not access and nj.secret_from "GITLAB_BEARER_TOKEN"
  if access then
    self.token, self.headers = access, { ["PRIVATE-TOKEN"] = access }
  elseif bearer then
    self.token, self.headers = bearer, { Authorization = "Bearer " .. bearer }
  elseif needs_access or not job then
    return nil, "no token is configured: set GITLAB_TOKEN to an access token with the scope api"
  else
    self.token, self.headers = job, { ["JOB-TOKEN"] = job }
  end
  return self
end

return M
