extension Operators {
    private static let along: Argument = .integer("dim", default: -1)

    static let topk = Operator(
        "topk", doc: "The `k` largest elements along a dimension, or the smallest, in order, and where they stand.",
        [
            .tensor("input"), .integer("k", min: 0), along, .boolean("largest", default: true),
            .boolean("sorted", "they always are", default: true),
        ], returns: valuesAndPlaces, faces: .usual,
        examples: [.init(.values(2, 5), 2), .init(.values(4, 2), 3, 0, false, true)]
    ) { a, _ in
        let (x, k) = (try a.tensor("input"), try a.integer("k"))
        guard x.dtype != .bool else { throw TensorError("numbers expected, got bool; convert with long()") }
        let d = try x.dim == 0 ? x.resolve(a.integer("dim"), of: 1) : x.resolve(a.integer("dim"))
        guard k <= (x.dim == 0 ? 1 : x.shape[d]) else {
            throw TensorError(
                "'k' from 0 to \(x.dim == 0 ? 1 : x.shape[d]) expected for dimension \(d) of \(x.shape), got \(k)")
        }
        if x.dim == 0 { return .several([try x.clone(), try .zeros([], dtype: .int64)]) }
        let indices = try x.detach().sorted(d, descending: a.boolean("largest")).indices
            .narrow(d, start: 0, length: k).contiguous()
        return .several([try x.gather(d, indices), indices])
    }

    static let kthvalue = Operator(
        "kthvalue", doc: "The `k`th smallest element along a dimension, from 1, and where it stands.",
        [.tensor("input"), .integer("k"), along, .keepdim], returns: valuesAndPlaces, faces: .usual,
        examples: [.init(.values(2, 5), 2), .init(.values(3, 2), 3, 0, true)]
    ) { a, _ in
        let (x, k) = (try a.tensor("input"), try a.integer("k"))
        let d = try x.dim == 0 ? 0 : x.resolve(a.integer("dim"))
        let size = x.dim == 0 ? 1 : x.shape[d]
        guard k >= 1, k <= size else {
            throw TensorError("'k' from 1 to \(size) expected for dimension \(d) of \(x.shape), got \(k)")
        }
        return .several(
            try x.picked(d, keepDimension: a.boolean("keepdim")) { order in
                try order.narrow(d, start: k - 1, length: 1)
            })
    }

    static let median = middle(
        "median", "The middle element, of two the lower, of all, or along a dimension and where it stands", skips: false
    )
    static let nanmedian = middle("nanmedian", "The same of the elements that are no NaN", skips: true)

    private static func middle(_ name: String, _ doc: String, skips: Bool) -> Operator {
        Operator(
            name, doc: doc + ".", [.tensor("input"), .integer("dim").optional, .keepdim],
            returns: .several([.object(Tensor.self, "values"), .object(Tensor.self, "indices").orNil]), faces: .usual,
            examples: [.init(.values(2, 5)), .init(.values(2, 5), 1), .init(.values(4, 2), 0, true)]
        ) { a, _ in
            let x = try a.tensor("input")
            guard x.dtype != .bool else { throw TensorError("numbers expected, got bool; convert with long()") }
            guard let dim = try a.optionalInteger("dim") else {
                if x.count == 0 {
                    let nan = try Tensor.full([], .nan, dtype: x.dtype)
                    return .tensor(try .applyOne(ValueOperation(name: name), [x, nan]))
                }
                let value = try x.detach().reshape([-1]).middle(0, skips: skips, keepDimension: false)[0]
                return .tensor(try .applyOne(ValueOperation(name: name), [x, value]))
            }
            return .several(try x.middle(dim, skips: skips, keepDimension: a.boolean("keepdim")))
        }
    }

    static let mode = Operator(
        "mode", doc: "The most frequent element along a dimension, of several the smallest, and where it stands last.",
        [.tensor("input"), along, .keepdim], returns: valuesAndPlaces, faces: .usual,
        examples: [.init(.values(2, 5)), .init(.integers(3, 4, below: 3), 0, true)]
    ) { a, _ in
        let x = try a.tensor("input")
        let d = try x.dim == 0 ? 0 : x.resolve(a.integer("dim"))
        return .several(
            try x.picked(d, keepDimension: a.boolean("keepdim")) { order in
                // The length of each run of equal elements so far; its maximum is reached first by the smallest of them.
                let sorted = try x.detach().gather(d, order)
                let places = try Tensor.arange(.integer(0), .integer(sorted.shape[d]), .integer(1))
                var shape = Shape(repeating: 1, count: sorted.dim)
                shape[d] = places.count
                let place = try places.reshape(shape).expand(sorted.shape)
                let isStart = try ne(
                    sorted.narrow(d, start: 0, length: places.count - 1),
                    sorted.narrow(d, start: 1, length: places.count - 1))
                let first = try Tensor.zeros(reduced(sorted.shape, [d], true), dtype: .bool)
                let begins = try Tensor.cat([first, isStart], d).to(.int64) * place
                let start = try begins.gather(
                    d, .applyOne(RunningExtremeOperation(reduction: .maximum, dimension: d), [begins]))
                let best = try (place - start).extreme(.maximum, d, keepDimension: true).indices
                return try order.gather(d, best)
            })
    }

    static let quantile = Operator(
        "quantile",
        doc: "The elements below which the share `q` of all lies, or of those along a dimension; between two "
            + "elements in a straight line. A list or tensor of shares gives a dimension in front.",
        [
            .tensor("input"), .anyOf("q", of: [.number, .object(Tensor.self), .numbers]), .integer("dim").optional,
            .keepdim,
        ], options: [.choice("interpolation", of: ["linear"], default: "linear")], faces: .usual,
        examples: [
            .init(.values(2, 5), 0.3), .init(.values(2, 5), 0.5, 1),
            .init(.values(4, 2), [0.25, 0.5], 0, true, options: ["interpolation": "linear"]),
        ]
    ) { a, _ in
        let x = try a.tensor("input")
        try x.expectFloatingPoint()
        let given = try a.value("q")
        let shares: [Double]
        switch given {
        case .object(let object)?:
            shares =
                try (object as? Tensor)?.to(.float64).withUnsafeBytes { Array($0.bindMemory(to: Double.self)) } ?? []
        case .list(let items)?: shares = items.compactMap(\.number)
        default: shares = [try a.number("q")]
        }
        guard shares.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
            throw TensorError("shares from 0 to 1 expected, got \(shares)")
        }
        let dim = try a.optionalInteger("dim")
        let row = try dim == nil ? x.reshape([-1]) : x
        let d = try row.resolve(dim ?? 0)
        guard row.shape[d] > 0 else {
            throw TensorError("a quantile of \(x.shape), which has no elements, does not exist")
        }
        let sorted = try row.sorted(d).values
        var shape = dim == nil ? Shape(repeating: 1, count: try a.boolean("keepdim") ? x.dim : 0) : x.shape
        if dim != nil { if try a.boolean("keepdim") { shape[d] = 1 } else { shape.remove(at: d) } }
        let results = try shares.map { share in try sorted.between(share, d).reshape(shape) }
        if case .object(let object)? = given, (object as? Tensor)?.dim == 0 { return .tensor(results[0]) }
        if case .number? = given { return .tensor(results[0]) }
        if case .integer? = given { return .tensor(results[0]) }
        return .tensor(try .stack(results))
    }
}

extension Tensor {
    /// The elements that an order of places along a dimension is reduced to, and their places.
    fileprivate func picked(
        _ dimension: Int, keepDimension: Bool, _ pick: (Tensor) throws -> Tensor
    ) throws -> [Tensor] {
        if dim == 0 { return [try clone(), try .zeros([], dtype: .int64)] }
        guard shape[dimension] > 0 else { throw TensorError("dimension \(dimension) of \(shape) has no elements") }
        let places = try pick(detach().sorted(dimension).indices).contiguous()
        let values = try gather(dimension, places)
        return keepDimension ? [values, places] : [try values.squeeze([dimension]), try places.squeeze([dimension])]
    }

    /// The lower of the middle elements along a dimension and where it stands; a NaN where there is one, or where all are.
    fileprivate func middle(_ dimension: Int, skips: Bool, keepDimension: Bool) throws -> [Tensor] {
        let d = try dim == 0 ? resolve(dimension, of: 1) : resolve(dimension)
        return try picked(d, keepDimension: keepDimension) { order in
            let x = detach()
            guard dtype.isFloatingPoint else { return try order.narrow(d, start: (shape[d] - 1) / 2, length: 1) }
            // Sorted, NaNs stand last.
            let real = try Operators.eq(x, x).sum([d], keepDimensions: true)
            let count = try real.int64Array()
            let places = count.map { count -> Int64 in
                if !skips, count < Int64(shape[d]) { return count }
                return Swift.max(0, (count - 1) / 2)
            }
            return try order.gather(d, Tensor(places, real.shape))
        }
    }

    /// The value at a share of a sorted dimension, which stays with size 1; a NaN where one is among them.
    fileprivate func between(_ share: Double, _ dimension: Int) throws -> Tensor {
        let last = shape[dimension] - 1
        let position = share * Double(last)
        let low = Swift.min(last, Int(position.rounded(.down)))
        let lower = try narrow(dimension, start: low, length: 1)
        let upper = try narrow(dimension, start: Swift.min(last, low + 1), length: 1)
        let highest = try narrow(dimension, start: last, length: 1)
        let value = try Operators.interpolated([.tensor(lower), .tensor(upper), .number(position - Double(low))])
        return try Operators.chosen(Operators.isnan(highest.detach()), .tensor(highest), .tensor(value))
    }
}

/// A value that occurs among the first input's elements, with the gradient shared by those that are equal to it.
package struct ValueOperation: Operation {
    package let name: String

    package func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec([], inputs[0].dtype)] }
    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        outputs[0].copyElementsWithoutCheck(from: inputs[1])
    }
    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [0, 1]) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let x = try kept.input(0)
        let chosen = try Operators.same(x.detach(), kept.input(1)).to(x.dtype)
        return [try chosen * (gradient / chosen.sum())]
    }
}
