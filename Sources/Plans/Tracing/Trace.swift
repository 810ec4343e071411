import Tensors

/// What a forward pass did, in order, as a listener heard it.
final class Trace: OperationListener {
    /// Where an operand comes from.
    enum Source {
        /// A value of the trace, by its number, and how it is looked at.
        case value(Int, Layout, DType)
        /// A tensor that no operation of the trace has made.
        case constant(Tensor)
    }

    struct Step {
        let operation: any Operation
        let inputs: [Source]
        /// The numbers of the values that it makes.
        let outputs: [Int]
    }

    /// A memory that the trace fills whole.
    struct Value {
        let dtype: DType
        let count: Int
        let layout: Layout
    }

    private(set) var steps: [Step] = []
    /// The first is the input.
    private(set) var values: [Value]
    private(set) var outputs: [Source] = []
    /// Why there is no plan for this.
    private(set) var refusal: TensorError?
    /// Whether places were read that are right for this size of the batch.
    private(set) var isForOneSize = false
    /// Which value a memory holds now.
    private var holds: [ObjectIdentifier: Int]
    /// Keeps memory, so that no other takes its address.
    private var kept: [Tensor]

    init(input: Tensor) {
        values = [Value(dtype: input.dtype, count: input.count, layout: Layout(input))]
        holds = [ObjectIdentifier(input.storage): 0]
        kept = [input]
    }

    /// Says what the pass gave back.
    func end(_ tensors: [Tensor]) { outputs = tensors.map { source($0) } }

    private func source(_ tensor: Tensor) -> Source {
        if let value = holds[ObjectIdentifier(tensor.storage)] { return .value(value, Layout(tensor), tensor.dtype) }
        kept.append(tensor)
        return .constant(tensor.detach())
    }

    func ran(_ operation: any Operation, _ inputs: [Tensor], _ outputs: [Tensor]) {
        let sources = inputs.map { source($0) }
        // What is made of constants is one.
        guard sources.contains(where: \.isValue) else { return }
        append(operation, sources, outputs)
    }

    func changed(_ tensor: Tensor, by operation: any Operation, _ inputs: [Tensor]) {
        let sources = inputs.map { source($0) }
        guard holds[ObjectIdentifier(tensor.storage)] != nil else {
            refuse(
                "forward changes a \(tensor.shape) tensor that it has not calculated from its input, "
                    + "which the next call would find changed")
            return
        }
        let isWhole =
            tensor.offset == 0 && tensor.isContiguous
            && tensor.count * tensor.dtype.size
                >= tensor.storage.byteCount
        guard isWhole else {
            return refuse("forward changes a part of a tensor in place (\(operation.name) into \(tensor.shape))")
        }
        append(operation, sources, [tensor])
    }

    func touches(_ tensor: Tensor) throws {
        guard holds[ObjectIdentifier(tensor.storage)] != nil else { return }
        let error = TensorError(
            "a plan does the same for every input, but forward reads the elements of a \(tensor.shape) tensor here, "
                + "on which what it does may depend")
        refusal = refusal ?? error
        throw error
    }

    private func refuse(_ reason: String) { refusal = refusal ?? TensorError(reason) }

    private func append(_ operation: any Operation, _ sources: [Source], _ outputs: [Tensor]) {
        if operation.readsPlaces {
            // Whoever called it checked the places of this pass.
            if sources.contains(where: \.isPlaces) {
                return refuse(
                    "forward reads or writes at places that it works out from its input (\(operation.name)), "
                        + "which a plan does not check")
            }
            isForOneSize = true
        }
        var made: [Int] = []
        for output in outputs {
            holds[ObjectIdentifier(output.storage)] = values.count
            made.append(values.count)
            values.append(Value(dtype: output.dtype, count: output.count, layout: Layout(output)))
            kept.append(output)
        }
        steps.append(Step(operation: operation, inputs: sources, outputs: made))
    }
}

extension Trace.Source {
    /// Whether it is a value of integers.
    fileprivate var isPlaces: Bool {
        if case .value(_, _, let dtype) = self { return dtype.computeType == .integer }
        return false
    }

    var isValue: Bool {
        if case .value = self { return true }
        return false
    }
}
