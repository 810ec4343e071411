import Testing

@Suite("Modules in Lua: finding, changing and copying parts")
struct ModuleChangeTests {
    private static let net = """
        local Block = nn.module "Block"
        function Block:init(n) self.lin = nn.Linear(n, n) self.notes = { 1, { 2 } } self.fn = function() return 7 end end
        function Block:forward(x) return self.lin(x) + x end
        local Net = nn.module "Net"
        function Net:init()
          self.stem = nn.Linear(2, 2)
          self.blocks = nn.ModuleList { Block(2), Block(2) }
          self.shared = self.stem
          self.scale = nn.Parameter(nj.ones(1))
          self.frozen = nn.Parameter(nj.ones(1), { requires_grad = false })
          self:register_buffer("steps", nj.zeros(1))
          self:register_buffer("temp", nj.zeros(1), { persistent = false })
        end
        function Net:forward(x)
          for _, block in ipairs(self.blocks) do x = block(x) end
          return self.stem(x) * self.scale
        end
        local function names(...) local all = {} for name in ... do all[#all + 1] = name end return table.concat(all, " ") end
        local net = Net()

        """

    @Test(
        "What is inside is found by name, in order",
        arguments: [
            ("names(net:named_modules())", " stem blocks blocks.0 blocks.0.lin blocks.1 blocks.1.lin"),
            ("#net:modules()", "7"), ("names(net:named_children())", "stem blocks"),
            ("names(net:named_buffers { prefix = 'net' })", "net.steps net.temp"),
            ("names(net:named_parameters { recurse = false })", "scale frozen"), ("#net:parameters()", "8"),
            ("#net:parameters(false), #net:buffers()", "2 2"),
            (
                "names(net:named_state())",
                "scale frozen steps stem.weight stem.bias blocks.0.lin.weight blocks.0.lin.bias blocks.1.lin.weight "
                    + "blocks.1.lin.bias shared.weight shared.bias"
            ),
            ("net:get_submodule('blocks.1'):kind(), net:get_submodule('') == net", "Block true"),
            ("net:get_parameter('blocks.1.lin.bias'):shape()[1], net:get_buffer('steps')", "2 tensor([0.])"),
            ("net.frozen:requires_grad(), net:requires_grad_(false):parameters()[3]:requires_grad()", "false false"),
        ])
    func finding(expression: String, expected: String) throws {
        #expect(try evaluate(Self.net + "return " + expression) == expected)
    }

    @Test("apply reaches what is inside first")
    func apply() throws {
        #expect(
            try evaluate(
                Self.net + "local seen = {} net:apply(function(m) seen[#seen + 1] = m:kind() end) "
                    + "return table.concat(seen, ' ')") == "Linear Linear Block Linear Block ModuleList Net")
    }

    @Test("A copy has parts, parameters and fields of its own, and shares what was shared")
    func copying() throws {
        #expect(
            try evaluate(
                Self.net + """
                    local copy = nj.copy(net)
                    local x = nj.rand(3, 2)
                    local same = (net(x) - copy(x)):abs():sum():item()
                    collectgarbage() collectgarbage()
                    nj.no_grad(function() for _, p in ipairs(copy:parameters()) do p:fill_(0) end end)
                    copy.blocks[1].notes[2][1] = 5
                    return same, copy(x):abs():sum():item(), net(x):abs():sum():item() > 0, copy.scale:item(),
                      copy.shared == copy.stem, copy.stem ~= net.stem, copy.blocks[1].fn(),
                      net.blocks[1].notes[2][1], copy.frozen:requires_grad(), #copy:parameters()
                    """) == "0.0 0.0 true 0.0 true true 7 2 false 8")
        #expect(
            try evaluate(
                "local d = nn.Dropout(0.5) d.p = 0.25 d:eval() local c = nj.copy(d) d.p = 0.75 return c.p, c.training, "
                    + "nj.copy(nj.ones(2, { requires_grad = true })):requires_grad()") == "0.25 false true")
    }

    @Test("Types of all parameters and buffers are changed, in the fields too")
    func conversion() throws {
        #expect(
            try evaluate(
                Self.net + """
                    net:double()
                    local types = { net.scale:dtype(), net.steps:dtype(), net.stem.weight:dtype(),
                      net(nj.rand(3, 2):double()):dtype(), tostring(net.shared.weight:requires_grad()) }
                    net:to("float32")
                    return table.concat(types, " "), net.scale:dtype(), net.frozen:requires_grad()
                    """) == "float64 float64 float64 float64 true float32 false")
    }

    @Test("Parts and settings of layers are assigned")
    func layers() throws {
        #expect(
            try evaluate(
                """
                local l = nn.Linear(3, 2)
                l.weight = nn.Parameter(nj.ones(2, 3))
                l.bias = nil
                local y = l(nj.ones(1, 3))
                local d = nn.Dropout(0.5)
                d.p = 0
                l:add_module("inner", nn.ReLU())
                l:register_buffer("count", nj.zeros(1))
                l:register_parameter("extra", nj.ones(1))
                return y:detach(), l.bias, #l:parameters(), d(nj.ones(2)), d.p, l.inner:kind(), l.count, l.in_features,
                  nn.Linear(1, 1, { bias = false }).bias
                """) == "tensor([[3., 3.]]) nil 2 tensor([1., 1.]) 0 ReLU tensor([0.]) 3 nil")
    }

    @Test("A state dict in part says what did not fit, and converts types")
    func partialState() throws {
        #expect(
            try evaluate(
                """
                local l = nn.Linear(2, 1)
                local r = l:load_state_dict({ weight = nj.tensor { { 1, 2 } }, other = nj.ones(1) }, { strict = false })
                local all = l:load_state_dict(l:state_dict())
                return l.weight:dtype(), l.weight:detach(), r.missing_keys[1], r.unexpected_keys[1], #all.missing_keys
                """) == "float32 tensor([[1., 2.]]) bias other 0")
    }

    @Test("Forward hooks see inputs and change outputs until they are removed")
    func forwardHooks() throws {
        #expect(
            try evaluate(
                Self.net + """
                    local l = nn.Linear(2, 1, { bias = false })
                    l.weight = nn.Parameter(nj.ones(1, 2))
                    local h = l:register_forward_hook(function(m, inputs, out) assert(m == l and #inputs == 1) return out * 2 end)
                    local first = l(nj.ones(2)):item()
                    h:remove()
                    local other = net:register_forward_hook(function(m, inputs, out) return out * 0 end)
                    local none = net(nj.ones(1, 2)):abs():sum():item()
                    other:remove()
                    return first, l(nj.ones(2)):item(), none, net(nj.ones(1, 2)):abs():sum():item() > 0
                    """) == "4.0 2.0 0.0 true")
    }

    @Test("Containers give up their parts")
    func containers() throws {
        #expect(
            try evaluate(
                """
                local s = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Linear(1, 1))
                local tanh, last = s:pop(2), s:pop()
                local d = nn.ModuleDict { b = nn.ReLU(), a = nn.Tanh() }
                d:update { c = nn.Linear(1, 1), a = nn.ReLU() }
                local gone, pairs_seen = d:pop("b"), {}
                for name, module in pairs(d) do pairs_seen[#pairs_seen + 1] = name .. module:kind() end
                return tanh:kind(), last:kind(), #s, table.concat(d:keys(), " "), #d:values(), d:contains("b"), gone:kind(),
                  table.concat(pairs_seen, " "), #d:clear()
                """) == "Tanh Linear 1 a c 2 false ReLU aReLU cLinear 0")
    }

    @Test(
        "Mistakes",
        arguments: [
            (
                "net:get_submodule('blocks.7')",
                "Module:get_submodule: blocks (ModuleList) has no part '7' (there are: 0, 1)"
            ),
            ("net:get_parameter('stem.odd')", "Module:get_parameter: shared (Linear 2->2) has no parameter 'odd'"),
            (
                "nn.Linear(1, 1).weight = nj.ones(1, 1)",
                "'weight' is a parameter of Linear: nn.Parameter(...) or nil expected, got tensor"
            ),
            ("nn.Linear(1, 1).odd = 1", "Linear has no field 'odd' that can be set to a number"),
            ("nn.Linear(1, 1).in_features = 2", "Linear: 'in_features' is fixed when a Linear is made"),
            ("nn.Dropout(0.5).p = 'x'", "Dropout: 'p' is fixed when a Dropout is made"),
            (
                "nn.Linear(1, 1):to('int64')", "Module:to: a floating-point type expected for a module, got int64"
            ),
            ("nn.Sequential():pop()", "Sequential:pop: Sequential is empty"),
            ("nn.ModuleDict():pop('x')", "ModuleDict:pop: ModuleDict has no part 'x' (there are: none)"),
            (
                "nn.Linear(2, 1):load_state_dict { weight = nj.ones(2, 1), x = nj.ones(1) }",
                "Module:load_state_dict: cannot load the state dict: it is for another network: missing bias; unexpected x; "
                    + "weight has shape [2, 1], expected [1, 2]"
            ),
        ])
    func mistakes(source: String, expected: String) {
        #expect(failure(Self.net + source) == "test.lua:20: " + expected)
    }
}
