import Tensors

/// Kinds of recurrent networks.
enum RecurrentCell: String, CaseIterable {
    case rnn = "RNN"
    case lstm = "LSTM"
    case gru = "GRU"

    var gates: Int { self == .rnn ? 1 : self == .lstm ? 4 : 3 }
    var stateCount: Int { self == .lstm ? 2 : 1 }

    var doc: String {
        switch self {
        case .rnn: "A recurrent network"
        case .lstm: "Long short-term memory"
        case .gru: "Gated recurrent units"
        }
    }
}

/// How states follow from an input and the states before, with the parameters of a module.
struct RecurrentStep {
    private let cell: RecurrentCell
    private let rectifies: Bool
    private let inputWeight: Tensor, stateWeight: Tensor
    private let inputBias: Tensor?, stateBias: Tensor?

    init(_ cell: RecurrentCell, rectifies: Bool, _ module: Module, suffix: String) throws {
        (self.cell, self.rectifies) = (cell, rectifies)
        inputWeight = try module.ownParameter("weight_ih" + suffix)
        stateWeight = try module.ownParameter("weight_hh" + suffix)
        inputBias = module.parameter("bias_ih" + suffix)
        stateBias = module.parameter("bias_hh" + suffix)
    }

    /// What inputs give to the gates, all steps at once.
    func inputs(_ x: Tensor) throws -> Tensor { try x.linear(inputWeight, inputBias) }

    /// The next states; the first is the output.
    func next(_ gates: Tensor, _ states: [Tensor]) throws -> [Tensor] {
        let fromState = try states[0].linear(stateWeight, stateBias)
        switch cell {
        case .rnn:
            return [try (rectifies ? Self.rectified : Self.bounded)(gates, fromState)]
        case .lstm:
            // Hochreiter and Schmidhuber, 1997, with the forget gate of Gers et al., 2000.
            let g = try parts(gates + fromState, 4)
            let memory = try Self.memory([.tensor(g[0]), .tensor(g[1]), .tensor(g[2]), .tensor(states[1])])
            return [try Self.output(g[3], memory), memory]
        case .gru:
            // Cho et al., 2014, with the reset gate after the product, as PyTorch has it.
            let operands = try parts(gates, 3) + parts(fromState, 3) + [states[0]]
            return [try Self.gated(operands.map { .tensor($0) })]
        }
    }

    private func parts(_ gates: Tensor, _ count: Int) throws -> [Tensor] {
        let size = gates.shape[gates.dim - 1] / count
        return try gates.parts(-1, Array(repeating: size, count: count))
    }

    private static let v = (0..<7).map { Expression.variable($0) }

    private static let bounded = PointwiseFunction("rnn_tanh", inputs: 2, value: .tanh(v[0] + v[1]))
    private static let rectified = PointwiseFunction("rnn_relu", inputs: 2, value: .maximum(v[0] + v[1], 0))
    private static let memory = PointwiseFunction(
        "lstm_memory", inputs: 4, value: .sigmoid(v[1]) * v[3] + .sigmoid(v[0]) * .tanh(v[2]))
    private static let output = PointwiseFunction("lstm_output", inputs: 2, value: .sigmoid(v[0]) * .tanh(v[1]))
    private static let gated: PointwiseFunction = {
        let (reset, update) = (Expression.sigmoid(v[0] + v[3]), Expression.sigmoid(v[1] + v[4]))
        let new = Expression.tanh(v[2] + reset * v[5])
        return PointwiseFunction("gru", inputs: 7, value: (1 - update) * new + update * v[6])
    }()
}
