import TestSupport
import Testing

@Suite("Where a loader stands")
struct LoaderStateTests {
    /// `row` tells a batch; `made` a shuffled loader of seven images in batches of two.
    private static let begin = """
        local set = data.generated_digits { limit = 7 }
        local function made(options)
          return data.loader(set, options or { batch_size = 2, shuffle = true })
        end
        local function row(step, images, labels) return step .. ":" .. table.concat(labels:tolist(), ",") end
        local function rows(loader)
          local all = {}
          for step, images, labels in loader:batches() do all[#all + 1] = row(step, images, labels) end
          return table.concat(all, " ")
        end
        nj.manual_seed(3)

        """

    @Test("A loader goes on at any batch with the same order, draws nothing, and then begins a pass as ever")
    func goesOn() throws {
        #expect(
            try evaluate(
                Self.begin + """
                    local wrong = {}
                    for shuffled = 0, 1 do
                      for place = 0, 4 do
                        local options = { batch_size = 2, shuffle = shuffled == 1 }
                        nj.manual_seed(place)
                        local first = made(options)
                        rows(first)
                        local pass, seen = first:batches(), {}
                        for _ = 1, place do seen[#seen + 1] = row(pass()) end
                        local state, random = first:state_dict(), nj.get_rng_state()
                        local rest = {}
                        for step, images, labels in pass do rest[#rest + 1] = row(step, images, labels) end
                        local after = rows(first)
                        nj.manual_seed(99)
                        local second = made(options)
                        second:load_state_dict(state)
                        nj.set_rng_state(random)
                        if rows(second) ~= table.concat(rest, " ") or not nj.get_rng_state():equal(random)
                          or rows(second) ~= after or #rest ~= 4 - place then
                          wrong[#wrong + 1] = shuffled .. "/" .. place
                        end
                      end
                    end
                    return #wrong, table.concat(wrong, " ")
                    """) == "0 ")
    }

    @Test(
        "A sampler of the same name with other settings is refused; a list goes on with the order that it had",
        arguments: [
            ("data.RandomSampler(set, { replacement = true })", "data.RandomSampler(set)", "false"),
            (
                "data.DistributedSampler(set, { num_replicas = 2, rank = 0 })",
                "data.DistributedSampler(set, { num_replicas = 2, rank = 1 })", "false"
            ),
            ("data.WeightedRandomSampler({ 1, 2, 3 }, 4)", "data.WeightedRandomSampler({ 1, 2, 4 }, 4)", "false"),
            ("data.SubsetRandomSampler { 0, 1, 2 }", "data.SubsetRandomSampler { 0, 1, 3 }", "false"),
            ("data.SubsetRandomSampler { 0, 1, 2 }", "data.SubsetRandomSampler { 0, 1, 2 }", "true"),
            ("{ 0, 1, 2, 3 }", "{ 3, 2, 1, 0 }", "true same"),
        ])
    func samplers(saved: String, other: String, expected: String) throws {
        #expect(
            try evaluate(
                Self.begin + """
                    local first = made { batch_size = 1, sampler = \(saved) }
                    local pass = first:batches()
                    pass()
                    local state = first:state_dict()
                    local second = made { batch_size = 1, sampler = \(other) }
                    local taken = pcall(second.load_state_dict, second, state)
                    if not taken or ("\(saved)"):sub(1, 1) ~= "{" then return taken end
                    local rest = {}
                    for step, images, labels in pass do rest[#rest + 1] = row(step, images, labels) end
                    return taken, rows(second) == table.concat(rest, " ") and "same" or "other"
                    """) == expected)
    }

    @Test(
        "States",
        arguments: [
            // Before the first pass and after one nothing is in progress, after the last batch a pass still is.
            (
                """
                local l = made() local a = l:state_dict().batches rows(l) local b = l:state_dict().batches
                local pass = l:batches() local c = l:state_dict().batches
                for _ = 1, 4 do pass() end local d = l:state_dict().batches pass() return a, b, c, d, l:state_dict().batches
                """, "nil nil 0 4 nil"
            ),
            // The place survives being loaded and asked for again, before the pass goes on.
            (
                """
                local l = made() local pass = l:batches() pass()
                local other = made() other:load_state_dict(l:state_dict())
                local third = made() third:load_state_dict(other:state_dict()) return rows(third) == rows(other), rows(l) == rows(other)
                """, "true false"
            ),
            // A state between two passes changes nothing.
            (
                "local l = made() l:load_state_dict(made():state_dict()) nj.manual_seed(1) local a = rows(l) nj.manual_seed(1) return a == rows(made())",
                "true"
            ),
            (
                "local s = made():state_dict() return s.batch_size, s.shuffle, s.drop_last, s.length, s.seed",
                "2 true false 7 nil"
            ),
        ])
    func states(source: String, expected: String) throws { #expect(try evaluate(Self.begin + source) == expected) }

    @Test(
        "A state of another loader, or none, is refused",
        arguments: [
            ("made { batch_size = 3, shuffle = true }", "batch_size 2 was saved, this loader has batch_size 3"),
            ("made { batch_size = 2 }", "shuffle true was saved, this loader has shuffle false"),
            (
                "made { batch_size = 2, shuffle = true, drop_last = true }",
                "drop_last false was saved, this loader has drop_last true"
            ),
            (
                "data.loader(data.generated_digits { limit = 6 }, { batch_size = 2, shuffle = true })",
                "length 7 was saved, this loader has length 6"
            ),
        ])
    func others(loader: String, expected: String) {
        #expect(
            failure(Self.begin + "local l = made() l:batches()() \(loader):load_state_dict(l:state_dict())")
                == "test.lua:12: Loader:load_state_dict: \(expected)")
    }

    @Test(
        "Impossible states are refused",
        arguments: [
            ("batches = 5", "batches is 5, a pass has 4"), ("batches = -1", "batches is -1, a pass has 4"),
            ("batches = math.mininteger", "batches is -9223372036854775808, a pass has 4"),
            ("seed = nil", "a shuffled pass has a seed and no other has"),
            (
                "batches = 'x'",
                "bad argument 'state_dict' (what state_dict() gave expected, got string as 'batches')"
            ),
            (
                "length = nil",
                "bad argument 'state_dict' (what state_dict() gave expected, got a table without an integer 'length')"
            ),
            (
                "shuffle = nil",
                "bad argument 'state_dict' (what state_dict() gave expected, got a table without a boolean 'shuffle')"
            ),
        ])
    func impossible(change: String, expected: String) {
        #expect(
            failure(
                Self.begin + "local l = made() l:batches()() local s = l:state_dict() s.\(change) l:load_state_dict(s)")
                == "test.lua:12: Loader:load_state_dict: \(expected)")
        #expect(
            failure("data.loader(data.generated_digits { limit = 1 }):load_state_dict {}")
                == "test.lua:1: Loader:load_state_dict: bad argument 'state_dict' (what state_dict() gave expected, got a list)"
        )
    }
}
