import Host
import Lua
import Networks

/// A module that a script defined: its parts are registered here, its functions stay in Lua.
final class ScriptModule: Module {
    /// Fields that hold tables, in the order of their assignment: what is in them may be modules.
    fileprivate var lists: [String] = []

    override func remade() throws -> Module {
        let copy = ScriptModule(kind: kind)
        copy.lists = lists
        return copy
    }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        guard let script = scope.script else { throw TensorError("\(kind) can be called from a script only") }
        return try script(self, inputs)
    }
}

extension Module {
    /// What of a module a name stands for.
    func part(_ name: String) -> (what: String, expected: String)? {
        if child(name) != nil { return ("module", "module") }
        if parameter(name) != nil { return ("parameter", "nn.Parameter(...)") }
        return buffer(name) == nil ? nil : ("buffer", "tensor")
    }

    /// Whether a layer of this kind has such a parameter, buffer or setting, which may stand for nothing.
    func knows(_ name: String) -> Bool {
        settingNames.contains(name)
            || Module.tensorNames.contains(name) && settingNames.contains(where: Module.optionalTensors.contains)
    }

    private static let tensorNames: Set = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    /// The settings that say whether there are such tensors.
    private static let optionalTensors: Set = ["bias", "affine", "elementwise_affine", "track_running_stats"]
}

extension LuaState {
    /// What the module at an index is made of now: tables in the fields of script modules may have got more modules since
    /// they were assigned.
    func findParts(_ module: Module, at index: Int32) throws {
        try reserve(16)
        let index = absolute(index)
        if let own = module as? ScriptModule { try findOwnLists(own, at: index) }
        for (_, child) in module.children where !child.children.isEmpty || child is ScriptModule {
            try push(object: child)
            try findParts(child, at: top)
            pop()
        }
    }

    /// Registers the modules that stand in tables.
    private func findOwnLists(_ module: ScriptModule, at index: Int32) throws {
        for name in module.lists {
            pushFields(ofObjectAt: index)
            pushField(name, of: -1)
            defer { pop(2) }
            let modules = try self.modules(in: top, named: name, of: module)
            if let known = module.child(name) as? ModuleList {
                if known.children.elementsEqual(modules, by: { $0.module === $1 }) { continue }
                if modules.isEmpty { module.unregister(name) }
            }
            if !modules.isEmpty { try module.register(name, ModuleList(modules)) }
        }
    }

    /// The modules of a list; none where its first item is something else.
    private func modules(in table: Int32, named name: String, of module: Module) throws -> [Module] {
        var found: [Module] = []
        for position in 0..<rawCount(at: table) {
            pushItem(position + 1, of: table)
            defer { pop() }
            if let item = object(at: -1, as: Module.self) {
                found.append(item)
            } else if found.isEmpty {
                return []
            } else {
                throw PlainError(
                    "\(module.kind).\(name) is a list of modules, but its element \(position + 1) is a \(kind(at: -1))")
            }
        }
        return found
    }

    /// A value's type as messages about parts say it.
    func kind(at index: Int32) -> String {
        if object(at: index, as: Module.self) != nil { return "module" }
        return object(at: index, as: Tensor.self) != nil ? "tensor" : type(at: index).name
    }

    /// `module[key] = value`, both on the stack at 2 and 3: modules, parameters and buffers become parts.
    func assign(to module: ScriptModule) throws {
        try reserve(16)
        setTop(3)
        let child = object(at: 3, as: Module.self)
        let tensor = object(at: 3, as: Tensor.self)
        let isParameter = tensor.map { $0.isParameter || $0.requiresGrad && $0.isLeaf } ?? false
        guard type(at: 2) == .string, let name = string(at: 2) else {
            if child != nil || isParameter {
                throw PlainError(
                    "\(module.kind): parts of a network are assigned to fields with names, got the key "
                        + "\(try describe(at: 2))")
            }
            return setOwnField()
        }
        if name == "training" {
            throw PlainError("training is set by net:train() and net:eval(), which reach every module inside")
        }
        let held = module.part(name)
        let isTable = type(at: 3) == .table
        do {
            try findOwnLists(module, at: 1)
            if let child {
                try module.register(name, child)
            } else if let tensor, isParameter {
                try module.registerParameter(name, tensor)
            } else if let tensor, held?.what == "buffer" {
                try module.registerBuffer(name, tensor)
            } else if type(at: 3) == .nil {
                module.unregister(name)
            } else if isTable, (held?.what ?? "module") == "module" {
                _ = try modules(in: 3, named: name, of: module)
            } else if let held {
                throw PlainError(
                    "'\(name)' is a \(held.what) of \(module.kind): \(held.expected) or nil expected, got \(kind(at: 3))"
                )
            }
        } catch let error as TensorError {
            throw PlainError("\(module.kind): \(error)")
        }
        module.lists.removeAll { $0 == name }
        if isTable { module.lists.append(name) }
        setOwnField()
        if isTable { try findOwnLists(module, at: 1) }
    }

    /// Sets the field of the object at 1 with the key at 2 to the value at 3.
    private func setOwnField() {
        if type(at: 2) == .nil { return }
        if let number = number(at: 2), number.isNaN { return }
        pushFields(ofObjectAt: 1)
        pushCopy(2)
        pushCopy(3)
        rawSet(-3)
        pop()
    }

    /// Keeps the userdata of a container's parts as long as its own, which is on top of the stack.
    func keepParts(of module: Module) throws {
        try reserve(8)
        pushFields(ofObjectAt: top)
        for (name, child) in module.children {
            try push(object: child)
            setField(name, of: -2)
        }
        pop()
    }
}
