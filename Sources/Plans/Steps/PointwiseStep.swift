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
    }

    init(_ task: PointwiseTask, _ text: String, inputs: [Task.Input], output: Int, layout: ImageLayout) throws {
        program = Program([task.formula], inputs: task.operands.count, parameters: 0)
        operands = try task.operands.map { operand in
            switch operand {
            case .input(let place):
                let seen = inputs[place].layout
                return Operand(
                    input: place, constant: nil, offset: seen.offset, strides: [seen.size] + seen.strides.array,
                    isDense: seen.isDense, isOneValue: false)
            case .constant(let constant):
                // A copy of its own: the tensor may be changed later.
                let kept = try constant.tensor.detach().contiguous().clone()
                let isOneValue = kept.count == 1
                let strides = isOneValue
                    ? constant.strides : try PointwiseStep.strides(of: kept, like: constant, layout.shape)
                return Operand(
                    input: nil, constant: kept, offset: 0, strides: [0] + strides.array, isDense: false,
                    isOneValue: isOneValue)
            }
        }
        sizes = [1] + layout.shape.array
        isPlain = operands.allSatisfy { $0.isDense || $0.isOneValue }
        super.init(
            text, inputs: inputs.map(\.value), output: output, outputSize: layout.size,
            cost: layout.size * (1 + program.instructions.count))
    }

    /// The strides of a dense copy of a constant that is repeated where the constant was.
    private static func strides(of copy: Tensor, like constant: PointwiseTask.Constant, _ shape: Shape) throws -> Shape {
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
