import Kernels
import Operators

/// Makes one of what can be calculated at once.
///
/// A task is merged with the one that makes its input where nobody else reads that. The merged one stands where the
/// later stood: what else that reads is there by then.
struct Fusion {
    private(set) var tasks: [Task?] = []
    /// How often each value is read.
    private var reads: [Int: Int] = [:]
    /// Which task makes each value.
    private var makers: [Int: Int] = [:]

    init(_ tasks: [Task], outputs: [Int]) {
        for task in tasks {
            for input in task.inputs { reads[input.value, default: 0] += 1 }
            if case .general(let node) = task.work {
                for input in node.inputs { if let value = input.value { reads[value, default: 0] += 1 } }
            }
        }
        for output in outputs { reads[output, default: 0] += 1 }
        for task in tasks { add(task) }
    }

    /// The tasks that are left, in order.
    var result: [Task] { tasks.compactMap(\.self) }

    private mutating func add(_ task: Task) {
        var task = task
        var place = 0
        while place < task.inputs.count {
            if let merged = merge(into: task, at: place) {
                task = merged
                place = 0
            } else {
                place += 1
            }
        }
        makers[task.output] = tasks.count
        tasks.append(task)
    }

    /// The task together with the one that makes one of its inputs, which is taken out of the list.
    private mutating func merge(into task: Task, at place: Int) -> Task? {
        let input = task.inputs[place]
        guard reads[input.value] == 1, let maker = makers[input.value], let earlier = tasks[maker],
            let merged = Fusion.merged(earlier, task, place)
        else { return nil }
        tasks[maker] = nil
        makers[input.value] = nil
        // What both read may now be read once.
        for input in earlier.inputs + task.inputs { reads[input.value, default: 0] -= 1 }
        for input in merged.inputs { reads[input.value, default: 0] += 1 }
        return merged
    }

    // MARK: What goes together

    private static func merged(_ earlier: Task, _ later: Task, _ place: Int) -> Task? {
        guard later.inputs[place].layout.isDense else { return nil }
        let isSame = later.inputs[place].layout.shape == earlier.layout?.shape
        // Looked at in another form, what was made says nothing of channels.
        let shape = isSame ? later.layout?.shape : nil
        switch (earlier.work, later.work) {
        case (.convolution(let convolution), .pooling(let pooling, isMaximum: true, _)) where isSame:
            return convolution.pooled(pooling).map { earlier.followed(by: later, .convolution($0)) }
        case (.convolution(let convolution), .pointwise(let pointwise)) where later.inputs.count == 1:
            return convolution.followed(by: pointwise, shape).map { earlier.followed(by: later, .convolution($0)) }
        case (.batchConvolution(let convolution), .pointwise(let pointwise)) where later.inputs.count == 1:
            return convolution.followed(by: pointwise, shape).map { earlier.followed(by: later, .batchConvolution($0)) }
        case (.linear(let linear), .pointwise(let pointwise)) where later.inputs.count == 1:
            return linear.followed(by: pointwise, shape).map { earlier.followed(by: later, .linear($0)) }
        case (.pointwise(let first), .pointwise(let second)):
            // Elsewhere the elements would be others, or be worked out again and again.
            guard later.layout?.shape == earlier.layout?.shape,
                let both = second.composed(with: first, at: place, earlier.inputs, later.inputs)
            else { return nil }
            var task = later
            (task.work, task.inputs) = (.pointwise(both.task), both.inputs)
            return task
        default: return nil
        }
    }
}

extension Task {
    /// This task with what one that reads its output does besides.
    fileprivate func followed(by later: Task, _ work: Work) -> Task {
        Task(work: work, inputs: inputs, output: later.output, layout: later.layout)
    }
}

extension ConvolutionTask {
    /// With the largest of each 2×2 pixels; nil where the kernel cannot do that, or the pooling is another.
    fileprivate func pooled(_ pooling: Pooling) -> ConvolutionTask? {
        let window = Window(size: 2, stride: 2)
        guard !isPooled, pooling.height == shape.outHeight, pooling.width == shape.outWidth, pooling.rows == window,
            pooling.columns == window, !pooling.isAdaptive,
            pooling.outHeight == shape.outHeight / 2, pooling.outWidth == shape.outWidth / 2, pooling.outHeight > 0,
            pooling.outWidth > 0, shape.groups == 1,
            [shape.rows, shape.columns].allSatisfy({ $0.stride == 1 && $0.dilation == 1 })
        else { return nil }
        var pooled = self
        pooled.isPooled = true
        return pooled
    }

    /// - Parameter result: the shape of what the formula is of; nil where that says nothing of channels.
    fileprivate func followed(by pointwise: PointwiseTask, _ result: Shape?) -> ConvolutionTask? {
        guard !isRectified else { return nil }
        var followed = self
        if pointwise.isRectifier {
            followed.isRectified = true
            return followed
        }
        guard let result, let lines = pointwise.lines(dimension: result.count - 3, of: result) else { return nil }
        // What a negative scale turns round would no longer be the largest.
        guard !isPooled || lines.allSatisfy({ $0.scale >= 0 }) else { return nil }
        let taps = shape.taps
        for (channel, line) in lines.enumerated() {
            for tap in channel * taps..<(channel + 1) * taps {
                followed.weight[tap] = Float(Double(weight[tap]) * line.scale)
            }
            followed.bias[channel] = Float(Double(bias[channel]) * line.scale + line.shift)
        }
        return followed
    }
}

extension LinearTask {
    /// - Parameter result: the shape of what the formula is of; nil where that says nothing of features.
    fileprivate func followed(by pointwise: PointwiseTask, _ result: Shape?) -> LinearTask? {
        guard !isRectified else { return nil }
        var followed = self
        if pointwise.isRectifier {
            followed.isRectified = true
            return followed
        }
        guard let result, let lines = pointwise.lines(dimension: result.count - 1, of: result) else { return nil }
        for (output, line) in lines.enumerated() {
            for i in output * inputs..<(output + 1) * inputs {
                followed.weight[i] = Float(Double(weight[i]) * line.scale)
            }
            followed.bias[output] = Float(Double(bias[output]) * line.scale + line.shift)
        }
        return followed
    }
}

extension PointwiseTask {
    /// The variable that stands for the one input; nil where there are several.
    private var variable: Int? {
        let inputs = operands.indices.filter { if case .input = operands[$0] { true } else { false } }
        return inputs.count == 1 ? inputs[0] : nil
    }

    fileprivate var isRectifier: Bool { variable.map { formula.isRectifier(of: $0) } ?? false }

    /// Scale and shift for each place of a dimension, where the formula is a line of its one input there.
    fileprivate func lines(dimension: Int, of shape: Shape) -> [(scale: Double, shift: Double)]? {
        guard shape.indices.contains(dimension), let input = variable else { return nil }
        for case .constant(let constant) in operands {
            guard shape.indices.allSatisfy({ $0 == dimension || constant.strides[$0] == 0 }) else { return nil }
        }
        var lines: [(scale: Double, shift: Double)] = []
        for place in 0..<shape[dimension] {
            let line = formula.line(of: input) { variable in
                guard case .constant(let constant) = operands[variable] else { return 0 }
                return Double(constant.tensor.floats[place * constant.strides[dimension]])
            }
            guard let line else { return nil }
            lines.append(line)
        }
        return lines
    }

    /// Primitives and operands of a formula at the most: what a tile of all registers takes stays in the first-level cache.
    private static let longest = 64, mostOperands = 12

    /// The formula with that of an earlier task in the place of one of its inputs, and what both read.
    fileprivate func composed(
        with earlier: PointwiseTask, at place: Int, _ earlierInputs: [Task.Input], _ ownInputs: [Task.Input]
    ) -> (task: PointwiseTask, inputs: [Task.Input])? {
        let occurrences = operands.filter { if case .input(place) = $0 { true } else { false } }.count
        guard occurrences == 1, formula.length + earlier.formula.length <= Self.longest,
            operands.count + earlier.operands.count <= Self.mostOperands
        else { return nil }
        var (inputs, joined): ([Task.Input], [Operand]) = ([], [])
        func variable(_ operand: Operand, _ own: [Task.Input]) -> Expression {
            if case .input(let place) = operand {
                let input = own[place]
                // What both read is read once.
                for (known, other) in joined.enumerated() {
                    if case .input(let i) = other, inputs[i].value == input.value, inputs[i].layout == input.layout {
                        return .variable(known)
                    }
                }
                joined.append(.input(inputs.count))
                inputs.append(input)
            } else {
                joined.append(operand)
            }
            return .variable(joined.count - 1)
        }
        let before = earlier.operands.map { variable($0, earlierInputs) }
        let inner = earlier.formula.replacing(variables: { before[$0] }, parameters: { .parameter($0) })
        let own = operands.map { operand -> Expression in
            if case .input(place) = operand { return inner }
            return variable(operand, ownInputs)
        }
        let outer = formula.replacing(variables: { own[$0] }, parameters: { .parameter($0) })
        let both = PointwiseTask(formula: outer, operands: joined, name: "\(earlier.name) + \(name)")
        return (both, inputs)
    }
}
