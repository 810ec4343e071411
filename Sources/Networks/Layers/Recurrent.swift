import Tensors

extension Layers {
    static let recurrent =
        RecurrentCell.allCases.map(sequence) + RecurrentCell.allCases.map(single)

    private static func sequence(_ cell: RecurrentCell) -> Layer {
        let arguments: [Argument] =
            [
                .integer("input_size", min: 1), .integer("hidden_size", min: 1),
                .integer("num_layers", "layers, each on the states of the one before", min: 1, default: 1),
            ] + (cell == .rnn ? [nonlinearity] : []) + [
                .boolean("bias", default: true),
                .boolean("batch_first", "whether the batch comes before the time", default: false),
                .number("dropout", "between the layers", min: 0, max: 1, default: 0.0),
                .boolean("bidirectional", "whether a second pass goes back through the time", default: false),
            ]
        return Layer(
            cell.rawValue, doc: cell.doc + " over [time, n, input_size] or [time, input_size].", arguments,
            options: [.parameterType]
        ) {
            a, context in
            try Recurrent(
                cell, a.integer("input_size"), a.integer("hidden_size"), layers: a.integer("num_layers"),
                rectifies: cell == .rnn && a.string("nonlinearity") == "relu", bias: a.boolean("bias"),
                batchFirst: a.boolean("batch_first"), dropout: a.number("dropout"),
                bidirectional: a.boolean("bidirectional"), Initializer(a, context))
        }
    }

    private static func single(_ cell: RecurrentCell) -> Layer {
        Layer(
            cell.rawValue + "Cell", doc: "One step of " + cell.doc + " on [n, input_size] or [input_size].",
            [.integer("input_size", min: 1), .integer("hidden_size", min: 1), .boolean("bias", default: true)]
                + (cell == .rnn ? [nonlinearity] : []), options: [.parameterType]
        ) { a, context in
            try SingleCell(
                cell, a.integer("input_size"), a.integer("hidden_size"),
                rectifies: cell == .rnn && a.string("nonlinearity") == "relu", bias: a.boolean("bias"),
                Initializer(a, context))
        }
    }

    private static let nonlinearity = Argument.choice("nonlinearity", of: ["tanh", "relu"], default: "tanh")
}

/// What a call of a recurrent module gets besides its input.
private func state(_ cell: RecurrentCell) -> Argument {
    cell == .lstm
        ? .objects("hx", Tensor.self, "the first states {h, c}; zeros by default").optional
        : .tensor("hx", "the first states; zeros by default").optional
}

extension Arguments {
    /// The states that a call got, or zeros.
    fileprivate func states(_ cell: RecurrentCell, _ shape: Shape, _ dtype: DType) throws -> [Tensor] {
        guard try has("hx") else { return try (0..<cell.stateCount).map { _ in try .zeros(shape, dtype: dtype) } }
        let states: [Tensor] = try cell == .lstm ? objects("hx") : [tensor("hx")]
        guard states.count == cell.stateCount else {
            throw TensorError("two states {h, c} expected, got \(states.count)")
        }
        for state in states where state.shape != shape || state.dtype != dtype {
            throw TensorError(
                "\(dtype.rawValue) states of shape \(shape) expected, got \(state.dtype.rawValue) \(state.shape)")
        }
        return states
    }
}

/// A recurrent network over a time. Parameters by layer, with `_reverse` for the way back: `weight_ih_l0` `[gates, in]`,
/// `weight_hh_l0` `[gates, hidden]`, `bias_ih_l0`, `bias_hh_l0` `[gates]`.
private final class Recurrent: DeclaredModule {
    private let cell: RecurrentCell
    private let sizes: (in: Int, hidden: Int, layers: Int)
    private let rectifies: Bool, batchFirst: Bool, bidirectional: Bool
    private let dropout: Double

    init(
        _ cell: RecurrentCell, _ inputs: Int, _ hidden: Int, layers: Int, rectifies: Bool, bias: Bool,
        batchFirst: Bool, dropout: Double, bidirectional: Bool, _ initial: Initializer
    ) throws {
        try requirePositive(inputs, "input_size")
        try requirePositive(hidden, "hidden_size")
        guard (1...Module.mostLevels).contains(layers) else {
            throw TensorError("num_layers from 1 to \(Module.mostLevels) expected, got \(layers)")
        }
        self.cell = cell
        sizes = (inputs, hidden, layers)
        (self.rectifies, self.batchFirst, self.dropout) = (rectifies, batchFirst, dropout)
        self.bidirectional = bidirectional
        super.init(kind: cell.rawValue, call: [.tensor("input"), state(cell)])
        for layer in 0..<layers {
            for direction in directions {
                let size = layer == 0 ? inputs : hidden * directions.count
                try register(cell, size, hidden, bias, suffix: "_l\(layer)\(direction)", initial)
            }
        }
    }

    private var directions: [String] { bidirectional ? ["", "_reverse"] : [""] }

    override var details: String {
        "\(sizes.in)->\(sizes.hidden)" + (sizes.layers == 1 ? "" : ", num_layers=\(sizes.layers)")
            + (parameter("bias_ih_l0") == nil ? ", bias=false" : "") + (batchFirst ? ", batch_first=true" : "")
            + (dropout == 0 ? "" : ", dropout=\(dropout)") + (bidirectional ? ", bidirectional=true" : "")
    }

    override func forward(_ a: Arguments, _ scope: Scope) throws -> Outcome {
        let input = try a.tensor("input")
        guard input.dim == 2 || input.dim == 3, input.shape[input.dim - 1] == sizes.in else {
            let form = batchFirst ? "[n, time, \(sizes.in)]" : "[time, n, \(sizes.in)]"
            throw TensorError("an input \(form) or [time, \(sizes.in)] expected, got \(input.shape)")
        }
        let isSingle = input.dim == 2
        var x = isSingle ? try input.unsqueeze(1) : batchFirst ? try input.transpose(0, 1) : input
        guard x.shape[0] > 0 else { throw TensorError("a time of at least one step expected, got \(input.shape)") }
        let count = sizes.layers * directions.count
        let form: Shape = isSingle ? [count, sizes.hidden] : [count, x.shape[1], sizes.hidden]
        let first = try a.states(cell, form, x.dtype).map { isSingle ? try $0.unsqueeze(1) : $0 }
        var last = [[Tensor]](repeating: [], count: cell.stateCount)
        for layer in 0..<sizes.layers {
            if layer > 0, isTraining, dropout > 0 { x = try x.dropped(dropout, x.shape, scope.context.generator) }
            var outputs: [Tensor] = []
            for (i, direction) in directions.enumerated() {
                let states = try first.map { try $0.select(0, layer * directions.count + i) }
                let run = try run(x, states, suffix: "_l\(layer)\(direction)", backwards: i == 1)
                outputs.append(try Tensor.stack(run.outputs, 0))
                for (place, state) in run.states.enumerated() { last[place].append(state) }
            }
            x = outputs.count == 1 ? outputs[0] : try Tensor.cat(outputs, -1)
        }
        let output = isSingle ? try x.squeeze([1]) : batchFirst ? try x.transpose(0, 1) : x
        let states = try last.map { states in
            let all = try Tensor.stack(states, 0)
            return isSingle ? try all.squeeze([1]) : all
        }
        return .tuple([.tensor(output), states.count == 1 ? .tensor(states[0]) : .list(states)])
    }

    /// One layer in one direction.
    private func run(
        _ x: Tensor, _ states: [Tensor], suffix: String, backwards: Bool
    ) throws -> (outputs: [Tensor], states: [Tensor]) {
        let step = try RecurrentStep(cell, rectifies: rectifies, self, suffix: suffix)
        let inputs = try step.inputs(x)
        var states = states
        var outputs: [Tensor] = []
        for i in 0..<x.shape[0] {
            states = try step.next(inputs.select(0, backwards ? x.shape[0] - 1 - i : i), states)
            outputs.append(states[0])
        }
        return (backwards ? outputs.reversed() : outputs, states)
    }
}

/// One step of a recurrent network. Parameters: `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`.
private final class SingleCell: DeclaredModule {
    private let cell: RecurrentCell
    private let sizes: (in: Int, hidden: Int)
    private let rectifies: Bool

    init(_ cell: RecurrentCell, _ inputs: Int, _ hidden: Int, rectifies: Bool, bias: Bool, _ initial: Initializer)
        throws
    {
        try requirePositive(inputs, "input_size")
        try requirePositive(hidden, "hidden_size")
        (self.cell, sizes, self.rectifies) = (cell, (inputs, hidden), rectifies)
        super.init(kind: cell.rawValue + "Cell", call: [.tensor("input"), state(cell)])
        try register(cell, inputs, hidden, bias, suffix: "", initial)
    }

    override var details: String {
        "\(sizes.in)->\(sizes.hidden)" + (parameter("bias_ih") == nil ? ", bias=false" : "")
    }

    override func forward(_ a: Arguments, _ scope: Scope) throws -> Outcome {
        let input = try a.tensor("input")
        guard input.dim == 1 || input.dim == 2, input.shape[input.dim - 1] == sizes.in else {
            throw TensorError("an input [n, \(sizes.in)] or [\(sizes.in)] expected, got \(input.shape)")
        }
        let wanted = Shape(input.shape.dropLast() + [sizes.hidden])
        let step = try RecurrentStep(cell, rectifies: rectifies, self, suffix: "")
        let next = try step.next(step.inputs(input), a.states(cell, wanted, input.dtype))
        return next.count == 1 ? .tensor(next[0]) : .several(next)
    }
}

extension Module {
    fileprivate func register(
        _ cell: RecurrentCell, _ inputs: Int, _ hidden: Int, _ bias: Bool, suffix: String, _ initial: Initializer
    ) throws {
        let (gates, bound) = (cell.gates * hidden, 1 / Double(hidden).squareRoot())
        try registerParameter("weight_ih" + suffix, initial.uniform([gates, inputs], bound: bound))
        try registerParameter("weight_hh" + suffix, initial.uniform([gates, hidden], bound: bound))
        guard bias else { return }
        try registerParameter("bias_ih" + suffix, initial.uniform([gates], bound: bound))
        try registerParameter("bias_hh" + suffix, initial.uniform([gates], bound: bound))
    }
}
