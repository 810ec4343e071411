import Testing

@Suite("Indexing tensors in Lua")
struct TensorIndexingTests {
    @Test(
        "Reading",
        arguments: [
            ("x[0]", "tensor([0, 1, 2, 3])"),
            ("x[-1]", "tensor([ 8,  9, 10, 11])"),
            ("x[{ 1, 2 }]", "tensor(6)"),
            ("x[{ {0, 2}, 1 }]", "tensor([1, 5])"),
            ("x[{ {1} }]", "tensor([[ 4,  5,  6,  7],\n        [ 8,  9, 10, 11]])"),
            ("x[{ 0, {0, nil, 2} }]", "tensor([0, 2])"),
            ("x[{ 0, {nil, 2} }]", "tensor([0, 1])"),
            ("x[{ 0, {-3, -1} }]", "tensor([1, 2])"),
            ("x[{ {}, -1 }]", "tensor([ 3,  7, 11])"),
            ("x[{ '...', 0 }]", "tensor([0, 4, 8])"),
            ("x[{ nj.newaxis, 0 }]:shape()[1], #x[{ {}, nj.newaxis }]:shape()", "1 3"),
            ("x[x:gt(8)]", "tensor([ 9, 10, 11])"),
            ("x[nj.tensor { 2, -3 }]", "tensor([[ 8,  9, 10, 11],\n        [ 0,  1,  2,  3]])"),
            ("x[{ nj.tensor { 0, 2 }, nj.tensor { 1, 3 } }]", "tensor([ 1, 11])"),
            ("x[{ nj.tensor { true, false, true }, 0 }]", "tensor([0, 8])"),
            ("x[nj.tensor(1)]", "tensor([4, 5, 6, 7])"),
            ("x[{}]:numel(), x:dim(), x['shape'](x)[2]", "12 2 4"),
        ])
    func reading(expression: String, expected: String) throws {
        #expect(try evaluate("local x = nj.arange(12):view(3, 4) return \(expression)") == expected)
    }

    @Test(
        "Assigning",
        arguments: [
            ("x[0] = 7", "tensor([[7, 7],\n        [2, 3]])"),
            ("x[{ {}, 1 }] = nj.tensor { 8, 9 }", "tensor([[0, 8],\n        [2, 9]])"),
            ("x[x:lt(2)] = -1", "tensor([[-1, -1],\n        [ 2,  3]])"),
            ("x[nj.tensor { 1 }] = x[0]", "tensor([[0, 1],\n        [0, 1]])"),
            ("x[{}] = 2.7", "tensor([[2, 2],\n        [2, 2]])"),
            ("x[0][1] = 5", "tensor([[0, 5],\n        [2, 3]])"),
        ])
    func assigning(statement: String, expected: String) throws {
        #expect(try evaluate("local x = nj.arange(4):view(2, 2) \(statement) return x") == expected)
    }

    @Test("Gradients go through what was read and what was put")
    func gradients() throws {
        let code = """
            local x = nj.ones(3, { requires_grad = true })
            local y = x * 2
            y[0] = 0
            y[nj.tensor { 1 }] = x[{ {2} }] * 5
            ;(y[nj.tensor { 1, 1, 2 }]):sum():backward()
            return x:grad()
            """
        #expect(try evaluate(code) == "tensor([ 0.,  0., 12.])")
    }

    @Test(
        "What cannot be read",
        arguments: [
            ("x[5]", "index: index 5 is outside dimension 0 of [2, 3], whose places are 0..1"),
            ("x[{ 0, -4 }]", "index: index -4 is outside dimension 1 of [2, 3], whose places are 0..2"),
            (
                "x[2]",
                "index: index 2 is outside dimension 0 of [2, 3], whose places are 0..1; to go through them: "
                    + "for i, row in ipairs(x:unbind())"
            ),
            ("x[nj.tensor { 2 }]", "index: index 2 is outside dimension 0 of [2, 3], whose places are 0..1"),
            ("x[{ {0, 2, -1} }]", "index: a slice's step of at least 1 expected, got -1; use flip"),
            ("x[{ 0, 0, 0 }]", "index: an index for at most 2 dimensions expected, got one for 3 (shape [2, 3])"),
            ("x[1.5]", "index: an integer expected as an index, got 1.5"),
            ("x[nj.ones(1)]", "index: an index of type int64, int32, uint8 or bool expected, got float32"),
            (
                "x[nj.tensor { true }]",
                "index: a mask of shape [2] expected for the dimensions from 0 of [2, 3], got [1]"
            ),
            ("x[{ step = 2 }]", "index: an index is a list, got one with the key step"),
            ("x.fill", "Tensor has no method 'fill' (did you mean 'fill_'?)"),
            (
                "x == x:clone()",
                "operator ==: a == b cannot compare elements; use a:eq(b), or a:equal(b) for one truth value"
            ),
            ("x < x", "operator <: a < b cannot compare elements; use a:lt(b), or a:gt(b) for a > b"),
            ("1 <= x", "operator <=: a <= b cannot compare elements; use a:le(b), or a:ge(b) for a >= b"),
        ])
    func refused(expression: String, message: String) throws {
        #expect(
            try evaluate(
                "local x = nj.arange(6):view(2, 3) return select(2, pcall(function() return \(expression) end))"
            ).hasSuffix(message))
    }

    @Test(
        "What cannot be assigned",
        arguments: [
            ("x[0] = nj.ones(2)", "index: a value of shape [2] does not fit into [3]"),
            ("x[9] = 0", "index: index 9 is outside dimension 0 of [2, 3], whose places are 0..1"),
            ("x.name = 1", "index: a tensor has no fields to set but grad, requires_grad and data, got 'name'"),
            ("x.grad = 1", "index: a tensor or nil expected for x.grad, got 1"),
            ("x.grad = nj.ones(2)", "index: a float32 gradient of shape [2, 3] expected, got float32 [2]"),
            ("x.requires_grad = 1", "index: true or false expected for x.requires_grad, got 1"),
            ("x.requires_grad = nil", "index: true or false expected for x.requires_grad, got nil"),
            ("x.data = 1", "index: a tensor expected for x.data, got 1"),
            (
                "x.data = nj.ones(2)",
                "index: float32 elements of shape [2, 3] expected for x.data, got float32 [2]"
            ),
            ("x[0] = nil", "index: bad argument 'value' (Tensor, number or boolean expected, got nil)"),
            ("x[0] = {}", "index: bad argument 'value' (Tensor, number or boolean expected, got table)"),
            (
                "x:requires_grad_() x[0] = 1",
                "index: a tensor that requires a gradient cannot be changed in place here; do it under no_grad"
            ),
            (
                "x[{ {1} }][0][{ {1} }] = x[1][{ {0, 2} }]",
                "index: the value lies partly where it is to be put; use clone before"
            ),
        ])
    func refusedAssignments(statement: String, message: String) throws {
        let code = "local x = nj.zeros(2, 3) return select(2, pcall(function() \(statement) end))"
        #expect(try evaluate(code).hasSuffix(message))
    }

    @Test("A tensor is equal to itself")
    func equality() throws {
        #expect(
            try evaluate("local x = nj.ones(1) local t = { x } return x == t[1], x == 1, x ~= nil") == "true false true"
        )
    }
}
