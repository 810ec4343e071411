import Tensors

/// What a network calculates, for batches of any size: operations over values.
package struct Graph {
    package enum Source {
        case value(Int, BatchLayout, DType)
        /// A copy that nobody changes.
        case constant(Tensor)
        /// A constant whose dimensions of size 1 are repeated to these sizes, of which a batch's is one.
        case repeated(Tensor, [Extent])

        package var value: Int? {
            if case .value(let value, _, _) = self { return value }
            return nil
        }

        package var layout: BatchLayout? {
            if case .value(_, let layout, _) = self { return layout }
            return nil
        }
    }

    package struct Node {
        package let operation: any Operation
        package let inputs: [Source]
        package let outputs: [Int]
        /// The module that did it; nil outside of one.
        package let place: ModulePlace?
    }

    /// A memory that one operation fills whole.
    package struct Value {
        package let dtype: DType
        package let count: Extent
        package let layout: BatchLayout
    }

    /// What two passes may differ in.
    package struct Rules: Sendable {
        /// Whether two operations are the same but for the size of the batch; nil where only equal ones are.
        package let areAlike: (@Sendable (any Operation, any Operation) -> Bool?)?
        /// Whether places may be read and constants repeated as the size of the batch says.
        package let isLenient: Bool

        package init(isLenient: Bool, areAlike: (@Sendable (any Operation, any Operation) -> Bool?)? = nil) {
            (self.isLenient, self.areAlike) = (isLenient, areAlike)
        }

        package static let strict = Rules(isLenient: false)
    }

    package var nodes: [Node]
    /// The first are the inputs.
    package let values: [Value]
    package let outputs: [Source]

    /// What two passes over batches of two sizes have in common, without what the outputs do not need; nil where they
    /// did not do the same.
    package init?(
        _ first: Trace, images one: Int, _ second: Trace, images other: Int, rules: Rules = .strict
    ) {
        guard first.steps.count == second.steps.count, first.values.count == second.values.count,
            first.outputs.count == second.outputs.count,
            one == other || rules.isLenient || !first.isForOneSize && !second.isForOneSize
        else { return nil }
        func source(_ a: Trace.Source, _ b: Trace.Source) -> Source? {
            switch (a, b) {
            case (.value(let value, let layout, let dtype), .value(let same, let other2, let alike)):
                guard value == same, dtype == alike, let both = BatchLayout(layout, at: one, other2, at: other) else {
                    return nil
                }
                return .value(value, both, dtype)
            case (.constant(let tensor), .constant(let same)):
                if tensor.isIdentical(to: same) { return .constant(tensor) }
                return rules.isLenient ? Graph.repeated(tensor, at: one, same, at: other) : nil
            default: return nil
            }
        }
        var values: [Value] = []
        for (a, b) in zip(first.values, second.values) {
            guard a.dtype == b.dtype, let count = Extent(a.count, at: one, b.count, at: other),
                let layout = BatchLayout(a.layout, at: one, b.layout, at: other)
            else { return nil }
            values.append(Value(dtype: a.dtype, count: count, layout: layout))
        }
        var nodes: [Node] = []
        for (a, b) in zip(first.steps, second.steps) {
            guard a.outputs == b.outputs, a.inputs.count == b.inputs.count,
                rules.areAlike?(a.operation, b.operation) ?? Graph.areAlike(a.operation, b.operation)
            else { return nil }
            var inputs: [Source] = []
            for (x, y) in zip(a.inputs, b.inputs) {
                guard let both = source(x, y) else { return nil }
                inputs.append(both)
            }
            nodes.append(Node(operation: a.operation, inputs: inputs, outputs: a.outputs, place: a.place))
        }
        var outputs: [Source] = []
        for (x, y) in zip(first.outputs, second.outputs) {
            guard let both = source(x, y) else { return nil }
            outputs.append(both)
        }
        var needed = Set(outputs.compactMap(\.value))
        var kept: [Node] = []
        for node in nodes.reversed() where node.outputs.contains(where: needed.contains) {
            kept.append(node)
            needed.formUnion(node.inputs.compactMap(\.value))
        }
        (self.nodes, self.values, self.outputs) = (kept.reversed(), values, outputs)
    }

    /// Two constants that are one, repeated as often as each batch is large; nil where they are not.
    private static func repeated(_ a: Tensor, at one: Int, _ b: Tensor, at other: Int) -> Source? {
        guard one != other, a.dim == b.dim, a.dtype == b.dtype else { return nil }
        var sizes: [Extent] = []
        var (first, second) = (a, b)
        for d in a.shape.indices {
            guard let size = Extent(a.shape[d], at: one, b.shape[d], at: other) else { return nil }
            sizes.append(size)
            guard size.slope != 0 else { continue }
            guard let x = try? first.narrow(d, start: 0, length: 1), let y = try? second.narrow(d, start: 0, length: 1),
                let all = try? x.expand(first.shape), all.isIdentical(to: first),
                let others = try? y.expand(second.shape), others.isIdentical(to: second)
            else { return nil }
            (first, second) = (x, y)
        }
        return first.isIdentical(to: second) ? .repeated(first, sizes) : nil
    }

    /// Whether two passes did the same, with the same numbers.
    private static func areAlike(_ a: any Operation, _ b: any Operation) -> Bool {
        guard let first = a as? PointwiseApplication else { return a.name == b.name && areEqual(a, b) }
        guard let second = b as? PointwiseApplication else { return false }
        return first.function === second.function && first.parameters == second.parameters
            && zip(first.numbers, second.numbers).allSatisfy { $0?.number == $1?.number }
    }

    /// Whether two operations are of one type and hold the same: numbers, lists of numbers.
    private static func areEqual<First: Operation>(_ a: First, _ b: any Operation) -> Bool {
        if let isEqual = a.isEqual(to: b) { return isEqual }
        guard let b = b as? First else { return false }
        // Mostly there is no need to look at the parts, which takes a tenth of a millisecond.
        if _isPOD(First.self), withUnsafeBytes(of: a, { a in withUnsafeBytes(of: b) { b in a.elementsEqual(b) } }) {
            return true
        }
        return String(describing: a) == String(describing: b)
    }
}

extension Tensor {
    /// Whether another tensor has the same type, sizes and elements, to the bit.
    package func isIdentical(to other: Tensor) -> Bool {
        guard dtype == other.dtype, shape == other.shape else { return false }
        if storage === other.storage, Layout(self) == Layout(other) { return true }
        let same = try? withUnsafeBytes { a in try other.withUnsafeBytes { b in a.elementsEqual(b) } }
        return same ?? false
    }
}
