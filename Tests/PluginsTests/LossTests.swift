import Testing

@Suite("Activations and losses in Lua")
struct LossTests {
    @Test(
        "Values are PyTorch's",
        arguments: [
            (
                "F.gelu(nj.tensor { 1.0 }), F.gelu(nj.tensor { 1.0 }, { approximate = 'tanh' })",
                "tensor([0.8413]) tensor([0.8412])"
            ),
            (
                "F.leaky_relu(nj.tensor { -1.0, 2 }, 0.5), F.hardtanh(nj.tensor { 3, -3 })",
                "tensor([-0.5000,  2.0000]) tensor([ 1, -1])"
            ),
            ("nn.Softplus { beta = 2 }(nj.zeros(1)), nn.GLU()(nj.ones(2))", "tensor([0.3466]) tensor([0.7311])"),
            ("(function() local y = nj.tensor { -1.0, 2 } F.relu(y, true) return y end)()", "tensor([0., 2.])"),
            (
                "F.nll_loss(nj.tensor { { -1.0, -2 }, { -3, -5 } }, nj.tensor { 1, 0 }, nj.tensor { 3.0, 1 })",
                "tensor(2.7500)"
            ),
            (
                "F.nll_loss(nj.tensor { { -1.0, -2 }, { -3, -5 } }, nj.tensor { 1, -100 })",
                "tensor(2.)"
            ),
            ("F.nll_loss(nj.tensor { -1.0, -2 }, nj.tensor(1))", "tensor(2.)"),
            (
                "F.nll_loss(-nj.ones(1, 2, 1, 2), nj.tensor { { { 0, 1 } } }, { reduction = 'none' })",
                "tensor([[[1., 1.]]])"
            ),
            ("F.cross_entropy(nj.tensor { { 1000, 989.5 } }, nj.tensor { 0 }):item() > 2.7e-5", "true"),
            ("F.cross_entropy(nj.zeros(1, 2), nj.tensor { { 0.5, 0.5 } })", "tensor(0.6931)"),
            (
                "F.mse_loss(nj.ones(2, 2), nj.zeros(2)), F.huber_loss(nj.zeros(1), nj.tensor { 3.0 })",
                "tensor(1.) tensor(2.5000)"
            ),
            ("nn.CrossEntropyLoss { weight = nj.ones(2) }:state_dict().weight", "tensor([1., 1.])"),
        ])
    func values(expression: String, expected: String) throws {
        #expect(try evaluate("return \(expression)") == expected)
    }

    @Test(
        "Mistakes",
        arguments: [
            (
                "F.nll_loss(nj.zeros(1, 2, 1, 2), nj.tensor { { { 0, 7 } } })",
                "nll_loss: target 7 at [0, 0, 1] is outside 0..1"
            ),
            (
                "F.nll_loss(nj.zeros(2, 3), nj.tensor { 0, 1 }, nj.ones(2))",
                "nll_loss: a weight [3] of type float32 expected, one for each class, got [2] of type float32"
            ),
            (
                "F.cross_entropy(nj.zeros(2, 3, 4), nj.tensor { 0, 1 })",
                "cross_entropy: scores [n, classes, ...] and targets [n, ...] expected, got [2, 3, 4] and [2]"
            ),
            (
                "F.binary_cross_entropy(nj.tensor { 1.5 }, nj.ones(1))",
                "probabilities from 0 to 1 expected; for any scores use binary_cross_entropy_with_logits"
            ),
            ("F.huber_loss(nj.ones(1), nj.ones(1), { delta = 0 })", "huber_loss: a positive 'delta' expected, got 0.0"),
            ("F.gelu(nj.tensor { 1 })", "gelu: float32 expected, got int64; convert with float()"),
            ("F.celu(nj.ones(1), 0)", "celu: an 'alpha' other than 0 expected"),
            ("F.prelu(nj.ones(2, 3), nj.ones(2))", "prelu: a weight of 3 elements expected, one a channel, got 2"),
            ("F.glu(nj.ones(3))", "glu: an even size of dimension 0 expected, got 3"),
        ])
    func mistakes(expression: String, expected: String) {
        let message = failure("return \(expression)")
        #expect(message.contains(expected), "\(message)")
    }
}
