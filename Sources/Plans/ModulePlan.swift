import Networks

extension Module {
    /// A plan of the network as it is now, for inputs of a shape; see `Plan`.
    ///
    /// - Parameter input: the sizes of an input, the first the number of images.
    /// - Throws: `TensorError` in training mode, where forward draws random numbers, and where what forward does cannot be
    ///   planned; `ModuleError` for what a module inside refuses.
    public func compiled(input: Shape, _ scope: Scope) throws -> Plan {
        if let training = namedModules().first(where: { $0.module.isTraining }) {
            let place = training.name.isEmpty ? "the network" : "'\(training.name)'"
            throw TensorError("a network for evaluation expected, but \(place) is in training mode; call eval() before")
        }
        let generator = scope.context.generator
        let before = generator.snapshot
        return try Plan.of(input: input) { x in
            let outputs = Result { try self([x], scope).tensors }
            guard generator.snapshot == before else {
                generator.snapshot = before
                throw TensorError("forward draws random numbers, but a plan gives the same for the same input")
            }
            return try outputs.get()
        }
    }
}
