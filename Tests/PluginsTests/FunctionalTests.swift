import Testing

@Suite("Functions of networks in Lua")
struct FunctionalTests {
    @Test(
        "Arguments by position and by name",
        arguments: [
            (
                "F.conv2d(nj.ones(1, 1, 5, 5), nj.ones(2, 1, 3, 3), nj.zeros(2), { stride = 2, padding = { 1, 0 } })",
                "tensor([[[[6., 6.],\n          [9., 9.],\n          [6., 6.]],\n\n         [[6., 6.],\n          [9., 9.],\n          [6., 6.]]]])"
            ),
            ("F.conv2d(nj.ones(1, 2, 1, 1), nj.ones(2, 1, 1, 1), { groups = 2 }):shape()[2]", "2"),
            (
                "F.max_pool2d(nj.arange(16):float():view(1, 1, 4, 4), 2)",
                "tensor([[[[ 5.,  7.],\n          [13., 15.]]]])"
            ),
            ("F.max_pool2d(nj.ones(1, 1, 4, 4), { 2, 1 }):size(3)", "4"),
            ("F.max_pool2d(nj.ones(1, 1, 4, 4), { kernel_size = 2, stride = 1 }):size(3)", "3"),
            ("F.avg_pool2d(nj.arange(16):float():view(1, 1, 4, 4), 2, 2):tolist()[1][1][2][2]", "12.5"),
            (
                "F.linear(nj.ones(1, 2), nj.ones(3, 2)), F.linear(nj.ones(1, 2), nj.ones(1, 2), nj.ones(1))",
                "tensor([[2., 2., 2.]]) tensor([[3.]])"
            ),
            (
                "F.relu(nj.tensor { -1.0, 2 }), F.tanh(nj.zeros(1)), F.sigmoid(nj.zeros(1))",
                "tensor([0., 2.]) tensor([0.]) tensor([0.5000])"
            ),
            (
                "F.softmax(nj.zeros(1, 2), 1), F.log_softmax(nj.zeros(1, 2), { dim = -1 })",
                "tensor([[0.5000, 0.5000]]) tensor([[-0.6931, -0.6931]])"
            ),
            (
                "F.dropout(nj.ones(2), { training = false }), F.dropout(nj.ones(2), 0.5, false), F.dropout(nj.ones(2), { p = 1 })",
                "tensor([1., 1.]) tensor([1., 1.]) tensor([0., 0.])"
            ),
            ("F.nll_loss(nj.tensor { { -1.0, -2 }, { -3, -5 } }, nj.tensor { 1, 0 })", "tensor(2.5000)"),
            (
                "F.nll_loss(nj.tensor { { -1.0, -2 }, { -3, -5 } }, nj.tensor { 1, 0 }, { reduction = 'sum' })",
                "tensor(5.)"
            ),
            (
                "F.nll_loss(nj.tensor { { -1.0, -2 }, { -3, -5 } }, nj.tensor { 1, 0 }, { reduction = 'none' })",
                "tensor([2., 3.])"
            ),
            ("F.cross_entropy(nj.zeros(2, 3), nj.tensor { 0, 1 })", "tensor(1.0986)"),
            ("F.mse_loss(nj.ones(2), nj.tensor { 0.0, 3 })", "tensor(2.5000)"),
        ])
    func values(expression: String, expected: String) throws {
        #expect(try evaluate("return \(expression)") == expected)
    }

    @Test("Dropout draws PyTorch's masks from the seed")
    func dropout() throws {
        #expect(
            try evaluate("nj.manual_seed(42) return F.dropout(nj.ones(2, 10), 0.3):gt(0):to('int64'):view(-1)")
                == "tensor([1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1])")
    }

    @Test(
        "Mistakes",
        arguments: [
            ("F.nll_loss(nj.zeros(2, 3), nj.tensor { 0, 3 })", "nll_loss: target 3 at row 1 is outside 0..2"),
            ("F.nll_loss(nj.zeros(2, 3), nj.tensor { -1, 0 })", "nll_loss: target -1 at row 0 is outside 0..2"),
            (
                "F.nll_loss(nj.zeros(2, 3), nj.tensor { 0 })",
                "nll_loss: log-probabilities [n, classes] and targets [n] expected, got [2, 3] and [1]"
            ),
            ("F.nll_loss(nj.zeros(2, 3), nj.tensor { 0.0, 1 })", "nll_loss: int64 targets expected, got float32"),
            (
                "F.nll_loss(nj.zeros(2, 3), nj.tensor { 0, 1 }, { reduction = 'avg' })",
                "nll_loss: bad argument 'reduction' ('mean', 'sum' or 'none' expected, got 'avg')"
            ),
            ("F.cross_entropy(nj.zeros(2, 3), nj.tensor { 0, 9 })", "cross_entropy: target 9 at row 1 is outside 0..2"),
            (
                "F.conv2d(nj.zeros(64, 3, 28, 28), nj.zeros(10, 1, 5, 5))",
                "conv2d: expected 1 input channel, got 3 (input [64, 3, 28, 28], weight [10, 1, 5, 5])"
            ),
            (
                "F.conv2d(nj.zeros(1, 1, 2, 2), nj.zeros(2, 1, 3, 3))",
                "conv2d: a kernel of 3x3 does not fit into an input of 2x2 (padding [0, 0], dilation [1, 1])"
            ),
            (
                "F.conv2d(nj.zeros(1, 1, 5, 5), nj.zeros(2, 1, 3, 3), { stride = 0 })",
                "conv2d: bad argument 'stride' (integer or pair of integers of at least 1 expected, got 0)"
            ),
            ("F.max_pool2d(nj.ones(1, 1, 2, 2), 3)", "max_pool2d: a window of 3x3 does not fit into an input of 2x2"),
            (
                "F.max_pool2d(nj.ones(1, 1, 4, 4))",
                "max_pool2d: bad argument 'kernel_size' (integer or pair of integers of at least 1 expected, got nothing)"
            ),
            ("F.relu(5)", "relu: bad argument 'input' (Tensor expected, got number)"),
            ("F.log_softmax(nj.zeros(1, 2))", "log_softmax: bad argument 'dim' (integer expected, got nothing)"),
            ("F.log_softmax(nj.zeros(1, 2), 5)", "log_softmax: dimension 5 is outside -2..1 of shape [1, 2]"),
            (
                "F.dropout(nj.ones(2), { p = 2 })",
                "dropout: bad argument 'p' (number from 0.0 to 1.0 expected, got 2)"
            ),
            ("local x = F.lineer", "'lineer' is not in nightjar.nn.functional (did you mean 'linear'?)"),
        ])
    func mistakes(source: String, expected: String) {
        #expect(failure(source) == "test.lua:1: \(expected)")
    }
}
