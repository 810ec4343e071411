-- luacheck: the scripts have no globals but Lua's own, and unused names start with an underscore.
std = "lua54"
max_line_length = 120
self = false -- a method may leave its self unused
codes = true
exclude_files = { ".build", ".cache", ".lua-stubs" }
