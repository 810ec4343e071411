import TestSupport
import Testing

#if os(Linux)
    /// What a process holds, in one of its own: that of the tests runs many at once.
    @Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
    struct MemoryTests {
        /// Lua's collector sees a few dozen bytes for each of these objects, and would let them stand.
        @Test(
            "What a script makes in a loop and drops is freed",
            arguments: [
                // Two of 1 MB each time, 1.4 GB in all.
                "for i = 1, 700 do local t = nj.zeros(512, 512) + i end",
                // Layers of 1 MB whose parameters nobody asks for.
                "for i = 1, 300 do local layer = nn.Linear(500, 500) end",
                // Weights, gradients and the optimiser's state: 3 MB each, 360 MB in all.
                """
                local Big = nn.module "Big"
                function Big:init() self.layers = { nn.Linear(500, 500) } self.small = nn.Sequential(nn.Linear(10, 10)) end
                function Big:forward(x) return self.layers[1](x) end
                for i = 1, 120 do
                  local net = Big()
                  local optimizer = nj.optim.SGD(net:parameters(), { momentum = 0.9 })
                  net(nj.ones(2, 500)):sum():backward()
                  optimizer:step()
                end
                """,
                // Networks that are small, but many.
                """
                local Small = nn.module "Small"
                function Small:init() self.a = nn.Linear(50, 50) self.b = { nn.ReLU(), nn.Linear(50, 10) } end
                for i = 1, 500 do local net = Small() net:train() net.b[3] = nn.ReLU() net:parameters() end
                """,
                // The history of each loss is as large as all that led to it.
                """
                local net = nn.Linear(500, 500)
                for i = 1, 400 do
                  local x = nj.ones(100, 500)
                  for _ = 1, 5 do x = net(x) end
                  local loss = x:sum()
                  if i % 2 == 0 then loss:backward() net:zero_grad() end
                end
                """,
            ])
        func loops(body: String) throws {
            let scratch = try ScratchDirectory()
            let script = try scratch.write(
                "loop.lua",
                """
                local nj = require "nightjar"
                local nn = nj.nn
                \(body)
                for line in io.lines("/proc/self/status") do
                  local kilobytes = line:match("^VmHWM:%s*(%d+)")
                  if kilobytes then print(tonumber(kilobytes) < 250000 and "bounded" or kilobytes .. " kB") end
                end
                """)
            #expect(try Nightjar.run(script, in: scratch.path) == .init(output: "bounded\n"))
        }
    }
#endif
