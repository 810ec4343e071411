import Tensors

/// Modules that are kept in order, under the names 0, 1, …
open class ModuleSequence: Module {
    public init(kind: String, _ modules: [Module]) throws {
        super.init(kind: kind)
        for module in modules { try append(module) }
    }

    public func append(_ module: Module) throws { try register("\(children.count)", module) }

    /// Puts a module at a place from 0 up to the end; those from there on move.
    public func insert(_ module: Module, at place: Int) throws {
        guard place >= 0, place <= children.count else {
            throw TensorError("a place from 0 to \(children.count) expected, got \(place)")
        }
        let behind = children[place...].map(\.module)
        try register("\(place)", module)
        for (i, moved) in behind.enumerated() { try register("\(place + 1 + i)", moved) }
    }

    /// Takes away the module at a place; those behind it move.
    ///
    /// - Throws: `TensorError` where there is no such place.
    public func remove(at place: Int) throws -> Module {
        guard children.indices.contains(place) else {
            throw TensorError(
                children.isEmpty
                    ? "\(kind) is empty" : "a place from 0 to \(children.count - 1) expected, got \(place)")
        }
        let removed = children[place].module
        let behind = children[(place + 1)...].map(\.module)
        let last = children.count - 1
        unregister("\(last)")
        for (i, moved) in behind.enumerated() { try register("\(place + i)", moved) }
        return removed
    }
}

/// Modules that are called one after the other, each with what the one before gave (`torch.nn.Sequential`).
public final class Sequential: ModuleSequence {
    public init(_ modules: [Module]) throws { try super.init(kind: "Sequential", modules) }

    public override func remade() throws -> Module { try Sequential([]) }

    public override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        var outcome = Outcome.tensor(try Module.only(inputs, kind))
        for (_, module) in children { outcome = try module(outcome.tensors, scope) }
        return outcome
    }
}

/// A list of modules (`torch.nn.ModuleList`).
public final class ModuleList: ModuleSequence {
    public init(_ modules: [Module]) throws { try super.init(kind: "ModuleList", modules) }

    public override func remade() throws -> Module { try ModuleList([]) }
}

/// Modules by name, in order (`torch.nn.ModuleDict`).
public final class ModuleDict: Module {
    public init(_ modules: [(name: String, module: Module)]) throws {
        super.init(kind: "ModuleDict")
        for (name, module) in modules { try register(name, module) }
    }

    public override func remade() throws -> Module { try ModuleDict([]) }
}
