import Kernels
import Operators
import Tracing

/// Finds what treats every image by itself and is made of what the kernels know.
struct Recognition {
    private let graph: Graph
    private let isFixed: Bool
    /// Every value that is read.
    private let used: Set<Int>

    init(_ graph: Graph, isFixed: Bool) {
        (self.graph, self.isFixed) = (graph, isFixed)
        used = Set(graph.nodes.flatMap { $0.inputs.compactMap(\.value) } + graph.outputs.compactMap(\.value))
    }

    var tasks: [Task] { graph.nodes.map { task($0) ?? general($0) } }

    private func general(_ node: Graph.Node) -> Task {
        Task(work: .general(node), inputs: [], output: node.outputs[0], layout: nil)
    }

    /// Nil for what is left to the operation itself.
    private func task(_ node: Graph.Node) -> Task? {
        let value = graph.values[node.outputs[0]]
        guard value.dtype == .float32, let layout = ImageLayout(value.layout, of: value, isFixed: isFixed),
            layout.isDense || node.operation is PointwiseApplication || node.operation is CloneOperation
        else { return nil }
        // What else an operation makes must be of no use to anyone.
        let others = Set(node.outputs.dropFirst())
        if !others.isEmpty, !others.isDisjoint(with: used) { return nil }
        switch node.operation {
        case let operation as PointwiseApplication:
            return pointwise(operation, node, layout)
        case is CloneOperation:
            guard let input = input(node, 0), input.layout.shape == layout.shape else { return nil }
            let copy = PointwiseTask(formula: .variable(0), operands: [.input(0)], name: "copy")
            return Task(work: .pointwise(copy), inputs: [input], output: node.outputs[0], layout: layout)
        default: break
        }
        guard let input = input(node, 0), input.layout.isDense, let work = work(node, input.layout) else { return nil }
        return Task(work: work, inputs: [input], output: node.outputs[0], layout: layout)
    }

    /// What works on one dense input.
    private func work(_ node: Graph.Node, _ input: ImageLayout) -> Task.Work? {
        let shape = input.shape
        switch node.operation {
        case let operation as ConvolutionOperation:
            guard shape.count >= 3, case .constant(let weight) = node.inputs[1],
                let geometry = try? Convolution([1] + shape.suffix(3), weight.shape, operation.options),
                let values = try? weight.floatArray(), let bias = bias(node, geometry.outChannels)
            else { return nil }
            let task = ConvolutionTask(
                shape: geometry, repeats: shape.dropLast(3).reduce(1, *), weight: values, bias: bias)
            return task.prefersBatch ? .batchConvolution(task) : .convolution(task)
        case is LinearOperation:
            guard let features = shape.last, case .constant(let weight) = node.inputs[1], weight.dtype == .float32,
                let values = try? weight.floatArray(), let bias = bias(node, weight.shape[0])
            else { return nil }
            return .linear(
                LinearTask(
                    rows: shape.dropLast().reduce(1, *), inputs: features, outputs: weight.shape[0], weight: values,
                    bias: bias))
        case is MatmulOperation:
            guard let features = shape.last, shape.count + input.leftOut >= 2,
                case .constant(let right) = node.inputs[1], right.dim == 2, right.dtype == .float32,
                let values = try? right.transpose(0, 1).floatArray()
            else { return nil }
            let outputs = right.shape[1]
            return .linear(
                LinearTask(
                    rows: shape.dropLast().reduce(1, *), inputs: features, outputs: outputs, weight: values,
                    bias: Array(repeating: 0, count: outputs)))
        case let operation as MaxPoolOperation where shape.count >= 3:
            return .pooling(operation.pooling, isMaximum: true, planes: shape.dropLast(2).reduce(1, *))
        case let operation as AveragePoolOperation where shape.count >= 3:
            return .pooling(operation.pooling, isMaximum: false, planes: shape.dropLast(2).reduce(1, *))
        case let operation as SoftmaxOperation:
            let dimension = operation.dimension - input.leftOut
            guard shape.indices.contains(dimension) else { return nil }
            return .softmax(Slices(shape, dimension), isLog: operation.isLog)
        case let operation as SumOperation:
            // Dimensions that follow each other are one.
            let dimensions = operation.dimensions.map { $0 - input.leftOut }.sorted()
            guard let first = dimensions.first, let last = dimensions.last, first >= 0,
                last - first == dimensions.count - 1
            else { return nil }
            return .sum(
                Slices(
                    outer: shape[..<first].reduce(1, *), length: shape[first...last].reduce(1, *),
                    inner: shape[(last + 1)...].reduce(1, *)))
        default: return nil
        }
    }

    /// A third operand, or zeros where there is none.
    private func bias(_ node: Graph.Node, _ count: Int) -> [Float]? {
        guard node.inputs.count > 2 else { return Array(repeating: 0, count: count) }
        guard case .constant(let bias) = node.inputs[2] else { return nil }
        return try? bias.floatArray()
    }

    private func input(_ node: Graph.Node, _ place: Int) -> Task.Input? {
        guard case .value(let number, let layout, .float32) = node.inputs[place] else { return nil }
        let value = graph.values[number]
        guard value.dtype == .float32, let image = ImageLayout(layout, of: value, isFixed: isFixed) else { return nil }
        return Task.Input(value: number, layout: image)
    }

    // MARK: Pointwise

    private func pointwise(_ operation: PointwiseApplication, _ node: Graph.Node, _ layout: ImageLayout) -> Task? {
        guard layout.isDense else { return nil }
        let rank = layout.shape.count + layout.leftOut
        var task = PointwiseTask(formula: operation.function.value, operands: [], name: operation.name)
        var (inputs, variables): ([Task.Input], [Expression]) = ([], [])
        var next = 0
        for number in operation.numbers {
            if let number {
                variables.append(.constant(number.number))
                continue
            }
            let place = next
            next += 1
            variables.append(.variable(task.operands.count))
            switch node.inputs[place] {
            case .value(_, let whole, _):
                // Images beside images: an operand that lacks dimensions would have them elsewhere.
                guard let input = input(node, place), whole.shape.count == rank,
                    let strides = repeated(input.layout.shape, input.layout.strides, to: layout.shape)
                else { return nil }
                task.operands.append(.input(inputs.count))
                let seen = Layout(offset: input.layout.offset, shape: layout.shape, strides: strides)
                inputs.append(Task.Input(value: input.value, layout: input.layout.repeated(as: seen)))
            case .repeated: return nil
            case .constant(let tensor):
                guard tensor.dtype == .float32, tensor.dim <= rank else { return nil }
                var (shape, strides) = (tensor.shape, tensor.strides)
                if layout.leftOut == 1, tensor.dim == rank {
                    guard shape[0] == 1 else { return nil }
                    shape.remove(at: 0)
                    strides.remove(at: 0)
                }
                guard let repeated = repeated(shape, strides, to: layout.shape) else { return nil }
                task.operands.append(.constant(PointwiseTask.Constant(tensor: tensor, strides: repeated)))
            }
        }
        task.formula = task.formula.replacing(
            variables: { variables[$0] }, parameters: { .constant(operation.parameters[$0]) })
        return Task(work: .pointwise(task), inputs: inputs, output: node.outputs[0], layout: layout)
    }

    /// The strides with which an operand is repeated to a shape.
    private func repeated(_ shape: Shape, _ strides: Shape, to target: Shape) -> Shape? {
        let added = target.count - shape.count
        guard added >= 0 else { return nil }
        var result = Shape(repeating: 0, count: target.count)
        for d in shape.indices {
            if shape[d] == target[d + added] {
                result[d + added] = shape[d] == 1 ? 0 : strides[d]
            } else if shape[d] != 1 {
                return nil
            }
        }
        return result
    }
}

extension ImageLayout {
    /// The same share, looked at in another way.
    fileprivate func repeated(as layout: Layout) -> ImageLayout { ImageLayout(self, layout) }

    private init(_ other: ImageLayout, _ layout: Layout) {
        (size, leftOut) = (other.size, other.leftOut)
        (offset, shape, strides) = (layout.offset, layout.shape, layout.strides)
    }
}
