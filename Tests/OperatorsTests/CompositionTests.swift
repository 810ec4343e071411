import TensorSupport
import TestSupport
import Testing

@testable import Tensors

/// A function of some tensors whose gradients are compared with differences.
struct GradientCheck: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shapes: [Shape]
    let function: @Sendable ([Tensor]) throws -> Tensor
}

private let checks: [GradientCheck] = [
    .init(testDescription: "a tensor used three times", shapes: [[2, 3]]) {
        try $0[0].mul($0[0]).add($0[0].tanh())
    },
    .init(testDescription: "a loss of one tensor and itself", shapes: [[3, 4]]) {
        try $0[0].mseLoss($0[0].mul(2), reduction: .sum)
    },
    .init(testDescription: "one tensor twice in a list", shapes: [[2, 3], [2, 1]]) {
        try Tensor.cat([$0[0], $0[1], $0[0]], 1)
    },
    .init(testDescription: "softmax and the loss of its logarithm", shapes: [[3, 4]]) {
        try $0[0].softmax(1).add($0[0].crossEntropy(Tensor([Int64(1), 3, 1], [3])))
    },
    .init(testDescription: "a small network", shapes: [[2, 2, 4, 5], [3, 2, 3, 3], [3], [2, 12]]) {
        let y = try $0[0].conv2d($0[1], $0[2], ConvolutionOptions(padding: Pair(1))).tanh()
        return try y.avgPool2d(kernel: Pair(2)).flatten(start: 1).linear($0[3]).logSoftmax(1)
    },
    .init(testDescription: "views of views of a copy out of order", shapes: [[2, 3, 4]]) {
        try $0[0].permute([2, 0, 1]).contiguous().narrow(0, start: 1, length: 2).transpose(0, 2).select(1, -1)
    },
]

@Suite("Gradients of several operators together agree with differences")
struct CompositionTests {
    @Test("in order and out of order", arguments: checks, [false, true])
    func gradients(check: GradientCheck, scattered: Bool) throws {
        let values = check.shapes.enumerated().map { input, shape in
            formulaValues(shape.product, input + 3)
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
