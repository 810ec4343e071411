import TestSupport
import Testing

@Suite("Loaders beside PyTorch's")
struct LoaderReferenceTests {
    /// `set(n)` is a data set written in Lua, as `Numbers` in `make_loaders.py`.
    private static let helpers = """
        local function set(n)
          return { count = n, get = function(_, i) return nj.tensor(i) end }
        end
        local function passes(loader, count)
          local all = {}
          for i = 1, count do
            all[i] = {}
            for _, batch in loader:batches() do all[i][#all[i] + 1] = batch:tolist() end
          end
          return all
        end
        local function collated(samples)
          local items = { count = #samples, get = function(_, i) return samples[i + 1] end }
          return select(2, data.loader(items, { batch_size = #samples }):batches()())
        end
        local function described(value)
          if nj.is_tensor(value) then return { value:dtype(), value:shape(), value:tolist() } end
          if type(value) ~= "table" then return value end
          local all = {}
          for key, item in pairs(value) do all[key] = described(item) end
          return all
        end
        local function same(a, b)
          if type(a) ~= "table" or type(b) ~= "table" then return a == b end
          for key, value in pairs(a) do if not same(value, b[key]) then return false end end
          for key in pairs(b) do if a[key] == nil then return false end end
          return true
        end
        local environment = setmetatable(
          { nj = nj, data = data, set = set, passes = passes, collated = collated, described = described }, { __index = _G })

        """

    @Test("Orders, splits and batches are PyTorch's for each seed, and as many numbers are drawn")
    func reference() throws {
        #expect(
            try evaluate(
                Self.helpers + """
                    local file <close> = assert(io.open("\(referencePath("loaders.json"))"))
                    local cases = nj.json.decode(file:read "a").cases
                    local wrong = {}
                    for _, case in ipairs(cases) do
                      nj.manual_seed(case.seed)
                      local result = assert(load(case.lua, "case", "t", environment))()
                      local drawn = nj.randint(1 << 31, { 1 }):item()
                      if not same(result, case.result) then wrong[#wrong + 1] = case.lua .. nj.json.encode(result) end
                      if drawn ~= case.next then wrong[#wrong + 1] = "draws of " .. case.lua end
                    end
                    return #cases > 60, table.concat(wrong, "\\n")
                    """) == "true ")
    }
}
