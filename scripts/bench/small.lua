--- Rows: a matrix product, and the cost of calling anything at all.
local nj = require "nightjar"
local measuring = require "bench.measuring"

return function(settings)
  local size = settings.tiny and 32 or 1024
  return {
    {
      name = "sgemm", what = ("matrix product %d x %d x %d"):format(size, size, size), threads = 1,
      flops = 2 * size ^ 3,
      ours = function()
        local a, b = nj.randn(size, size), nj.randn(size, size)
        return function() return measuring.burst(function() a:matmul(b) end, settings.seconds) end
      end,
      theirs = { { peer = "PyTorch", row = "matmul", size = size, seconds = settings.seconds } },
    },
    {
      name = "add", what = "x + 1 on one element", threads = settings.threads,
      ours = function()
        local x = nj.ones(1)
        -- A thousand times, for the clock.
        local function add() for _ = 1, 1000 do local _ = x + 1 end end
        return function() return measuring.burst(add, settings.seconds) / 1000 end
      end,
      theirs = { { peer = "PyTorch", row = "add", seconds = settings.seconds } },
    },
  }
end
