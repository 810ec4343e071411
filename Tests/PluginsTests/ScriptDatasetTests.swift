import Testing

@Suite("Data sets written in Lua")
struct ScriptDatasetTests {
    /// `rows` gives the values of all batches.
    private static let begin = """
        local function show(value)
          if nj.is_tensor(value) then return table.concat(value:tolist(), ",") end
          if type(value) == "table" and #value > 0 then
            local parts = {}
            for i, item in ipairs(value) do parts[i] = show(item) end
            return "{" .. table.concat(parts, " ") .. "}"
          end
          return tostring(value)
        end
        local function rows(loader)
          local all = {}
          for _, a, b in loader:batches() do all[#all + 1] = show(a) .. (b ~= nil and ":" .. show(b) or "") end
          return table.concat(all, " ")
        end
        local five = { count = 5, get = function(_, i) return nj.tensor(i), i * i end }

        """

    @Test(
        "A length and get make a data set",
        arguments: [
            ("return rows(data.loader(five, { batch_size = 2 }))", "0,1:0,1 2,3:4,9 4:16"),
            ("return rows(data.loader({ len = function() return 2 end, get = five.get }))", "0:0 1:1"),
            ("return rows(data.loader({ count = function(s) return s.n end, n = 2, get = five.get }))", "0:0 1:1"),
            (
                """
                local Set = {} Set.__index = Set Set.__len = function(s) return s.n end
                function Set:get(i) return i + self.n end
                return rows(data.loader(setmetatable({ n = 3 }, Set), { batch_size = 3 }))
                """, "3,4,5"
            ),
            // A sampler of its own, as a list and as a function that is asked for each pass.
            ("return rows(data.loader(five, { batch_size = 2, sampler = { 4, 0, 4 } }))", "4,0:16,0 4:16"),
            (
                """
                local calls = 0
                local l = data.loader(five, { batch_size = 2, sampler = function() calls = calls + 1 return { calls } end })
                return rows(l), rows(l), pcall(function() return #l end)
                """,
                "1:1 2:4 false test.lua:18: operator #: how much a pass has is not known before it where the sampler is a function"
            ),
            // What collate gets: samples of several values are lists, others themselves.
            (
                """
                local l = data.loader(five, { batch_size = 2, collate = function(samples)
                  return #samples, samples[1][2] end })
                return rows(l)
                """, "2:0 2:4 1:16"
            ),
            (
                """
                local words = { count = 3, get = function(_, i) return ("x"):rep(i) end }
                return rows(data.loader(words, { batch_size = 3 })),
                  rows(data.loader(words, { batch_size = 2, collate = function(s) return table.concat(s, "|") end }))
                """, "{ x xx} |x xx"
            ),
            // Tables pass through collate as they are, with their metatables.
            (
                """
                local kind = { __tostring = function() return "mine" end }
                local own = { count = 1, get = function() return setmetatable({}, kind) end }
                return rows(data.loader(own, { collate = function(samples) return samples[1] end }))
                """, "mine"
            ),
            ("return #data.loader(five, { batch_size = 2 }), data.loader(five, { batch_size = 2 }):images()", "3 5"),
            ("return rows(data.loader(data.Subset(five, { 3, 1 }), { batch_size = 2 }))", "3,1:9,1"),
            ("return #data.ConcatDataset { five, five }, data.ConcatDataset(five, five):get(7)", "10 tensor(2) 4"),
            (
                "local a, b = table.unpack(data.random_split(five, { 0.5, 0.5 })) return #a, #b, #data.Subset(a, { 1 })",
                "3 2 1"
            ),
            // A loader runs inside a coroutine, and begins in another.
            (
                """
                local pass = coroutine.wrap(function() return data.loader(five, { batch_size = 5 }):batches() end)()
                return coroutine.wrap(function() return (select(2, pass())) end)()
                """, "tensor([0, 1, 2, 3, 4])"
            ),
            // A length that grows is seen by the next pass.
            (
                """
                local grown = { n = 1, count = function(s) return s.n end, get = five.get }
                local l = data.loader(grown, { batch_size = 9 })
                local before = rows(l) grown.n = 3 return before, rows(l)
                """, "0:0 0,1,2:0,1,4"
            ),
        ])
    func sets(source: String, expected: String) throws { #expect(try evaluate(Self.begin + source) == expected) }

    @Test(
        "Mistakes",
        arguments: [
            ("data.loader {}", "data.loader: a data set has a function get(self, index), this has none"),
            (
                "data.loader { get = print }",
                "data.loader: a data set has a length, __len, count or len, this has none"
            ),
            (
                "data.loader { get = print, count = function() return 'x' end }",
                "data.loader: count of the data set gave string, an integer expected"
            ),
            ("data.loader { get = print, count = -1 }", "data.loader: a length of at least 0 expected, got -1"),
            (
                "data.loader { get = print, count = 0 }",
                "data.loader: a data set with items expected, this one has none"
            ),
            ("data.loader(nj.zeros(2))", "data.loader: bad argument 'dataset' (data set expected, got Tensor)"),
            (
                "rows(data.loader { count = 1, get = function() end })",
                "loader:batches: get(0) of the data set returned nothing"
            ),
            (
                "rows(data.loader { count = 1, get = function() return nil end })",
                "loader:batches: item 0 gives nil, of which no batch can be made: give tensors, numbers, strings or tables of them, or the loader a function 'collate'"
            ),
            (
                "rows(data.loader { count = 1, get = function() return print end })",
                "loader:batches: item 0 gives a function, of which no batch can be made: give tensors, numbers, strings or tables of them, or the loader a function 'collate'"
            ),
            (
                "rows(data.loader({ count = 3, get = function(_, i) return i, nj.zeros(i, 2) end }, { batch_size = 3 }))",
                "loader:batches: item 0 gives a tensor of shape [0, 2], item 1 one of shape [1, 2] as value 2: make them alike, or give the loader a function 'collate'"
            ),
            (
                "rows(data.loader({ count = 2, get = function(_, i) return i == 0 and 1 or 'x' end }, { batch_size = 2 }))",
                "loader:batches: item 0 gives a number, item 1 a string: make them alike, or give the loader a function 'collate'"
            ),
            (
                "rows(data.loader({ count = 2, get = function(_, i) if i == 0 then return 1, 2 end return 1 end }, { batch_size = 2 }))",
                "loader:batches: item 0 has 2 values, item 1 has 1: make them alike, or give the loader a function 'collate'"
            ),
            (
                "rows(data.loader({ count = 2, get = function(_, i) return i == 0 and { x = 1 } or { y = 1 } end }, { batch_size = 2 }))",
                "loader:batches: item 0 gives a field 'x', item 1 none: make them alike, or give the loader a function 'collate'"
            ),
            (
                "local t = {} t[1] = t rows(data.loader { count = 1, get = function() return t end })",
                "loader:batches: the items hold tables more than 100 deep"
            ),
            (
                "local t = {} for _ = 1, 60 do t = { t, t } end rows(data.loader { count = 1, get = function() return t end })",
                "loader:batches: the items hold too many tables"
            ),
            (
                "rows(data.loader { count = 1, get = function() return { 1, x = 2 } end })",
                "loader:batches: an item holds a table that is neither a list nor all names"
            ),
            (
                "data.loader(five, { sampler = { 1 }, shuffle = true })",
                "data.loader: either a sampler or shuffle expected, got both"
            ),
            (
                "data.loader(five, { sampler = { 'x' } })",
                "data.loader: the sampler's list has string as item 1, integers expected"
            ),
            (
                "data.loader(five, { sampler = 5 })",
                "data.loader: bad argument 'sampler' (sampler, list of indices or function expected, got number)"
            ),
            (
                "rows(data.loader(data.TensorDataset(nj.zeros(5)), { sampler = { 5 } }))",
                "loader:batches: index 5 is not in 0..<5"
            ),
            (
                "rows(data.loader(five, { sampler = function() return 1 end }))",
                "Loader:batches: the sampler gives a list of indices for each pass, this gave none"
            ),
            (
                "data.Subset(five, { 0, 5 })",
                "data.Subset: bad argument 'indices' (indices in 0..<5 expected, got 5)"
            ),
            (
                "rows(data.loader({ count = 1 << 62, get = five.get }, { batch_size = math.maxinteger }))",
                "loader:batches: a batch of at most 16777216 items is made, this has 4611686018427387904: give a batch_size"
            ),
            (
                "data.ConcatDataset { { count = 1 << 62, get = print }, { count = 1 << 62, get = print } }",
                "data.ConcatDataset: the data sets have more samples than can be counted"
            ),
            (
                "data.random_split({ count = 1 << 62, get = print }, { 0.5, 0.5 })",
                "data.random_split: [4611686018427387904] is more than memory can hold"
            ),
            (
                "data.random_split(five, { 2, 2 })",
                "data.random_split: lengths that add up to 5 expected, got 2, 2"
            ),
            (
                "data.random_split(five, { 0.5, 0.25 })",
                "data.random_split: bad argument 'lengths' (integers that add up to 5, or fractions that add up to 1 expected, got 0.5, 0.25)"
            ),
            (
                "data.random_split(five, { -0.5, 1.5 })",
                "data.random_split: fractions from 0 to 1 that add up to 1 expected, got -0.5, 1.5"
            ),
            (
                "data.TensorDataset(nj.zeros(2), nj.zeros(3, 1))",
                "data.TensorDataset: tensors with as many rows expected, got [2] and [3, 1] as tensor 2"
            ),
            (
                "data.TensorDataset(nj.tensor(1))",
                "data.TensorDataset: tensor 1 has no dimensions: tensors with rows expected"
            ),
            ("data.TensorDataset()", "data.TensorDataset: at least one tensor expected, got none"),
            (
                "data.ConcatDataset { five, 3 }",
                "data.ConcatDataset: bad argument 'datasets' (data sets expected, got number as item 2)"
            ),
            (
                "data.WeightedRandomSampler({ 1, -1 }, 2)",
                "data.WeightedRandomSampler: finite weights of at least 0 expected, got -1.0 for item 1"
            ),
            (
                "data.WeightedRandomSampler({ 1, 0 }, 2, { replacement = false })",
                "data.WeightedRandomSampler: at most 1 samples expected, as many as have weights above 0, got num_samples 2 without replacement"
            ),
            (
                "data.DistributedSampler(five, { num_replicas = 2, rank = 2 })",
                "data.DistributedSampler: a rank in 0..<2 expected, got 2"
            ),
        ])
    func mistakes(source: String, expected: String) {
        #expect(failure(Self.begin + source) == "test.lua:\(source.contains("rows(") ? 12 : 16): \(expected)")
    }

    @Test("An error of get, of a length and of collate is the script's own, with its line")
    func ownErrors() {
        for source in [
            "rows(data.loader { count = 1, get = function() error 'mine' end })",
            "rows(data.loader(five, { collate = function() error 'mine' end }))",
            "data.loader { count = function() error 'mine' end, get = five.get }",
        ] {
            #expect(failure(Self.begin + source).hasPrefix("test.lua:16: mine"))
        }
    }

    @Test("A batch that fails was handed out: the next is the one after it")
    func goingOn() throws {
        #expect(
            try evaluate(
                Self.begin + """
                    local bad = { count = 3, get = function(_, i) return i == 1 and error("bad", 0) or i end }
                    local pass = data.loader(bad):batches()
                    local a, b, c = select(2, pass()), select(2, pcall(pass)), { pass() }
                    return show(a), tostring(b), c[1], show(c[2]), pass()
                    """) == "0 bad 3 2 nil")
    }

    @Test("Tensors that need gradients keep them in a batch")
    func gradients() throws {
        #expect(
            try evaluate(
                """
                local x = nj.ones(3, 2, { requires_grad = true })
                for _, batch in data.loader(data.TensorDataset(x), { batch_size = 2 }):batches() do batch:sum():backward() end
                return x:grad():sum():item()
                """) == "6.0")
    }

    @Test(
        "Every sampler's pass goes on where it stood",
        arguments: [
            "data.RandomSampler(five, { replacement = true, num_samples = 9 })", "data.SequentialSampler(five)",
            "data.SubsetRandomSampler { 4, 2, 0, 1, 3 }", "data.WeightedRandomSampler({ 1, 2, 3, 4, 5 }, 9)",
            "data.DistributedSampler(five, { num_replicas = 1, rank = 0 })", "{ 4, 3, 2, 1 }",
            "function() return nj.randperm(5):tolist() end",
        ])
    func states(sampler: String) throws {
        #expect(
            try evaluate(
                Self.begin + """
                    nj.manual_seed(5)
                    local function made() return data.loader(five, { batch_size = 2, sampler = \(sampler) }) end
                    local first = made()
                    local pass = first:batches()
                    pass()
                    local state, random = first:state_dict(), nj.get_rng_state()
                    local rest = {}
                    for step, a in pass do rest[#rest + 1] = step .. "=" .. show(a) end
                    nj.manual_seed(6)
                    local second = made()
                    second:load_state_dict(state)
                    nj.set_rng_state(random)
                    local again = {}
                    for step, a in second:batches() do again[#again + 1] = step .. "=" .. show(a) end
                    return #rest > 0, table.concat(again, " ") == table.concat(rest, " "),
                      nj.get_rng_state():equal(random)
                    """) == "true true true")
    }

    @Test("A state of another sampler is refused")
    func otherSampler() {
        #expect(
            failure(
                Self.begin + """
                    local l = data.loader(five, { sampler = { 1, 2 } })
                    data.loader(five, { sampler = data.SequentialSampler(five) }):load_state_dict(l:state_dict())
                    """)
                == "test.lua:17: Loader:load_state_dict: sampler a script's sampler was saved, this loader has sampler SequentialSampler"
        )
    }
}
