import TensorSupport
import Testing

@testable import Tensors

/// What scripts' users read. The errors of the backward pass are in `BackwardTests`.
@Suite("Errors say what was expected and what came")
struct ErrorTests {
    private let generator = Generator(seed: 1)

    private func ones(_ shape: Int...) throws -> Tensor { try Tensor.ones(Shape(shape)) }
    private func integers(_ values: Int64...) throws -> Tensor { try Tensor(values, [values.count]) }

    @Test("making tensors")
    func making() throws {
        expectError("a size cannot be negative: [2, -1]") { try Tensor.zeros([2, -1]) }
        expectError("[2, 3] has 6 elements, got 1 value") { try Tensor([1] as [Float], [2, 3]) }
        expectError("[] has 1 element, got 2 values") { try Tensor([1, 2] as [Int64], []) }
        expectError("a size cannot be negative: [-1]") { try Tensor.permutation(-1, generator) }
        expectError("one element expected, got 3 (shape [3])") { try ones(3).item() }
        expectError("float32 expected, got int64; convert with float()") { try integers(1).floatArray() }
        expectError("int64 expected, got float32") { try ones(1).int64Array() }
        expectError("a view with gaps cannot be written as one piece") {
            try ones(2, 2).transpose(0, 1).withUnsafeMutableBytes { _ in }
        }
    }

    @Test("dimensions and views")
    func views() throws {
        let x = try ones(2, 3)
        expectError("dimension 2 is outside -2..1 of shape [2, 3]") { try x.size(2) }
        expectError("dimension -3 is outside -2..1 of shape [2, 3]") { try x.sum([-3]) }
        expectError("dimension 3 is outside -3..2 of shape [2, 3]") { try x.unsqueeze(3) }
        expectError("a tensor without dimensions has no dimension 0") { try Tensor.scalar(1).size(0) }
        expectError("cannot see the 6 elements of [2, 3] as [4, -1]") { try x.reshape([4, -1]) }
        expectError("cannot see the 6 elements of [2, 3] as [-1, -1]") { try x.reshape([-1, -1]) }
        expectError("cannot see the 6 elements of [2, 3] as [-2, -3]") { try x.reshape([-2, -3]) }
        expectError("cannot see the 0 elements of [0] as [0, -1]") { try ones(0).reshape([0, -1]) }
        expectError(
            "the elements of this [3, 2] do not stand in order (strides [1, 3]); use reshape, or contiguous before"
        ) { try x.transpose(0, 1).view([6]) }
        expectError("dimension 1 comes after dimension 0") { try x.flatten(start: 1, end: 0) }
        expectError("every dimension of [2, 3] once expected, got [0, 0]") { try x.permute([0, -2]) }
        expectError("every dimension of [2, 3] once expected, got [0]") { try x.permute([0]) }
        expectError("2 places from 2 are outside 0..2 of dimension 1 (shape [2, 3])") {
            try x.narrow(1, start: 2, length: 2)
        }
        expectError("index 3 is outside 0..2 of dimension -1 (shape [2, 3])") { try x.select(-1, 3) }
        expectError("index -4 is outside 0..2 of dimension 1 (shape [2, 3])") { try x.select(1, -4) }
        expectError("cannot expand [2, 3] to [2, 4]") { try x.expand([2, 4]) }
        expectError("cannot expand [2, 3] to [-1, 2, 3]") { try x.expand([-1, 2, 3]) }
        expectError("cannot expand [2, 3] to [3]") { try x.expand([3]) }
    }

    @Test("operands that do not fit")
    func operands() throws {
        let x = try ones(2, 3)
        expectError("shapes [2, 3] and [2] do not fit: sizes 3 and 2 in dimension -1") { try x.add(ones(2)) }
        expectError("at least one of 'min' and 'max' expected") { try x.clamp(nil, nil) }
        expectError("integers to negative powers are not allowed; use float()") { try integers(1).pow(-1) }
        expectError("float32 expected, got int64; convert with float()") { try integers(1).mean() }
        expectError("a dimension is named twice in [0, -2]") { try x.sum([0, -2]) }
        expectError("a dimension is named twice in [1, 1]") { try x.mean([1, 1]) }
        expectError("dimension 1 of [2, 0] has no elements") { try ones(2, 0).max(1) }
        expectError("an extreme of [2, 0], which has no elements, does not exist") { try ones(2, 0).min() }
        expectError("a matrix or a vector expected, got a number") { try x.matmul(.scalar(1)) }
        expectError("cannot multiply [2, 3] by [2, 1]: 3 columns on the left, 2 rows on the right") {
            try x.matmul(ones(2, 1))
        }
        expectError("expected 4 input features, got 3 (input [2, 3], weight [5, 4])") { try x.linear(ones(5, 4)) }
        expectError("an input with features and a weight [out, in] expected, got [2, 3] and [1, 3, 1]") {
            try x.linear(ones(1, 3, 1))
        }
        expectError("a weight [out, in] expected with a bias, got [3]") { try x.linear(ones(3), ones(1)) }
        expectError("a float32 bias of shape [5] expected, got float32 [4]") { try x.linear(ones(5, 3), ones(4)) }
        expectError("a float32 bias of shape [1] expected, got uint8 [1]") {
            try x.linear(ones(1, 3), Tensor.ones([1], dtype: .uint8))
        }
        expectError("float32 expected, got uint8; convert with float()") {
            try x.linear(Tensor.ones([1, 3], dtype: .uint8))
        }
    }

    @Test("joining and choosing")
    func joining() throws {
        let x = try ones(2, 3)
        expectError("at least one tensor expected, got an empty list") { try Tensor.cat([]) }
        expectError("at least one tensor expected, got an empty list") { try Tensor.stack([]) }
        expectError("tensor 2 of shape [2] does not fit to [2, 3] along dimension 0") {
            try Tensor.cat([x, integers(1, 2)])
        }
        expectError("tensor 2 of shape [2, 4] does not fit to [2, 3] along dimension 0") {
            try Tensor.cat([x, ones(2, 4)])
        }
        expectError("tensor 2 has shape [3], the first has [2, 3]") { try Tensor.stack([x, ones(3)]) }
        expectError("int64 indices [n] expected, got float32 [2]") { try x.indexSelect(0, ones(2)) }
        expectError("index 3 at place 1 is outside 0..2") { try x.indexSelect(1, integers(0, 3)) }
        expectError("index -1 at place 0 is outside 0..2") { try x.indexSelect(1, integers(-1)) }
    }

    @Test("losses and dropout")
    func losses() throws {
        let x = try ones(2, 3)
        expectError("int64 targets expected, got float32") { try x.nllLoss(ones(2)) }
        expectError("log-probabilities [n, classes] and targets [n] expected, got [2, 3] and [1]") {
            try x.nllLoss(integers(1))
        }
        expectError("target 3 at row 1 is outside 0..2") { try x.nllLoss(integers(0, 3)) }
        expectError("target -1 at row 0 is outside 0..2") { try x.crossEntropy(integers(-1, 3)) }
        expectError("scores [n, classes] expected, got [3]") { try ones(3).crossEntropy(integers(1)) }
        expectError("targets of shape [2, 3] expected, got [3]") { try x.mseLoss(ones(3)) }
        expectError("a probability from 0 to 1 expected, got 1.5") { try x.dropout(1.5, training: true, generator) }
        expectError("a probability from 0 to 1 expected, got nan") { try x.dropout(.nan, training: false, generator) }
        expectError("an input [n, channels, height, width] expected, got [2, 3]") {
            try x.dropout2d(0.5, training: true, generator)
        }
    }

    @Test("convolutions")
    func convolutions() throws {
        let (image, weight) = (try ones(1, 4, 5, 6), try ones(2, 4, 3, 3))
        expectError(
            "an input [n, channels, height, width] and a weight [out, in, height, width] expected, got [5, 6] and "
                + "[2, 4, 3, 3]"
        ) { try image.select(0, 0).select(0, 0).conv2d(weight) }
        let options = "stride and dilation of at least 1 and padding of at least 0 expected, each for both axes"
        expectError(options) { try image.conv2d(weight, nil, .init(stride: Pair(0, 1))) }
        expectError(options) { try image.conv2d(weight, nil, .init(padding: Pair(0, -1))) }
        expectError(options) { try image.conv2d(weight, nil, .init(dilation: Pair(1, 0))) }
        expectError("4 input channels and 2 output channels cannot be divided into 3 groups") {
            try image.conv2d(weight, nil, .init(groups: 3))
        }
        expectError("4 input channels and 2 output channels cannot be divided into 0 groups") {
            try image.conv2d(weight, nil, .init(groups: 0))
        }
        expectError("expected 3 input channels, got 4 (input [1, 4, 5, 6], weight [2, 3, 3, 3])") {
            try image.conv2d(ones(2, 3, 3, 3))
        }
        expectError("expected 8 input channels, got 4 (input [1, 4, 5, 6], weight [2, 4, 3, 3], 2 groups)") {
            try image.conv2d(weight, nil, .init(groups: 2))
        }
        expectError("a float32 bias of shape [2] expected, got float32 [3]") { try image.conv2d(weight, ones(3)) }
        expectError("a float32 bias of shape [2] expected, got int64 [2]") {
            try image.conv2d(weight, integers(1, 2))
        }
        expectError("a kernel of 3x3 does not fit into an input of 5x6 (padding [0, 0], dilation [3, 1])") {
            try image.conv2d(weight, nil, .init(dilation: Pair(3, 1)))
        }
    }

    @Test("pooling")
    func pooling() throws {
        let image = try ones(1, 4, 5, 6)
        expectError("an input [n, channels, height, width] expected, got [5, 6]") {
            try image.select(0, 0).select(0, 0).maxPool2d(kernel: Pair(2, 2))
        }
        expectError("kernel, stride and dilation of at least 1 and padding of at least 0 expected, each for both axes")
        {
            try image.avgPool2d(kernel: Pair(2, 2), stride: Pair(0, 1))
        }
        expectError("padding of at most half of the kernel expected, got [2, 0] for [3, 3]") {
            try image.maxPool2d(kernel: Pair(3, 3), padding: Pair(2, 0))
        }
        expectError("a window of 7x1 does not fit into an input of 5x6") { try image.maxPool2d(kernel: Pair(7, 1)) }
        expectError("a window of 2x2 does not fit into an input of 0x6") {
            try ones(1, 1, 0, 6).maxPool2d(kernel: Pair(2, 2), padding: Pair(1, 1))
        }
    }

    @Test("changes in place")
    func inPlace() throws {
        let x = try ones(2).requireGrad()
        let refused = "a tensor that requires a gradient cannot be changed in place here; do it under no_grad"
        expectError(refused) { try x.fillInPlace(0) }
        expectError(refused) { try x.addInPlace(ones(2)) }
        expectError(refused) { try x.select(0, 0).mulInPlace(2) }
        expectError(refused) { try x.withUnsafeMutableBytes { _ in } }
        #expect(try GradMode.set(false) { try x.fillInPlace(3) }.floatArray() == [3, 3])
        #expect(try x.detach().divInPlace(2).floatArray() == [1.5, 1.5])
        let repeated =
            "an expanded tensor cannot be changed in place: several of its elements lie in one place; use clone before"
        expectError(repeated) { try ones(1).expand([3]).addInPlace(ones(3)) }
        expectError(repeated) { try ones(1).expand([3]).fillInPlace(1) }
        expectError("[3, 2] does not fit into [2]") { try ones(2).addInPlace(ones(3, 2)) }
        expectError("cannot expand [3] to [2]") { try ones(2).copyInPlace(ones(3)) }
        expectError("a result of type float32 cannot be put into a tensor of type int64") {
            try integers(1, 2).addInPlace(0.5)
        }
        expectError("a result of type float32 cannot be put into a tensor of type int64") {
            try integers(1, 2).mulInPlace(ones(2))
        }
        #expect(try integers(1, 2).copyInPlace(Tensor([3.7, 4] as [Float])).int64Array() == [3, 4])
    }
}
