extension Operators {
    static let flip = Operator(
        "flip", doc: "The places of some dimensions in the opposite order.",
        [.tensor("input"), .rest(integers: "dims")],
        faces: .usual, examples: [.init(.values(2, 3), [0, -1]), .init(.values(3), [0])]
    ) { a, _ in .tensor(try a.tensor("input").flip(a.integers("dims"))) }

    static let fliplr = Operator(
        "fliplr", doc: "The places of dimension 1 in the opposite order.", [.tensor("input")], faces: .usual,
        examples: [.init(.values(2, 3))]
    ) { a, _ in .tensor(try a.tensor("input").flip([1])) }

    static let flipud = Operator(
        "flipud", doc: "The places of dimension 0 in the opposite order.", [.tensor("input")], faces: .usual,
        examples: [.init(.values(2, 3))]
    ) { a, _ in .tensor(try a.tensor("input").flip([0])) }

    static let roll = Operator(
        "roll",
        doc: "The places of dimensions moved on by `shifts`, those that fall off put in front; without `dims` the "
            + "elements in a row.",
        [
            .tensor("input"), .anyOf("shifts", of: [.integer, .integers]),
            .anyOf("dims", of: [.integer, .integers]).optional,
        ], faces: .usual,
        examples: [.init(.values(2, 3), 1), .init(.values(2, 3), [1, -2], [0, 1])]
    ) { a, _ in
        let x = try a.tensor("input")
        let shifts = try a.integers("shifts")
        guard let dims = try a.optionalIntegers("dims"), !dims.isEmpty else {
            guard shifts.count == 1 else { throw TensorError("'dims' expected where there are several shifts") }
            return .tensor(try x.reshape([-1]).rolled(shifts[0], 0).reshape(x.shape))
        }
        guard shifts.count == dims.count else {
            throw TensorError("as many shifts as dims expected, got \(shifts.count) and \(dims.count)")
        }
        return .tensor(try zip(shifts, dims).reduce(x) { try $0.rolled($1.0, $1.1) })
    }

    static let rot90 = Operator(
        "rot90", doc: "The plane of two dimensions turned by 90 degrees, `k` times, from the first towards the second.",
        [.tensor("input"), .integer("k", default: 1), .integers("dims").optional], faces: .usual,
        examples: [.init(.values(2, 3)), .init(.values(2, 3), -1), .init(.values(2, 3, 2), 2, [1, 2])]
    ) { a, _ in
        let x = try a.tensor("input")
        let dims = try a.optionalIntegers("dims") ?? [0, 1]
        guard dims.count == 2 else { throw TensorError("two dimensions expected, got \(describe(dims))") }
        let (first, second) = (try x.resolve(dims[0]), try x.resolve(dims[1]))
        guard first != second else { throw TensorError("two different dimensions expected, got \(describe(dims))") }
        switch try a.integer("k") & 3 {
        case 1: return .tensor(try x.flip([second]).transpose(first, second))
        case 2: return .tensor(try x.flip([first, second]))
        case 3: return .tensor(try x.flip([first]).transpose(first, second))
        default: return .tensor(try x.clone())
        }
    }

    static let movedim = Operator(
        "movedim", doc: "Dimensions brought to other positions, the others in their order.",
        [
            .tensor("input"), .anyOf("source", of: [.integer, .integers]),
            .anyOf("destination", of: [.integer, .integers]),
        ], faces: .usual, examples: [.init(.values(2, 3, 4), 0, 2), .init(.values(2, 3, 4), [0, 1], [1, 2])]
    ) { a, _ in
        let x = try a.tensor("input")
        return .tensor(try x.moving(a.integers("source"), to: a.integers("destination")))
    }
    static let moveaxis = Operator("moveaxis", sameAs: movedim)

    static let tile = Operator(
        "tile", doc: "Copies side by side, so many along each dimension; counted from the last.",
        [.tensor("input"), .rest(integers: "dims")], faces: .usual,
        examples: [.init(.values(2, 3), [2]), .init(.values(3), [2, 2])]
    ) { a, _ in
        let x = try a.tensor("input")
        let counts = try a.integers("dims")
        return .tensor(try x.tiled(Array(repeating: 1, count: Swift.max(0, x.dim - counts.count)) + counts))
    }

    static let `repeat` = Operator(
        "repeat",
        doc: "Copies side by side, so many along each dimension. The name is a word of Lua's: "
            + "`x[\"repeat\"](x, 2, 1)`, or `x:tile(2, 1)`.",
        [.tensor("input"), .rest(integers: "repeats")], faces: [.method],
        examples: [.init(.values(2, 3), [2, 1]), .init(.values(3), [2, 3])]
    ) { a, _ in
        let x = try a.tensor("input")
        let counts = try a.integers("repeats")
        guard counts.count >= x.dim else {
            throw TensorError("at least \(plural(x.dim, "number")) of repeats expected, got \(counts.count)")
        }
        return .tensor(try x.tiled(counts))
    }

    static let repeatInterleave = Operator(
        "repeat_interleave", doc: "Each place of a dimension several times in a row; without `dim`, each element.",
        [.tensor("input"), .anyOf("repeats", of: [.integer, .object(Tensor.self)]), .integer("dim").optional],
        options: [.integer("output_size", "not needed here").optional], faces: .usual,
        examples: [
            .init(.values(2, 3), 2), .init(.values(2, 3), 3, 1, options: ["output_size": 9]),
            .init(.values(2, 3), .integers(3, below: 3), 1),
        ]
    ) { a, _ in
        var x = try a.tensor("input")
        let dim = try a.optionalInteger("dim")
        if dim == nil { x = try x.reshape([-1]) }
        let d = try x.resolve(dim ?? 0)
        guard let tensor = try a.optionalTensor("repeats"), tensor.count != 1 else {
            let given = try a.optionalTensor("repeats")
            let count = try given.map { Int(try $0.to(.int64).reshape([1]).int64Array()[0]) } ?? a.integer("repeats")
            guard count >= 0 else { throw TensorError("repeats of at least 0 expected, got \(count)") }
            var (spread, target) = (x.shape, x.shape)
            spread.insert(count, at: d + 1)
            let copies = try x.unsqueeze(d + 1).expand(spread).clone()
            target[d] *= count
            return .tensor(try copies.reshape(target))
        }
        guard !tensor.dtype.isFloatingPoint, tensor.shape == [x.shape[d]] else {
            throw TensorError("\(plural(x.shape[d], "integer")) expected as repeats, got \(tensor.shape)")
        }
        let counts = try tensor.to(.int64).int64Array()
        var total = 0
        for count in counts {
            guard count >= 0, count <= 1 << 43, total <= 1 << 43 else {
                throw TensorError("repeats of at least 0 that fit into memory expected, got \(count)")
            }
            total += Int(count)
        }
        let index = try Tensor(uninitialized: [total], dtype: .int64)
        var next = 0
        for (place, count) in counts.enumerated() {
            for _ in 0..<count {
                index.address(as: Int64.self)[next] = Int64(place)
                next += 1
            }
        }
        return .tensor(try x.indexSelect(d, index))
    }

    static let oneHot = Operator(
        "one_hot",
        doc: "A row for each class (int64): 1 at the class, 0 elsewhere; as many columns as classes, by default "
            + "one more than the largest.",
        [.tensor("input"), .integer("num_classes", default: -1)], returns: .object(Tensor.self, "int64"),
        faces: [.functional], examples: [.init(.integers(2, 3, below: 4), 5)]
    ) { a, _ in
        let x = try a.tensor("input")
        guard x.dtype == .int64 else { throw TensorError("classes of type int64 expected, got \(x.dtype.rawValue)") }
        var classes = try a.integer("num_classes")
        if classes < 0 {
            guard classes == -1, x.count > 0 else { throw TensorError("'num_classes' expected for no classes") }
            let largest = try x.extreme(.maximum).int64Array()[0]
            guard largest < 1 << 31 else { throw TensorError("class \(largest) is too large") }
            classes = Int(largest) + 1
        }
        try x.expectPlaces(below: classes)
        let zeros = try Tensor.zeros(x.shape + [classes], dtype: .int64)
        let ones = try Tensor.ones([], dtype: .int64).expand(x.shape + [1])
        return .tensor(try zeros.scatter(-1, x.unsqueeze(-1), ones, .assign))
    }
}

extension Tensor {
    /// The places of some dimensions in the opposite order.
    public func flip(_ dimensions: [Int]) throws -> Tensor {
        let resolved = try dimensions.map { try resolve($0) }
        guard Set(resolved).count == resolved.count else {
            throw TensorError("a dimension is named twice in \(describe(dimensions))")
        }
        return try resolved.isEmpty
            ? clone()
            : resolved.reduce(self) { x, d in
                try x.indexSelect(d, .arange(.integer(x.shape[d] - 1), .integer(-1), .integer(-1), dtype: .int64))
            }
    }

    fileprivate func rolled(_ shift: Int, _ dimension: Int) throws -> Tensor {
        let d = try resolve(dimension)
        guard shape[d] > 0 else { return self }
        let places = ((shift % shape[d]) + shape[d]) % shape[d]
        let cut = shape[d] - places
        return try .cat([narrow(d, start: cut, length: places), narrow(d, start: 0, length: cut)], d)
    }

    fileprivate func moving(_ source: [Int], to destination: [Int]) throws -> Tensor {
        let from = try source.map { try resolve($0) }
        let to = try destination.map { try resolve($0) }
        guard from.count == to.count, Set(from).count == from.count, Set(to).count == to.count else {
            throw TensorError(
                "as many different dimensions on both sides expected, got \(describe(source)) and "
                    + "\(describe(destination))")
        }
        var order = shape.indices.filter { !from.contains($0) }
        for (place, d) in zip(to, from).sorted(by: { $0.0 < $1.0 }) { order.insert(d, at: place) }
        return try permute(Shape(order))
    }

    /// Copies side by side, `counts` along the dimensions, which are at least as many as this tensor has.
    func tiled(_ counts: [Int]) throws -> Tensor {
        guard counts.allSatisfy({ $0 >= 0 }) else {
            throw TensorError("numbers of repeats of at least 0 expected, got \(describe(counts))")
        }
        var (split, spread, target) = (Shape(), Shape(), Shape())
        let added = counts.count - dim
        for (i, count) in counts.enumerated() {
            let size = i < added ? 1 : shape[i - added]
            split += [1, size]
            spread += [count, size]
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else {
                throw TensorError("\(describe(counts)) copies of \(shape) are more than memory can hold")
            }
            target.append(product)
        }
        guard split.count <= mostDimensions else {
            return try zip(counts.indices, counts).reduce(reshape(Shape(repeating: 1, count: added) + shape)) {
                x, next in
                try next.1 == 1 ? x : .cat(Array(repeating: x, count: next.1), next.0)
            }
        }
        return try reshape(split).expand(spread).clone().reshape(target)
    }
}
