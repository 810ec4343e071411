import Testing

/// What scripts write to rearrange, choose and reduce; the numbers are PyTorch 2.15's.
@Suite("Shapes, choices and reductions in Lua")
struct OperatorCallTests {
    private static let rows = "local x = nj.tensor { { 3.0, 1.0, 2.0 }, { 4.0, 6.0, 5.0 } } "

    @Test(
        "Values",
        arguments: [
            ("x:gather(1, nj.tensor { { 0, 2 }, { 1, 1 } })", "tensor([[3., 2.],\n        [6., 6.]])"),
            ("x:scatter(1, nj.tensor { { 0 }, { 2 } }, 9)", "tensor([[9., 1., 2.],\n        [4., 6., 9.]])"),
            ("nj.zeros(3):index_add(0, nj.tensor { 1, 1 }, nj.ones(2))", "tensor([0., 2., 0.])"),
            ("nj.zeros(3):index_put({ nj.tensor { 1, 1 } }, nj.ones(2), true)", "tensor([0., 2., 0.])"),
            ("x:masked_fill(x:gt(3), 0)", "tensor([[3., 1., 2.],\n        [0., 0., 0.]])"),
            ("x:masked_select(x:gt(3)), x:take(nj.tensor { 0, -1 })", "tensor([4., 6., 5.]) tensor([3., 5.])"),
            ("x:nonzero():shape()[1], #nj.nonzero(x, { as_tuple = true })", "6 2"),
            ("x['repeat'](x, 1, 2):size(1), x:tile(2):size(1)", "6 6"),
            (
                "x:flip(1)[0], x:roll(1, 1)[0], x:rot90()[0]",
                "tensor([2., 1., 3.]) tensor([2., 3., 1.]) tensor([2., 5.])"
            ),
            ("#x:split(2, 1), x:split({ 1, 2 }, 1)[2][0], #x:unbind()", "2 tensor([1., 2.]) 2"),
            ("nj.hstack { nj.ones(1), nj.zeros(1) }, x:T():size(0)", "tensor([1., 0.]) 3"),
            ("F.one_hot(nj.tensor { 2, 0 }, 3)", "tensor([[0, 0, 1],\n        [1, 0, 0]])"),
            (
                "x:tril(), nj.tensor({ 1.0, 2.0 }):diag()",
                "tensor([[3., 0., 0.],\n        [4., 6., 0.]]) tensor([[1., 0.],\n        [0., 2.]])"
            ),
            (
                "x:prod(1), x:cumsum(1)[1], x:amax(0)",
                "tensor([  6., 120.]) tensor([ 4., 10., 15.]) tensor([4., 6., 5.])"
            ),
            ("x:var(1), x:std(), x:norm()", "tensor([1., 1.]) tensor(1.8708) tensor(9.5394)"),
            ("x:logsumexp(1), x:gt(2):any():item(), x:gt(2):all():item()", "tensor([3.4076, 6.4076]) true false"),
            (
                "x:sort(1, true)",
                "tensor([[3., 2., 1.],\n        [6., 5., 4.]]) tensor([[0, 2, 1],\n        [1, 2, 0]])"
            ),
            ("x:topk(1)", "tensor([[3.],\n        [6.]]) tensor([[0],\n        [1]])"),
            ("x:median(), x:median(1)", "tensor(3.) tensor([2., 5.]) tensor([2, 2])"),
            ("nj.unique(nj.tensor { 2, 1, 2 }, { return_counts = true })", "tensor([1, 2]) tensor([1, 2])"),
            ("nj.tensor({ 0, 2, 2 }):bincount(), x:quantile(0.5)", "tensor([1, 0, 2]) tensor(3.5000)"),
            ("nj.einsum('ij,kj->ik', x, x)", "tensor([[14., 28.],\n        [28., 77.]])"),
            ("nj.addmm(nj.ones(2, 2), x, x:T(), { beta = 0, alpha = 2 })[0]", "tensor([28., 56.])"),
            ("nj.tensor({ { 1, 2 } }):mm(nj.tensor { { 3 }, { 4 } })", "tensor([[11]])"),
            (
                "nj.linspace(0, 1, 3), nj.eye(2)[1], nj.arange { ['end'] = 2 }",
                "tensor([0.0000, 0.5000, 1.0000]) tensor([0., 1.]) tensor([0, 1])"
            ),
            (
                "nj.tensor({ 0.1 }, { dtype = 'float64' }):item(), nj.tensor(math.maxinteger):item()",
                "0.1 9223372036854775807"
            ),
        ])
    func values(expression: String, expected: String) throws {
        #expect(try evaluate("\(Self.rows) return \(expression)") == expected)
    }

    @Test(
        "What is refused",
        arguments: [
            ("x:gather(1, nj.tensor { { 3 } })", "Tensor:gather: index 3 at place 0 is outside 0..2"),
            ("x:masked_fill(nj.ones(3), 0)", "Tensor:masked_fill: a bool mask expected, got float32"),
            ("x:split({ 1, 1 }, 1)", "Tensor:split: sizes that add up to 3 expected for dimension 1, got [1, 1]"),
            ("x:topk(4)", "Tensor:topk: 'k' from 0 to 3 expected for dimension 1 of [2, 3], got 4"),
            ("nj.einsum('ij,jk', x, x)", "einsum: sizes 3 and 2 for the same letter of 'ij,jk'"),
            ("nj.tensor({ 300 }, { dtype = 'uint8' })", "tensor: 300 does not fit into uint8"),
            ("nj.tensor({ 0/0 }, { dtype = 'int64' })", "does not fit into int64"),
            (
                "nj.zeros(1):expand(1 << 31):tolist()",
                "Tensor:tolist: at most 134217728 elements and lists expected for Lua tables, got shape [2147483648]"
            ),
            (
                "nj.zeros(1 << 31, 0):tolist()",
                "Tensor:tolist: at most 134217728 elements and lists expected for Lua tables, got shape [2147483648, 0]"
            ),
            ("x:matrix_power(2)", "Tensor:matrix_power: square matrices expected, got [2, 3]"),
            ("nj.linalg.inv(x)", "'inv' is not in nightjar.linalg"),
        ])
    func refused(expression: String, message: String) {
        let found = failure("\(Self.rows) return \(expression)")
        #expect(found.contains(message), "\(found)")
    }

    @Test("Large shapes without elements, and views of one element, are printed at once")
    func printing() throws {
        #expect(try evaluate("return nj.zeros(1 << 31, 0)") == "tensor([], size=[2147483648, 0])")
        #expect(try evaluate("return #tostring(nj.zeros(1):expand(1 << 42))") == "38")
        let deep = "local t = 1 for _ = 1, 64 do t = { t } end return nj.tensor(t):dim()"
        #expect(try evaluate(deep) == "64")
        #expect(
            failure("local t = 1 for _ = 1, 65 do t = { t } end nj.tensor(t)").hasSuffix(
                "lists nested at most 64 deep expected"))
    }
}
