import TensorSupport
import Testing

@testable import Tensors

@Suite("Tensors without elements and without dimensions")
struct EmptyTests {
    @Test("triangles of many empty rows come at once", .timeLimit(.minutes(5)))
    func triangles() throws {
        let rows = try Tensor.zeros([1 << 40, 0])
        #expect(try rows.call("tril").shape == [1 << 40, 0])
        #expect(try call("triu_indices", 1 << 40, 0).tensors[0].shape == [2, 0])
    }

    @Test("nothing is done for no elements, however many places other dimensions have", .timeLimit(.minutes(5)))
    func longAndEmpty() throws {
        let large = 1 << 40
        let (rows, planes) = (try Tensor.zeros([large, 0]), try Tensor.zeros([large, 3, 0]))
        for name in ["sum", "prod", "var", "median"] {
            #expect(try rows.call(name, 0).shape == [0], "\(name)")
        }
        #expect(try rows.to(.int64).sum([0]).shape == [0])
        #expect(try planes.sum([1]).shape == [large, 0])
        #expect(try rows.indexSelect(1, Tensor([Int64](), [0])).shape == [large, 0])
        #expect(try planes.indexSelect(1, Tensor([0, 2] as [Int64], [2])).shape == [large, 2, 0])
        #expect(try Tensor.zeros([large, 0, 2]).matmul(Tensor.zeros([2, 0])).shape == [large, 0, 0])
        #expect(try rows.call("unique", options: ["dim": 1]).shape == [large, 0])
        let targets = try Tensor.zeros([large, 0], dtype: .int64)
        #expect(try planes.crossEntropy(targets).item().isNaN)
        #expect(try planes.nllLoss(targets, reduction: .none).shape == [large, 0])
        let x = try Tensor.zeros([large, 3, 0]).requireGrad()
        try x.batchNorm(mean: nil, variance: nil, nil, nil, training: true).sum().backward()
        #expect(x.grad?.shape == [large, 3, 0])
    }

    @Test("batch norm of no images gives its weight and bias no gradient")
    func batchNorm() throws {
        let x = try Tensor.zeros([0, 3]).requireGrad()
        let (weight, bias) = (try Tensor.ones([3]).requireGrad(), try Tensor.zeros([3]).requireGrad())
        try x.batchNorm(mean: nil, variance: nil, weight, bias, training: true).sum().backward()
        #expect(try weight.grad?.floatArray() == [0, 0, 0])
        #expect(try bias.grad?.floatArray() == [0, 0, 0])
        #expect(x.grad?.shape == [0, 3])
    }

    @Test("a mask of later places that memory cannot hold is an error")
    func causalMask() throws {
        let x = try Tensor.zeros([1 << 30, 0])
        #expect(throws: TensorError("[1073741824, 1073741824] is more than memory can hold")) {
            _ = try call("scaled_dot_product_attention", x, x, x, options: ["is_causal": true])
        }
        #expect(try Tensor.laterPlaces(2, 3, .float32).floatArray() == [0, -.infinity, -.infinity, 0, 0, -.infinity])
    }

    @Test("what there is to say of nothing")
    func values() throws {
        let none = try Tensor.zeros([0, 3])
        #expect(try none.sum().item() == 0)
        #expect(try none.sum([0]).floatArray() == [0, 0, 0])
        #expect(try none.sum([1]).shape == [0])
        #expect(try none.mean().item().isNaN)
        #expect(try none.to(.int64).sum().item() == 0)
        #expect(try none.matmul(Tensor.zeros([3, 2])).shape == [0, 2])
        #expect(try Tensor.ones([2, 0]).matmul(Tensor.ones([0, 2])).floatArray() == [0, 0, 0, 0])
        #expect(
            try Tensor.ones([2, 0]).linear(Tensor.ones([2, 0]), Tensor([1, 2] as [Float], [2])).floatArray()
                == [1, 2, 1, 2])
        #expect(try none.linear(Tensor.ones([2, 3]), Tensor.ones([2])).shape == [0, 2])
        #expect(try Tensor.cat([none, Tensor.ones([1, 3]), none]).floatArray() == [1, 1, 1])
        #expect(try none.nllLoss(Tensor([Int64](), [0]), reduction: .sum).item() == 0)
        #expect(try none.nllLoss(Tensor([Int64](), [0])).item().isNaN)
        #expect(try none.max(1).values.shape == [0])
        #expect(try none.softmax(0).shape == [0, 3])
        #expect(
            try Tensor.zeros([0, 2, 4, 4]).conv2d(Tensor.ones([3, 2, 3, 3]), Tensor.ones([3])).shape
                == [0, 3, 2, 2])
        #expect(try Tensor.zeros([0, 2, 4, 4]).maxPool2d(kernel: Pair(2, 2)).shape == [0, 2, 2, 2])
        #expect(try Tensor.zeros([2, 0, 4, 4]).avgPool2d(kernel: Pair(2, 2)).shape == [2, 0, 2, 2])
        #expect(try Tensor.permutation(0, Generator(seed: 1)).count == 0)
        #expect(try Tensor.normal([0], Generator(seed: 1)).count == 0)
    }

    @Test("gradients of nothing are zeros")
    func gradients() throws {
        let (weight, bias) = (try Tensor.ones([3, 2, 3, 3]).requireGrad(), try Tensor.ones([3]).requireGrad())
        let x = try Tensor.zeros([0, 2, 4, 4]).requireGrad()
        try x.conv2d(weight, bias).sum().backward()
        #expect(try weight.grad?.floatArray() == Array(repeating: 0, count: 54))
        #expect(try bias.grad?.floatArray() == [0, 0, 0])
        #expect(x.grad?.shape == [0, 2, 4, 4])
        let (matrix, offset) = (try Tensor.ones([2, 3]).requireGrad(), try Tensor.ones([2]).requireGrad())
        try Tensor.zeros([0, 3]).linear(matrix, offset).sum().backward()
        #expect(try matrix.grad?.floatArray() == Array(repeating: 0, count: 6))
        #expect(try offset.grad?.floatArray() == [0, 0])
    }

    @Test("a tensor without dimensions is a number")
    func noDimensions() throws {
        let x = try Tensor.scalar(2.5).requireGrad()
        #expect(x.dim == 0 && x.count == 1 && x.shape == [] && x.isContiguous)
        #expect(try x.mul(x).sum().item() == 6.25)
        #expect(try x.mean().item() == 2.5 && x.max().item() == 2.5 && x.argmax().item() == 0)
        #expect(try x.unsqueeze(0).shape == [1] && x.unsqueeze(-1).shape == [1] && x.squeeze().shape == [])
        #expect(try x.reshape([1, 1]).shape == [1, 1] && x.clone().shape == [] && x.to(.int64).item() == 2)
        #expect(try Tensor.stack([x, x]).shape == [2])
        #expect(try x.softmax(0).item() == 1 && x.logSoftmax(-1).item() == 0)
        #expect(try x.relu().exp().tanh().call("gt", 0).item() == 1)
        #expect(try x.detach().fillInPlace(1).addInPlace(2).item() == 3)
        #expect(try Tensor.ones([3]).matmul(Tensor.ones([3])).shape == [])
        #expect(try x.dropout(0, training: true, Generator(seed: 1)) === x)
    }
}
