import Kernels
import Tensors

/// A formula over corresponding elements, in one pass.
final class PointwiseStep: ImageStep {
    private let program: Program
    private let operands: [Operand]
    /// The sizes of one image's dimensions, behind the number of images.
    private let sizes: [Int]
    /// Whether every operand is dense or one value, so that dimensions do not matter.
    private let isPlain: Bool

    private struct Operand {
        /// The place among the inputs; nil for a constant.
        let input: Int?
        let constant: Tensor?
        let offset: Int
        /// Behind the distance from one image to the next.
        let strides: [Int]
        let isDense: Bool
        let isOneValue: Bool

        init(_ operand: PointwiseTask.Operand, _ inputs: [Task.Input], _ layout: ImageLayout) throws {
            switch operand {
            case .input(let place):
                let seen = inputs[place].layout
                (input, constant, offset) = (place, nil, seen.offset)
                strides = [seen.size] + seen.strides.array
                (isDense, isOneValue) = (seen.isDense, false)
            case .constant(let given):
                // A copy of its own: the tensor may be changed later.
                let kept = try given.tensor.detach().contiguous().clone()
                let isOneValue = kept.count == 1
                let own =
                    isOneValue
                    ? given.strides : try PointwiseStep.strides(of: kept, like: given, layout.shape)
                (input, constant, offset) = (nil, kept, 0)
                strides = [0] + own.array
                (self.isDense, self.isOneValue) = (false, isOneValue)
            }
        }
    }

    /// - Throws: `TensorError` where a constant cannot be copied.
    static func of(
        _ task: PointwiseTask, _ text: String, inputs: [Task.Input], output: Int, layout: ImageLayout
    ) throws -> PointwiseStep {
        let operands = try task.operands.map { try Operand($0, inputs, layout) }
        let program = Program([task.formula], inputs: operands.count, parameters: 0)
        return PointwiseStep(program, operands, text, inputs: inputs.map(\.value), output: output, layout: layout)
    }

    private init(
        _ program: Program, _ operands: [Operand], _ text: String, inputs: [Int], output: Int, layout: ImageLayout
    ) {
        (self.program, self.operands) = (program, operands)
        sizes = [1] + layout.shape.array
        isPlain = operands.allSatisfy { $0.isDense || $0.isOneValue }
        super.init(
            text, inputs: inputs, output: output, outputSize: layout.size,
            cost: layout.size * (1 + program.instructions.count))
    }

    /// The strides of a dense copy of a constant that is repeated where the constant was.
    private static func strides(of copy: Tensor, like constant: PointwiseTask.Constant, _ shape: Shape) throws -> Shape
    {
        var strides = constant.strides
        var step = 1
        for d in shape.indices.reversed() where strides[d] != 0 {
            strides[d] = step
            step *= shape[d]
        }
        guard step == copy.count else { throw TensorError("a constant of \(copy.shape) does not fit to \(shape)") }
        return strides
    }

    override var worksInPlace: Bool { operands.first?.isDense ?? false }

    override func run(
        _ inputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, images: Int
    ) {
        let (rank, count) = (sizes.count, operands.count)
        withUnsafeTemporaryAllocation(of: PointwiseInput.self, capacity: max(1, count)) { room in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: rank * (count + 1)) { numbers in
                guard let given = room.baseAddress, let sizes = numbers.baseAddress else { return }
                for d in 0..<rank { sizes[d] = d == 0 ? images : self.sizes[d] }
                for (i, operand) in operands.enumerated() {
                    let pointer = operand.input.map { inputs[$0] + operand.offset } ?? operand.constant?.floats
                    guard let pointer else { return }
                    let strides = sizes + rank * (i + 1)
                    for d in 0..<rank { strides[d] = operand.strides[d] }
                    let step = operand.isDense ? 1 : 0
                    (given + i).initialize(
                        to: PointwiseInput(
                            pointer, .float32, step: step,
                            strides: operand.isDense || operand.isOneValue ? nil : UnsafePointer(strides)))
                }
                var result = PointwiseOutput(output, .float32)
                let call = PointwiseCall(
                    program, .float, inputs: given, parameters: nil, outputs: &result, sizes: isPlain ? nil : sizes,
                    rank: isPlain ? 0 : rank)
                kernels.pointwise(call, 0..<images * outputSize)
            }
        }
        withExtendedLifetime(operands) {}
    }
}
