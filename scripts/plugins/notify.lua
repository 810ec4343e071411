--- Tells others that a version was published. Each way is switched on by a variable, for addresses are secrets:
---   NOTIFY_WEBHOOK        any address: gets the facts as JSON
---   NOTIFY_SLACK          an incoming webhook of Slack
---   NOTIFY_MATTERMOST     an incoming webhook of Mattermost (or Rocket.Chat)
---   NOTIFY_MERGE_REQUEST  true: a comment on the merge request that the commit came with; takes GITLAB_TOKEN
--- (or NOTIFY_SLACK_FILE and so on: a file that holds the address). A notification that fails is a line on standard
--- error and never fails what it tells of. To add a way, copy this file and add a function to `ways`.
local nj = require "nightjar"
local gitlab = require "gitlab"

local M = {}

--- What all ways say, as Markdown: one line, and the figures below it.
local function lines(facts)
  local name = ("%s %s"):format(facts.package, facts.version)
  local text = { facts.url and ("[%s](%s) is published"):format(name, facts.url) or name .. " is published" }
  for _, figure in ipairs(facts.figures or {}) do text[#text + 1] = "- " .. figure end
  return text
end

local function post(address, body)
  local response = nj.http.post(address, { json = body, timeout = 30, connect_timeout = 10 })
  if not response.ok then error(("the server answered %s"):format(response.reason), 0) end
end

--- The number of the merge request: the pipeline's own, else the one that brought the commit to its branch.
local function merge_request(project)
  local own = gitlab.variable "CI_MERGE_REQUEST_IID"
  if own then return own end
  local commit = gitlab.variable "CI_COMMIT_SHA"
  if not commit then return nil end
  local response = project:ask("GET", ("/repository/commits/%s/merge_requests"):format(gitlab.encode(commit)))
  if not response.ok then error(("the server answered %s"):format(response.reason), 0) end
  local found = nj.json.decode(response.body)
  for _, one in ipairs(found) do
    if one.state == "merged" then return tostring(one.iid) end
  end
  return found[1] and tostring(found[1].iid)
end

local function hook(name, variable, body)
  return {
    name = name,
    is_on = function() return gitlab.variable(variable) or gitlab.variable(variable .. "_FILE") end,
    send = function(facts) post(nj.secret_from(variable), body(facts)) end,
  }
end

local ways = {
  hook("webhook", "NOTIFY_WEBHOOK", function(facts) return facts end),
  hook("Slack", "NOTIFY_SLACK", function(facts)
    -- Slack has marks of its own: <address|text>.
    local text = table.concat(lines(facts), "\n"):gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" })
    return { text = (text:gsub("%[(.-)%]%((.-)%)", "<%2|%1>")) }
  end),
  hook("Mattermost", "NOTIFY_MATTERMOST", function(facts)
    return { text = table.concat(lines(facts), "\n"), username = "nightjar" }
  end),
  {
    name = "merge request",
    is_on = function() return gitlab.variable "NOTIFY_MERGE_REQUEST" == "true" end,
    send = function(facts)
      local project, problem = gitlab.from_environment(true) -- a job's token may not comment
      if not project then error(problem, 0) end
      local number = merge_request(project)
      if not number then return end
      local response = project:ask("POST", ("/merge_requests/%s/notes"):format(gitlab.encode(number)),
        { json = { body = table.concat(lines(facts), "\n") } })
      if not response.ok then error(("the server answered %s"):format(response.reason), 0) end
    end,
  },
}

--- Whether any way is switched on.
function M.is_on()
  for _, way in ipairs(ways) do
    if way.is_on() then return true end
  end
  return false
end

--- Tells of a version in every way that is switched on. `facts`: package, version, url (of its page), figures (a list
--- of texts), files (their addresses). Returns how many ways worked, and how many failed.
function M.published(facts)
  local sent, failed = 0, 0
  for _, way in ipairs(ways) do
    if way.is_on() then
      local done, problem = pcall(way.send, facts)
      if done then
        sent = sent + 1
      else
        failed = failed + 1
        -- One line, whatever it was.
        local message = tostring(type(problem) ~= "string" and problem.message or problem):gsub("%s+", " ")
        io.stderr:write(("not notified (%s): %s\n"):format(way.name, message))
      end
    end
  end
  return sent, failed
end

return M
