import Files
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
    /// What its constructor got, by name; nil for what was left out and has no default.
    public internal(set) var settings: [(name: String, value: Value?)] = []
    /// How it was made; nil for one that no declaration made.
    var origin: (layer: Layer, values: [Value?])?
    /// Buffers that are not saved.
    private(set) var unsavedBuffers: Set<ExactName> = []
    private var forwardHooks: [ForwardHookHandle] = []

    /// Where it was registered; the last is where messages say it is.
    private var places: [Place] = []
    /// The last of them, which messages name also after the network around it is gone.
    private let spot = Spot()
    /// How many modules lie within each other below this one.
    private var height = 0

    private struct Place {
        weak var parent: Module?
        let name: String
    }

    /// A name within what other names lead to.
    private final class Spot {
        var parent: Spot?
        var name: String?

        var path: String? { name.map { name in parent?.path.map { "\($0).\(name)" } ?? name } }
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
        let listener = Listening.listener
        listener?.enters(ModulePlace(path: path, label: label))
        defer { listener?.leaves() }
        do {
            let outcome = try forward(inputs, scope)
            return forwardHooks.isEmpty ? outcome : try forwardHooks.reduce(outcome) { try $1(self, inputs, $0) }
        } catch let error as TensorError {
            throw ModuleError(path: path, description: "in \(label): \(error)")
        }
    }

    /// Has `hook` called with each output; what it returns, if anything, takes the output's place.
    public func registerForwardHook(_ hook: @escaping ForwardHook) -> ForwardHookHandle {
        let handle = ForwardHookHandle(hook)
        forwardHooks.removeAll(where: \.isRemoved)
        forwardHooks.append(handle)
        return handle
    }

    /// The names of all settings that its kind has, given or not.
    public var settingNames: [String] { origin?.layer.schema.parameters.map { "\($0.name)" } ?? [] }

    /// Changes a setting from the next call on.
    ///
    /// - Throws: `TensorError` for one that is fixed when the module is made.
    open func change(_ setting: String, _ value: Value) throws {
        throw TensorError("'\(setting)' is fixed when a \(kind) is made")
    }

    /// A module of the same kind, whose parts may be any: `copy` replaces them.
    ///
    /// - Throws: `TensorError` for a kind that cannot be made anew.
    open func remade() throws -> Module {
        guard let origin else { throw TensorError("a \(kind) cannot be copied") }
        return try origin.layer.make(
            Arguments(origin.layer.schema.parameters, origin.values), Context(generator: Generator(seed: 0)))
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
        spot.path
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
        ownParameters.removeAll { $0.name.isSame(as: name) }
        ownBuffers.removeAll { $0.name.isSame(as: name) }
        if let place = children.firstIndex(where: { $0.name.isSame(as: name) }) {
            children[place].module.left(self, name)
            children[place].module = module
        } else {
            children.append((name, module))
        }
        module.places.removeAll { $0.parent == nil }
        module.places.append(Place(parent: self, name: name))
        (module.spot.parent, module.spot.name) = (spot, name)
        grow(module.height + 1)
    }

    /// How many modules this one lies within.
    private var level: Int { places.compactMap { $0.parent.map { $0.level + 1 } }.max() ?? 0 }

    private func grow(_ height: Int) {
        guard height > self.height else { return }
        self.height = height
        for place in places { place.parent?.grow(height + 1) }
    }

    /// Puts a tensor to be learned under a name. It then requires a gradient, unless it was frozen as a parameter.
    public func registerParameter(_ name: String, _ tensor: Tensor) throws {
        try check(name)
        guard tensor.isLeaf else {
            throw TensorError("'\(name)' is the result of an operation; a parameter is a tensor made by hand")
        }
        if !tensor.isParameter { try tensor.requireGrad() }
        tensor.isParameter = true
        removeChild(name)
        ownBuffers.removeAll { $0.name.isSame(as: name) }
        Module.put(tensor, name, &ownParameters)
    }

    /// Puts a tensor that is not learned under a name.
    ///
    /// - Parameter isSaved: whether it is part of the state dict. Default: it is, or stays as it was.
    public func registerBuffer(_ name: String, _ tensor: Tensor, isSaved: Bool? = nil) throws {
        try check(name)
        if isSaved == false {
            unsavedBuffers.insert(ExactName(name))
        } else if isSaved == true {
            unsavedBuffers.remove(ExactName(name))
        }
        removeChild(name)
        ownParameters.removeAll { $0.name.isSame(as: name) }
        Module.put(tensor, name, &ownBuffers)
    }

    /// Takes away what has this name, if anything has.
    public func unregister(_ name: String) {
        removeChild(name)
        ownParameters.removeAll { $0.name.isSame(as: name) }
        ownBuffers.removeAll { $0.name.isSame(as: name) }
    }

    /// The module's own parameter of this name.
    public func parameter(_ name: String) -> Tensor? { ownParameters.first { $0.name.isSame(as: name) }?.tensor }

    public func buffer(_ name: String) -> Tensor? { ownBuffers.first { $0.name.isSame(as: name) }?.tensor }

    /// The module directly inside that has this name.
    public func child(_ name: String) -> Module? { children.first { $0.name.isSame(as: name) }?.module }

    /// A parameter that the module cannot do without.
    func ownParameter(_ name: String) throws -> Tensor {
        guard let tensor = parameter(name) else { throw TensorError("its \(name) was taken away") }
        return tensor
    }

    private func removeChild(_ name: String) {
        guard let place = children.firstIndex(where: { $0.name.isSame(as: name) }) else { return }
        children.remove(at: place).module.left(self, name)
    }

    private func left(_ parent: Module, _ name: String) {
        places.removeAll { $0.parent === parent && $0.name.isSame(as: name) }
        guard spot.parent === parent.spot, spot.name?.isSame(as: name) == true else { return }
        let last = places.last { $0.parent != nil }
        (spot.parent, spot.name) = (last?.parent?.spot, last?.name)
    }

    private static func put(_ tensor: Tensor, _ name: String, _ list: inout [(name: String, tensor: Tensor)]) {
        if let place = list.firstIndex(where: { $0.name.isSame(as: name) }) {
            list[place].tensor = tensor
        } else {
            list.append((name, tensor))
        }
    }

    private func check(_ name: String) throws {
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: ".")) else {
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
    public func namedParameters() -> [(name: String, tensor: Tensor)] { namedTensors(\.ownParameters) }

    /// All buffers, each once, with their names.
    public func namedBuffers() -> [(name: String, tensor: Tensor)] { namedTensors(\.ownBuffers) }

    private func namedTensors(
        _ own: (Module) -> [(name: String, tensor: Tensor)]
    ) -> [(name: String, tensor: Tensor)] {
        var seen = Set<ObjectIdentifier>()
        return namedModules().flatMap { prefix, module in
            own(module).filter { seen.insert(ObjectIdentifier($0.tensor)).inserted }
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
            let buffers = module.ownBuffers.filter { !module.unsavedBuffers.contains(ExactName($0.name)) }
            found += (module.ownParameters + buffers).map { (prefix + $0.name, $0.tensor) }
            for child in module.children { try visit(child.module, "\(prefix)\(child.name).") }
        }
        try visit(self, "")
        return found
    }

    /// Switches this module and all inside it to training, or to evaluation.
    public func train(_ training: Bool = true) {
        for (_, module) in namedModules() { module.isTraining = training }
    }

    /// Runs `body` with this module and all inside it in evaluation, each of which then is as it was before.
    public func evaluating<Result>(_ body: () throws -> Result) rethrows -> Result {
        let modes = namedModules().map { ($0.module, $0.module.isTraining) }
        for (module, _) in modes { module.isTraining = false }
        defer { for (module, isTraining) in modes { module.isTraining = isTraining } }
        return try body()
    }

    /// Forgets all gradients.
    ///
    /// - Parameter setToNone: false sets them to 0 instead.
    public func zeroGrad(setToNone: Bool = true) throws {
        for (_, parameter) in namedParameters() { try parameter.zeroGrad(setToNone: setToNone) }
    }

    /// Has backward passes leave gradients at all parameters, or freezes them.
    public func requireGrad(_ required: Bool = true) throws {
        for (_, parameter) in namedParameters() { try parameter.requireGrad(required) }
    }

    /// The module at a path from here: "features.3"; this one for "".
    ///
    /// - Throws: `TensorError` where there is none.
    public func submodule(_ path: String) throws -> Module {
        var module = self
        if path.isEmpty { return self }
        for name in path.split(separator: ".", omittingEmptySubsequences: false) {
            guard let child = module.child(String(name)) else {
                let known = module.children.map(\.name).joined(separator: ", ")
                throw TensorError(
                    "\(module.label) has no part '\(name)' (there are: \(known.isEmpty ? "none" : known))")
            }
            module = child
        }
        return module
    }

    /// The module at the front of a path to a tensor, and the tensor's name there.
    func owner(of path: String) throws -> (module: Module, name: String) {
        guard let dot = path.lastIndex(of: ".") else { return (self, path) }
        return (try submodule(String(path[..<dot])), String(path[path.index(after: dot)...]))
    }

    /// Puts other tensors in the place of parameters and buffers, the same for the same.
    func replaceTensors(_ replacement: (Tensor) throws -> Tensor) rethrows {
        for place in ownParameters.indices {
            ownParameters[place].tensor = try replacement(ownParameters[place].tensor)
        }
        for place in ownBuffers.indices { ownBuffers[place].tensor = try replacement(ownBuffers[place].tensor) }
    }

    /// Takes over what another module has besides its parts.
    func takeOver(_ other: Module) {
        (isTraining, settings, unsavedBuffers) = (other.isTraining, other.settings, other.unsavedBuffers)
        (origin, ownParameters, ownBuffers) = (other.origin, other.ownParameters, other.ownBuffers)
    }
}

/// An error that a module inside a network met.
public struct ModuleError: Error, CustomStringConvertible {
    /// Where the module is within the network: "features.3"; nil outside of one.
    public let path: String?
    public let description: String

    package init(path: String?, description: String) { (self.path, self.description) = (path, description) }
}
