import TensorSupport
import Testing

@testable import Tensors

/// What PyTorch 2.15 prints, with `true` for `True` and `[0, 3]` for `torch.Size([0, 3])`.
@Suite("Tensors print as in PyTorch")
struct PrintingTests {
    static let cases: [(@Sendable () throws -> Tensor, String)] = [
        (
            { try Tensor([Float(1), 2], [2]) },
            "tensor([1., 2.])"
        ),
        (
            { try formula([2, 3]) },
            """
            tensor([[-2.0000,  1.8320,  1.6620],
                    [ 1.4920,  1.3220,  1.1520]])
            """
        ),
        (
            { try Tensor([Int64.max, .min, (1 << 53) + 1], [3]) },
            "tensor([ 9223372036854775807, -9223372036854775808,     9007199254740993])"
        ),
        (
            { try Tensor([0.5], []) },
            "tensor(0.5000)"
        ),
        (
            { try Tensor([Float(3)], []) },
            "tensor(3.)"
        ),
        (
            { try Tensor([1, 0.0001, 1000], [3]) },
            "tensor([1.0000e+00, 1.0000e-04, 1.0000e+03])"
        ),
        (
            { try Tensor([1e9, 1], [2]) },
            "tensor([1.0000e+09, 1.0000e+00])"
        ),
        (
            { try Tensor([.nan, 1, -.infinity], [3]) },
            "tensor([nan, 1., -inf])"
        ),
        (
            { try Tensor([.nan, 1.5, -.infinity], [3]) },
            "tensor([   nan, 1.5000,   -inf])"
        ),
        (
            { try Tensor([Float(0), 0], [2]) },
            "tensor([0., 0.])"
        ),
        (
            { try Tensor([-0.0, 0.00001], [2]) },
            "tensor([-0.0000e+00, 1.0000e-05])"
        ),
        (
            { try formula([2, 2, 2]) },
            """
            tensor([[[-2.0000,  1.8320],
                     [ 1.6620,  1.4920]],

                    [[ 1.3220,  1.1520],
                     [ 0.9820,  0.8120]]])
            """
        ),
        (
            { try formula([30]) },
            """
            tensor([-2.0000,  1.8320,  1.6620,  1.4920,  1.3220,  1.1520,  0.9820,  0.8120,
                     0.6420,  0.4720,  0.3020,  0.1320, -0.0380, -0.2080, -0.3780, -0.5480,
                    -0.7180, -0.8880, -1.0580, -1.2280, -1.3980, -1.5680, -1.7380, -1.9080,
                     1.9240,  1.7540,  1.5840,  1.4140,  1.2440,  1.0740])
            """
        ),
        (
            { try counting([1200]) },
            """
            tensor([0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 1.1970e+03, 1.1980e+03,
                    1.1990e+03])
            """
        ),
        (
            { try counting([40, 2, 20]) },
            """
            tensor([[[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 1.7000e+01,
                      1.8000e+01, 1.9000e+01],
                     [2.0000e+01, 2.1000e+01, 2.2000e+01,  ..., 3.7000e+01,
                      3.8000e+01, 3.9000e+01]],

                    [[4.0000e+01, 4.1000e+01, 4.2000e+01,  ..., 5.7000e+01,
                      5.8000e+01, 5.9000e+01],
                     [6.0000e+01, 6.1000e+01, 6.2000e+01,  ..., 7.7000e+01,
                      7.8000e+01, 7.9000e+01]],

                    [[8.0000e+01, 8.1000e+01, 8.2000e+01,  ..., 9.7000e+01,
                      9.8000e+01, 9.9000e+01],
                     [1.0000e+02, 1.0100e+02, 1.0200e+02,  ..., 1.1700e+02,
                      1.1800e+02, 1.1900e+02]],

                    ...,

                    [[1.4800e+03, 1.4810e+03, 1.4820e+03,  ..., 1.4970e+03,
                      1.4980e+03, 1.4990e+03],
                     [1.5000e+03, 1.5010e+03, 1.5020e+03,  ..., 1.5170e+03,
                      1.5180e+03, 1.5190e+03]],

                    [[1.5200e+03, 1.5210e+03, 1.5220e+03,  ..., 1.5370e+03,
                      1.5380e+03, 1.5390e+03],
                     [1.5400e+03, 1.5410e+03, 1.5420e+03,  ..., 1.5570e+03,
                      1.5580e+03, 1.5590e+03]],

                    [[1.5600e+03, 1.5610e+03, 1.5620e+03,  ..., 1.5770e+03,
                      1.5780e+03, 1.5790e+03],
                     [1.5800e+03, 1.5810e+03, 1.5820e+03,  ..., 1.5970e+03,
                      1.5980e+03, 1.5990e+03]]])
            """
        ),
        (
            { try Tensor([Int64(1), -20, 3], [3]) },
            "tensor([  1, -20,   3])"
        ),
        (
            { try Tensor.zeros([0, 3]) },
            "tensor([], size=[0, 3])"
        ),
        (
            { try Tensor.zeros([0]) },
            "tensor([])"
        ),
        (
            { try Tensor.zeros([0], dtype: .int64) },
            "tensor([], dtype=int64)"
        ),
        (
            { try Tensor.ones([2], dtype: .uint8) },
            "tensor([1, 1], dtype=uint8)"
        ),
        (
            { try formula([3]).call("gt", -1) },
            "tensor([false,  true,  true])"
        ),
        (
            { try formula([3]).requireGrad() },
            "tensor([-2.0000,  1.8320,  1.6620], requires_grad=true)"
        ),
        (
            { try formula([7]).requireGrad() },
            """
            tensor([-2.0000,  1.8320,  1.6620,  1.4920,  1.3220,  1.1520,  0.9820],
                   requires_grad=true)
            """
        ),
        (
            { try formula([6]).requireGrad() },
            """
            tensor([-2.0000,  1.8320,  1.6620,  1.4920,  1.3220,  1.1520],
                   requires_grad=true)
            """
        ),
        (
            { try Tensor([Float.nan], [1]) },
            "tensor([nan])"
        ),
        (
            { try formula([2, 3]).transpose(0, 1) },
            """
            tensor([[-2.0000,  1.4920],
                    [ 1.8320,  1.3220],
                    [ 1.6620,  1.1520]])
            """
        ),
        (
            { try Tensor([0.00005, 0.00015, 1], [3]).mul(2) },
            "tensor([1.0000e-04, 3.0000e-04, 2.0000e+00])"
        ),
    ]

    @Test("the same text", arguments: cases.indices)
    func text(index: Int) throws {
        let (make, expected) = Self.cases[index]
        #expect(try make().description == expected)
    }

    @Test("a result names its operation")
    func history() throws {
        #expect(
            try Tensor([Float(1), 2], [2]).requireGrad().mul(2).description
                == "tensor([2., 4.], grad_fn=<mul>)")
    }
}
