import Host
import Lua
import Operators

/// `x[index]` and `x[index] = value`.
let tensorIndexing: [HostMethod<Tensor>] = [
    .metamethod(
        .index,
        doc: "One place of dimension 0 for an integer; for a list, an item for each dimension: an integer, a slice "
            + "{start, stop, step}, {} for all, \"...\", nj.newaxis, or a tensor of places or truth values.",
        arguments: [.any("index")], returns: .object(Tensor.self)
    ) { tensor, call in
        .object(try tensor.index(call.indexItems(of: tensor)))
    },
    .metamethod(
        .newindex,
        doc: "Sets what the index names; x.grad = nil, x.requires_grad = false and x.data = y are known as well.",
        arguments: [.any("index"), .any("value").optional]
    ) { tensor, call in
        if call.state.type(at: 2) == .string, let name = call.state.string(at: 2) {
            try call.set(name, of: tensor)
            return .none
        }
        let state = call.state
        guard [.number, .boolean].contains(state.type(at: 3)) || state.object(at: 3, as: Tensor.self) != nil else {
            throw call.badArgument("value", expected: "Tensor, number or boolean", got: state.typeName(at: 3))
        }
        let items = try call.indexItems(of: tensor)
        try tensor.put(call.arguments(for: assignment, hasReceiver: true).operand("value"), at: items)
        return .none
    },
]

private let assignment = Schema("index", doc: "", arguments: [.tensor("input"), .operand("index"), .operand("value")])

extension Call {
    /// `x.grad = value` and its like, as PyTorch's users write them.
    fileprivate func set(_ property: String, of tensor: Tensor) throws {
        let value = state.object(at: 3, as: Tensor.self)
        func expected(_ what: String) throws -> TensorError {
            TensorError("\(what) expected for x.\(property), got \(try state.describe(at: 3))")
        }
        switch property {
        case "grad":
            guard value != nil || state.isNil(at: 3) else { throw try expected("a tensor or nil") }
            try tensor.setGrad(value)
        case "requires_grad":
            guard let isRequired = state.boolean(at: 3) else { throw try expected("true or false") }
            try tensor.requireGrad(isRequired)
        case "data":
            guard let value else { throw try expected("a tensor") }
            guard value.shape == tensor.shape, value.dtype == tensor.dtype else {
                throw TensorError(
                    "\(tensor.dtype.rawValue) elements of shape \(tensor.shape) expected for x.data, got "
                        + "\(value.dtype.rawValue) \(value.shape)")
            }
            try tensor.detach().assign(value.detach())
        default:
            throw TensorError("a tensor has no fields to set but grad, requires_grad and data, got '\(property)'")
        }
    }

    /// What the script wrote between brackets.
    fileprivate func indexItems(of tensor: Tensor) throws -> [IndexItem] {
        guard state.type(at: 2) == .table else {
            let item = try indexItem(at: 2)
            if case .position(tensor.shape.first) = item, tensor.dim > 0 {
                throw TensorError(
                    "index \(tensor.shape[0]) is outside dimension 0 of \(tensor.shape), whose places are "
                        + "0..\(tensor.shape[0] - 1); to go through them: for i, row in ipairs(x:unbind())")
            }
            return [item]
        }
        let count = state.rawCount(at: 2)
        try expectPositions(of: 2, upTo: count, "an index")
        return try (1...max(1, count)).prefix(count).map { position in
            state.pushItem(position, of: 2)
            defer { state.pop() }
            return try indexItem(at: state.top)
        }
    }

    private func indexItem(at index: Int32) throws -> IndexItem {
        switch state.type(at: index) {
        case .number:
            guard let position = state.integer(at: index) else {
                throw TensorError("an integer expected as an index, got \(try state.describe(at: index))")
            }
            return .position(position)
        case .string:
            switch state.string(at: index) {
            case "..."?: return .ellipsis
            case newAxis?: return .newAxis
            case let text:
                throw TensorError("\"...\" or nj.newaxis expected as a string in an index, got '\(text ?? "")'")
            }
        case .table: return try slice(at: index)
        default:
            guard let tensor = state.object(at: index, as: Tensor.self) else {
                throw TensorError(
                    "an integer, a slice {start, stop, step}, \"...\", nj.newaxis or a tensor expected in an index, "
                        + "got \(state.typeName(at: index))")
            }
            return .tensor(tensor)
        }
    }

    /// `{start, stop, step}`, of which any may be missing.
    private func slice(at index: Int32) throws -> IndexItem {
        try expectPositions(of: index, upTo: 3, "a slice {start, stop, step}")
        let bounds = try (1...3).map { position -> Int? in
            state.pushItem(position, of: index)
            defer { state.pop() }
            if state.isNil(at: -1) { return nil }
            guard let bound = state.integer(at: -1) else {
                throw TensorError(
                    "integers expected in a slice {start, stop, step}, got \(try state.describe(at: -1))"
                        + "; places one by one are a tensor: nj.tensor { 0, 2 }")
            }
            return bound
        }
        return .slice(start: bounds[0], stop: bounds[1], step: bounds[2] ?? 1)
    }

    private func expectPositions(of index: Int32, upTo count: Int, _ what: String) throws {
        try state.forEachPair(at: index) {
            guard let key = state.integer(at: -2), key >= 1, key <= count else {
                throw TensorError("\(what) is a list, got one with the key \(try state.describe(at: -2))")
            }
        }
    }
}

/// What `nightjar.newaxis` is.
let newAxis = "newaxis"

/// `==`, `<` and `<=`, whose results Lua turns into one truth value, so that they cannot compare element by element.
let tensorComparisons: [HostMethod<Tensor>] = [
    comparison(.equal, "a == b cannot compare elements; use a:eq(b), or a:equal(b) for one truth value"),
    comparison(.less, "a < b cannot compare elements; use a:lt(b), or a:gt(b) for a > b"),
    comparison(.lessOrEqual, "a <= b cannot compare elements; use a:le(b), or a:ge(b) for a >= b"),
]

private func comparison(_ event: Metamethod, _ message: String) -> HostMethod<Tensor> {
    .binary(
        event, doc: "An error, for Lua makes one truth value of it: use the methods eq, lt, le, gt, ge or equal.",
        left: .any("a"), right: .any("b"), returns: .boolean()
    ) { call in
        let (a, b) = (call.state.object(at: 1, as: Tensor.self), call.state.object(at: 2, as: Tensor.self))
        if event == .equal {
            guard let a, let b else { return .boolean(false) }
            if a === b { return .boolean(true) }
        }
        throw TensorError(message)
    }
}
