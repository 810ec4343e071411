import Testing

@Suite("Functions are bound when a script first asks for them")
struct LateBindingTests {
    @Test(
        "and look as if they always had been there",
        arguments: [
            // pairs goes through functions that nobody has called, and once through one that was.
            (
                "local n, zeros = 0, nj.zeros for name in pairs(nj) do if name == 'zeros' or name == 'eye' then n = n + 1 end end return n",
                "2"
            ),
            ("return nj.zeros == nj.zeros, nj.zeros(1).relu == nj.ones(2).relu", "true true"),
            // What a script or a module's Lua part takes away stays away.
            (
                "local f = nj.eye nj.eye = nil return pcall(function() return nj.eye end)",
                "false test.lua:1: 'eye' is not in nightjar"
            ),
            (
                "return pcall(function() return nn.new_instance end)",
                "false test.lua:1: 'new_instance' is not in nightjar.nn"
            ),
            ("nj.eye = 3 return nj.eye", "3"),
        ])
    func functions(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }
}
