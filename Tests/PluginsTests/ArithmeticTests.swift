import Testing

@Suite("Arithmetic, comparisons and logic in Lua")
struct ArithmeticTests {
    @Test(
        "Values and types are PyTorch's",
        arguments: [
            ("nj.tensor { 7, -7 } // 2, nj.tensor { 7, -7 } % 3", "tensor([ 3, -4]) tensor([1, 2])"),
            ("nj.tensor { 7, -7 }:fmod(3), 7 // nj.tensor { 2.0 }", "tensor([ 1, -1]) tensor([3.])"),
            (
                "nj.tensor { 7, -7 }:div(2, { rounding_mode = 'trunc' }), nj.tensor { 7, -7 }:div(2)",
                "tensor([ 3, -3]) tensor([ 3.5000, -3.5000])"
            ),
            ("nj.tensor({ 1, 2 }, { dtype = 'int8' }) + 200", "tensor([-55, -54], dtype=int8)"),
            ("nj.tensor({ 1, 2 }, { dtype = 'uint8' }):gt(-1)", "tensor([false, false])"),
            ("nj.tensor({ 1, 2 }, { dtype = 'uint8' }):clamp { min = -1 }", "tensor([1, 2], dtype=uint8)"),
            ("nj.tensor { 1, 2 }:add(nj.tensor { 1, 1 }, { alpha = 3 })", "tensor([4, 5])"),
            ("nj.rsub(nj.tensor { 1, 2 }, 10), nj.tensor { 3 }:square()", "tensor([9, 8]) tensor([9])"),
            ("nj.tensor { 3 }:float_power(2):dtype(), nj.tensor { true } + 1", "float64 tensor([2])"),
            ("nj.tensor { 5, 6 }:bitwise_and(3), nj.tensor { true }:bitwise_not()", "tensor([1, 2]) tensor([false])"),
            (
                "nj.tensor { 0, 2 }:logical_not(), nj.tensor { 1.0, 0 / 0 }:isnan()",
                "tensor([ true, false]) tensor([false,  true])"
            ),
            (
                "nj.tensor { 2.5, -0.5 }:round(), nj.tensor { 1.25 }:round { decimals = 1 }",
                "tensor([2., -0.]) tensor([1.2000])"
            ),
            ("nj.where(nj.tensor { true, false }, 1, nj.tensor { 0.5, 0.5 })", "tensor([1.0000, 0.5000])"),
            ("nj.tensor { 1.0, 2 }:where(nj.tensor { true, false }, 0)", "tensor([1., 0.])"),
            ("nj.allclose(nj.ones(2), nj.ones(2) + 1e-7), nj.equal(nj.ones(2), nj.ones(3))", "true false"),
            ("nj.tensor { -math.huge, 0 / 0 }:nan_to_num(1, 2, 3)", "tensor([3., 1.])"),
            (
                "nj.result_type(nj.tensor { 1 }, 2.5), nj.promote_types('int8', 'uint8'), nj.can_cast('float32', 'int64')",
                "float32 int16 false"
            ),
            ("1 / nj.tensor { -0.0 }, (nj.tensor({ 0.1 }, { dtype = 'float64' })):item()", "tensor([-inf]) 0.1"),
        ])
    func values(expression: String, expected: String) throws {
        #expect(try evaluate("return \(expression)") == expected)
    }

    @Test(
        "What PyTorch refuses",
        arguments: [
            ("nj.tensor { 1 } // 0", "operator //: ZeroDivisionError: integers cannot be divided by 0"),
            ("nj.tensor { 1 } % nj.tensor { 0 }", "operator %: ZeroDivisionError: integers cannot be divided by 0"),
            (
                "nj.tensor { true } - 1",
                "operator -: bool elements cannot be subtracted; use logical_xor() or convert with long()"
            ),
            ("-nj.tensor { true }", "bool elements are not numbers here; convert with long() or float()"),
            ("nj.tensor { 1 }:frac()", "Tensor:frac: float32 expected, got int64; convert with float()"),
            (
                "nj.tensor { 1.5 }:bitwise_not()",
                "Tensor:bitwise_not: integers or truth values expected, got float32; convert with long()"
            ),
            ("nj.tensor { 1 }:add(1, { alpha = 2.5 })", "an integer 'alpha' expected for integers, got 2.5"),
            ("nj.tensor({ 1 }, { dtype = 'int8' }):pow(300)", "Tensor:pow: int8 cannot hold 300"),
            ("nj.tensor({ 1 }, { dtype = 'int8' }):fill_(300)", "Tensor:fill_: int8 cannot hold 300"),
            ("nj.tensor({ 1 }, { dtype = 'uint8' }):clamp { max = -1 }", "Tensor:clamp: uint8 cannot hold -1"),
            ("nj.where(nj.ones(1), 1, 2)", "where: a bool condition expected, got float32; compare, as in x:gt(0)"),
            ("nj.tensor { 1 }:sqrt_()", "a result of type float32 cannot be put into a tensor of type int64"),
        ])
    func refusals(expression: String, expected: String) {
        let message = failure("return \(expression)")
        #expect(message.contains(expected), "\(message)")
    }

    @Test("Functions change their tensor under autograd")
    func inPlace() throws {
        let change = "local x = nj.tensor({ 0.5, 2 }):requires_grad_() local y = x * 1 "
        #expect(try evaluate(change + "y:sin_():sum():backward() return x:grad()") == "tensor([ 0.8776, -0.4161])")
        #expect(try evaluate(change + "y:clamp_(0, 1) y:sum():backward() return x:grad()") == "tensor([1., 0.])")
        #expect(try evaluate(change + "y:zero_() y:sum():backward() return x:grad()") == "tensor([0., 0.])")
        #expect(
            failure(change + "y:mul_(y) y:sum():backward()").contains(
                "that the backward pass needs was changed in place after its use"))
    }

    @Test(
        "Gradients at edges are PyTorch's",
        arguments: [
            ("x:clamp(-1, 1)", "-1, 0, 1, 0 / 0", "tensor([0., 1., 0., 0.])"),
            ("x:clamp(nj.tensor(-1.0), nj.tensor(1.0))", "-1, 0, 1, 2", "tensor([0.5000, 1.0000, 0.5000, 0.0000])"),
            ("x:fmax(nj.zeros(3))", "0, 1, 0 / 0", "tensor([0.5000, 1.0000, 0.0000])"),
            ("x:maximum(nj.zeros(3))", "0, 1, 0 / 0", "tensor([0.5000, 1.0000, 1.0000])"),
            ("x:atan2(nj.zeros(2))", "0, 1", "tensor([0., 0.])"),
            ("x:pow(0.5)", "-0.0, 4", "tensor([  -inf, 0.2500])"),
            ("F.relu6(x)", "0, 3, 6", "tensor([0., 1., 0.])"),
            ("F.hardswish(x)", "-3, 0, 3", "tensor([0.0000, 0.5000, 1.0000])"),
        ])
    func edges(function: String, elements: String, expected: String) throws {
        let gradient = try evaluate(
            "local x = nj.tensor({ \(elements), 0.5 }):narrow(0, 0, #{ \(elements) }):clone():requires_grad_() "
                + "\(function):sum():backward() return x:grad()")
        #expect(gradient == expected)
    }
}
