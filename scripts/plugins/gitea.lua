--- The generic packages of a Gitea or Forgejo server as a registry: registry.open "gitea:https://git.example.com/me".
--- The token (scope write:package) is what $GITEA_TOKEN holds, or the file that $GITEA_TOKEN_FILE names; without one,
--- public packages can be read. An example of how to write a registry: four functions, each a few requests.
local nj = require "nightjar"
local http, json, registry = nj.http, nj.json, nj.registry

local M = {}

--- The functions of the registry at "https://git.example.com/owner", with the server's path where it has one.
function M.functions(address)
  local server, owner = address:match "^(https?://.+)/([%w._-]+)/?$"
  if not server then
    error(("gitea: '%s' is not like https://git.example.com/owner"):format(address), 2)
  end
  local token = nj.secret_from "GITEA_TOKEN"
  local hints = {
    [401] = token and "GITEA_TOKEN was not accepted; it may have expired" or "set GITEA_TOKEN to an access token",
    [403] = ("GITEA_TOKEN needs the scope write:package and the right to publish as %s"):format(owner),
    [404] = ("there is no owner %s at %s, or the token may not see it"):format(owner, server),
    [413] = "the server, or a proxy before it, limits the size of uploads",
  }

  local function ask(method, path, options)
    options = options or {}
    options.headers = { Authorization = token and "token " .. token }
    return http.request(method, server .. path, options)
  end
  local function refuse(action, response)
    return registry.refuse(action, response, { hint = hints[response.status] })
  end
  local function file_path(package, version, name)
    return ("/api/packages/%s/generic/%s/%s/%s"):format(owner, package, version, name)
  end

  local self = { name = ("the packages of %s at %s"):format(owner, server) }

  function self.versions(package)
    local versions, page = {}, 1
    repeat
      local query = ("type=generic&q=%s&page=%d&limit=50"):format(package, page)
      local response = ask("GET", ("/api/v1/packages/%s?%s"):format(owner, query))
      if response.status ~= 200 then refuse("listing the versions of " .. package, response) end
      local found = json.decode(response.body)
      for _, one in ipairs(found) do
        -- q finds what resembles the name, too.
        if one.name == package and one.type == "generic" then versions[#versions + 1] = one.version end
      end
      page = page + 1
    until #found == 0
    return versions
  end

  function self.files(package, version)
    local response = ask("GET", ("/api/v1/packages/%s/generic/%s/%s/files"):format(owner, package, version))
    if response.status == 404 then return nil end
    if response.status ~= 200 then refuse(("listing the files of %s %s"):format(package, version), response) end
    local files = {}
    for _, file in ipairs(json.decode(response.body)) do
      -- Older servers write "Size".
      files[file.name] = { id = file.id, size = file.size or file.Size, sha256 = file.sha256 }
    end
    return files
  end

  function self.put(file, package, version)
    local response = ask("PUT", file_path(package, version, file.name),
      { file = file.path, body = file.content, sha256 = file.sha256 })
    -- 409: there is a file of that name. Which one it is the listing tells.
    if response.status ~= 201 and response.status ~= 409 then refuse(("uploading '%s'"):format(file.name), response) end
    return false
  end

  function self.get(name, package, version, write)
    local response = ask("GET", file_path(package, version, name), { to = write })
    if response.status == 404 then return false end
    if response.status ~= 200 then refuse(("fetching '%s'"):format(name), response) end
    return true
  end

  function self.location(name, package, version) return server .. file_path(package, version, name) end

  return self
end

--- The registry, for registry.open "gitea:ADDRESS".
function M.open(address) return registry.custom(M.functions(address)) end

return M
