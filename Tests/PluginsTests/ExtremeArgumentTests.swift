import Host
import Plugins
import Testing

/// Calls with numbers, tables and objects that nobody means. An error is the right answer; a trap would end the tests.
@Suite("Extreme arguments")
struct ExtremeArgumentTests {
    private static let values = """
        local nj = require "nightjar"
        local ma, mi = math.maxinteger, math.mininteger
        local own, shared, deep = {}, { 1 }, {}
        own.own = own
        for _ = 1, 60 do shared = { shared, shared } end
        for _ = 1, 5000 do deep = { deep } end
        local set = nj.data.generated_digits { limit = 5 }
        local picture = nj.images.from_tensor(nj.zeros({ 3, 4, 5 }))
        local matrix = nj.metrics.confusion(3)
        local values = {
          mi, -1, 0, 1, 2, 3, 255, 1 << 31, 1 << 32, 1 << 62, ma - 1, ma, 0.5, 1e18, 1e19, -1e300, 1 / 0, -1 / 0, 0 / 0,
          "", "x", "\\0", "\\xff", ("x"):rep(1e5), "%d", "%s", true, {}, { 1, 2 }, { ma, ma }, { 0.5 }, { "a" }, own, shared,
          deep, print, nj.json.null, set, picture, matrix, nj.zeros({ 0 }), nj.zeros({ 2, 3 }),
          nj.zeros({ 1 }):expand(1 << 40), nj.zeros({ 1, 1, 1 }):expand(1, 1 << 20, 1 << 20),
          nj.zeros({ 1 }, { dtype = "int64" }):expand(1 << 38), nj.zeros({ 3, 0, 5 }),
          nj.data.loader(set, { batch_size = ma }), nj.progress("", { columns = 0 }), nj.registry.text "a",
        }

        """

    @Test("Every function and method takes or refuses any two values")
    func pairs() throws {
        let result = try Host(modules: builtInModules).evaluate(
            Self.values + """
                -- What waits for a server, draws sixty thousand digits or ends the script is left out.
                local skipped = { mnist = true, generated_digits = true, from_environment = true, _read = true }
                local calls = { nj.progress, nj.sha256, nj.bundle }
                for _, name in ipairs { "data", "images", "metrics", "json", "option", "registry" } do
                  for key, call in pairs(nj[name]) do
                    if type(call) == "function" and not skipped[key] then calls[#calls + 1] = call end
                  end
                end
                local count, taken = 0, 0
                local function try(...)
                  count = count + 1
                  local fits, result = pcall(...)
                  if fits then
                    taken = taken + 1
                    if nj.type(result) ~= "Tensor" then tostring(result) end
                  end
                end
                for _, call in ipairs(calls) do
                  for _, one in ipairs(values) do
                    for _, other in ipairs(values) do try(call, one, other) end
                  end
                end
                local methods = {
                  [set] = { "image", "count" }, [picture] = { "resize", "tensor", "greyscale", "invert" },
                  [matrix] = { "add", "count", "recall", "precision", "worst" },
                }
                for object, names in pairs(methods) do
                  for _, name in ipairs(names) do
                    for _, one in ipairs(values) do
                      for _, other in ipairs(values) do try(object[name], object, one, other) end
                    end
                  end
                end
                return count > 50000, taken > 500
                """)
        #expect(result == "true true")
    }

    @Test("Every option takes or refuses any value")
    func options() throws {
        let result = try Host(modules: builtInModules).evaluate(
            Self.values + """
                local count = 0
                local function try(names, ...)
                  for _, name in ipairs(names) do
                    for _, value in ipairs(values) do
                      local arguments = table.pack(...)
                      arguments[arguments.n + 1] = { [name] = value }
                      pcall(table.unpack(arguments))
                      count = count + 1
                    end
                  end
                end
                try({ "batch_size", "shuffle", "drop_last" }, nj.data.loader, set)
                try({ "mean", "std", "dtype" }, picture.tensor, picture)
                try({ "total", "unit", "columns", "label" }, nj.progress)
                try({ "indent" }, nj.json.encode, { 1, { a = 2 } })
                try({ "min", "max", "required" }, nj.option.integer, 1, "")
                try({ "min", "max", "required" }, nj.option.number, 1, "")
                return count
                """)
        #expect(result == "\(17 * 49)")
    }
}
