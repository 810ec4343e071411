import TestSupport
import Testing

@testable import Tensors
import TensorSupport

/// A function of some tensors whose gradients are compared with differences.
struct GradientCheck: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shapes: [Shape]
    /// What brings the inputs' values into the function's domain, away from its kinks.
    var domain: @Sendable (Float) -> Float = { $0 }
    let function: @Sendable ([Tensor]) throws -> Tensor
}

/// Away from a kink at 0.
private let awayFromZero: @Sendable (Float) -> Float = { $0 < 0 ? $0 - 0.1 : $0 + 0.1 }
private let positive: @Sendable (Float) -> Float = { $0.magnitude + 0.5 }

private let image: Shape = [2, 2, 4, 5]

private let checks: [GradientCheck] = [
    .init(testDescription: "add", shapes: [[2, 1, 3], [4, 1]]) { try $0[0].add($0[1]) },
    .init(testDescription: "sub", shapes: [[2, 3], [3]]) { try $0[0].sub($0[1]) },
    .init(testDescription: "mul", shapes: [[2, 3], [2, 1]]) { try $0[0].mul($0[1]) },
    .init(testDescription: "div", shapes: [[2, 3], [3]], domain: positive) { try $0[0].div($0[1]) },
    .init(testDescription: "maximum", shapes: [[2, 3], [3]]) { try $0[0].maximum($0[1]) },
    .init(testDescription: "minimum", shapes: [[2, 3], [1, 3]]) { try $0[0].minimum($0[1]) },
    .init(testDescription: "pow 2.5", shapes: [[2, 3]], domain: positive) { try $0[0].pow(2.5) },
    .init(testDescription: "pow 2", shapes: [[2, 3]]) { try $0[0].pow(2) },
    .init(testDescription: "pow 0", shapes: [[2, 3]]) { try $0[0].pow(0) },
    .init(testDescription: "neg", shapes: [[2, 3]]) { try $0[0].neg() },
    .init(testDescription: "abs", shapes: [[2, 3]], domain: awayFromZero) { try $0[0].abs() },
    .init(testDescription: "exp", shapes: [[2, 3]]) { try $0[0].exp() },
    .init(testDescription: "log", shapes: [[2, 3]], domain: positive) { try $0[0].log() },
    .init(testDescription: "sqrt", shapes: [[2, 3]], domain: positive) { try $0[0].sqrt() },
    .init(testDescription: "relu", shapes: [[3, 4]], domain: awayFromZero) { try $0[0].relu() },
    .init(testDescription: "sigmoid", shapes: [[2, 3]]) { try $0[0].sigmoid() },
    .init(testDescription: "tanh", shapes: [[2, 3]]) { try $0[0].tanh() },
    .init(testDescription: "clamp", shapes: [[3, 4]]) { try $0[0].clamp(-0.9051, 1.3051) },
    .init(testDescription: "clamp below", shapes: [[3, 4]]) { try $0[0].clamp(0.3051, nil) },
    .init(testDescription: "conv2d", shapes: [image, [4, 1, 3, 2], [4]]) {
        try $0[0].conv2d(
            $0[1], $0[2], ConvolutionOptions(stride: Pair(1, 2), padding: Pair(2, 1), dilation: Pair(2, 1), groups: 2))
    },
    .init(testDescription: "max_pool2d", shapes: [image]) {
        try $0[0].maxPool2d(kernel: Pair(2, 3), stride: Pair(2, 1), padding: Pair(1, 1), dilation: Pair(1, 2))
    },
    .init(testDescription: "avg_pool2d", shapes: [image]) {
        try $0[0].avgPool2d(kernel: Pair(2, 3), stride: Pair(1, 2), padding: Pair(1, 1))
    },
    .init(testDescription: "dropout", shapes: [[4, 5]]) {
        try $0[0].dropout(0.5, training: true, Generator(seed: 1))
    },
    .init(testDescription: "dropout2d", shapes: [image]) {
        try $0[0].dropout2d(0.5, training: true, Generator(seed: 1))
    },
    .init(testDescription: "linear", shapes: [[2, 3, 4], [5, 4], [5]]) { try $0[0].linear($0[1], $0[2]) },
    .init(testDescription: "matmul", shapes: [[2, 1, 3, 4], [3, 4, 2]]) { try $0[0].matmul($0[1]) },
    .init(testDescription: "vector by matrix", shapes: [[3], [2, 3, 4]]) { try $0[0].matmul($0[1]) },
    .init(testDescription: "matrix by vector", shapes: [[2, 3, 4], [4]]) { try $0[0].matmul($0[1]) },
    .init(testDescription: "vector by vector", shapes: [[4], [4]]) { try $0[0].matmul($0[1]) },
    .init(testDescription: "softmax", shapes: [[2, 3, 2]]) { try $0[0].softmax(1) },
    .init(testDescription: "log_softmax", shapes: [[2, 3, 2]]) { try $0[0].logSoftmax(-2) },
    .init(testDescription: "nll_loss", shapes: [[3, 4]]) {
        try $0[0].nllLoss(Tensor([Int64(1), 3, 1], [3]), reduction: .none)
    },
    .init(testDescription: "cross_entropy", shapes: [[3, 4]]) {
        try $0[0].crossEntropy(Tensor([Int64(1), 3, 1], [3]))
    },
    .init(testDescription: "mse_loss", shapes: [[3, 4], [3, 4]]) { try $0[0].mseLoss($0[1]) },
    .init(testDescription: "mse_loss of one tensor", shapes: [[3, 4]]) {
        try $0[0].mseLoss($0[0].mul(2), reduction: .sum)
    },
    .init(testDescription: "sum", shapes: [[2, 3, 4]]) { try $0[0].sum([0, -1]) },
    .init(testDescription: "sum of all", shapes: [[2, 3]]) { try $0[0].sum() },
    .init(testDescription: "mean", shapes: [[2, 3, 4]]) { try $0[0].mean([1], keepDimensions: true) },
    .init(testDescription: "max", shapes: [[2, 5, 3]]) { try $0[0].max(1).values },
    .init(testDescription: "max of all", shapes: [[2, 5]]) { try $0[0].max() },
    .init(testDescription: "min", shapes: [[2, 5, 3]]) { try $0[0].min(-1, keepdim: true).values },
    .init(testDescription: "min of all", shapes: [[2, 5]]) { try $0[0].min() },
    .init(testDescription: "cat", shapes: [[2, 3], [2, 1]]) { try Tensor.cat([$0[0], $0[1], $0[0]], 1) },
    .init(testDescription: "stack", shapes: [[2, 3], [2, 3]]) { try Tensor.stack([$0[0], $0[1]], 1) },
    .init(testDescription: "index_select", shapes: [[3, 2]]) {
        try $0[0].indexSelect(0, Tensor([Int64(2), 0, 2, 2], [4]))
    },
    .init(testDescription: "reshape", shapes: [[2, 3, 2]]) { try $0[0].reshape([3, -1]) },
    .init(testDescription: "flatten", shapes: [[2, 3, 2]]) { try $0[0].flatten(start: 1) },
    .init(testDescription: "permute", shapes: [[2, 3, 4]]) { try $0[0].permute([2, 0, 1]) },
    .init(testDescription: "transpose", shapes: [[2, 3, 4]]) { try $0[0].transpose(0, -1) },
    .init(testDescription: "narrow", shapes: [[2, 5]]) { try $0[0].narrow(1, start: 1, length: 3) },
    .init(testDescription: "select", shapes: [[2, 5]]) { try $0[0].select(1, -2) },
    .init(testDescription: "squeeze", shapes: [[1, 3, 1]]) { try $0[0].squeeze() },
    .init(testDescription: "unsqueeze", shapes: [[2, 3]]) { try $0[0].unsqueeze(1) },
    .init(testDescription: "expand", shapes: [[1, 3]]) { try $0[0].expand([2, 4, -1]) },
    .init(testDescription: "contiguous", shapes: [[2, 3]]) { try $0[0].transpose(0, 1).contiguous() },
    .init(testDescription: "clone", shapes: [[2, 3]]) { try $0[0].clone() },
    .init(testDescription: "a tensor used three times", shapes: [[2, 3]]) {
        try $0[0].mul($0[0]).add($0[0].tanh())
    },
]

@Suite("Gradients agree with differences")
struct NumericGradientTests {
    @Test("of every operator", arguments: checks, [false, true])
    func gradients(check: GradientCheck, scattered: Bool) throws {
        let values = check.shapes.enumerated().map { input, shape in
            formulaValues(shape.product, input + 3).map(check.domain)
        }
        func output(_ leaves: [Tensor]) throws -> Tensor {
            try check.function(scattered ? leaves.map { try $0.seenOutOfOrder() } : leaves)
        }
        /// The outputs weighted by the formula and added up.
        func loss(_ values: [[Float]]) throws -> Double {
            let result = try output(zip(values, check.shapes).map { try Tensor($0, $1) }).floatArray()
            return zip(result, formulaValues(result.count, 9)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let leaves = try zip(values, check.shapes).map { try Tensor($0, $1).requireGrad() }
        let result = try output(leaves)
        try result.mul(formula(result.shape, 9)).sum().backward()
        for (input, leaf) in leaves.enumerated() {
            let gradient = try #require(leaf.grad).floatArray()
            for i in gradient.indices {
                var (up, down) = (values, values)
                up[input][i] += 0.01
                down[input][i] -= 0.01
                let step = Double(up[input][i]) - Double(down[input][i])
                let slope = try (loss(up) - loss(down)) / step
                #expect(
                    (slope - Double(gradient[i])).magnitude < 5e-3 * max(1, slope.magnitude),
                    "input \(input), element \(i): \(gradient[i]) instead of \(slope)")
            }
        }
    }
}
