extension Operators {
    static let cat = Operator(
        "cat", doc: "Tensors one after the other along a dimension.",
        [.tensors("tensors"), .integer("dim", default: 0)],
        faces: [.function], examples: [.init([.values(2, 3), .values(2, 1)], 1)]
    ) { a, _ in .tensor(try .cat(a.objects("tensors"), a.integer("dim"))) }

    static let concat = Operator("concat", sameAs: cat)

    static let stack = Operator(
        "stack", doc: "Tensors of one shape along a new dimension.",
        [.tensors("tensors"), .integer("dim", default: 0)],
        faces: [.function], examples: [.init([.values(2, 3), .values(2, 3)], 1)]
    ) { a, _ in .tensor(try .stack(a.objects("tensors"), a.integer("dim"))) }
}

extension Tensor {
    /// Tensors one after the other along a dimension; their other sizes agree.
    public static func cat(_ tensors: [Tensor], _ dimension: Int = 0) throws -> Tensor {
        guard let first = tensors.first else { throw TensorError("at least one tensor expected, got an empty list") }
        let dtype = tensors.dropFirst().reduce(first.dtype) { $0.promoted(with: $1.dtype) }
        // As in PyTorch, a tensor of shape [0] fits to all others.
        var joined = tensors
        if let model = tensors.first(where: { $0.shape != [0] }), model.dim > 1 {
            var empty = model.shape
            empty[try model.resolve(dimension)] = 0
            joined = try tensors.map { try $0.shape == [0] ? $0.reshape(empty) : $0 }
        }
        if joined[0].dim == 0 { throw TensorError("tensors with dimensions expected, got one without; use stack") }
        return try applyOne(
            CatOperation(dimension: joined[0].resolve(dimension)), joined.map { try $0.to(dtype) })
    }

    /// Tensors of one shape along a new dimension.
    public static func stack(_ tensors: [Tensor], _ dimension: Int = 0) throws -> Tensor {
        guard let first = tensors.first else { throw TensorError("at least one tensor expected, got an empty list") }
        for (i, tensor) in tensors.enumerated() where tensor.shape != first.shape {
            throw TensorError("tensor \(i + 1) has shape \(tensor.shape), the first has \(first.shape)")
        }
        let d = try first.resolve(dimension, of: first.dim + 1)
        return try cat(tensors.map { try $0.unsqueeze(d) }, d)
    }
}

package struct CatOperation: Operation {
    package let dimension: Int
    package var name: String { "cat" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        var shape = inputs[0].shape
        shape[dimension] = 0
        for (i, input) in inputs.enumerated() {
            var other = input.shape
            if other.count == shape.count {
                shape[dimension] += other[dimension]
                other[dimension] = inputs[0].shape[dimension]
            }
            guard other == inputs[0].shape else {
                throw TensorError(
                    "tensor \(i + 1) of shape \(input.shape) does not fit to \(inputs[0].shape) "
                        + "along dimension \(dimension)")
            }
        }
        return [Spec(shape, inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        var start = 0
        for input in inputs {
            let length = input.shape[dimension]
            try outputs[0].detach().narrow(dimension, start: start, length: length)
                .copyElementsWithoutCheck(from: input)
            start += length
        }
    }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        var start = 0
        return try zip(kept.inputSpecs, kept.needs).map { input, isNeeded in
            let length = input.shape[dimension]
            defer { start += length }
            return isNeeded ? try gradient.narrow(dimension, start: start, length: length) : nil
        }
    }
}
