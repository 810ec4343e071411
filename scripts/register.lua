--- Registers the trained network in GitLab's model registry, or on an MLflow server: a version with its figures,
--- hyperparameters and model file. In GitLab it takes an access token (GITLAB_TOKEN) besides the job's.
local nj = require "nightjar"
local digits = require "models.mnist"
local figures, gitlab, mlflow = require "figures", require "gitlab", require "mlflow"

local config = nj.options(arg, {
  model = nj.option.file("model.safetensors", "the model, as train.lua saved it"),
  metrics = nj.option.file(nil, "what evaluate.lua --json wrote"),
  name = { "mnist-cnn", "the model's name" },
  version = nj.option.string(gitlab.version(), "the model's version; else that of the tag vX.Y.Z, else $VERSION"),
  files = { true, "upload the model's file, too" },
})

if not config.version or config.version == "" then error "a version is needed: give --version, or set VERSION" end
local server, problem = mlflow.from_environment()
if not server then error(problem) end

local _, kept = nj.checkpoint.load(config.model, digits.Net())
local facts = {
  name = config.name, version = config.version, metrics = {}, params = {}, files = {},
  description = "Tells handwritten digits. Trained on " .. (kept.data or "data that its file does not name"),
  tags = { sha256 = nj.sha256(config.model), ["gitlab.CI_JOB_ID"] = gitlab.variable "CI_JOB_ID" },
}
for key, value in pairs(kept) do
  local setting = key:match "^config%.(.+)$"
  if setting then facts.params[setting] = value end
end
for key, value in pairs(config.metrics and figures.read(config.metrics) or {}) do
  if type(value) == "number" then facts.metrics[key] = value end
end
if config.files then facts.files["model.safetensors"] = config.model end
local made = server:register(facts)
print(("%s %s: %s"):format(config.name, config.version, made and "registered" or "registered already"))
