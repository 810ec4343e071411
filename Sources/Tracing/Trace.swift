import Tensors

/// What a forward pass did, in order, as a listener heard it.
package final class Trace: OperationListener {
    /// Where an operand comes from.
    package enum Source {
        /// A value of the trace, by its number, and how it is looked at.
        case value(Int, Layout, DType)
        /// A tensor that no operation of the trace has made.
        case constant(Tensor)
    }

    package struct Step {
        package let operation: any Operation
        package let inputs: [Source]
        /// The numbers of the values that it makes.
        package let outputs: [Int]
        /// The module that did it; nil outside of one.
        package let place: ModulePlace?
    }

    /// A memory that the trace fills whole.
    package struct Value {
        package let dtype: DType
        package let count: Int
        package let layout: Layout
    }

    /// What is made of the trace, and what that can do.
    package struct Purpose: Sendable {
        /// As messages name it: "a plan".
        package let name: String
        /// Whether places that are worked out from the input are checked again when it runs, tensors that forward makes and
        /// fills are constants, and layers are to be whole.
        package let isLenient: Bool

        package init(_ name: String, isLenient: Bool) { (self.name, self.isLenient) = (name, isLenient) }

        package static let plan = Purpose("a plan", isLenient: false)
    }

    package private(set) var steps: [Step] = []
    /// The first are the inputs.
    package private(set) var values: [Value]
    package private(set) var outputs: [Source] = []
    /// Why nothing can be made of this.
    package private(set) var refusal: TensorError?
    /// Whether places were read that are right for this size of the batch.
    package private(set) var isForOneSize = false
    private let purpose: Purpose
    /// Which value a memory holds now.
    private var holds: [ObjectIdentifier: Int] = [:]
    /// Keeps memory, so that no other takes its address.
    private var kept: [Tensor]
    /// The memories of constants that may not change any more.
    private var used: Set<ObjectIdentifier>
    /// The modules that are being called, the innermost last.
    private var places: [ModulePlace] = []

    /// - Parameter lasting: tensors that were there before the pass and will be after it.
    package init(inputs: [Tensor], for purpose: Purpose = .plan, lasting: [Tensor] = []) {
        self.purpose = purpose
        used = Set(lasting.map { ObjectIdentifier($0.storage) })
        values = inputs.map { Value(dtype: $0.dtype, count: $0.count, layout: Layout($0)) }
        kept = inputs
        for (i, input) in inputs.enumerated() { holds[ObjectIdentifier(input.storage)] = i }
    }

    package var prefersLayers: Bool { purpose.isLenient }

    /// Says what the pass gave back.
    package func end(_ tensors: [Tensor]) { outputs = tensors.map { source($0) } }

    private func source(_ tensor: Tensor) -> Source {
        if let value = holds[ObjectIdentifier(tensor.storage)] { return .value(value, Layout(tensor), tensor.dtype) }
        kept.append(tensor)
        used.insert(ObjectIdentifier(tensor.storage))
        return .constant(tensor.detach())
    }

    /// Whether any of the tensors is a value.
    private func hold(_ tensors: [Tensor]) -> Bool {
        tensors.contains { holds[ObjectIdentifier($0.storage)] != nil }
    }

    package func ran(_ operation: any Operation, _ inputs: [Tensor], _ outputs: [Tensor]) {
        // What is made of constants is one.
        guard hold(inputs) else { return kept += inputs + outputs }
        append(operation, inputs.map { source($0) }, outputs)
    }

    package func changed(_ tensor: Tensor, by operation: any Operation, _ inputs: [Tensor]) {
        let isNew = purpose.isLenient && !used.contains(ObjectIdentifier(tensor.storage))
        if isNew, !hold(inputs + [tensor]) { return kept.append(tensor) }
        let sources = inputs.map { source($0) }
        guard isNew || holds[ObjectIdentifier(tensor.storage)] != nil else {
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

    package func touches(_ tensor: Tensor) throws {
        guard holds[ObjectIdentifier(tensor.storage)] != nil else { return }
        let error = TensorError(
            "\(purpose.name) does the same for every input, but forward reads the elements of a \(tensor.shape) tensor "
                + "here, on which what it does may depend")
        refuse(error.description)
        throw error
    }

    package func checksPlaces(_ tensor: Tensor) throws {
        if !purpose.isLenient { try touches(tensor) }
    }

    package func enters(_ place: ModulePlace) { places.append(place) }

    package func leaves() { _ = places.popLast() }

    private func refuse(_ reason: String) {
        refusal = refusal ?? TensorError(places.last.map { "in \($0.label): \(reason)" } ?? reason)
    }

    private func append(_ operation: any Operation, _ sources: [Source], _ outputs: [Tensor]) {
        if operation.readsPlaces {
            // Whoever called it checked the places of this pass.
            if !purpose.isLenient, sources.contains(where: \.isPlaces) {
                return refuse(
                    "forward reads or writes at places that it works out from its input (\(operation.name)), "
                        + "which \(purpose.name) does not check")
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
        steps.append(Step(operation: operation, inputs: sources, outputs: made, place: places.last))
    }
}

extension Trace.Source {
    /// Whether it is a value of integers.
    fileprivate var isPlaces: Bool {
        if case .value(_, _, let dtype) = self { return dtype.computeType == .integer }
        return false
    }

    package var isValue: Bool {
        if case .value = self { return true }
        return false
    }
}
