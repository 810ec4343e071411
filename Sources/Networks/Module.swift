import Tensors

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

    private weak var parent: Module?
    private var nameInParent: String?

    public init(kind: String) { self.kind = kind }

    /// What it is made of, for messages and printing: "1->10, 5x5".
    open var details: String { "" }

    /// The output for an input.
    ///
    /// - Throws: `TensorError` where the input does not fit.
    open func forward(_ input: Tensor) throws -> Tensor {
        throw TensorError("\(kind) has no forward function")
    }

    /// Where the module is within the network: "features.3"; nil outside of one.
    public var path: String? {
        guard let nameInParent, let parent else { return nil }
        return parent.path.map { "\($0).\(nameInParent)" } ?? nameInParent
    }

    /// How messages name the module: "features.3 (Conv2d 1->32, 3x3)".
    public var label: String {
        let what = details.isEmpty ? kind : "\(kind) \(details)"
        return path.map { "\($0) (\(what))" } ?? what
    }

    /// Puts a module under a name; one that had the name before is replaced in its place.
    ///
    /// - Throws: `TensorError` where the module would contain itself, or the name has a dot.
    public func register(_ name: String, _ module: Module) throws {
        try check(name)
        guard module !== self && !module.contains(self) else {
            throw TensorError("a module cannot contain itself (as '\(name)')")
        }
        ownParameters.removeAll { $0.name == name }
        ownBuffers.removeAll { $0.name == name }
        if let place = children.firstIndex(where: { $0.name == name }) {
            children[place].module.left(self, name)
            children[place].module = module
        } else {
            children.append((name, module))
        }
        module.parent = self
        module.nameInParent = name
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

    private func removeChild(_ name: String) {
        guard let place = children.firstIndex(where: { $0.name == name }) else { return }
        children.remove(at: place).module.left(self, name)
    }

    /// Forgets its place, if that is where it was registered last.
    private func left(_ parent: Module, _ name: String) {
        if self.parent === parent, nameInParent == name { (self.parent, nameInParent) = (nil, nil) }
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

    private func contains(_ module: Module) -> Bool {
        children.contains { $0.module === module || $0.module.contains(module) }
    }

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
        return collect { $0.ownParameters }.filter { seen.insert(ObjectIdentifier($0.tensor)).inserted }
    }

    /// Everything that is saved with the network, with PyTorch's names: parameters and buffers, also those that stand
    /// in two places.
    public func stateDict() -> [(name: String, tensor: Tensor)] { collect { $0.ownParameters + $0.ownBuffers } }

    private func collect(
        _ own: (Module) -> [(name: String, tensor: Tensor)]
    ) -> [(name: String, tensor: Tensor)] {
        var found: [(name: String, tensor: Tensor)] = []
        func visit(_ module: Module, _ prefix: String) {
            found += own(module).map { (prefix + $0.name, $0.tensor) }
            for child in module.children { visit(child.module, "\(prefix)\(child.name).") }
        }
        visit(self, "")
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

    /// The module and what is inside it, one line each, as PyTorch prints it.
    public var tree: String {
        let head = "\(kind)(\(details)"
        if children.isEmpty { return head + ")" }
        let lines = children.map { child in
            "  (\(child.name)): "
                + child.module.tree.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
        }
        return "\(head)\n\(lines.joined(separator: "\n"))\n)"
    }
}
