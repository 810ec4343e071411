import TensorSupport
import TestSupport
import Testing

@testable import Tensors

/// The operators against PyTorch's results and gradients, in `Tests/Reference/operations.json`.
@Suite("Operators give PyTorch's numbers")
struct ReferenceTests {
    @Test("forward and gradient", arguments: try JSON.referenceCases("operations.json"))
    func reference(_ test: JSON) throws {
        let name = test["name"].string
        let shapes = test["input_shapes"].array.map { Shape($0.ints) }
        for scattered in [false, true] {
            let leaves = try shapes.enumerated().map { try formula($1, $0).requireGrad() }
            let inputs = scattered ? try leaves.map { try $0.seenOutOfOrder() } : leaves
            let output = try apply(test["op"].string, test["args"], inputs)
            try expectClose(output, Shape(test["output_shape"].ints), test["output"].floats, name)
            try output.mul(formula(output.shape, 9)).sum().backward()
            for (i, leaf) in leaves.enumerated() {
                let gradient = try #require(leaf.grad, "\(name): no gradient \(i)")
                try expectClose(gradient, shapes[i], test["gradients"][i].floats, "\(name), gradient \(i)")
            }
        }
    }

    @Test("there are as many cases as there were when this was written")
    func count() throws { #expect(try JSON.referenceCases("operations.json").count == 98) }

    private func pair(_ value: JSON) -> Pair { value.int.map { Pair($0) } ?? Pair(value.ints[0], value.ints[1]) }

    private func apply(_ operation: String, _ args: JSON, _ x: [Tensor]) throws -> Tensor {
        let targets = try Tensor(args["targets"].ints.map(Int64.init), [args["targets"].ints.count])
        let reduction = Reduction(rawValue: args["reduction"].string) ?? .mean
        let dimensions = args["dim"].int.map { [$0] } ?? (args["dim"].ints.isEmpty ? nil : args["dim"].ints)
        switch operation {
        case "conv2d":
            return try x[0].conv2d(
                x[1], x.count > 2 ? x[2] : nil,
                ConvolutionOptions(
                    stride: pair(args["stride"]), padding: pair(args["padding"]), dilation: pair(args["dilation"]),
                    groups: #require(args["groups"].int)))
        case "max_pool2d":
            return try x[0].maxPool2d(
                kernel: pair(args["kernel_size"]), stride: pair(args["stride"]), padding: pair(args["padding"]))
        case "avg_pool2d":
            return try x[0].avgPool2d(
                kernel: pair(args["kernel_size"]), stride: pair(args["stride"]), padding: pair(args["padding"]))
        case "linear": return try x[0].linear(x[1], x.count > 2 ? x[2] : nil)
        case "log_softmax": return try x[0].logSoftmax(#require(args["dim"].int))
        case "softmax": return try x[0].softmax(#require(args["dim"].int))
        case "nll_loss": return try x[0].nllLoss(targets, reduction: reduction)
        case "cross_entropy": return try x[0].crossEntropy(targets, reduction: reduction)
        case "relu": return try x[0].relu()
        case "sigmoid": return try x[0].sigmoid()
        case "tanh": return try x[0].tanh()
        case "exp": return try x[0].exp()
        case "add": return try x[0].add(x[1])
        case "sub": return try x[0].sub(x[1])
        case "mul": return try x[0].mul(x[1])
        case "div": return try x[0].div(x[1])
        case "matmul": return try x[0].matmul(x[1])
        case "sum": return try x[0].sum(dimensions, keepDimensions: args["keepdim"].bool)
        case "mean": return try x[0].mean(dimensions, keepDimensions: args["keepdim"].bool)
        default: throw TensorError("\(operation) is not tested")
        }
    }
}

extension JSON: CustomTestStringConvertible {
    public var testDescription: String { self["name"].string }
}
