import Testing

@Suite("Tensors in Lua")
struct TensorModuleTests {
    @Test(
        "Making tensors",
        arguments: [
            ("nj.tensor { 1, 2, 3 }", "tensor([1, 2, 3])"),
            (
                "nj.tensor({ 1, 2 }):dtype(), nj.tensor({ 1, 2.5 }):dtype(), nj.tensor({ 1, 2.0 }):dtype()",
                "int64 float32 float32"
            ),
            ("nj.tensor { true, false }", "tensor([ true, false])"),
            ("nj.tensor { true, 3 }", "tensor([1, 3])"),
            ("nj.tensor { true, 0.5 }", "tensor([1.0000, 0.5000])"),
            ("nj.tensor(5), nj.tensor(5):dim()", "tensor(5) 0"),
            ("nj.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } }:size(0)", "3"),
            ("nj.tensor {}, nj.tensor({}):dtype()", "tensor([]) float32"),
            ("nj.tensor { {}, {} }", "tensor([], size=[2, 0])"),
            ("nj.tensor({ 1, 2 }, { dtype = 'float32' })", "tensor([1., 2.])"),
            ("nj.tensor({ 1.7, -2.7 }, { dtype = 'int64' })", "tensor([ 1, -2])"),
            ("nj.tensor { nj.tensor(5.0), 2 }", "tensor([5., 2.])"),
            ("nj.tensor({ 1.0 }, { requires_grad = true }):requires_grad()", "true"),
            ("nj.zeros(2, 3):size(1), nj.zeros { 2, 3 }:size(1), nj.zeros(2):dim(), nj.zeros({}):dim()", "3 3 1 0"),
            (
                "nj.zeros(2, { dtype = 'int64' }), nj.zeros({ 2 }, { dtype = 'int64' })",
                "tensor([0, 0]) tensor([0, 0])"
            ),
            ("nj.ones({ 2 }, { dtype = 'bool' }), nj.ones(1, 1)", "tensor([true, true]) tensor([[1.]])"),
            (
                "nj.full({ 2 }, 7), nj.full({ 2 }, 7.0), nj.full({ 2 }, 7, { dtype = 'float32' })",
                "tensor([7, 7]) tensor([7., 7.]) tensor([7., 7.])"
            ),
            ("nj.full({ 2 }, 7.5, { dtype = 'int64' }), nj.full({ 1 }, true)", "tensor([7, 7]) tensor([true])"),
            ("nj.arange(5.0), nj.arange(0, 1, 0.5)", "tensor([0., 1., 2., 3., 4.]) tensor([0.0000, 0.5000])"),
            ("nj.rand(2, 3):size(1), nj.randn(2, 3, 1):dim(), nj.rand { 4 }:size(0)", "3 3 4"),
            (
                "nj.arange(5), nj.arange(2, 5), nj.arange(5, 0, -2)",
                "tensor([0, 1, 2, 3, 4]) tensor([2, 3, 4]) tensor([5, 3, 1])"
            ),
            (
                "nj.arange(0, 9, 3), nj.arange(0, 10, 3), #nj.arange(3, 3), #nj.arange(0), #nj.arange(9, 0, -3)",
                "tensor([0, 3, 6]) tensor([0, 3, 6, 9]) 0 0 3"
            ),
            ("nj.cat { nj.tensor { 1 }, nj.tensor { 2 } }", "tensor([1, 2])"),
            ("nj.stack({ nj.tensor { 1.0 }, nj.tensor { 2.0 } }, 1)", "tensor([[1., 2.]])"),
        ])
    func creation(expression: String, expected: String) throws {
        #expect(try evaluate("return \(expression)") == expected)
    }

    @Test(
        "What cannot be made",
        arguments: [
            ("nj.tensor { 1, { 2 } }", "tensor: lists nested to one depth expected"),
            ("nj.tensor { { 1 }, 2 }", "tensor: lists nested to one depth expected"),
            (
                "nj.tensor { { 1, 2 }, { 3 } }",
                "tensor: lists of one length expected at each depth, got 2 and 1 elements"
            ),
            ("nj.tensor { {}, { 1 } }", "tensor: lists of one length expected at each depth, got 0 and 1 elements"),
            ("nj.tensor { 1, 'x' }", "tensor: a number or a (nested) list of numbers expected"),
            ("nj.tensor { a = 1 }", "tensor: a number or a (nested) list of numbers expected"),
            ("nj.tensor { 1, nil, 3 }", "tensor: a number or a (nested) list of numbers expected"),
            ("nj.tensor(nil)", "tensor: bad argument 'data' (value expected, got nil)"),
            (
                "nj.tensor({ 1 }, { dtype = 'flota32' })",
                "tensor: bad argument 'dtype' ('float32', 'float64', 'int64', 'int32', 'int16', 'int8', 'uint8' or "
                    + "'bool' expected, got 'flota32' (did you mean 'float32'?))"
            ),
            (
                "nj.tensor({ 1 }, { requires_grad = true })",
                "tensor: only a floating-point tensor can have a gradient, this one is int64"
            ),
            ("nj.zeros()", "zeros: sizes expected, got nothing"),
            ("nj.zeros { dtype = 'int64' }", "zeros: sizes expected, got nothing"),
            ("nj.zeros(2, 'x')", "zeros: bad argument 'size' (integer expected, got string)"),
            ("nj.zeros(2, 3, { dtpye = 'int64' })", "zeros: unknown option 'dtpye' (did you mean 'dtype'?)"),
            ("nj.zeros(2, -1)", "zeros: a size cannot be negative: [2, -1]"),
            (
                "nj.zeros(1000000, 1000000, 1000000)",
                "zeros: [1000000, 1000000, 1000000] is more than memory can hold"
            ),
            ("nj.arange(1, 5, 0)", "arange: a step other than 0 expected, got 0"),
            ("nj.arange(0, 1 << 62)", "arange: [4611686018427387904] is more than memory can hold"),
            (
                "nj.arange(math.mininteger, 5)",
                "arange: from -9223372036854775808 to 5 is more than memory can hold"
            ),
            ("nj.cat {}", "cat: at least one tensor expected, got an empty list"),
            (
                "nj.cat { nj.tensor { 1 }, 5 }",
                "cat: bad argument 'tensors' (list of Tensor expected, got number as item 2)"
            ),
            ("nj.arange(3, 1)", "arange: a step from 3 towards 1 expected, got 1"),
        ])
    func refusals(expression: String, expected: String) {
        #expect(failure("local x = \(expression)") == "test.lua:1: \(expected)")
    }

    @Test(
        "Operators, with numbers on either side; types as in PyTorch",
        arguments: [
            (
                "nj.tensor { 1, 2 } + 1, 1 + nj.tensor { 1, 2 }, nj.tensor { 1, 2 } + 1.5",
                "tensor([2, 3]) tensor([2, 3]) tensor([2.5000, 3.5000])"
            ),
            ("2 - nj.tensor { 1.5, 2 }, nj.tensor { 5, 2 } - 2", "tensor([0.5000, 0.0000]) tensor([3, 0])"),
            ("nj.tensor { 1, 2 } * 3, -nj.tensor { 1, 2 }", "tensor([3, 6]) tensor([-1, -2])"),
            ("nj.tensor { 1, 2 } / 2, 2 / nj.tensor { 1.0, 2 }", "tensor([0.5000, 1.0000]) tensor([2., 1.])"),
            (
                "nj.tensor { 3 } ^ 2, nj.tensor({ 255 }, { dtype = 'uint8' }) + 1",
                "tensor([9]) tensor([0], dtype=uint8)"
            ),
            ("nj.tensor { 1.0, 3 } ^ 2, nj.tensor({ 4.0 }):pow(0.5)", "tensor([1., 9.]) tensor([2.])"),
            (
                "nj.tensor { 1.5 } + nj.tensor { 1 }, nj.tensor { 1 } * nj.tensor { 1.5 }",
                "tensor([2.5000]) tensor([1.5000])"
            ),
            (
                "nj.tensor { true } + 1, nj.tensor { true } * 2.5, nj.tensor { true } + nj.tensor { true }",
                "tensor([2]) tensor([2.5000]) tensor([true])"
            ),
            (
                "nj.tensor { { 1, 2 }, { 3, 4 } }:t() + nj.tensor { 10, 20 }",
                "tensor([[11, 23],\n        [12, 24]])"
            ),
            (
                "nj.tensor { math.maxinteger } + 1 == nil, (nj.tensor { math.maxinteger } + 1):item()",
                "false -9223372036854775808"
            ),
            (
                "nj.tensor({ 1.0, 2 }):maximum(nj.tensor { 1.5 }), nj.tensor({ 1, 2 }):minimum(nj.tensor { 1 })",
                "tensor([1.5000, 2.0000]) tensor([1, 1])"
            ),
            (
                "nj.tensor({ 1.0, 2 }):clamp(1.5), nj.tensor({ 1.0, 2 }):clamp { max = 1.5 }",
                "tensor([1.5000, 2.0000]) tensor([1.0000, 1.5000])"
            ),
            (
                "nj.tensor({ 1, 2, 3 }):lt(2.5), nj.tensor({ 1, 2, 3 }):eq(2.5)",
                "tensor([ true,  true, false]) tensor([false, false, false])"
            ),
            (
                "nj.tensor({ 1, 2, 3 }):ge(2), nj.tensor({ 1.5, 2 }):ne(2)",
                "tensor([false,  true,  true]) tensor([ true, false])"
            ),
            (
                "nj.tensor({ 1.5, 2 }):le(nj.tensor { 1, 2 }), nj.tensor({ 1.5 }):gt(1)",
                "tensor([false,  true]) tensor([true])"
            ),
        ])
    func operators(expression: String, expected: String) throws {
        #expect(try evaluate("return \(expression)") == expected)
    }

    @Test(
        "Operators that cannot be",
        arguments: [
            (
                "nj.tensor { 1 } + 'x'",
                "operator +: bad argument 'right' (Tensor, number or boolean expected, got string)"
            ),
            ("nil + nj.tensor { 1 }", "operator +: bad argument 'left' (Tensor, number or boolean expected, got nil)"),
            (
                "nj.tensor { 1, 2 } + nj.tensor { 1, 2, 3 }",
                "operator +: shapes [2] and [3] do not fit: sizes 2 and 3 in dimension -1"
            ),
            ("nj.tensor { 1 } ^ -2", "operator ^: integers to negative powers are not allowed; use float()"),
            (
                "nj.tensor { 1 } // 'a'",
                "operator //: bad argument 'right' (Tensor, number or boolean expected, got string)"
            ),
            (
                "nj.tensor { 1 } < nj.tensor { 2 }",
                "operator <: a < b cannot compare elements; use a:lt(b), or a:gt(b) for a > b"
            ),
            (
                "nj.tensor({ { 1.0, 2 } }):matmul(nj.tensor { { 1.0, 2 } })",
                "Tensor:matmul: cannot multiply [1, 2] by [1, 2]: 2 columns on the left, 1 row on the right"
            ),
            ("nj.tensor({ 1, 2 }):mean()", "Tensor:mean: float32 expected, got int64; convert with float()"),
        ])
    func operatorRefusals(expression: String, expected: String) {
        #expect(failure("local x = \(expression)") == "test.lua:1: \(expected)")
    }

    @Test(
        "Elements as Lua values",
        arguments: [
            ("nj.tensor({ true }):item(), nj.tensor({ 1 }):item(), nj.tensor({ 1.5 }):item()", "true 1 1.5"),
            ("math.type(nj.tensor({ 2.0 }):item()), math.type(nj.tensor({ 2 }):item())", "float integer"),
            (
                "nj.tensor({ 9007199254740993 }):item(), nj.tensor({ 9007199254740993 }):tolist()[1]",
                "9007199254740993 9007199254740993"
            ),
            ("nj.tensor({ { 1, 2 }, { 3, 4 } }):t():tolist()[1][2], nj.tensor(3):tolist()", "3 3"),
            ("nj.tensor({ true, false }):tolist()[2], #nj.zeros(0):tolist(), #nj.zeros(2, 0):tolist()", "false 0 2"),
            (
                "math.type(nj.tensor({ 1.0 }):tolist()[1]), nj.tensor({ 7 }, { dtype = 'uint8' }):tolist()[1]",
                "float 7"
            ),
            (
                "#nj.zeros(3, 2), nj.zeros(3, 2):numel(), nj.zeros(3, 2):size(-1), nj.zeros(3, 2):shape()[1]",
                "3 6 2 3"
            ),
            ("nj.type(nj.zeros(1)), nj.zeros(1):dtype()", "Tensor float32"),
        ])
    func elements(expression: String, expected: String) throws {
        #expect(try evaluate("return \(expression)") == expected)
    }

    @Test(
        "Slips are answered with what to write",
        arguments: [
            ("nj.tensor({ 1 }).shape[1]", "attempt to index a function value (field 'shape')"),
            ("nj.tensor({ 1 }).shape()", "Tensor:shape: called with a dot; use object:shape(...), with a colon"),
            ("nj.tensor({ 1 }):sumn()", "Tensor has no method 'sumn' (did you mean 'sum'?)"),
            ("nj:zeros(2)", "zeros: called with a colon; use zeros(...), with a dot"),
            ("#nj.tensor(1)", "operator #: a tensor without dimensions has no dimension 0"),
            ("nj.tensor({ 1, 2 }):item()", "Tensor:item: one element expected, got 2 (shape [2])"),
            ("nj.tensor({ 1, 2 }):sum(5)", "Tensor:sum: dimension 5 is outside -1..0 of shape [2]"),
            ("nj.tensor({ 1, 2 }):view(3)", "Tensor:view: cannot see the 2 elements of [2] as [3]"),
        ])
    func slips(expression: String, expected: String) {
        let message = failure("local x = \(expression)")
        #expect(message == "test.lua:1: \(expected)")
    }

    @Test(
        "Views share elements, methods with an underscore change them",
        arguments: [
            (
                "local t = nj.zeros(2, 2) t:select(0, 1):fill_(9) t:narrow(1, 0, 1):add_(1) return t:tolist()[2][1]",
                "10.0"
            ),
            (
                "local t = nj.tensor { 1.0, 2 } return t:add_(1):mul_(2):sub_(nj.tensor { 1.0, 1 }):div_(2) == t, t",
                "true tensor([1.5000, 2.5000])"
            ),
            (
                "return nj.tensor({ 7 }):sub_(2):mul_(3):add_(1), nj.tensor({ 1.5 }):add_(nj.tensor { 1 })",
                "tensor([16]) tensor([2.5000])"
            ),
            (
                "return nj.tensor({ 1.0 }):add_(nj.tensor { 1.0 }, { alpha = -3 }), nj.tensor({ 3.0 }):zero_()",
                "tensor([-2.]) tensor([0.])"
            ),
            (
                "local t = nj.zeros(2) t:copy_(nj.tensor { 3.0, 4 }) return t, t:clone():fill_(1), t",
                "tensor([3., 4.]) tensor([1., 1.]) tensor([3., 4.])"
            ),
            (
                "local t = nj.arange(6):view(2, -1) return t:t():is_contiguous(), t:t():reshape(6)",
                "false tensor([0, 3, 1, 4, 2, 5])"
            ),
            (
                "local t = nj.zeros(2, 3) return t:view { 3, 2 }:size(0), t:unsqueeze(0):squeeze():dim(), t:expand(4, 2, 3):dim()",
                "3 2 3"
            ),
            (
                "local t = nj.tensor { { 1, 2 }, { 3, 4 } } return t:sum(0), t:sum { dim = 1, keepdim = true }:size(1), t:sum { 0, 1 }",
                "tensor([4, 6]) 1 tensor(10)"
            ),
            ("local v, i = nj.tensor({ { 1.0, 5 }, { 3, 2 } }):max(1) return v, i", "tensor([5., 3.]) tensor([1, 0])"),
            (
                "return nj.tensor({ { 1.0, 5 }, { 3, 2 } }):argmax { dim = 1 }, nj.tensor({ 1.0, 3 }):argmax()",
                "tensor([1, 0]) tensor(1)"
            ),
        ])
    func views(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test(
        "Changes that cannot be",
        arguments: [
            (
                "nj.tensor({ 1 }):add_(1.5)",
                "Tensor:add_: a result of type float32 cannot be put into a tensor of type int64"
            ),
            (
                "nj.tensor({ 1 }):div_(2)",
                "Tensor:div_: a result of type float32 cannot be put into a tensor of type int64"
            ),
            (
                "nj.tensor({ 1.0 }, { requires_grad = true }):add_(1)",
                "Tensor:add_: a tensor that requires a gradient cannot be changed in place here; do it under no_grad"
            ),
            (
                "nj.zeros(1):expand(3):fill_(1)",
                "Tensor:fill_: an expanded tensor cannot be changed in place: several of its elements lie in one place; "
                    + "use clone before"
            ),
            (
                "nj.zeros(2):add_(nj.zeros(3))",
                "Tensor:add_: shapes [2] and [3] do not fit: sizes 2 and 3 in dimension -1"
            ),
            ("nj.zeros(2):add_(nj.zeros(3, 2))", "Tensor:add_: [3, 2] does not fit into [2]"),
            (
                "nj.zeros(2, 2):t():view(4)",
                "Tensor:view: the elements of this [2, 2] do not stand in order (strides [1, 2]); use reshape, or "
                    + "contiguous before"
            ),
        ])
    func changeRefusals(expression: String, expected: String) {
        #expect(failure("local x = \(expression)") == "test.lua:1: \(expected)")
    }

    @Test("Gradients")
    func gradients() throws {
        #expect(
            try evaluate(
                """
                local x = nj.tensor({ 1.0, 2, 3 }, { requires_grad = true })
                local y = (x * x):sum()
                y:backward()
                local first = x:grad()
                x:zero_grad()
                nj.no_grad(function() x:sub_(1) end)
                return first, x:grad(), x:detach(), x:is_leaf(), y:is_leaf(), (x:detach() * 2):requires_grad()
                """) == "tensor([2., 4., 6.]) nil tensor([0., 1., 2.]) true false false")
        #expect(
            failure("nj.tensor({ 1.0 }):backward()")
                == "test.lua:1: Tensor:backward: this tensor has no history to go back through: nothing it was made from "
                + "requires a gradient, or it was made under no_grad")
        #expect(
            failure(
                "local x = nj.tensor({ 1.0 }, { requires_grad = true }) local y = (x * 2):sum()\ny:backward()\ny:backward()"
            )
            .hasPrefix("test.lua:3: Tensor:backward: "))
    }

    @Test("no_grad gives back what its function returns, and lets errors through")
    func withoutGradients() throws {
        #expect(try evaluate("return nj.no_grad(function() return 1, nil, 3 end)") == "1 nil 3")
        #expect(failure("nj.no_grad(function()\nerror('mine') end)") == "test.lua:2: mine")
        // Gradients are recorded again after the error.
        #expect(
            try evaluate(
                """
                local x = nj.tensor({ 1.0 }, { requires_grad = true })
                pcall(nj.no_grad, error)
                return (x * 2):requires_grad(), nj.no_grad(function() return (x * 2):requires_grad() end)
                """) == "true false")
    }

    @Test("Options may follow sizes one after another")
    func optionsAfterSizes() throws {
        #expect(try evaluate("return nj.zeros(2, 3, { dtype = 'int64' }):dtype()") == "int64")
        #expect(try evaluate("return nj.randn(2, 2, 2, { requires_grad = true }):requires_grad()") == "true")
        #expect(try evaluate("return nj.ones { size = { 1, 2 }, dtype = 'bool' }") == "tensor([[true, true]])")
    }

    @Test("A released tensor says so")
    func release() {
        #expect(
            failure("local t = nj.zeros(2)\nt:release()\nt:sum()") == "test.lua:3: Tensor:sum: this Tensor was released"
        )
        #expect(
            failure("local t = nj.zeros(2) t:release() local x = t + 1")
                == "test.lua:1: operator +: bad argument 'left' (Tensor, number or boolean expected, got released Tensor)"
        )
    }

    @Test("Seeds give PyTorch's numbers")
    func seeds() throws {
        #expect(
            try evaluate(
                "nj.manual_seed(42) local a = nj.rand(3) nj.manual_seed(42) return a, nj.rand(3):sub(a):abs():sum():item()"
            )
                == "tensor([0.8823, 0.9150, 0.3829]) 0.0")
        #expect(try evaluate("nj.manual_seed(42) return nj.randperm(10)") == "tensor([2, 6, 1, 8, 4, 5, 0, 9, 3, 7])")
    }
}
