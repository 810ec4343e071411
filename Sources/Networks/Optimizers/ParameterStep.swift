import Tensors

/// What an optimiser remembers of a parameter between steps, by PyTorch's names: tensors of the parameter's shape, and
/// numbers, which PyTorch keeps as float32 tensors without dimensions.
final class ParameterState {
    var entries: [(name: String, tensor: Tensor)] = []

    subscript(name: String) -> Tensor? { entries.first { $0.name == name }?.tensor }
}

/// One step of one parameter.
struct ParameterStep {
    /// Contiguous, and of one shape and type.
    let parameter: Tensor, gradient: Tensor
    let state: ParameterState
    fileprivate let updates: StepUpdates

    init(_ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ updates: StepUpdates) {
        (self.parameter, self.gradient, self.state, self.updates) = (parameter, gradient, state, updates)
    }

    /// A number that is remembered, changed by `change`. - Returns: what it is then.
    func number(_ name: String, from start: Double, _ change: (Double) -> Double) throws -> Double {
        let kept = try state[name] ?? Tensor.full([], start)
        if state[name] == nil { state.entries.append((name, kept)) }
        let next = change(try kept.item())
        kept.fillWithoutCheck(next)
        return next
    }

    /// Counts the steps. - Returns: the number of this one, from 1.
    func count() throws -> Double { try number("step", from: 0) { $0 + 1 } }

    /// A tensor that is remembered, of the parameter's shape and type.
    func tensor(_ name: String, filledWith start: Double = 0) throws -> Tensor {
        if let found = state[name] { return found }
        let made = try Tensor.full(parameter.shape, start, dtype: parameter.dtype)
        state.entries.append((name, made))
        return made
    }

    /// Changes the parameter and what is remembered, in one pass with those of the other parameters.
    ///
    /// - Parameters:
    ///   - choices: what decides which program it is; a program is made once for each combination.
    ///   - tensors: what is remembered, `s(0)` and on in the expressions.
    ///   - numbers: `n(0)` and on. They may differ from step to step.
    ///   - program: the new values: of the parameter, input 0, and of what is remembered, from input 2 on.
    func update(
        _ choices: Bool..., tensors: [Tensor] = [], numbers: [Double],
        _ program: (StepSymbols) -> [(input: Int, value: Expression)]
    ) {
        let key = choices.reduce(1) { $0 << 1 | ($1 ? 1 : 0) }
        let update = updates.program(key) {
            ElementwiseUpdate(inputs: 2 + tensors.count, parameters: numbers.count, program(StepSymbols()))
        }
        updates.waiting.append(.init(update, [parameter, gradient] + tensors, numbers))
    }
}

/// What expressions of a step are made of.
struct StepSymbols {
    /// The parameter and its gradient.
    let p = Expression.variable(0), g = Expression.variable(1)
    /// What is remembered.
    func s(_ place: Int) -> Expression { .variable(2 + place) }
    /// A number of the call.
    func n(_ place: Int) -> Expression { .parameter(place) }

    /// The gradient, turned round to go up, with the pull of the decay.
    func gradient(maximize: Bool, decay: Expression? = nil) -> Expression {
        let gradient = maximize ? -g : g
        return decay.map { gradient + $0 * p } ?? gradient
    }
}

/// The programs that an optimiser has needed, and the updates of a step that wait for each other.
final class StepUpdates {
    private var programs: [Int: ElementwiseUpdate] = [:]
    fileprivate var waiting: [ElementwiseUpdate.Use] = []

    func run() {
        ElementwiseUpdate.run(waiting)
        waiting.removeAll(keepingCapacity: true)
    }

    fileprivate func program(_ key: Int, _ make: () -> ElementwiseUpdate) -> ElementwiseUpdate {
        if let known = programs[key] { return known }
        let made = make()
        programs[key] = made
        return made
    }
}
