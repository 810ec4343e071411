--- Files that GitLab shows: figures in a merge request (reports:metrics), links on a job's page (reports:annotations).
local nj = require "nightjar"

local M = {}

-- Rounded, for GitLab compares the texts: what changes with every run would always be shown as a change.
local kinds = {
  { "accuracy", "model_accuracy_percent", "%.2f" }, { "loss", "model_loss", "%.4f" },
  { "images", "model_test_images", "%d" }, { "latency_ms_median", "model_latency_milliseconds", "%.1f" },
}

--- Figures as OpenMetrics text.
function M.openmetrics(figures)
  local lines = {}
  local data = tostring(figures.data or "unknown"):gsub('[\\"]', "\\%0"):gsub("\n", "\\n")
  for _, kind in ipairs(kinds) do
    local value = figures[kind[1]]
    if type(value) == "number" then
      lines[#lines + 1] = ("# TYPE %s gauge"):format(kind[2])
      lines[#lines + 1] = ('%s{data="%s"} %s'):format(kind[2], data, kind[3]:format(value))
    end
  end
  lines[#lines + 1] = "# EOF"
  return table.concat(lines, "\n") .. "\n"
end

--- Links for a job's page: `links` is a list of { label = TEXT, url = ADDRESS }.
function M.annotations(links)
  local entries = nj.json.list()
  for index, link in ipairs(links) do entries[index] = { external_link = { label = link.label, url = link.url } } end
  return nj.json.encode({ links = entries }, { indent = 2 }) .. "\n"
end

--- Writes a text to a file.
function M.write(path, text)
  local file = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(file:close())
end

return M
