--- Makes the GitLab Release of a tag: notes written from the figures, compared with the version before, and the files
--- of the published package as its assets. A release that is there keeps its notes and gets the links that it lacks.
local nj = require "nightjar"
local registry = nj.registry
local figures, gitlab = require "figures", require "gitlab"

local config = nj.options(arg, {
  tag = nj.option.string(os.getenv "CI_COMMIT_TAG", "the tag; else $CI_COMMIT_TAG"),
  name = { "mnist-cnn", "the package's name" },
  version = nj.option.string(nil, "the package's version; else the tag without its v"),
  metrics = nj.option.file(nil, "what evaluate.lua --json wrote, for a package that was published without figures"),
})

local function fail(...)
  io.stderr:write("release.lua: ", string.format(...), "\n")
  os.exit(1, true)
end

if not config.tag or config.tag == "" then fail("a tag is needed: give --tag, or set CI_COMMIT_TAG") end
local version = config.version or config.tag:gsub("^v", "")
local project, problem = gitlab.from_environment()
if not project then fail("%s", problem) end
local place = registry.from_environment()
local files = place:files(config.name, version)
if not files or not files["manifest.json"] then
  fail("%s %s is not there or not complete: publish it before its release", config.name, version)
end

local function description()
  local now = figures.published(place, config.name, version) or config.metrics and figures.read(config.metrics)
  local before = figures.before(place, config.name, version)
  local text = { ("%s %s"):format(config.name, version), "" }
  for _, line in ipairs(now and figures.describe(now, before) or {}) do text[#text + 1] = "- " .. line end
  local commit = gitlab.variable "CI_COMMIT_SHA"
  if commit then text[#text + 1] = "- Commit: " .. commit end
  local page = project:page(config.name, version)
  if page then text[#text + 1] = ("\n[Package %s %s](%s)"):format(config.name, version, page) end
  return table.concat(text, "\n")
end

local links = {}
for name in pairs(files) do
  -- What GitLab takes as a path: at most 128 characters, a letter or digit at the end.
  local path = #name < 128 and name:find "^[%w._-]*%w$" and "/" .. name or nil
  links[#links + 1] = {
    name = name, url = project:download(config.name, version, name), link_type = "package", direct_asset_path = path,
  }
end
table.sort(links, function(a, b) return a.name < b.name end)

local hints = {
  [403] = "who started the pipeline needs the role Developer, and the right to the tag where it is protected",
  [422] = ("there is no tag %s"):format(config.tag),
}
local function refuse(action, response) registry.refuse(action, response, { hint = hints[response.status] }) end

local address = "/releases/" .. gitlab.encode(config.tag)
local response = project:ask("POST", "/releases", {
  json = {
    tag_name = config.tag, name = ("%s %s"):format(config.name, version), description = description(),
    assets = { links = nj.json.list(links) },
  },
})
if response.status == 201 then
  print(("release %s: made, with %d files"):format(config.tag, #links))
elseif response.status == 409 then
  local listed = project:ask("GET", address .. "/assets/links?per_page=100")
  if not listed.ok then refuse("listing the links of release " .. config.tag, listed) end
  local known, added = {}, 0
  for _, link in ipairs(nj.json.decode(listed.body)) do known[link.name], known[link.url] = true, true end
  for _, link in ipairs(links) do
    if not known[link.name] and not known[link.url] then
      local answer = project:ask("POST", address .. "/assets/links", { json = link })
      -- Another job may have been faster.
      local is_there = answer.status == 400 and answer.body:find("already been taken", 1, true)
      if not answer.ok and not is_there then refuse(("linking '%s'"):format(link.name), answer) end
      added = added + 1
    end
  end
  print(("release %s: there already; %d links added"):format(config.tag, added))
else
  refuse("making release " .. config.tag, response)
end
