import Operators

/// Changes parameters along their gradients.
public final class Optimizer {
    public let kind: OptimizerKind
    /// The parameters by the options that they have in common.
    public private(set) var groups: [ParameterGroup] = []
    /// What the constructor was told, for groups that do not say.
    private let defaults: OptimizerOptions
    private var states: [ObjectIdentifier: ParameterState] = [:]
    private let updates = StepUpdates()

    /// - Parameters:
    ///   - groups: at least one; parameters without a gradient are let be.
    ///   - options: for all groups that do not say otherwise.
    /// - Throws: `TensorError` where there is nothing to optimise, a parameter stands in the groups twice or is the
    ///   result of an operation, or a number is out of range.
    public init(
        _ kind: OptimizerKind, _ groups: [ParameterGroup.Declaration], options: [(name: String, value: Value)] = []
    ) throws {
        self.kind = kind
        var defaults = OptimizerOptions(kind)
        for (name, value) in options {
            guard try defaults.set(name, value) else {
                throw TensorError("\(kind.schema.name) has no option '\(name)'")
            }
        }
        self.defaults = defaults
        guard groups.contains(where: { !$0.parameters.isEmpty }) || groups.count > 1 else {
            throw TensorError("at least one parameter expected, got an empty list")
        }
        try kind.check(defaults)
        for group in groups { try add(group) }
    }

    /// All parameters, group after group.
    public var parameters: [Tensor] { groups.flatMap(\.parameters) }

    /// Adds a group, whose parameters are numbered on.
    ///
    /// - Throws: `TensorError` where a parameter is there already or is the result of an operation.
    public func add(_ declaration: ParameterGroup.Declaration) throws {
        let known = parameters
        var places = Dictionary(known.enumerated().map { (ObjectIdentifier($1), $0) }) { first, _ in first }
        for (i, parameter) in declaration.parameters.enumerated() {
            let place = known.count + i
            guard parameter.isLeaf else {
                throw TensorError(
                    "parameter \(place + 1) is the result of an operation; only tensors made by hand can be optimised")
            }
            if let first = places.updateValue(place, forKey: ObjectIdentifier(parameter)) {
                throw TensorError("parameter \(place + 1) is the same tensor as parameter \(first + 1)")
            }
        }
        let group = try ParameterGroup(declaration, kind, defaults)
        groups.append(group)
    }

    /// How far a step goes, in the first group; setting it sets it in all.
    public var learningRate: Double {
        get { groups[0].learningRate }
        set { for group in groups { group.learningRate = newValue } }
    }

    /// Forgets all gradients.
    ///
    /// - Parameter setToNone: false sets them to 0 instead.
    public func zeroGrad(setToNone: Bool = true) throws {
        for group in groups { for parameter in group.parameters { try parameter.zeroGrad(setToNone: setToNone) } }
    }

    /// Changes every parameter that has a gradient.
    ///
    /// - Throws: `TensorError` where a gradient has another shape than its parameter; those before it are changed.
    public func step() throws {
        try GradMode.set(false) {
            var copied: [(parameter: Tensor, changed: Tensor)] = []
            let prepared = Result { try prepareStep(&copied) }
            updates.run()
            for (parameter, changed) in copied { try parameter.assign(changed) }
            try prepared.get()
        }
    }

    /// - Parameter copied: gets the parameters that do not lie in order, with what is changed in their place.
    private func prepareStep(_ copied: inout [(parameter: Tensor, changed: Tensor)]) throws {
        var place = 0
        for group in groups {
            let rule = try kind.rule(group.options)
            for parameter in group.parameters {
                place += 1
                guard let gradient = parameter.grad else { continue }
                guard gradient.shape == parameter.shape else {
                    throw TensorError("the gradient of parameter \(place) has shape \(gradient.shape)")
                }
                let work = try parameter.isContiguous ? parameter : parameter.contiguous()
                let own = try gradient.detach().to(parameter.dtype).contiguous()
                try rule(ParameterStep(work, own, state(of: parameter), updates))
                if work !== parameter { copied.append((parameter, work)) }
            }
        }
    }

    private func state(of parameter: Tensor) -> ParameterState {
        if let known = states[ObjectIdentifier(parameter)] { return known }
        let made = ParameterState()
        states[ObjectIdentifier(parameter)] = made
        return made
    }

    // MARK: State

    /// What is remembered of each parameter, by its place from 0 on.
    public var stateOfParameters: [(place: Int, entries: [(name: String, tensor: Tensor)])] {
        parameters.enumerated().compactMap { place, parameter in
            guard let entries = states[ObjectIdentifier(parameter)]?.entries, !entries.isEmpty else { return nil }
            return (place, entries)
        }
    }

    /// The same with the place in the name: "0.momentum_buffer".
    public var state: [(name: String, tensor: Tensor)] {
        stateOfParameters.flatMap { place, entries in entries.map { ("\(place).\($0.name)", $0.tensor) } }
    }

    /// Goes on from a state that was saved. What is not named is forgotten. As in PyTorch, tensors of the right type are
    /// taken over themselves, not copied.
    ///
    /// - Throws: `TensorError` for a name, type or shape that is not of this optimiser; then nothing has changed.
    public func loadState(_ state: [(name: String, tensor: Tensor)]) throws {
        let parameters = parameters
        var loaded: [ObjectIdentifier: ParameterState] = [:]
        for (name, tensor) in state {
            let parts = name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2, let place = Int(parts[0]), parameters.indices.contains(place) else {
                throw TensorError("this optimiser has no state '\(name)'")
            }
            let (parameter, what) = (parameters[place], String(parts[1]))
            let own = loaded[ObjectIdentifier(parameter)] ?? ParameterState()
            loaded[ObjectIdentifier(parameter)] = own
            if kind.numbers.contains(what) {
                own.entries.append((what, try number(tensor, name)))
            } else if kind.tensors.contains(what) {
                own.entries.append((what, try converted(tensor, name, like: parameter)))
            } else {
                throw TensorError("\(kind.schema.name) has no state '\(name)'")
            }
        }
        let order = kind.numbers + kind.tensors
        for own in loaded.values {
            own.entries.sort { (order.firstIndex(of: $0.name) ?? 0) < (order.firstIndex(of: $1.name) ?? 0) }
        }
        states = loaded
    }

    private func number(_ tensor: Tensor, _ name: String) throws -> Tensor {
        let number = try tensor.item()
        guard number >= 0, number < 1e9 else { throw TensorError("state '\(name)' is not a number of steps") }
        return try tensor.detach().to(.float32).reshape([])
    }

    private func converted(_ tensor: Tensor, _ name: String, like parameter: Tensor) throws -> Tensor {
        guard tensor.dtype.isFloatingPoint else {
            throw TensorError(
                "state '\(name)' is \(tensor.dtype.rawValue), its parameter is \(parameter.dtype.rawValue)")
        }
        guard tensor.shape == parameter.shape else {
            throw TensorError("state '\(name)' has shape \(tensor.shape), its parameter has \(parameter.shape)")
        }
        return try tensor.detach().to(parameter.dtype).contiguous()
    }

    /// Takes over a state and the groups' options.
    ///
    /// - Throws: `TensorError` where the state is of another optimiser or of groups of other sizes; then nothing has
    ///   changed.
    public func load(
        state: [(name: String, tensor: Tensor)], groups saved: [(count: Int, values: [(name: String, value: Value)])]
    ) throws {
        guard saved.count == groups.count else {
            throw TensorError(
                "the state is of \(plural(saved.count, "parameter group")), this optimizer has \(groups.count)")
        }
        for (place, (group, other)) in zip(groups, saved).enumerated() where group.parameters.count != other.count {
            throw TensorError(
                "parameter group \(place + 1) has \(plural(other.count, "parameter")) in the state, "
                    + "\(group.parameters.count) in this optimizer")
        }
        let changed = try saved.map { other in
            try ParameterGroup(.init([], options: other.values), kind, defaults).values
        }
        try loadState(state)
        for (group, values) in zip(groups, changed) { for (name, value) in values { try group.set(name, value) } }
    }
}

extension Optimizer: ScheduledGroups {
    public var groupCount: Int { groups.count }
    public func learningRate(_ group: Int) -> Double { groups[group].learningRate }
    public func setLearningRate(_ group: Int, _ value: Double) { groups[group].learningRate = value }
    public func initialLearningRate(_ group: Int) -> Double? { groups[group].initialLearningRate }
    public func setInitialLearningRate(_ group: Int, _ value: Double) { groups[group].initialLearningRate = value }

    public func scheduledMomentum(_ group: Int) -> Double? {
        if case .list(let betas)? = groups[group].options["betas"] { return betas.first?.number }
        return groups[group].options["momentum"]?.number
    }

    public func setScheduledMomentum(_ group: Int, _ value: Double) {
        if case .list(let betas)? = groups[group].options["betas"] {
            try? groups[group].set("betas", .list([.number(value)] + betas.dropFirst()))
        } else {
            try? groups[group].set("momentum", .number(value))
        }
    }
}

extension Tensor {
    /// Forgets the gradient, or sets it to 0.
    public func zeroGrad(setToNone: Bool = true) throws {
        guard !setToNone, let gradient = grad else { return grad = nil }
        grad = gradient.detach()
        try grad?.assign(.zeros([], dtype: gradient.dtype))
    }
}
