import Operators

/// What became of the parts of a network that is being copied.
public final class ModuleCopies {
    /// By the original.
    private var modules: [ObjectIdentifier: Module] = [:]
    private var tensors: [ObjectIdentifier: Tensor] = [:]

    public init() {}

    /// The module and its copy with all that is inside, deep; what stands in two places does so in the copy.
    ///
    /// - Throws: `TensorError` for a module of a kind that cannot be made anew.
    public func copy(_ module: Module) throws -> Module {
        if let known = modules[ObjectIdentifier(module)] { return known }
        let copy = try module.remade()
        modules[ObjectIdentifier(module)] = copy
        for child in copy.children { copy.unregister(child.name) }
        copy.takeOver(module)
        try copy.replaceTensors(tensor)
        for (name, child) in module.children { try copy.register(name, self.copy(child)) }
        return copy
    }

    /// The copy of a module that was copied.
    public func copied(_ module: Module) -> Module? { modules[ObjectIdentifier(module)] }

    /// A tensor with elements of its own, the same for the same. It has no history; a parameter stays one.
    public func tensor(_ tensor: Tensor) throws -> Tensor {
        if let known = tensors[ObjectIdentifier(tensor)] { return known }
        let copy = try tensor.detach().clone()
        copy.isParameter = tensor.isParameter
        if tensor.isLeaf, tensor.requiresGrad { try copy.requireGrad() }
        tensors[ObjectIdentifier(tensor)] = copy
        return copy
    }
}

extension Module {
    /// A copy with parameters, buffers and parts of its own.
    public func copy() throws -> Module { try ModuleCopies().copy(self) }

    /// Converts all parameters and buffers of floating-point types. They are other tensors then: optimisers are made
    /// after it.
    ///
    /// - Throws: `TensorError` for another type.
    public func convert(to dtype: DType) throws {
        guard dtype.isFloatingPoint else {
            throw TensorError("a floating-point type expected for a module, got \(dtype.rawValue)")
        }
        var converted: [ObjectIdentifier: Tensor] = [:]
        for (_, module) in namedModules() {
            try module.replaceTensors { tensor in
                guard tensor.dtype.isFloatingPoint, tensor.dtype != dtype else { return tensor }
                if let known = converted[ObjectIdentifier(tensor)] { return known }
                let other = try tensor.detach().to(dtype)
                other.isParameter = tensor.isParameter
                if tensor.requiresGrad { try other.requireGrad() }
                other.grad = try tensor.grad?.detach().to(dtype)
                converted[ObjectIdentifier(tensor)] = other
                return other
            }
        }
    }

    /// The parameter at a path from here: "features.3.weight".
    ///
    /// - Throws: `TensorError` where there is none.
    public func parameter(at path: String) throws -> Tensor {
        let (module, name) = try owner(of: path)
        guard let tensor = module.parameter(name) else {
            throw TensorError("\(module.label) has no parameter '\(name)'")
        }
        return tensor
    }

    /// The buffer at a path from here.
    ///
    /// - Throws: `TensorError` where there is none.
    public func buffer(at path: String) throws -> Tensor {
        let (module, name) = try owner(of: path)
        guard let tensor = module.buffer(name) else { throw TensorError("\(module.label) has no buffer '\(name)'") }
        return tensor
    }
}
