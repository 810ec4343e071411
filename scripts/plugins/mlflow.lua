--- Model versions on an MLflow server, or in GitLab's model registry, which speaks most of MLflow's language:
--- MLFLOW_TRACKING_URI and MLFLOW_TRACKING_TOKEN name it; without them it is that of the project that GITLAB_URL and
--- GITLAB_PROJECT, or the variables of the job, name. GitLab takes an access token (GITLAB_TOKEN) here, no job token.
local nj = require "nightjar"
local http, json, registry = nj.http, nj.json, nj.registry
local gitlab = require "gitlab"

local M = {}
local Server = {}
Server.__index = Server

--- The server at an address, without the part that is MLflow's own ("/api/2.0/mlflow").
function M.open(address, token)
  address = address:gsub("/+$", "")
  return setmetatable({
    address = address,
    -- GitLab's: the project's own address comes first.
    project = address:match "^(https?://.+/api/v4/projects/[^/]+)/ml/mlflow$",
    headers = { Authorization = token and "Bearer " .. token },
  }, Server)
end

--- The server that the environment names, or nil and what is missing.
function M.from_environment()
  local address = gitlab.variable "MLFLOW_TRACKING_URI"
  if address then return M.open(address, nj.secret_from "MLFLOW_TRACKING_TOKEN" or nj.secret_from "GITLAB_TOKEN") end
  local project, problem = gitlab.from_environment(true)
  if not project then return nil, problem end
  return M.open(project.address .. "/ml/mlflow", project.token)
end

function Server:request(method, address, options)
  options = options or {}
  options.headers, options.ca_file = self.headers, gitlab.variable "CI_SERVER_TLS_CA_FILE"
  return http.request(method, address, options)
end

--- Calls a method of the API. Returns its answer, or nil where it fails with the error code `accepted`.
function Server:call(action, method, path, body, accepted)
  local response = self:request(method, self.address .. "/api/2.0/mlflow/" .. path, { json = body, timeout = 60 })
  local is_json, answer = pcall(json.decode, response.body)
  if response.ok and is_json then return answer end
  if accepted and is_json and type(answer) == "table" and answer.error_code == accepted then return nil end
  local hints = {
    [401] = "MLFLOW_TRACKING_TOKEN or GITLAB_TOKEN was not accepted; GitLab takes no job token here",
    [404] = ("%s speaks no MLflow, or the token may not see the project"):format(self.address),
  }
  registry.refuse(action, response, { hint = hints[response.status] })
end

--- A version that is there, told by its tag gitlab.version: its id in this model and its run.
function Server:find(name, version)
  local action = ("looking for version %s of model %s"):format(version, name)
  if self.project then
    local path = ("model-versions/get?name=%s&version=%s"):format(gitlab.encode(name), gitlab.encode(version))
    local found = self:call(action, "GET", path, nil, "RESOURCE_DOES_NOT_EXIST")
    return found and found.model_version
  end
  local token
  repeat
    local path = ("model-versions/search?filter=%s&max_results=1000%s"):format(
      gitlab.encode(("name='%s'"):format(name)), token and "&page_token=" .. gitlab.encode(token) or "")
    local found = self:call(action, "GET", path)
    for _, one in ipairs(found.model_versions or {}) do
      for _, tag in ipairs(one.tags or {}) do
        if tag.key == "gitlab.version" and tag.value == version then return one end
      end
    end
    token = found.next_page_token ~= "" and found.next_page_token or nil
  until not token
end

--- A new version. In GitLab it has a run of its own; an MLflow server gets one in an experiment of the model's name.
function Server:create(name, version, description)
  local action = ("making version %s of model %s"):format(version, name)
  local wanted = {
    name = name, description = description, tags = { { key = "gitlab.version", value = version } },
  }
  if not self.project then
    local experiment = self:call(action, "GET", "experiments/get-by-name?experiment_name=" .. gitlab.encode(name), nil,
      "RESOURCE_DOES_NOT_EXIST")
    local id = experiment and experiment.experiment.experiment_id
      or self:call(action, "POST", "experiments/create", { name = name }).experiment_id
    local run = self:call(action, "POST", "runs/create", {
      experiment_id = id, run_name = ("%s %s"):format(name, version), start_time = os.time() * 1000,
    }).run.info
    wanted.run_id, wanted.source = run.run_id, run.artifact_uri
  end
  return self:call(action, "POST", "model-versions/create", wanted).model_version
end

--- Where a file of a version goes; nil where the server keeps files elsewhere.
function Server:file_address(version, run, name)
  if self.project then return ("%s/packages/ml_models/%s/files/%s"):format(self.project, version.version, name) end
  local path = (run.info.artifact_uri or ""):match "^mlflow%-artifacts:/+(.+)$"
  return path and ("%s/api/2.0/mlflow-artifacts/artifacts/%s/%s"):format(self.address, path, name)
end

--- Uploads a file, unless it is there.
function Server:upload(version, run, name, path)
  local address = self:file_address(version, run, name)
  if not address then return false end
  local there = self:request(self.project and "HEAD" or "GET", address,
    { to = not self.project and function() end or nil })
  if there.ok then
    local found = there.headers["x-checksum-sha256"]
    if found and found ~= nj.sha256(path) then error(("'%s' is there with other content"):format(name), 0) end
    return true
  end
  local response = self:request("PUT", address, { file = path, sha256 = nj.sha256(path) })
  if not response.ok then registry.refuse(("uploading '%s'"):format(name), response) end
  return true
end

local function pairs_of(values, make)
  local list = json.list()
  for key, value in pairs(values or {}) do list[#list + 1] = make(key, value) end
  table.sort(list, function(a, b) return a.key < b.key end)
  return list
end

--- Registers a version: `facts` has name, version, and if it likes description, metrics (numbers by name), params and
--- tags (texts by name) and files (paths by name). A version that is there and finished stays as it is; one that an
--- earlier try began is finished. Returns whether it was made now.
function Server:register(facts)
  local action = ("registering version %s of model %s"):format(facts.version, facts.name)
  self:call("making model " .. facts.name, "POST", "registered-models/create", { name = facts.name },
    "RESOURCE_ALREADY_EXISTS")
  local version = self:find(facts.name, facts.version)
    or self:create(facts.name, facts.version, facts.description)
  local run = self:call(action, "GET", "runs/get?run_id=" .. gitlab.encode(version.run_id)).run
  if run.info.status == "FINISHED" then return false end
  local now = os.time() * 1000
  self:call(action, "POST", "runs/log-batch", {
    run_id = version.run_id,
    metrics = pairs_of(facts.metrics, function(key, value)
      return { key = key, value = value, timestamp = now, step = 0 }
    end),
    params = pairs_of(facts.params, function(key, value) return { key = key, value = tostring(value) } end),
    tags = pairs_of(facts.tags, function(key, value) return { key = key, value = tostring(value) } end),
  })
  for name, path in pairs(facts.files or {}) do
    if not self:upload(version, run, name, path) then
      io.stderr:write(("'%s' is not uploaded: the server keeps files at %s\n"):format(name, run.info.artifact_uri))
    end
  end
  self:call(action, "POST", "runs/update", { run_id = version.run_id, status = "FINISHED", end_time = now })
  return true
end

return M
