import Kernels
import Operators
import Tracing

/// A network as it was when the plan was made, for calls without a history: its weights are packed, what can be done at once
/// is, and a call allocates nothing but its result. Later changes of the network are not seen.
public final class Plan {
    /// The sizes of one image: those of the input without the first.
    public let imageShape: Shape
    /// How many images a call takes; nil for any number.
    public let batchSize: Int?
    private let graph: Graph
    private let parts: [Part]
    private let outputs: [Graph.Source]
    /// Values that stand in memory of the plan's own.
    private let kept: Set<Int>
    /// The value that the last segment fills and that is the only output, which then needs no copy.
    private let direct: Int?
    /// The sizes of the batch that came last, the latest first.
    private var bindings: [Binding] = []
    /// How many of those are kept.
    private static let mostBindings = 4

    private enum Part {
        case segment(Segment)
        case convolution(BatchConvolution)
        case general(GeneralStep)
    }

    /// What a call needs for one size of the batch.
    private final class Binding {
        let images: Int
        let memory: Memory
        let general: [GeneralStep.Bound]
        let convolutions: [BatchConvolution.Bound]
        let outputs: [Tensor]
        let directShape: Shape

        init(
            images: Int, memory: Memory, general: [GeneralStep.Bound], convolutions: [BatchConvolution.Bound],
            outputs: [Tensor], directShape: Shape
        ) {
            (self.images, self.memory, self.general, self.convolutions) = (images, memory, general, convolutions)
            (self.outputs, self.directShape) = (outputs, directShape)
        }
    }

    /// - Parameters:
    ///   - batchSize: how many images a call takes, where the graph is for one size of the batch only.
    /// - Throws: `TensorError` where memory cannot be had.
    init(_ graph: Graph, imageShape: Shape, batchSize: Int?) throws {
        (self.graph, self.imageShape, self.batchSize) = (graph, imageShape, batchSize)
        outputs = try graph.outputs.map { source in
            guard case .constant(let tensor) = source else { return source }
            return .constant(try tensor.detach().clone())
        }
        let isFixed = batchSize != nil
        let results = graph.outputs.compactMap(\.value)
        let tasks = Fusion(Recognition(graph, isFixed: isFixed).tasks, outputs: results).result
        let builder = PlanBuilder(graph, tasks, isFixed: isFixed)
        var (parts, kept): ([Part], Set<Int>) = ([], [])
        for group in builder.groups {
            let first = tasks[group.lowerBound]
            switch first.work {
            case .general(let node):
                let step = try GeneralStep(node)
                parts.append(.general(step))
                kept.formUnion(step.inputs.compactMap(\.value) + step.outputs)
            case .batchConvolution(let work):
                let step = builder.batchConvolution(work, first)
                parts.append(.convolution(step))
                kept.formUnion([step.input, step.output])
            default:
                let segment = try builder.segment(group)
                parts.append(.segment(segment))
                kept.formUnion(segment.external.map(\.value))
            }
        }
        self.parts = parts
        // The input is read where it stands, unless an operation wants it as a tensor among the plan's own.
        let needsInput = builder.generalInputs.contains(0) || results.contains(0)
        if needsInput { kept.insert(0) } else { kept.remove(0) }
        var direct: Int?
        if outputs.count == 1, let result = results.first, builder.isMadeByKernel(result),
            !builder.generalInputs.contains(result), let layout = outputs[0].layout, builder.isDense(layout, result)
        {
            direct = result
            kept.remove(result)
        }
        (self.direct, self.kept) = (direct, kept)
    }

    /// About how many bytes its weights take.
    public var byteCount: Int {
        graph.nodes.reduce(0) { total, node in
            node.inputs.reduce(total) { total, source in
                guard case .constant(let tensor) = source else { return total }
                return total + tensor.count * tensor.dtype.size
            }
        }
    }

    /// The outputs for some images.
    ///
    /// - Parameter x: float32, the first dimension the images.
    /// - Throws: `TensorError` where the shape or the type is another, or memory cannot be had.
    public func callAsFunction(_ x: Tensor) throws -> [Tensor] {
        try expectInput(x)
        // Whoever listens does not hear what a plan does.
        try Listening.listener?.touches(x)
        // Histories end here: the plan's results have none.
        let input = try x.isContiguous ? x : GradMode.set(false) { try x.contiguous() }
        let binding = try binding(for: x.shape[0])
        let images = batchSize == nil ? binding.images : 1
        let result = try direct.map { _ in try Tensor(uninitialized: binding.directShape) }
        try run(binding, input, result, images)
        withExtendedLifetime(input) {}
        if let result { return [result] }
        return try GradMode.set(false) { try binding.outputs.map { try $0.detach().clone() } }
    }

    private func expectInput(_ x: Tensor) throws {
        guard x.dtype == .float32 else {
            throw TensorError("float32 expected, got \(x.dtype.rawValue); convert with float()")
        }
        var fits = x.dim == imageShape.count + 1
        if fits { for d in imageShape.indices where x.shape[d + 1] != imageShape[d] { fits = false } }
        guard fits, batchSize == nil || x.shape[0] == batchSize else {
            throw TensorError("an input \(inputForm) expected, got \(x.shape)")
        }
    }

    private func run(_ binding: Binding, _ input: Tensor, _ result: Tensor?, _ images: Int) throws {
        if let own = binding.memory.floats(0) { own.update(from: input.floats, count: input.count) }
        /// Where a value stands that is seen outside the parts.
        func place(_ value: Int) -> UnsafeMutablePointer<Float>? {
            value == direct ? result?.floats : binding.memory.floats(value) ?? (value == 0 ? input.floats : nil)
        }
        var (nextGeneral, nextConvolution) = (0, 0)
        for part in parts {
            switch part {
            case .general:
                try Listening.with(nil) { try GradMode.set(false) { try binding.general[nextGeneral].run() } }
                nextGeneral += 1
            case .convolution(let step):
                if images > 0, let from = place(step.input), let to = place(step.output) {
                    binding.convolutions[nextConvolution].run(from, to)
                }
                nextConvolution += 1
            case .segment(let segment):
                // Without images there is nothing to fill here.
                if images == 0 { continue }
                let external = segment.external
                try withUnsafeTemporaryAllocation(
                    of: UnsafeMutablePointer<Float>.self, capacity: max(1, external.count)
                ) { room in
                    guard let pointers = room.baseAddress else { return }
                    for (i, entry) in external.enumerated() {
                        guard let found = place(entry.value) else { return }
                        (pointers + i).initialize(to: found)
                    }
                    try segment.run(pointers, images: images)
                }
            }
        }
    }

    /// What was worked out for this size of the batch before, or now.
    private func binding(for images: Int) throws -> Binding {
        if let last = bindings.first, last.images == images { return last }
        if let place = bindings.firstIndex(where: { $0.images == images }) {
            let found = bindings.remove(at: place)
            bindings.insert(found, at: 0)
            return found
        }
        let memory = try Memory(graph, images: images, values: kept)
        var general: [GeneralStep.Bound] = []
        for case .general(let step) in parts { general.append(try step.bound(to: memory)) }
        var convolutions: [BatchConvolution.Bound] = []
        for case .convolution(let step) in parts {
            let (place, count) = (convolutions.count, batchSize == nil ? images : 1)
            convolutions.append(try step.bound(to: count, bindings.map { $0.convolutions[place] }))
        }
        let tensors = try direct == nil ? outputs.map { try memory.tensor($0) } : []
        let shape = direct.flatMap { _ in outputs[0].layout?.at(images).shape } ?? []
        let made = Binding(
            images: images, memory: memory, general: general, convolutions: convolutions, outputs: tensors,
            directShape: shape)
        if bindings.count == Self.mostBindings { bindings.removeLast() }
        bindings.insert(made, at: 0)
        return made
    }
}

// MARK: In words

extension Plan: CustomStringConvertible {
    private var inputForm: String { form([batchSize.map { "\($0)" } ?? "n"] + imageShape.map { "\($0)" }) }

    private func form(_ sizes: [String]) -> String { "[\(sizes.joined(separator: ", "))]" }

    /// The steps, a line each.
    public var description: String {
        var text = "Plan(\n  input \(inputForm)\n"
        for part in parts {
            switch part {
            case .general(let step): text += "  \(step.operation.name)\n"
            case .convolution(let step): text += "  \(step.text)\n"
            case .segment(let segment): for step in segment.steps { text += "  \(step.text)\n" }
            }
        }
        for output in outputs {
            let sizes =
                output.layout.map { layout in
                    layout.shape.map { size in
                        size.slope == 0 ? "\(size.base)" : size == Extent(base: 0, slope: 1) ? "n" : "\(size.slope)n"
                    }
                } ?? []
            text += "  output \(form(sizes))\n"
        }
        return text + ")"
    }
}
