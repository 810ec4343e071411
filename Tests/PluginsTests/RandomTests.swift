import Testing

@Suite("Random numbers in Lua")
struct RandomTests {
    /// Each was drawn by PyTorch 2.15 after `torch.manual_seed(1234)`.
    @Test(
        "One seed gives PyTorch's numbers",
        arguments: [
            ("nj.randint(10, { 5 })", "tensor([5, 1, 6, 5, 6])"),
            ("nj.randint(0, 1 << 40, { 2 })", "tensor([204000912083, 166721346613])"),
            ("nj.ones(3):random_()", "tensor([ 486142., 6742612., 4359303.])"),
            ("nj.ones(2, 2):t():uniform_()", "tensor([[0.0290, 0.2598],\n        [0.4019, 0.3666]])"),
            ("nj.rand({ 2 }, { dtype = 'float64' })", "tensor([0.2318, 0.0788], dtype=float64)"),
            ("nj.randn({ 3 }, { dtype = 'float64' })", "tensor([ 0.0461,  0.4024, -1.0115], dtype=float64)"),
            ("nj.bernoulli(nj.full({ 6 }, 0.5))", "tensor([1., 1., 1., 1., 1., 0.])"),
            ("nj.ones(6):bernoulli_(0.5)", "tensor([1., 1., 1., 1., 1., 1.])"),
            ("nj.normal(1, 2, { 2 })", "tensor([1.0923, 1.8048])"),
            ("nj.multinomial(nj.ones(5), 3)", "tensor([1, 0, 4])"),
            ("nj.multinomial(nj.ones(5), 3, true)", "tensor([1, 0, 2])"),
            ("nj.ones(2):exponential_(2)", "tensor([0.1319, 0.0410])"),
            ("nj.ones(2):cauchy_()", "tensor([-1.1212, -3.9590])"),
            ("nj.ones(2):log_normal_()", "tensor([2.9810, 6.0788])"),
            ("nj.ones(3):geometric_(0.3)", "tensor([5., 8., 3.])"),
        ])
    func streams(expression: String, expected: String) throws {
        #expect(try evaluate("nj.manual_seed(1234) return \(expression)") == expected)
    }

    @Test("math.random follows manual_seed")
    func mathRandom() throws {
        let code = """
            nj.manual_seed(7)
            local first = { math.random(), math.random(100), nj.rand(1):item() }
            nj.manual_seed(7)
            local again = { math.random(), math.random(100), nj.rand(1):item() }
            nj.manual_seed(8)
            return first[1] == again[1], first[2] == again[2], first[3] == again[3], math.random() == first[1]
            """
        #expect(try evaluate(code) == "true true true false")
    }

    @Test("A state brings the same numbers back")
    func state() throws {
        let code = """
            nj.randn(1)
            local state = nj.get_rng_state()
            local first = nj.randn(3)
            nj.set_rng_state(state)
            return nj.randn(3):sub(first):abs():sum():item()
            """
        #expect(try evaluate(code) == "0.0")
    }

    @Test(
        "What cannot be drawn",
        arguments: [
            ("nj.randint(5, 5, { 2 })", "randint: 'from' below 'to' expected, got 5 and 5"),
            ("nj.randint(5)", "randint: 'high' and 'size' expected"),
            (
                "nj.randint(0, 300, { 2 }, { dtype = 'uint8' })",
                "randint: integers from 0 to 299 do not fit into uint8"
            ),
            (
                "nj.randn({ 2 }, { dtype = 'int64' })",
                "randn: float32 or float64 expected for such random numbers, got int64"
            ),
            ("nj.ones(2):uniform_(1, 0)", "Tensor:uniform_: 'from' of at most 'to' expected, got 1.0 and 0.0"),
            ("nj.ones(2):normal_(0, -1)", "Tensor:normal_: a 'std' of at least 0 expected, got -1.0"),
            ("nj.bernoulli(nj.ones(2) * 3)", "bernoulli: probabilities from 0 to 1 expected, got 3.0"),
            (
                "nj.multinomial(nj.ones(2), 3)",
                "multinomial: at most 2 samples without replacement expected, got 3"
            ),
            (
                "nj.set_rng_state(nj.arange(3))",
                "set_rng_state: bad argument 'new_state' (what get_rng_state() gave expected, got another tensor)"
            ),
        ])
    func refused(expression: String, message: String) {
        #expect(failure("return \(expression)").hasSuffix(message))
    }
}
