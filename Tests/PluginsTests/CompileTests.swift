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
        #expect(try refusal("return nj.ones(3, 3):gather(1, x:gt(9):long())").contains("forward reads the elements"))
        #expect(try refusal("return x[x:gt(9)]").contains("forward reads the elements"))
        #expect(
            try refusal(
                "self.inner = self.inner or nj.nn.ReLU():eval():compile { input = { 2, 3 } } return self.inner(x - 9)"
            ).contains("forward reads the elements"))
    }

    @Test("Constant places, and sizes that an operator holds, are right for one size of the batch only")
    func places() throws {
        func size(_ body: String, input: String = "{ 2, 3 }") throws -> String {
            try evaluate(
                """
                local F, Net = nj.nn.functional, nj.nn.module "Net"
                function Net:forward(x) \(body) end
                local plan = Net():eval():compile { input = \(input) }
                return (tostring(plan):match "input (%b[])")
                """)
        }
        #expect(try size("return x:index_select(0, nj.tensor({ 0, 1 }))") == "[2, 3]")
        #expect(try size("return x:gather(1, nj.zeros({ 2, 1 }, { dtype = 'int64' }))") == "[2, 3]")
        #expect(try size("return F.max_pool2d(x:view(1, 1, -1, 4), 2)", input: "{ 2, 4 }") == "[2, 4]")
        #expect(try size("return x:view(-1, 3)") == "[n, 3]")
    }

    @Test("No images give what the network gives for none, and an input may go through as it is")
    func nothing() throws {
        #expect(
            try evaluate(
                """
                local Sum, Flat = nj.nn.module "Sum", nj.nn.module "Flat"
                function Sum:forward(x) return x:sum(0) end
                function Flat:forward(x) return x:flatten(1) end
                local sums = Sum():eval():compile { input = { 2, 3 } }(nj.zeros(0, 3))
                local flat = Flat():eval():compile { input = { 1, 2, 3 } }(nj.ones(4, 2, 3))
                return sums:tolist()[1], sums:tolist()[3], flat:shape()[1], flat:shape()[2], flat:sum():item()
                """) == "0.0 0.0 4 6 24.0")
    }

    @Test("Convolutions whose steps are wider than their images")
    func wideSteps() throws {
        #expect(
            try evaluate(
                """
                local conv = nj.nn.Conv2d(2, 2, { kernel_size = 1, groups = 2, stride = { 1 << 20, 1024 } }):eval()
                local y = nj.no_grad(function() return conv(nj.ones(1, 2, 1, 15361)) end)
                local one = nj.nn.Conv2d(127, 1, { kernel_size = { 1, 18 }, stride = { 1 << 20, 1 } }):eval()
                local x = nj.randn(1, 127, 1, 18)
                local plan = one:compile { input = { 1, 127, 1, 18 } }
                return y:shape()[4], nj.allclose(plan(x), one(x), { atol = 1e-4 })
                """) == "16 true")
    }
}
