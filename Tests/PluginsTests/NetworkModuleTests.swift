import Testing

/// A block, a network with a list of layers between two others, and the names of all parameters.
private let kinds = """

    local Block = nn.module "Block"
    function Block:init(n) self.lin = nn.Linear(n, n) self.scale = 3 end
    function Block:forward(x) return self.lin(x) * self.scale end
    local Net = nn.module "Net"
    function Net:init(n)
      self.first = nn.Linear(1, 1)
      self.layers = {}
      for i = 1, n do self.layers[i] = nn.Linear(1, 1, { bias = false }) end
      self.last = nn.Linear(1, 1)
    end
    local function names(net)
      local all = {}
      for name in net:named_parameters() do all[#all + 1] = name end
      return table.concat(all, " ")
    end

    """
/// The line on which a test's own source begins.
private let firstLine = kinds.split(separator: "\n", omittingEmptySubsequences: false).count

@Suite("Networks in Lua")
struct NetworkModuleTests {
    private func run(_ source: String) throws -> String { try evaluate(kinds + source) }

    /// The message of an error on line `line` of the source.
    private func error(_ source: String, line: Int = 1) -> String {
        let message = failure(kinds + source)
        let position = "test.lua:\(firstLine + line - 1): "
        return message.hasPrefix(position) ? String(message.dropFirst(position.count)) : "elsewhere: \(message)"
    }

    @Test(
        "Kinds, fields, calls",
        arguments: [
            (
                "local b = Block(2) return b.scale, b.lin, b.nothing, b:kind(), nj.type(b)",
                "3 Linear(2->2) nil Block ScriptModule"
            ),
            ("local b = Block(2) b.scale = 5 b.note = 'x' return b.scale, b.note, names(b)", "5 x lin.weight lin.bias"),
            ("return Block(2)(nj.zeros(1, 2)):size(1), Block(2):forward(nj.zeros(1, 2)):size(1)", "2 2"),
            ("return tostring(Block), names(Net(0))", "nn.module Block first.weight first.bias last.weight last.bias"),
            ("local E = nn.module 'E' return #E(1, 2):parameters(), E()", "0 E()"),
            // Several arguments and results are the module's own affair.
            ("local P = nn.module 'P' function P:forward(a, b) return b, a end return P()(1, 2)", "2 1"),
            (
                "local net = Net(1) return net.first.weight:shape()[1], net.first.bias:requires_grad(), net.first.training",
                "1 true true"
            ),
            ("local net = Net(1) net.first.weight:detach():fill_(7) return net:parameters()[1]:item()", "7.0"),
        ])
    func calls(source: String, expected: String) throws {
        #expect(try run(source) == expected)
    }

    @Test(
        "Inheritance",
        arguments: [
            (
                "local C = nn.module('C', Block) function C:init() Block.init(self, 1) self.extra = nn.Linear(1, 2) end return names(C()), C()(nj.zeros(1, 1)):size(1), C():kind()",
                "lin.weight lin.bias extra.weight extra.bias 1 C"
            ),
            ("local C = nn.module('C', Block) return C(2).scale", "3"),
            (
                "local C = nn.module('C', Block) function C:forward(x) return Block.forward(self, x) - x * 0 end return C(1)(nj.zeros(1, 1)):dim()",
                "2"
            ),
            // A kind without init has one that does nothing, as in PyTorch.
            (
                "local A = nn.module 'A' local B = nn.module('B', A) function B:init() A.init(self) self.k = 2 end return B().k",
                "2"
            ),
            (
                "local C = nn.module('C', nn.Sequential) return C(nn.ReLU(), nn.Tanh())",
                "C(\n  (0): ReLU()\n  (1): Tanh()\n)"
            ),
        ])
    func inheritance(source: String, expected: String) throws {
        #expect(try run(source) == expected)
    }

    @Test(
        "Replacing and taking away",
        arguments: [
            (
                "net.first = nn.Linear(2, 3) return names(net), net:parameters()[1]:size(1)",
                "first.weight first.bias layers.0.weight last.weight last.bias 2"
            ),
            ("net.first = nil return names(net), net.first", "layers.0.weight last.weight last.bias nil"),
            (
                "net.first = nil net.first = nn.Linear(1, 1, { bias = false }) return names(net)",
                "layers.0.weight last.weight last.bias first.weight"
            ),
            (
                "net.scale = nn.Parameter(nj.ones(2)) return names(net), net.scale:requires_grad()",
                "scale first.weight first.bias layers.0.weight last.weight last.bias true"
            ),
            (
                "net.scale = nn.Parameter(nj.ones(2)) net.scale = nil return names(net)",
                "first.weight first.bias layers.0.weight last.weight last.bias"
            ),
            ("net.first = nn.Parameter(nj.ones(2)) return names(net)", "first layers.0.weight last.weight last.bias"),
            (
                "net.plain = nj.ones(2) return names(net), net.plain",
                "first.weight first.bias layers.0.weight last.weight last.bias tensor([1., 1.])"
            ),
            (
                "local l = nn.Linear(1, 1) net.a, net.b = l, l return #net:parameters(), net:state_dict()['b.bias'] ~= nil",
                "7 true"
            ),
        ])
    func replacing(source: String, expected: String) throws {
        #expect(try run("local net = Net(1) " + source) == expected)
    }

    @Test(
        "Lists of layers in a field, as they are when someone asks",
        arguments: [
            ("return names(net)", "first.weight first.bias layers.0.weight layers.1.weight last.weight last.bias"),
            (
                "table.insert(net.layers, nn.Linear(1, 1)) return names(net)",
                "first.weight first.bias layers.0.weight layers.1.weight layers.2.weight layers.2.bias last.weight last.bias"
            ),
            (
                "table.remove(net.layers) return names(net)",
                "first.weight first.bias layers.0.weight last.weight last.bias"
            ),
            ("net.layers = {} return names(net)", "first.weight first.bias last.weight last.bias"),
            ("net.layers = nil return names(net)", "first.weight first.bias last.weight last.bias"),
            (
                "net.layers = { Block(1) } return names(net)",
                "first.weight first.bias layers.0.lin.weight layers.0.lin.bias last.weight last.bias"
            ),
            ("net.layers = nn.ReLU() return names(net)", "first.weight first.bias last.weight last.bias"),
            (
                "net.first = { nn.Linear(1, 1, false) } return names(net)",
                "first.0.weight layers.0.weight layers.1.weight last.weight last.bias"
            ),
            (
                "net.layers = Net(1) return names(net)",
                "first.weight first.bias layers.first.weight layers.first.bias layers.layers.0.weight layers.last.weight layers.last.bias last.weight last.bias"
            ),
            (
                "table.insert(net.layers, nn.Dropout()) net:eval() return net.layers[3].training, net.training",
                "false false"
            ),
            (
                "table.insert(net.layers, nn.ReLU()) return tostring(net):match('%(2%): [^\\n]*'), #net:children()",
                "(2): ReLU() 3"
            ),
            ("table.insert(net.layers, nn.Linear(1, 1)) return net:state_dict()['layers.2.bias'] ~= nil", "true"),
        ])
    func lists(source: String, expected: String) throws {
        #expect(try run("local net = Net(2) " + source) == expected)
    }

    /// Lua's order of a table's pairs differs from run to run.
    @Test("Several lists keep the order in which they were assigned")
    func listOrder() throws {
        let source = """
            local Many = nn.module "Many"
            function Many:init()
              for i = 20, 1, -1 do self["l" .. i] = { nn.Linear(1, 1, { bias = false }) } end
            end
            return names(Many())
            """
        #expect(try run(source) == (1...20).reversed().map { "l\($0).0.weight" }.joined(separator: " "))
    }

    @Test(
        "Sequential and ModuleList",
        arguments: [
            (
                "local s = nn.Sequential(Block(2), nn.ReLU()) return names(s), #s, s[1].scale, s[2], s[3]",
                "0.lin.weight 0.lin.bias 2 3 ReLU() nil"
            ),
            ("return nn.Sequential { nn.ReLU(), nn.Tanh() }", "Sequential(\n  (0): ReLU()\n  (1): Tanh()\n)"),
            ("return nn.Sequential()(nj.ones(1))", "tensor([1.])"),
            (
                "local s = nn.Sequential(nn.ReLU()) s[1] = nn.Tanh() s[2] = nn.ReLU() s:append(nn.Sigmoid()) return s",
                "Sequential(\n  (0): Tanh()\n  (1): ReLU()\n  (2): Sigmoid()\n)"
            ),
            (
                "local l = nn.ModuleList { nn.ReLU(), nn.Tanh() } l[2] = nil local n = 0 for i, m in ipairs(l) do n = n + i end return #l, n",
                "1 1"
            ),
            (
                "local n = 0 for name, m in nn.Sequential(nn.ReLU(), nn.Tanh()):named_children() do n = n .. name .. m:kind() end return n",
                "00ReLU1Tanh"
            ),
        ])
    func containers(source: String, expected: String) throws {
        #expect(try run(source) == expected)
    }

    @Test("Modules that only a network holds keep their fields through collections")
    func collectedChildren() throws {
        let source = """
            local seq = nn.Sequential(Block(2), nn.Sequential(Block(2)))
            local list = nn.ModuleList { Block(2) }
            local net = Net(0)
            net.layers = { Block(1) }
            net:register_module("more", Block(1))
            net:parameters()
            collectgarbage() collectgarbage()
            nj.zeros(100):release()
            return seq(nj.zeros(1, 2)):size(1), seq[2][1].scale, list[1].scale, net:children()[3][1].scale, net.more.scale,
              seq:children()[1].scale
            """
        #expect(try run(source) == "2 3 3 3 3 3")
    }

    @Test(
        "Buffers",
        arguments: [
            (
                "return names(net), net.mean, net:state_dict().mean",
                "first.weight first.bias last.weight last.bias tensor([0., 0.]) tensor([0., 0.])"
            ),
            ("net.mean = nj.ones(2) return net.mean, net:state_dict().mean", "tensor([1., 1.]) tensor([1., 1.])"),
            ("net.mean = nil return net.mean, net:state_dict().mean", "nil nil"),
            ("net.mean:add_(5) return net:state_dict().mean", "tensor([5., 5.])"),
            (
                "net.mean = nn.Parameter(nj.ones(2)) return names(net)",
                "mean first.weight first.bias last.weight last.bias"
            ),
        ])
    func buffers(source: String, expected: String) throws {
        #expect(try run("local net = Net(0) net:register_buffer('mean', nj.zeros(2)) " + source) == expected)
    }

    @Test("Registering by a method is the same as by a field")
    func registering() throws {
        #expect(
            try run(
                "local net = Net(0) net:register_parameter('p', nj.zeros(1)) net:register_module('m', nn.ReLU()) local p, m = net.p, net.m net:unregister('p') return p:requires_grad(), m, net.p, names(net)"
            ) == "true ReLU() nil first.weight first.bias last.weight last.bias")
    }

    @Test("train and eval reach everything, from layers inside too")
    func modes() throws {
        #expect(
            try run(
                """
                local net = Net(1)
                local before = net.training
                local same = net:eval() == net
                local after, inside = net.training, net.last.training
                net.last:train()
                return before, same, after, inside, net.last.training, net.training, net:train(false).training
                """) == "true true false false true false false")
    }

    @Test(
        "Mistakes",
        arguments: [
            ("Net(0)(nj.ones(1))", "Net has no forward; define function Net:forward(x)"),
            (
                "local net = Net(0) net.training = true",
                "training is set by net:train() and net:eval(), which reach every module inside"
            ),
            (
                "local net = Net(0) net.me = net",
                "Net: a module cannot contain itself (as 'me')"
            ),
            (
                "local net = Net(0) net['a.b'] = nn.ReLU()",
                "Net: a name without dots expected for a part of a network, got 'a.b'"
            ),
            ("local net = Net(0) net.first = 5", "'first' is a module of Net: module or nil expected, got number"),
            (
                "local net = Net(0) net.first = nj.ones(1)",
                "'first' is a module of Net: module or nil expected, got tensor"
            ),
            ("local net = Net(1) net.layers = 5", "'layers' is a module of Net: module or nil expected, got number"),
            (
                "local net = Net(0) net.w = nn.Parameter(nj.ones(1)) net.w = net.w * 2",
                "'w' is a parameter of Net: nn.Parameter(...) or nil expected, got tensor"
            ),
            (
                "local net = Net(0) net:register_buffer('b', nj.ones(1)) net.b = 1",
                "'b' is a buffer of Net: tensor or nil expected, got number"
            ),
            (
                "local net = Net(0) net.layers = { nn.ReLU(), 5 }",
                "Net.layers is a list of modules, but its element 2 is a number"
            ),
            (
                "local net = Net(1) table.insert(net.layers, {}) net:parameters()",
                "Net.layers is a list of modules, but its element 2 is a table"
            ),
            (
                "local net = Net(0) net[true] = nn.ReLU()",
                "Net: parts of a network are assigned to fields with names, got the key true"
            ),
            (
                "local l = nn.ModuleList() l[2] = nn.ReLU()",
                "ModuleList: a module at a place from 1 to 1 expected, got module at 2"
            ),
            (
                "local l = nn.ModuleList { nn.ReLU(), nn.ReLU() } l[1] = nil",
                "ModuleList: a module at a place from 1 to 3 expected, got nil at 1"
            ),
            (
                "nn.ModuleList { nn.ReLU(), 5 }",
                "nn.ModuleList: bad argument 'modules' (list of Module expected, got number as item 2)"
            ),
            ("nn.ModuleList():append(5)", "ModuleList:append: bad argument 'module' (Module expected, got number)"),
            (
                "nn.Sequential(nn.ReLU(), nj.ones(1))",
                "nn.Sequential: bad argument 'modules' (Module expected, got Tensor as item 2)"
            ),
            ("nn.module()", "nn.module: bad argument 'name' (string expected, got nothing)"),
            ("nn.module('x', {})", "nn.module: bad argument 'parent' (what nn.module returned expected, got table)"),
            ("nn.Linear(2, 3)(5)", "Module: bad argument 'inputs' (Tensor expected, got number)"),
            (
                "nn.Linear(2, 3)(nj.ones(1, 3))",
                "in Linear 2->3: expected 2 input features, got 3 (input [1, 3], weight [3, 2])"
            ),
            (
                "nn.Linear { in_features = 1 }",
                "nn.Linear: bad argument 'out_features' (integer of at least 0 expected, got nil)"
            ),
            (
                "nn.Conv2d(1, 2, { kernel_sze = 5 })",
                "nn.Conv2d: unknown option 'kernel_sze' (did you mean 'kernel_size'?)"
            ),
            (
                "nn.Conv2d(3, 4, 1, { groups = 2 })",
                "nn.Conv2d: 3 input channels and 4 output channels cannot be divided into 2 groups"
            ),
            (
                "nn.functional.dropout(nj.ones(1), 1.5)",
                "dropout: bad argument 'p' (number from 0.0 to 1.0 expected, got 1.5)"
            ),
            ("nn.Dropout(1.5)", "nn.Dropout: bad argument 'p' (number from 0.0 to 1.0 expected, got 1.5)"),
            ("local x = nn.Conv3d", "'Conv3d' is not in nightjar.nn (did you mean 'Conv1d'?)"),
            ("local x = nn.ReLU().weight", "Module has no method 'weight'"),
            ("nn.Parameter(5)", "nn.Parameter: bad argument 'data' (Tensor expected, got number)"),
        ])
    func mistakes(source: String, expected: String) {
        #expect(error(source) == expected)
    }

    @Test("A list that was refused leaves the network as it was")
    func refusedList() throws {
        #expect(
            try run("local net = Net(1) pcall(function() net.layers = { nn.ReLU(), 5 } end) return names(net)")
                == "first.weight first.bias layers.0.weight last.weight last.bias")
    }

    @Test("Errors inside a network name the layer's path and the script's line")
    func paths() {
        let deep = """
            local Deep = nn.module "Deep"
            function Deep:init()
              self.features = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(1, 32, 3))
              self.blocks = { nn.Linear(4, 4) }
            end
            function Deep:forward(x)
              local y = self.features(x)
              return y
            end

            """
        #expect(
            error(deep + "local y = Deep()(nj.ones(1, 1, 9, 9))", line: 7)
                == "in features.3 (Conv2d 1->32, 3x3): expected 1 input channel, got 3 (input [1, 3, 3, 3], weight [32, 1, 3, 3])"
        )
        #expect(
            error(deep + "local y = Deep().blocks[1](nj.ones(5))", line: 10)
                == "in blocks.0 (Linear 4->4): expected 4 input features, got 5 (input [5], weight [4, 4])")
        #expect(
            error(
                """
                local Own = nn.module "Own"
                function Own:forward(x)
                  error("mine")
                end
                nn.Sequential(Own(), nn.ReLU())(nj.ones(1))
                """, line: 3) == "mine")
        #expect(
            error(
                """
                local Own = nn.module "Own"
                function Own:init()
                  local x = nj.zeros(2) + nj.zeros(3)
                end
                nn.Sequential(Own())
                """, line: 3) == "operator +: shapes [2] and [3] do not fit: sizes 2 and 3 in dimension -1")
    }

    @Test(
        "State dicts",
        arguments: [
            (
                "local s = a:state_dict() s['first.bias']:fill_(5) return a.first.bias",
                "tensor([5.], requires_grad=true)"
            ),
            (
                "b:load_state_dict(a:state_dict()) return b.first.weight:sub(a.first.weight):abs():sum():item(), b.first.weight:requires_grad()",
                "0.0 true"
            ),
            ("return #b:load_state_dict({}, { strict = false }).missing_keys > 0", "true"),
            (
                "local s = { ['first.bias'] = nj.tensor { 9.0 }, extra = nj.zeros(1) } b:load_state_dict(s, { strict = false }) return b.first.bias:item()",
                "9.0"
            ),
            ("return #a:load_state_dict(a:state_dict()).missing_keys", "0"),
            (
                "table.insert(a.layers, nn.Linear(1, 1)) return pcall(b.load_state_dict, b, a:state_dict())",
                "false test.lua:\(firstLine): Module:load_state_dict: cannot load the state dict: it is for another network: unexpected layers.1.bias, layers.1.weight"
            ),
        ])
    func stateDicts(source: String, expected: String) throws {
        #expect(try run("local a, b = Net(1), Net(1) " + source) == expected)
    }

    @Test("One error lists all that does not fit, and nothing is loaded")
    func mismatch() throws {
        let source = """
            local a = Net(1)
            local s = a:state_dict()
            s["first.bias"], s["last.weight"], s.extra, s["last.bias"] = nil, nj.zeros(2, 2), nj.zeros(1), nj.tensor { 1 }
            s["first.weight"] = nj.tensor { { 77.0 } }
            local ok, message = pcall(a.load_state_dict, a, s)
            return message:match("cannot.*"), a.first.weight:item() == 77
            """
        #expect(
            try run(source)
                == "cannot load the state dict: it is for another network: missing first.bias; unexpected extra; "
                + "last.weight has shape [2, 2], expected [1, 1] false")
        #expect(
            error("Net(0):load_state_dict { 1 }")
                == "Module:load_state_dict: bad argument 'state_dict' (table of tensors by name expected, got list)")
        #expect(
            error("Net(0):load_state_dict { a = 1 }")
                == "Module:load_state_dict: bad argument 'state_dict' (table of tensors by name expected, got number as 'a')"
        )
    }
}
