import Testing

@Suite("Compiled networks in Lua")
struct CompileTests {
    private static let net = """
        local Net = nn.module "Net"
        function Net:init(n)
          self.conv, self.fc = nn.Conv2d(1, 4, { kernel_size = 3, padding = 1 }), nn.Linear(4 * 4 * 4, n)
        end
        function Net:forward(x)
          x = F.max_pool2d(F.relu(self.conv(x)), 2)
          return F.log_softmax(self.fc(x:view(-1, 64)), { dim = 1 })
        end
        local net = Net(3):eval()

        """

    private func result(_ code: String) throws -> String {
        try evaluate("local nn, F = nj.nn, nj.nn.functional\n" + Self.net + code)
    }

    @Test("A plan gives what the network gives, for batches of any size, and has no history")
    func agreement() throws {
        #expect(
            try result(
                """
                local plan = net:compile { input = { 1, 1, 8, 8 } }
                for _, size in ipairs { 1, 5, 33 } do
                  local x = nj.randn(size, 1, 8, 8)
                  local y = plan(x)
                  assert(nj.allclose(y, net(x), { atol = 1e-5 }) and not y:requires_grad(), size)
                end
                return tostring(plan)
                """) == """
                    Plan(
                      input [n, 1, 8, 8]
                      conv2d 1->4, 3x3 + max_pool2d 2x2 + relu -> [4, 4, 4]
                      linear 64->3 -> [3]
                      log_softmax -> [3]
                      output [n, 3]
                    )
                    """)
    }

    @Test("Whoever has several outputs gets several")
    func several() throws {
        #expect(
            try evaluate(
                """
                local Two = nj.nn.module "Two"
                function Two:init() self.a, self.b = nj.nn.Linear(2, 3), nj.nn.Linear(2, 1) end
                function Two:forward(x) return self.a(x), self.b(x) end
                local net = Two():eval()
                local a, b = net:compile { input = { 4, 2 } }(nj.ones(5, 2))
                local c, d = net(nj.ones(5, 2))
                return nj.allclose(a, c), nj.allclose(b, d), #a:shape(), b:shape()[1]
                """) == "true true 2 5")
    }

    @Test(
        "What cannot be compiled says why",
        arguments: [
            (
                "net:train():compile { input = { 1, 1, 8, 8 } }",
                "Module:compile: a network for evaluation expected, but the network is in training mode; call eval() before"
            ),
            (
                "net:compile { input = { 0, 1, 8, 8 } }",
                "Module:compile: an input's sizes, all at least 1, expected, got [0, 1, 8, 8]"
            ),
            (
                "net:compile { input = { 1, 1, 8, 8 } } (nj.zeros(1, 1, 9, 8))",
                "an input [n, 1, 8, 8] expected, got [1, 1, 9, 8]"
            ),
            (
                "net:compile { input = { 1, 1, 8, 8 } } (nj.zeros({ 1, 1, 8, 8 }, { dtype = 'float64' }))",
                "float32 expected, got float64; convert with float()"
            ),
        ])
    func refusals(code: String, message: String) throws {
        let found = try result("local ok, problem = pcall(function() return \(code) end) return ok, tostring(problem)")
        #expect(found.hasPrefix("false ") && found.contains(message), "\(found)")
    }

    @Test("A forward pass that looks at elements, draws, or changes what is not its own")
    func impurity() throws {
        func refusal(_ body: String) throws -> String {
            try evaluate(
                """
                local Net = nj.nn.module "Net"
                function Net:init() self:register_buffer("seen", nj.zeros(1)) end
                function Net:forward(x) \(body) end
                local ok, problem = pcall(function() return Net():eval():compile { input = { 2, 3 } } end)
                return ok, tostring(problem)
                """)
        }
        #expect(
            try refusal("if x:sum():item() > 0 then return x end return -x").contains(
                "forward reads the elements of a [] tensor"))
        #expect(try refusal("return x + nj.rand_like(x)").contains("forward draws random numbers"))
        #expect(try refusal("self.seen:add_(1) return x + self.seen").contains("forward changes a [1] tensor"))
        #expect(try refusal("return 1").contains("forward"))
    }
}
