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
            ("nj.arange(0, 10, 0)", "arange: a step other than 0 expected, got 0"),
            ("nj.arange(0, 1, -0.0)", "arange: a step other than 0 expected, got -0.0"),
            ("nj.ones(2, 2, 2):t_()", "Tensor:t_: a matrix expected, got [2, 2, 2]; use transpose_(dim0, dim1)"),
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
