--- Times, and what is made of several of them.
local nj = require "nightjar"

local M = {}

--- The median time of calls that go on for so many seconds, the first two left out; as Tests/Performance/measuring.py.
function M.burst(call, seconds)
  call()
  call()
  local times, stop = {}, nj.clock() + seconds
  while #times < 3 or nj.clock() < stop do
    local start = nj.clock()
    call()
    times[#times + 1] = nj.clock() - start
  end
  return M.median(times)
end

function M.median(values) return nj.metrics.percentile(values, 50) end

--- Half of what lies between the least and the greatest of several values, in percent of their median; nil for one.
function M.spread(values)
  if #values < 2 then return nil end
  return 50 * (math.max(table.unpack(values)) - math.min(table.unpack(values))) / M.median(values)
end

function M.geometric_mean(values)
  local sum = 0
  for _, value in ipairs(values) do sum = sum + math.log(value) end
  return math.exp(sum / #values)
end

return M
