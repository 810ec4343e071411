import Kernels

/// A linear layer with packed weights, and what follows it.
final class LinearStep: ImageStep {
    private let packed: PackedLinear
    private let rows: Int

    init(_ task: LinearTask, _ text: String, input: Int, output: Int) {
        packed = PackedLinear(
            inputs: task.inputs, outputs: task.outputs, weight: task.weight, outputStep: task.inputs, inputStep: 1,
            bias: task.bias, isRectified: task.isRectified)
        rows = task.rows
        super.init(
            text, inputs: [input], output: output, outputSize: rows * task.outputs,
            cost: rows * task.inputs * task.outputs)
    }

    override func run(
        _ inputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, images: Int
    ) {
        kernels.multiply(packed, inputs[0], output, rows: images * rows)
    }
}
