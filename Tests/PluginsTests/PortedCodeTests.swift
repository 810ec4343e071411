import Testing

@Suite("What PyTorch's users write")
struct PortedCodeTests {
    @Test(
        "properties of a tensor are assigned",
        arguments: [
            ("x.grad = nil return x:grad()", "nil"),
            ("x.grad = x:grad() * 2 return x:grad()", "tensor([ 4., 10.])"),
            ("x.requires_grad = false return x:requires_grad(), (x * 2):requires_grad()", "false false"),
            ("x.requires_grad = false x.requires_grad = true return x:requires_grad()", "true"),
            (
                "x.data = x:data() * 0.5 return x, x:is_leaf()",
                "tensor([0.5000, 1.2500], requires_grad=true) true"
            ),
        ])
    func properties(source: String, expected: String) throws {
        let start = "local x = nj.tensor({ 1.0, 2.5 }, { requires_grad = true }); (x * x):sum():backward() "
        #expect(try evaluate(start + source) == expected)
    }

    @Test(
        "shapes change in place",
        arguments: [
            ("return x:t_():shape()[1], x, rawequal(x:t_(), x)", "3 tensor([[0, 1, 2],\n        [3, 4, 5]]) true"),
            ("x:transpose_(0, -1) return x[2]", "tensor([2, 5])"),
            ("x:swapaxes_(0, 1):swapdims_(0, 1) return x[1]", "tensor([3, 4, 5])"),
            ("x:unsqueeze_(-1) return table.concat(x:shape(), ' ')", "2 3 1"),
            (
                "x:unsqueeze_(0):unsqueeze_(0):squeeze_(0) return table.concat(x:shape(), ' '), x:squeeze_():dim()",
                "1 2 3 2"
            ),
            ("x:unsqueeze_(0):unsqueeze_(0):squeeze_ { dim = { 0, 1 } } return x:dim()", "2"),
        ])
    func shapes(source: String, expected: String) throws {
        #expect(try evaluate("local x = nj.arange(6):view(2, 3) " + source) == expected)
    }

    @Test(
        "truth values in place leave the gradient as it is",
        arguments: ["logical_and_(z)", "logical_or_(z)", "logical_xor_(z)", "logical_not_()"])
    func truths(method: String) throws {
        let source = """
            local x = nj.tensor({ 3.0, 0.0 }, { requires_grad = true })
            local z = nj.tensor({ 1.0, 0.0 }, { requires_grad = true })
            local y = x * 2
            y:\(method)
            y:sum():backward()
            x:\(method)
            return y:max():item(), x:grad(), z:grad(), x:is_leaf()
            """
        let largest = method.hasPrefix("logical_xor") ? "0.0" : "1.0"
        #expect(try evaluate(source) == "\(largest) tensor([2., 2.]) nil true")
    }

    @Test(
        "rows are searched in, and slices compared",
        arguments: [
            (
                "nj.searchsorted(nj.tensor { { 1, 3, 5 }, { 2, 2, 8 } }, nj.tensor { { 3, 9 }, { 2, 1 } })",
                "tensor([[1, 3],\n        [0, 0]])"
            ),
            (
                "nj.searchsorted(nj.tensor { { 1, 3, 5 }, { 2, 2, 8 } }, nj.tensor { { 3, 9 }, { 2, 1 } }, "
                    + "{ side = 'right', out_int32 = true }):add(0)",
                "tensor([[2, 3],\n        [2, 0]], dtype=int32)"
            ),
            (
                "nj.searchsorted(nj.tensor { 5, 1, 3 }, nj.tensor { 2, 4 }, { sorter = nj.tensor { 1, 2, 0 } })",
                "tensor([1, 2])"
            ),
            (
                "nj.unique_consecutive(nj.tensor { { 1, 2 }, { 1, 2 }, { 0, 2 } }, { dim = 0, return_counts = true })",
                "tensor([[1, 2],\n        [0, 2]]) tensor([2, 1])"
            ),
            (
                "nj.unique_consecutive(nj.tensor { { 1, 1, 2 }, { 1, 1, 2 } }, { dim = 1, return_inverse = true })",
                "tensor([[1, 2],\n        [1, 2]]) tensor([0, 0, 1])"
            ),
        ])
    func rows(expression: String, expected: String) throws {
        #expect(try evaluate("return " + expression) == expected)
    }

    @Test("an embedding of given rows is frozen, or learned")
    func pretrained() throws {
        let source = """
            local rows = nj.tensor { { 1.0, 2.0 }, { 3.0, 4.0 } }
            local frozen = nn.Embedding.from_pretrained(rows)
            local learned = nn.Embedding.from_pretrained(rows, { freeze = false, padding_idx = -1 })
            learned(nj.tensor { 0, 1 }):sum():backward()
            return frozen(nj.tensor { 1 }), frozen.weight:requires_grad(), learned.weight:grad(), learned.padding_idx,
              nn.copy(learned), learned.num_embeddings
            """
        #expect(
            try evaluate(source)
                == "tensor([[3., 4.]]) false tensor([[1., 1.],\n        [0., 0.]]) 1 Embedding(2->2, padding_idx=1) 2")
    }

    @Test("parameters stand in lists and by name")
    func parameterContainers() throws {
        let start = """
            local Net = nn.module "Net"
            function Net:init()
              self.list = nn.ParameterList { nj.ones(2), nj.zeros(1) }
              self.dict = nn.ParameterDict { scale = nj.full({ 1 }, 3.0) }
            end
            function Net:forward(x) return x * self.list[1]:sum() * self.dict.scale + self.list[2] end
            local net = Net()
            local names = {}
            for name in net:named_parameters() do names[#names + 1] = name end

            """
        #expect(
            try evaluate(start + "return table.concat(names, ' '), net(nj.ones(1)):item(), net.list, net.dict")
                == "list.0 list.1 dict.scale 6.0 ParameterList(2 parameters) ParameterDict(scale)")
        #expect(
            try evaluate(
                start + """
                    net.list:append(nj.ones(3)):extend { nj.ones(4) }
                    net.list[1] = nj.full({ 2 }, 5.0)
                    net.dict.shift = nj.zeros(2)
                    net.dict:update { more = nj.zeros(1) }
                    local sizes = {}
                    for _, p in ipairs(net.list) do sizes[#sizes + 1] = p:numel() end
                    for name, p in pairs(net.dict) do sizes[#sizes + 1] = name .. p:numel() end
                    return table.concat(sizes, ' '), #net.list, net.list[1], #net.dict, net.dict:contains "shift"
                    """)
                == "2 1 3 4 scale1 shift2 more1 4 tensor([5., 5.], requires_grad=true) 3 true")
        #expect(
            try evaluate(
                start + """
                    local copy = nn.copy(net)
                    copy.list[1]:data():fill_(7)
                    net:load_state_dict(copy:state_dict())
                    net.dict.scale = nil
                    return net.list[1], net.dict:keys()[1]
                    """)
                == "tensor([7., 7.], requires_grad=true) nil")
    }

    @Test(
        "a wrong item is named with its place",
        arguments: [
            ("nj.cat { x, 3 }", "cat: bad argument 'tensors' (list of Tensor expected, got number as item 2)"),
            ("nj.einsum('i,i', x, 3)", "einsum: bad argument 'operands' (Tensor expected, got number as item 2)"),
            ("nn.Sequential(relu, 3)", "nn.Sequential: bad argument 'modules' (Module expected, got number as item 2)"),
            (
                "nn.Sequential { relu, 3 }",
                "nn.Sequential: bad argument 'modules' (list of Module expected, got number as item 2)"
            ),
            (
                "nn.ModuleDict { a = relu, b = 3 }",
                "nn.ModuleDict: bad argument 'modules' (table of modules by name expected, got number as 'b')"
            ),
            (
                "nn.ModuleDict { relu }",
                "nn.ModuleDict: bad argument 'modules' (table of modules by name expected, got list)"
            ),
            (
                "nn.ParameterList(x, relu)",
                "nn.ParameterList: bad argument 'parameters' (Tensor expected, got Module as item 2)"
            ),
            (
                "nn.ParameterDict { a = 'x' }",
                "nn.ParameterDict: bad argument 'parameters' (table of tensors by name expected, got string as 'a')"
            ),
            (
                "nn.Linear(1, 1):load_state_dict { bias = x, weight = true }",
                "Module:load_state_dict: bad argument 'state_dict' (table of tensors by name expected, got boolean as "
                    + "'weight')"
            ),
            (
                "optim.SGD({ x, 3 }, { lr = 1 })",
                "optim.SGD: bad argument 'params' (list of tensors or of groups { params = tensors } expected, got "
                    + "number as item 2)"
            ),
            (
                "optim.SGD({ { params = { x } }, { lr = 1 } }, { lr = 1 })",
                "optim.SGD: bad argument 'params' (table with a field params expected, got one without it as item 2)"
            ),
            (
                "optim.SGD({ { params = { x, relu } } }, { lr = 1 })",
                "optim.SGD: bad argument 'params' (list of tensors or of groups { params = tensors } expected, got ReLU "
                    + "as item 2)"
            ),
        ])
    func places(expression: String, message: String) {
        #expect(failure("local x, relu = nj.ones(2), nn.ReLU() return \(expression), x, relu").hasSuffix(message))
    }

    @Test(
        "what PyTorch refuses is refused",
        arguments: [
            (
                "nj.searchsorted(nj.ones(2, 3), nj.ones(3))",
                "searchsorted: a sorted row [n], or rows [..., n] for values [..., m], expected, got [2, 3] for [3]"
            ),
            (
                "nj.searchsorted(nj.ones(3), nj.ones(3), { right = true, side = 'left' })",
                "searchsorted: 'right' or 'side' expected, got right = true and side = \"left\""
            ),
            (
                "nj.searchsorted(nj.ones(3), nj.ones(3), { sorter = nj.ones(3) })",
                "searchsorted: a sorter [3] of int64 expected, got [3] of float32"
            ),
            (
                "nj.ones(3):lerp(nj.ones(3):double(), 0.5)",
                "Tensor:lerp: float32 expected for 'end' as well, got float64"
            ),
            ("nj.tensor { true }:topk(1)", "Tensor:topk: numbers expected, got bool; convert with long()"),
            ("nj.cross(nj.ones(3), nj.arange(3))", "cross: numbers of one type expected, got float32 and int64"),
            ("nj.dist(nj.ones(1), nj.tensor { true })", "dist: numbers expected, got float32 and bool"),
            ("nj.zeros(0, 3):softmax(5)", "Tensor:softmax: dimension 5 is outside -2..1 of shape [0, 3]"),
            ("nj.tensor(1.0):log_softmax(1)", "Tensor:log_softmax: dimension 1 is outside -1..0 of shape []"),
            (
                "F.pairwise_distance(nj.tensor(1.0), nj.tensor(2.0))",
                "pairwise_distance: vectors [..., size] expected, got []"
            ),
            (
                "F.multilabel_soft_margin_loss(nj.ones(2, 3), nj.ones(3))",
                "multilabel_soft_margin_loss: scores [..., classes] and targets of their shape expected, got [2, 3] and [3]"
            ),
            ("nj.arange(0, 10, 0)", "arange: a step other than 0 expected, got 0"),
            ("nj.arange(0, 1, -0.0)", "arange: a step other than 0 expected, got -0.0"),
            ("nj.ones(2, 2, 2):t_()", "Tensor:t_: a matrix expected, got [2, 2, 2]; use transpose_(dim0, dim1)"),
            (
                "nn.Embedding.from_pretrained(nj.ones(3))",
                "nn.Embedding.from_pretrained: float32 rows [entries, size] expected, got float32 [3]"
            ),
            (
                "nn.ParameterList { nj.ones(1) }:__newindex(3, nj.ones(1))",
                "ParameterList: a tensor at a place from 1 to 2 expected, got Tensor at 3"
            ),
            (
                "nj.ones(2, { requires_grad = true }):unsqueeze_(0)",
                "Tensor:unsqueeze_: the shape of a tensor that requires a gradient cannot be changed in place; use the "
                    + "method without the underscore, or do it under no_grad"
            ),
        ])
    func refused(expression: String, message: String) {
        #expect(failure("return " + expression).hasSuffix(message))
    }
}
