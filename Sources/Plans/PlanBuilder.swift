import Operators
import Tracing

/// Puts tasks together into the parts of a plan.
struct PlanBuilder {
    private let graph: Graph
    private let tasks: [Task]
    private let isFixed: Bool
    /// Values that operations over the whole batch read.
    let generalInputs: Set<Int>

    init(_ graph: Graph, _ tasks: [Task], isFixed: Bool) {
        (self.graph, self.tasks, self.isFixed) = (graph, tasks, isFixed)
        var found: Set<Int> = []
        for case .general(let node) in tasks.map(\.work) { found.formUnion(node.inputs.compactMap(\.value)) }
        generalInputs = found
    }

    /// The tasks of each part: those on images that follow each other are one, any other is one by itself.
    var groups: [Range<Int>] {
        var groups: [Range<Int>] = []
        for (i, task) in tasks.enumerated() {
            if let last = groups.last, task.isByImage, tasks[last.lowerBound].isByImage {
                groups[groups.count - 1] = last.lowerBound..<i + 1
            } else {
                groups.append(i..<i + 1)
            }
        }
        return groups
    }

    /// Whether a kernel writes a value, wherever that stands.
    func isMadeByKernel(_ value: Int) -> Bool { tasks.contains { $0.output == value && !$0.isGeneral } }

    /// Whether all elements of a value stand in row-major order where it is looked at.
    func isDense(_ layout: BatchLayout, _ value: Int) -> Bool {
        ImageLayout(layout, of: graph.values[value], isFixed: isFixed)?.isDense ?? false
    }

    /// - Throws: `TensorError` where a constant cannot be copied.
    func segment(_ group: Range<Int>) throws -> Segment {
        var outside = generalInputs.union(graph.outputs.compactMap(\.value))
        for (i, task) in tasks.enumerated() where !group.contains(i) { outside.formUnion(task.inputs.map(\.value)) }
        return Segment(try tasks[group].map(step), outside: outside) { value in
            isFixed ? graph.values[value].count.base : graph.values[value].count.slope
        }
    }

    private func step(_ task: Task) throws -> ImageStep {
        let (input, output) = (task.inputs.first?.value ?? 0, task.output)
        let shape = task.layout.map { "-> \($0.shape)" } ?? ""
        func text(_ parts: [String?]) -> String { "\(parts.compactMap(\.self).joined(separator: " + ")) \(shape)" }
        switch task.work {
        case .convolution(let work):
            return ConvolutionStep(work, "\(work.text) \(shape)", input: input, output: output)
        case .linear(let work):
            let text = text(["linear \(work.inputs)->\(work.outputs)", work.isRectified ? "relu" : nil])
            return LinearStep(work, text, input: input, output: output)
        case .pointwise(let work):
            guard let layout = task.layout else { throw TensorError("\(work.name) has no shape") }
            return try PointwiseStep.of(work, text([work.name]), inputs: task.inputs, output: output, layout: layout)
        case .pooling(let pooling, let isMaximum, let planes):
            return PoolingStep(
                pooling, isMaximum: isMaximum, planes: planes, text([isMaximum ? "max_pool2d" : "avg_pool2d"]),
                input: input, output: output)
        case .softmax(let slices, let isLog):
            return SoftmaxStep(
                slices, isLog: isLog, text([isLog ? "log_softmax" : "softmax"]), input: input, output: output)
        case .sum(let slices): return SumStep(slices, text(["sum"]), input: input, output: output)
        case .batchConvolution(let work): throw TensorError("\(work.text) is no step on images")
        case .general(let node): throw TensorError("\(node.operation.name) is no step on images")
        }
    }

    func batchConvolution(_ work: ConvolutionTask, _ task: Task) -> BatchConvolution {
        BatchConvolution(
            work, "\(work.text) \(task.layout.map { "-> \($0.shape)" } ?? "")", input: task.inputs[0].value,
            output: task.output)
    }
}

extension ConvolutionTask {
    /// What it does, as a plan prints it.
    fileprivate var text: String {
        let groups = shape.groups == 1 ? "" : ", \(shape.groups) groups"
        return "conv2d \(shape.inChannels)->\(shape.outChannels), \(shape.rows.size)x\(shape.columns.size)\(groups)"
            + (isPooled ? " + max_pool2d 2x2" : "") + (isRectified ? " + relu" : "")
    }
}
