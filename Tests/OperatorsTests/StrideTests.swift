import Testing

@testable import Tensors
import TensorSupport

/// A function of tensors of these shapes, for inputs of every kind.
struct OperatorCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shapes: [Shape]
    let apply: @Sendable ([Tensor]) throws -> Tensor

    init(_ name: String, _ shapes: [Shape], _ apply: @escaping @Sendable ([Tensor]) throws -> Tensor) {
        (testDescription, self.shapes, self.apply) = (name, shapes, apply)
    }
}

/// Every operator, gradients or not; all work elementwise or for sizes of 0 too.
let operations: [OperatorCase] = [
    .init("add", [[2, 3, 4], [3, 4]]) { try $0[0].add($0[1]) },
    .init("add a column", [[2, 3, 4], [3, 1]]) { try $0[0].add($0[1]) },
    .init("sub", [[2, 3, 4], [2, 3, 4]]) { try $0[0].sub($0[1]) },
    .init("mul", [[2, 3, 4], [4]]) { try $0[0].mul($0[1]) },
    .init("div", [[2, 3, 4], [2, 1, 1]]) { try $0[0].div($0[1]) },
    .init("maximum", [[2, 3, 4], [3, 4]]) { try $0[0].maximum($0[1]) },
    .init("minimum", [[3, 4], [2, 3, 4]]) { try $0[0].minimum($0[1]) },
    .init("by a number", [[2, 3, 4]]) { try $0[0].mul(2).add(1).sub(3).div(7) },
    .init("pow", [[2, 3, 4]]) { try $0[0].pow(3) },
    .init("neg", [[2, 3, 4]]) { try $0[0].neg() },
    .init("abs", [[2, 3, 4]]) { try $0[0].abs() },
    .init("exp", [[2, 3, 4]]) { try $0[0].exp() },
    .init("log", [[2, 3, 4]]) { try $0[0].log() },
    .init("sqrt", [[2, 3, 4]]) { try $0[0].sqrt() },
    .init("relu", [[2, 3, 4]]) { try $0[0].relu() },
    .init("sigmoid", [[2, 3, 4]]) { try $0[0].sigmoid() },
    .init("tanh", [[2, 3, 4]]) { try $0[0].tanh() },
    .init("clamp", [[2, 3, 4]]) { try $0[0].clamp(-1, 1) },
    .init("softmax", [[2, 3, 4]]) { try $0[0].softmax(1) },
    .init("log_softmax", [[2, 3, 4]]) { try $0[0].logSoftmax(-1) },
    .init("sum", [[2, 3, 4]]) { try $0[0].sum() },
    .init("sum over 0", [[2, 3, 4]]) { try $0[0].sum([0]) },
    .init("sum over 1", [[2, 3, 4]]) { try $0[0].sum([1], keepDimensions: true) },
    .init("sum over 2", [[2, 3, 4]]) { try $0[0].sum([2]) },
    .init("integer sum", [[2, 3, 4]]) { try $0[0].mul(9).to(.int64).sum([2, 0]).to(.float32) },
    .init("mean", [[2, 3, 4]]) { try $0[0].mean([1]) },
    .init("compare", [[2, 3, 4], [3, 4]]) { try $0[0].call("lt", $0[1]).to(.float32) },
    .init("compare with a number", [[2, 3, 4]]) { try $0[0].call("ge", 0.5).to(.float32) },
    .init("compare integers", [[2, 3, 4]]) { try $0[0].to(.int64).call("lt", 0.5).to(.float32) },
    .init("linear", [[2, 3, 4], [5, 4], [5]]) { try $0[0].linear($0[1], $0[2]) },
    .init("matmul", [[2, 3, 4], [2, 4, 5]]) { try $0[0].matmul($0[1]) },
    .init("matmul of a vector", [[2, 3, 4], [4]]) { try $0[0].matmul($0[1]) },
    .init("conv2d", [[2, 2, 5, 4], [3, 2, 3, 3], [3]]) {
        try $0[0].conv2d($0[1], $0[2], ConvolutionOptions(padding: Pair(1, 1)))
    },
    .init("max_pool2d", [[2, 2, 5, 4]]) { try $0[0].maxPool2d(kernel: Pair(2, 2)) },
    .init("avg_pool2d", [[2, 2, 5, 4]]) {
        try $0[0].avgPool2d(kernel: Pair(3, 3), stride: Pair(1, 1), padding: Pair(1, 1))
    },
    .init("dropout2d", [[2, 2, 5, 4]]) { try $0[0].dropout2d(0.5, training: true, Generator(seed: 1)) },
    .init("mse_loss", [[2, 3, 4], [2, 3, 4]]) { try $0[0].mseLoss($0[1]) },
    .init("cat", [[2, 3, 4], [2, 1, 4]]) { try Tensor.cat([$0[0], $0[1]], 1) },
    .init("stack", [[2, 3, 4], [2, 3, 4]]) { try Tensor.stack([$0[0], $0[1]], -1) },
    .init("index_select nothing", [[2, 3, 4]]) { try $0[0].indexSelect(1, Tensor([Int64](), [0])) },
    .init("to uint8", [[2, 3, 4]]) { try $0[0].abs().to(.uint8).to(.float32) },
    .init("to bool", [[2, 3, 4]]) { try $0[0].to(.bool).to(.float32) },
    .init("reshape", [[2, 3, 4]]) { try $0[0].reshape([1, $0[0].count]) },
    .init("flatten", [[2, 3, 4]]) { try $0[0].flatten(start: 1) },
    .init("permute", [[2, 3, 4]]) { try $0[0].permute([1, 2, 0]) },
    .init("clone", [[2, 3, 4]]) { try $0[0].clone() },
]

/// Draws one number for each element, in the order in which these lie.
private let drawing: [OperatorCase] = [
    .init("dropout", [[2, 3, 4]]) { try $0[0].dropout(0.5, training: true, Generator(seed: 1)) }
]

/// Operators that need an element to choose, or a size that is given.
private let choosing: [OperatorCase] = [
    .init("max", [[2, 3, 4]]) { try $0[0].max(1).values },
    .init("min", [[2, 3, 4]]) { try $0[0].min(-1).values },
    .init("max of all", [[2, 3, 4]]) { try $0[0].max() },
    .init("argmax", [[2, 3, 4]]) { try $0[0].argmax(2).to(.float32) },
    .init("argmax of all", [[2, 3, 4]]) { try $0[0].argmax().to(.float32) },
    .init("index_select", [[2, 3, 4]]) { try $0[0].indexSelect(1, Tensor([Int64(2), 0, 2], [3])) },
    .init("index_select by every second", [[2, 3, 4]]) {
        try $0[0].indexSelect(1, Tensor([Int64(2), 9, 0, 9], [2, 2]).select(1, 0))
    },
    .init("nll_loss", [[3, 4]]) { try $0[0].nllLoss(Tensor([Int64(2), 0, 3], [3])) },
    .init("nll_loss by every second", [[3, 4]]) {
        try $0[0].nllLoss(Tensor([Int64(2), 9, 0, 9, 3, 9], [3, 2]).select(1, 0), reduction: .none)
    },
    .init("cross_entropy", [[3, 4]]) { try $0[0].crossEntropy(Tensor([Int64(2), 0, 3], [3])) },
]

@Suite("Operators do not mind how elements lie in memory")
struct StrideTests {
    @Test("every operator, on out of order inputs", arguments: operations + choosing)
    func scattered(operation: OperatorCase) throws {
        let inputs = try operation.shapes.enumerated().map { try formula($1, $0 + 5) }
        let expected = try operation.apply(inputs)
        for i in inputs.indices {
            var others = inputs
            others[i] = try inputs[i].scattered()
            #expect(!others[i].isContiguous || inputs[i].shape.filter { $0 > 1 }.count == 1)
            let got = try operation.apply(others)
            try expectClose(got, expected.shape, expected.floatArray(), tolerance: 1e-6, "input \(i)")
        }
    }

    @Test("every operator, on inputs that start inside another tensor", arguments: operations + choosing + drawing)
    func offset(operation: OperatorCase) throws {
        let inputs = try operation.shapes.enumerated().map { try formula($1, $0 + 5) }
        let inside = try inputs.map { try Tensor.stack([.ones($0.shape), $0, .zeros($0.shape)]).select(0, 1) }
        let (got, expected) = (try operation.apply(inside), try operation.apply(inputs))
        try expectClose(got, expected.shape, expected.floatArray(), tolerance: 0)
    }

    @Test("every operator, on inputs that repeat a row", arguments: operations + choosing + drawing)
    func expanded(operation: OperatorCase) throws {
        let inputs = try operation.shapes.enumerated().map { try formula([1] + $1.dropFirst(), $0 + 5).expand($1) }
        let (got, expected) = (
            try operation.apply(inputs), try operation.apply(inputs.map { try $0.contiguous().clone() })
        )
        try expectClose(got, expected.shape, expected.floatArray(), tolerance: 1e-6)
    }

    @Test("dropout draws in the order in which the elements lie, as PyTorch does")
    func dropoutOrder() throws {
        let x = try formula([3, 4])
        let dense = try x.dropout(0.5, training: true, Generator(seed: 1))
        let turned = try x.transpose(0, 1).dropout(0.5, training: true, Generator(seed: 1))
        try expectClose(turned.transpose(0, 1), [3, 4], dense.floatArray(), tolerance: 0)
    }

    @Test("many dimensions, with an outer one repeated and an inner one cut")
    func manyDimensions() throws {
        let a = try counting([2, 1, 3, 1, 4]).expand([2, 2, 3, 2, 4]).narrow(4, start: 1, length: 2)
        let b = try counting([2, 3, 1, 1]).expand([2, 3, 2, 2]).permute([0, 1, 3, 2])
        let sum = try a.add(b)
        let dense = try a.contiguous().add(b.contiguous())
        try expectClose(sum, [2, 2, 3, 2, 2], dense.floatArray(), tolerance: 0)
        #expect(try sum.select(0, 1).select(0, 1).select(0, 2).select(0, 1).floatArray() == [26, 27])
    }
}
