import Host
import Lua
import Networks

extension Call {
    /// The pairs of a table whose keys are names; none where it was left out.
    ///
    /// - Parameter expected: what messages say that it should be.
    func namedValues(_ name: StaticString, _ expected: String) throws -> [(key: LuaValue, value: LuaValue)] {
        switch try value(name) {
        case .table(let pairs): return pairs
        case .list(let items) where !items.isEmpty: throw badArgument(name, expected: expected, got: "list")
        default: return []
        }
    }

    /// The tensors that a module was called with: each alone, or one list.
    func inputs() throws -> [Tensor] {
        let range = try rest("inputs")
        if range.count == 1, state.type(at: range.lowerBound) == .table {
            return try (0..<state.rawCount(at: range.lowerBound)).map { position in
                state.pushItem(position + 1, of: range.lowerBound)
                defer { state.pop() }
                return try input(at: state.top, "list of Tensor", of: " as item \(position + 1)")
            }
        }
        return try range.map { try input(at: $0, "Tensor") }
    }

    private func input(at index: Int32, _ expected: String, of place: String = "") throws -> Tensor {
        guard let tensor = state.object(at: index, as: Tensor.self) else {
            throw badArgument("inputs", expected: expected, got: state.typeName(at: index) + place)
        }
        return tensor
    }

    /// What `body` makes of a module; where that says what it is called with, the arguments are checked before.
    func run(_ module: Module, _ body: (Module, [Tensor]) throws -> Outcome) throws -> Results {
        guard let module = module as? DeclaredModule, !module.callParameters.isEmpty else {
            return Results(try body(module, inputs()))
        }
        let schema = Schema(module.kind, doc: "", arguments: module.callParameters)
        let arguments = try checked(against: module.callParameters, label: "in \(module.label)").arguments(for: schema)
        let tensors = try module.callParameters.compactMap { try arguments.optionalTensor($0.name) }
        return Results(try module.with(arguments) { try body(module, tensors) })
    }
}
