--- The table of scripts/bench.lua.
local measuring = require "bench.measuring"

local M = {}

local widths = { 48, 7, 24, 14, 24, 7, 8 }

local function line(cells)
  local text = {}
  for place, width in ipairs(widths) do
    local cell = cells[place] or ""
    local room = (" "):rep(width - utf8.len(cell))
    text[place] = (place == 1 or place == 4) and cell .. room or room .. cell
  end
  return (table.concat(text, "  "):gsub(" +$", ""))
end

local units = { { 1, "s" }, { 1e-3, "ms" }, { 1e-6, "µs" }, { 1e-9, "ns" } }

--- Seconds with three digits that count: "12.3 ms".
local function duration(seconds)
  for _, unit in ipairs(units) do
    if seconds >= unit[1] or unit[2] == "ns" then
      local value = seconds / unit[1]
      local digits = value >= 100 and 0 or value >= 10 and 1 or 2
      return ("%." .. digits .. "f %s"):format(value, unit[2])
    end
  end
end

--- The median of a side's times, of one of `per` things, and how far they lie apart.
local function figure(side, per)
  local spread = measuring.spread(side.times)
  return duration(measuring.median(side.times) / (per or 1)) .. (spread and (" ± %.0f %%"):format(spread) or "")
    .. (side.note and ", " .. side.note or "")
end

local function share(flops, seconds, peak) return flops and ("%.0f %%"):format(100 * flops / seconds / peak) or "" end

function M.head()
  print(line { "what", "threads", "Nightjar", "peer", "its time", "ratio", "of peak" })
end

--- The lines of one row: ours, and beside it each of its peers.
function M.row(row, ours, theirs, peak)
  local median = measuring.median(ours.times)
  local cells = { row.what, tostring(row.threads), figure(ours, row.per) }
  local of_peak = share(row.flops, median, peak)
  if #theirs == 0 then cells[7] = of_peak print(line(cells)) end
  for place, other in ipairs(theirs) do
    if place > 1 then cells = {} else cells[7] = of_peak end
    cells[4] = other.peer
    if other.missing then
      cells[5] = "missing"
    else
      cells[5] = figure(other, row.per)
      cells[6] = ("%.2f"):format(measuring.median(other.times) / median)
    end
    print(line(cells))
  end
end

--- The line of a group of rows, geometric means of their ratios and shares of the peak, and below it the least ratios.
function M.group(what, threads, members)
  local ratios, shares, compared = {}, {}, {}
  for place, member in ipairs(members) do
    shares[place] = member.share
    if member.ratio then compared[#compared + 1], ratios[#ratios + 1] = member, member.ratio end
  end
  local cells = { what, tostring(threads) }
  cells[7] = ("%.0f %%"):format(100 * measuring.geometric_mean(shares))
  if #compared > 0 then
    cells[4], cells[6] = compared[1].peer, ("%.2f"):format(measuring.geometric_mean(ratios))
  end
  print(line(cells))
  table.sort(compared, function(a, b) return a.ratio < b.ratio end)
  for place = 1, math.min(3, #compared) do
    print(line { "    least: " .. compared[place].what, "", "", "", "", ("%.2f"):format(compared[place].ratio) })
  end
end

return M
