import Operators

/// What a forward pass needs besides its inputs.
public struct Scope {
    public let context: Context
    /// Runs the forward function that a script defined for a module.
    public let script: ((Module, [Tensor]) throws -> Outcome)?

    public init(_ context: Context, script: ((Module, [Tensor]) throws -> Outcome)? = nil) {
        self.context = context
        self.script = script
    }
}

/// A part of a network: parameters to be learned, buffers that belong to it, and modules inside it, each under a name,
/// in the order in which they were registered (`torch.nn.Module`).
///
/// A layer that Swift knows overrides `forward`; one that a script defines only registers what it is made of.
open class Module {
    /// The modules directly inside.
    public private(set) var children: [(name: String, module: Module)] = []
    /// The module's own parameters, without those of its children.
    public private(set) var ownParameters: [(name: String, tensor: Tensor)] = []
    /// Tensors that are saved with the module but not learned.
    public private(set) var ownBuffers: [(name: String, tensor: Tensor)] = []
    /// Whether dropout and its like are at work. Default: true.
    public private(set) var isTraining = true
    /// What kind of module this is: "Conv2d", or the name that a script gave it.
    public let kind: String
    /// What its constructor got, by name.
    public internal(set) var settings: [(name: String, value: Value)] = []

    /// Where it was registered; the last is where messages say it is.
    private var places: [Place] = []
    /// How many modules lie within each other below this one.
    private var height = 0

    private struct Place {
        weak var parent: Module?
        let name: String
    }

    public init(kind: String) { self.kind = kind }

    /// What it is made of, for messages and printing: "1->10, 5x5".
    open var details: String { "" }

    /// The output for some inputs.
    ///
    /// - Throws: `TensorError` where the inputs do not fit.
    open func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        throw TensorError("\(kind) has no forward function")
    }

    /// The output for some inputs; errors say where in the network they come from.
    public func callAsFunction(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        do {
            return try forward(inputs, scope)
        } catch let error as TensorError {
            throw ModuleError(path: label, description: "in \(label): \(error)")
        }
    }

    /// The one output for one input.
    public func callAsFunction(_ input: Tensor, generator: Generator = Generator(seed: 0)) throws -> Tensor {
        try forward([input], Scope(Context(generator: generator))).tensors[0]
    }

    /// The input of a module that takes one.
    static func only(_ inputs: [Tensor], _ kind: String) throws -> Tensor {
        guard inputs.count == 1 else { throw TensorError("one input expected, got \(inputs.count)") }
        return inputs[0]
    }

    // MARK: Its place

    /// Where the module is within the network: "features.3"; nil outside of one.
    public var path: String? {
        guard let place = places.last(where: { $0.parent != nil }), let parent = place.parent else { return nil }
        return parent.path.map { "\($0).\(place.name)" } ?? place.name
    }

    /// How messages name the module: "features.3 (Conv2d 1->32, 3x3)".
    public var label: String {
        let what = details.isEmpty ? kind : "\(kind) \(details)"
        return path.map { "\($0) (\(what))" } ?? what
    }

    // MARK: Its parts

    /// Modules lie within each other so deep at the most.
    public static let mostLevels = 1000

    /// Puts a module under a name; one that had the name before is replaced in its place.
    ///
    /// - Throws: `TensorError` where the module would contain itself, or the name has a dot.
    public func register(_ name: String, _ module: Module) throws {
        try check(name)
        var seen = Set<ObjectIdentifier>()
        guard module !== self && !module.contains(self, &seen) else {
            throw TensorError("a module cannot contain itself (as '\(name)')")
        }
        guard level + module.height < Module.mostLevels else {
            throw TensorError("modules within each other at most \(Module.mostLevels) deep expected")
        }
        ownParameters.removeAll { $0.name == name }
        ownBuffers.removeAll { $0.name == name }
        if let place = children.firstIndex(where: { $0.name == name }) {
            children[place].module.left(self, name)
            children[place].module = module
        } else {
            children.append((name, module))
        }
        module.places.removeAll { $0.parent == nil }
        module.places.append(Place(parent: self, name: name))
        grow(module.height + 1)
    }

    /// How many modules this one lies within.
    private var level: Int { places.compactMap { $0.parent.map { $0.level + 1 } }.max() ?? 0 }

    private func grow(_ height: Int) {
        guard height > self.height else { return }
        self.height = height
        for place in places { place.parent?.grow(height + 1) }
    }

    /// Puts a tensor to be learned under a name. It then requires a gradient.
    public func registerParameter(_ name: String, _ tensor: Tensor) throws {
        try check(name)
        try tensor.requireGrad()
        removeChild(name)
        ownBuffers.removeAll { $0.name == name }
        Module.put(tensor, name, &ownParameters)
    }

    /// Puts a tensor that is saved but not learned under a name.
    public func registerBuffer(_ name: String, _ tensor: Tensor) throws {
        try check(name)
        removeChild(name)
        ownParameters.removeAll { $0.name == name }
        Module.put(tensor, name, &ownBuffers)
    }

    /// Takes away what has this name, if anything has.
    public func unregister(_ name: String) {
        removeChild(name)
        ownParameters.removeAll { $0.name == name }
        ownBuffers.removeAll { $0.name == name }
    }

    /// The module's own parameter of this name.
    public func parameter(_ name: String) -> Tensor? { ownParameters.first { $0.name == name }?.tensor }

    public func buffer(_ name: String) -> Tensor? { ownBuffers.first { $0.name == name }?.tensor }

    /// The module directly inside that has this name.
    public func child(_ name: String) -> Module? { children.first { $0.name == name }?.module }

    /// A parameter that the module cannot do without.
    func ownParameter(_ name: String) throws -> Tensor {
        guard let tensor = parameter(name) else { throw TensorError("its \(name) was taken away") }
        return tensor
    }

    private func removeChild(_ name: String) {
        guard let place = children.firstIndex(where: { $0.name == name }) else { return }
        children.remove(at: place).module.left(self, name)
    }

    private func left(_ parent: Module, _ name: String) {
        places.removeAll { $0.parent === parent && $0.name == name }
    }

    private static func put(_ tensor: Tensor, _ name: String, _ list: inout [(name: String, tensor: Tensor)]) {
        if let place = list.firstIndex(where: { $0.name == name }) {
            list[place].tensor = tensor
        } else {
            list.append((name, tensor))
        }
    }

    private func check(_ name: String) throws {
        guard !name.isEmpty, !name.contains(".") else {
            throw TensorError("a name without dots expected for a part of a network, got '\(name)'")
        }
    }

    private func contains(_ module: Module, _ seen: inout Set<ObjectIdentifier>) -> Bool {
        for (_, child) in children where seen.insert(ObjectIdentifier(child)).inserted {
            if child === module || child.contains(module, &seen) { return true }
        }
        return false
    }

    // MARK: All that is inside

    /// This module and all modules inside it, each once, with its name from here; this one's is "".
    public func namedModules() -> [(name: String, module: Module)] {
        var found: [(name: String, module: Module)] = []
        var seen = Set<ObjectIdentifier>()
        func visit(_ module: Module, _ name: String) {
            guard seen.insert(ObjectIdentifier(module)).inserted else { return }
            found.append((name, module))
            for child in module.children { visit(child.module, name.isEmpty ? child.name : "\(name).\(child.name)") }
        }
        visit(self, "")
        return found
    }

    /// All parameters, each once, with names such as "conv1.weight".
    public func namedParameters() -> [(name: String, tensor: Tensor)] {
        var seen = Set<ObjectIdentifier>()
        return namedModules().flatMap { prefix, module in
            module.ownParameters.filter { seen.insert(ObjectIdentifier($0.tensor)).inserted }
                .map { (prefix.isEmpty ? $0.name : "\(prefix).\($0.name)", $0.tensor) }
        }
    }

    /// Everything that is saved with the network, with PyTorch's names: parameters and buffers, also those that stand
    /// in two places.
    ///
    /// - Throws: `TensorError` where modules stand in so many places that there are more than 2^20 names.
    public func stateDict() throws -> [(name: String, tensor: Tensor)] {
        var found: [(name: String, tensor: Tensor)] = []
        var visited = 0
        func visit(_ module: Module, _ prefix: String) throws {
            visited += 1
            guard visited <= 1 << 20 else { throw TensorError("a network of at most \(1 << 20) parts expected") }
            found += (module.ownParameters + module.ownBuffers).map { (prefix + $0.name, $0.tensor) }
            for child in module.children { try visit(child.module, "\(prefix)\(child.name).") }
        }
        try visit(self, "")
        return found
    }

    /// Switches this module and all inside it to training, or to evaluation.
    public func train(_ training: Bool = true) {
        for (_, module) in namedModules() { module.isTraining = training }
    }

    /// Forgets all gradients.
    public func zeroGrad() {
        for (_, parameter) in namedParameters() { parameter.grad = nil }
    }
}

/// An error that a module inside a network met.
public struct ModuleError: Error, CustomStringConvertible {
    /// How messages name the module: "features.3 (Conv2d 1->32, 3x3)".
    public let path: String
    public let description: String
}
