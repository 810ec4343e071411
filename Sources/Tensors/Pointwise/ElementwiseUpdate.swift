import KernelInterface

/// New values for some tensors of one shape, worked out together in one pass, as an optimiser's step is.
public struct ElementwiseUpdate: Sendable {
    private let program: Program
    private let targets: [Int]

    /// - Parameters:
    ///   - inputs: how many tensors the expressions are of: their variables.
    ///   - parameters: how many numbers a call gives.
    ///   - updates: for each tensor that changes, its place among the inputs and its new value. The last is written
    ///     without a detour.
    public init(inputs: Int, parameters: Int, _ updates: [(input: Int, value: Expression)]) {
        program = Program(updates.map(\.value), inputs: inputs, parameters: parameters)
        targets = updates.map(\.input)
    }

    /// Changes the tensors, which are contiguous and of one shape and floating-point type.
    public func callAsFunction(_ tensors: [Tensor], _ parameters: [Double]) {
        let outputs = targets.map { tensors[$0] }
        for output in outputs { output.storage.willChange() }
        run(program, outputs[0].dtype.computeType, tensors.map { .tensor($0) }, parameters: parameters, into: outputs)
    }
}
