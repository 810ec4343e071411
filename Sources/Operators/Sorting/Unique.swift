import Kernels

extension Operators {
    static let unique = Operator(
        "unique",
        doc: "Every value once, in order; with `return_inverse` also which of them each element is, with "
            + "`return_counts` how often each occurs. With `dim`, of the slices along it.",
        [
            .tensor("input"), .boolean("sorted", "they always are", default: true),
            .boolean("return_inverse", default: false), .boolean("return_counts", default: false),
            .integer("dim").optional,
        ], returns: .custom("Tensor, Tensor?, Tensor?"), faces: .usual,
        examples: [
            .init(.integers(3, 4, below: 4)), .init(.integers(5, below: 3), true, true, true),
            .init(.integers(6, 2, below: 2), options: ["dim": 0]),
        ]
    ) { a, _ in
        try different(a, sorted: true)
    }

    static let uniqueConsecutive = Operator(
        "unique_consecutive",
        doc: "Every run of equal values once, in their order; with `dim`, of equal slices along it.",
        [
            .tensor("input"), .boolean("return_inverse", default: false), .boolean("return_counts", default: false),
            .integer("dim").optional,
        ], returns: .custom("Tensor, Tensor?, Tensor?"), faces: .usual,
        examples: [
            .init(.integers(6, below: 2)), .init(.integers(6, below: 2), true, true),
            .init(.integers(2, 7, below: 2), true, true, 1),
        ]
    ) { a, _ in try different(a, sorted: false) }

    /// The values, or the slices along a dimension, that differ from all or from the one before.
    private static func different(_ a: Arguments, sorted: Bool) throws -> Outcome {
        let x = try a.tensor("input").detach()
        guard let dim = try a.optionalInteger("dim") else {
            return try results(
                x.reshape([x.count, 1]), sorted: sorted, a, values: [], inverse: x.shape, dimension: nil)
        }
        let d = try x.resolve(dim)
        let rest = x.shape.indices.filter { $0 != d }
        let rows = try x.permute(Shape([d] + rest))
        return try results(
            rows.reshape([x.shape[d], rest.reduce(1) { $0 * x.shape[$1] }]), sorted: sorted, a,
            values: Shape(rest.map { x.shape[$0] }), inverse: [x.shape[d]], dimension: d)
    }

    /// Rows `[n, m]`, each different one once, and what else was asked for.
    private static func results(
        _ rows: Tensor, sorted: Bool, _ a: Arguments, values: Shape, inverse: Shape, dimension: Int?
    ) throws -> Outcome {
        let count = rows.shape[0]
        let order = try sorted ? rows.rowOrder() : .arange(.integer(0), .integer(count), .integer(1))
        let ordered = try rows.indexSelect(0, order)
        // Where a row differs from the one before.
        var starts = try Tensor.ones([count], dtype: .bool)
        if count > 1 {
            let differs = try ne(
                ordered.narrow(0, start: 1, length: count - 1), ordered.narrow(0, start: 0, length: count - 1))
            let changed =
                try rows.shape[1] == 0
                ? Tensor.zeros([count - 1], dtype: .bool) : differs.extremes(.maximum, [1]).reshape([count - 1])
            starts = try .cat([.ones([1], dtype: .bool), changed])
        }
        let places = try starts.flatNonzero()
        var found = try ordered.indexSelect(0, places).reshape([places.count] + values)
        if let dimension, dimension > 0 {
            var back = Array(1...dimension)
            back.append(0)
            back += Array((dimension + 1)..<Swift.max(dimension + 1, found.dim))
            found = try found.permute(Shape(back)).contiguous()
        }
        if rows.shape[1] == 1, values.isEmpty { found = try found.reshape([places.count]) }
        var outcome = [found]
        if try a.boolean("return_inverse") {
            let ranks = try starts.to(.int64).accumulated(.sum, 0) - Tensor.ones([], dtype: .int64)
            let numbers = try Tensor.zeros([count], dtype: .int64).scatter(0, order, ranks, .assign)
            outcome.append(try numbers.reshape(inverse))
        }
        if try a.boolean("return_counts") {
            let ends = try Tensor.cat([places, Tensor([Int64(count)], [1])])
            outcome.append(try ends.slice(0, 1) - ends.slice(0, 0, places.count))
        }
        return .several(outcome)
    }

    static let isin = Operator(
        "isin", doc: "Which elements occur among the test elements (bool).",
        [.operand("elements"), .operand("test_elements")],
        options: [.boolean("assume_unique", "not needed here", default: false), .boolean("invert", default: false)],
        faces: [.function],
        examples: [
            .init(.integers(2, 3, below: 5), .integers(3, below: 5)),
            .init(
                .integers(2, 3, below: 9), .integers(1, below: 9), options: ["invert": true, "assume_unique": false]),
        ]
    ) { a, _ in
        let (x, tests) = (try a.operand("elements").asTensor(), try a.operand("test_elements").asTensor())
        let dtype = x.dtype.promoted(with: tests.dtype)
        let sorted = try tests.detach().to(dtype).reshape([-1]).sorted(0).values
        let isFound: Tensor
        if sorted.count == 0 {
            isFound = try .zeros(x.shape, dtype: .bool)
        } else {
            let values = try x.detach().to(dtype)
            let places = try sorted.places(of: values, right: false)
            let near = try minimum(places, .full([], Double(sorted.count - 1), dtype: .int64))
            isFound = try eq(sorted.index([.tensor(near)]), values)
        }
        return .tensor(try a.boolean("invert") ? eq(isFound, 0) : isFound)
    }

    static let searchsorted = Operator(
        "searchsorted",
        doc: "Where values would be put into a sorted row, or those of each row into the row of the same place, so "
            + "that it stays sorted: before equal ones, or with `right` behind them. `sorter` is the order in which "
            + "rows that are not sorted would be.",
        [.tensor("sorted_sequence"), .operand("input")],
        options: [
            .boolean("right", default: false), .choice("side", of: ["left", "right"]).optional,
            .boolean("out_int32", default: false), .tensor("sorter").optional,
        ], returns: .object(Tensor.self, "int64"), faces: [.function],
        examples: [
            .init(.values(1), .values(3)), .init(.values(1), .values(3), options: ["right": true]),
            .init(.values(1), .values(3), options: ["side": "right", "out_int32": true]),
            .init(.values(2, 1), .values(2, 3)),
            .init(.values(1), .values(3), options: ["sorter": .integers(1, below: 1)]),
        ]
    ) { a, _ in
        try searched(
            a, a.tensor("sorted_sequence"), a.operand("input"), side: a.optionalString("side"),
            sorter: a.optionalTensor("sorter"))
    }

    static let bucketize = Operator(
        "bucketize", doc: "Which interval between sorted boundaries each value is in.",
        [.operand("input"), .tensor("boundaries")],
        options: [.boolean("right", default: false), .boolean("out_int32", default: false)],
        returns: .object(Tensor.self, "int64"), faces: [.function],
        examples: [
            .init(.values(3), .values(1)), .init(.values(3), .values(1), options: ["right": true, "out_int32": true]),
        ]
    ) { a, _ in try searched(a, a.tensor("boundaries"), a.operand("input")) }

    private static func searched(
        _ a: Arguments, _ row: Tensor, _ input: Operand, side: String? = nil, sorter: Tensor? = nil
    ) throws -> Outcome {
        let values = try input.asTensor().detach()
        guard row.dim > 0, row.dim == 1 || row.shape.dropLast().elementsEqual(values.shape.dropLast()) else {
            throw TensorError(
                "a sorted row [n], or rows [..., n] for values [..., m], expected, got \(row.shape) for \(values.shape)"
            )
        }
        let isRight = try a.boolean("right")
        guard !isRight || side != "left" else {
            throw TensorError("'right' or 'side' expected, got right = true and side = \"left\"")
        }
        var sorted = row.detach()
        if let sorter {
            guard sorter.shape == row.shape, sorter.dtype == .int64 else {
                throw TensorError(
                    "a sorter \(row.shape) of int64 expected, got \(sorter.shape) of \(sorter.dtype.rawValue)")
            }
            sorted = try sorted.gather(-1, sorter)
        }
        let dtype = row.dtype.promoted(with: values.dtype)
        let places = try sorted.to(dtype).places(of: values.to(dtype), right: isRight || side == "right")
        return .tensor(try a.boolean("out_int32") ? places.to(.int32) : places)
    }

    static let bincount = Operator(
        "bincount", doc: "How often each of the integers from 0 on occurs, or the sum of the weights of each.",
        [.tensor("input"), .tensor("weights").optional, .integer("minlength", min: 0, default: 0)], faces: .usual,
        examples: [.init(.integers(7, below: 4)), .init(.integers(3, below: 4), .values(3), 6)]
    ) { a, _ in
        let x = try a.tensor("input").detach()
        guard x.dim == 1, !x.dtype.isFloatingPoint, x.dtype != .bool else {
            throw TensorError("integers [n] expected, got \(x.dtype.rawValue) \(x.shape)")
        }
        let places = try x.to(.int64)
        let largest = try x.count == 0 ? -1 : places.extreme(.maximum).int64Array()[0]
        guard largest < 1 << 40 else { throw TensorError("\(largest) is too large to be counted") }
        let bins = Swift.max(Int(largest) + 1, try a.integer("minlength"))
        try places.expectPlaces(below: bins)
        var weights = try Tensor.ones([x.count], dtype: .int64)
        if let given = try a.optionalTensor("weights")?.detach() {
            guard given.shape == x.shape else { throw TensorError("weights \(x.shape) expected, got \(given.shape)") }
            weights = try given.dtype == .float32 ? given : given.to(.float64)
        }
        return .tensor(try .zeros([bins], dtype: weights.dtype).scatterAdd(0, places, weights))
    }

    static let histc = Operator(
        "histc",
        doc: "How many elements lie in each of `bins` intervals of one width from `min` to `max`, by default from "
            + "the smallest to the largest.",
        [
            .tensor("input"), .integer("bins", min: 1, max: 1 << 30, default: 100), .number("min", default: 0),
            .number("max", default: 0),
        ], faces: .usual, examples: [.init(.values(9), 4, -1, 1)]
    ) { a, _ in
        let x = try a.tensor("input").detach().reshape([-1])
        try x.expectFloatingPoint()
        var (low, high) = (try a.number("min"), try a.number("max"))
        if low == high, x.count > 0 {
            (low, high) = (try x.extreme(.minimum).item(), try x.extreme(.maximum).item())
        }
        if low == high { (low, high) = (low - 1, high + 1) }
        guard low < high, (high - low).isFinite else {
            throw TensorError("finite 'min' below 'max' expected, got \(low) and \(high)")
        }
        let bins = try a.integer("bins")
        let counts = try Tensor.zeros([bins], dtype: .int64)
        let places = counts.address(as: Int64.self)
        try x.to(.float64).withUnsafeBytes { bytes in
            for value in bytes.bindMemory(to: Double.self) where value >= low && value <= high {
                places[Swift.min(bins - 1, Int((value - low) * Double(bins) / (high - low)))] += 1
            }
        }
        return .tensor(try counts.to(x.dtype))
    }
}

extension Tensor {
    /// The order in which rows `[n, m]` are sorted, by their first element, then by their second, and so on.
    fileprivate func rowOrder() throws -> Tensor {
        var order = try Tensor.arange(.integer(0), .integer(shape[0]), .integer(1))
        for column in (0..<(shape[0] > 1 ? shape[1] : 0)).reversed() {
            let keys = try select(1, column).indexSelect(0, order)
            order = try order.indexSelect(0, keys.sorted(0).indices)
        }
        return order
    }

    /// Where values would be put into this sorted row, or into the row of the same place: before equal ones, or behind
    /// them.
    fileprivate func places(of values: Tensor, right: Bool) throws -> Tensor {
        for read in [self, values] { try Listening.listener?.touches(read) }
        let result = try Tensor(uninitialized: values.shape, dtype: .int64)
        let (rows, keys) = (
            try to(dtype.computeType.dtype).contiguous(), try values.to(dtype.computeType.dtype).contiguous()
        )
        let (length, size) = (rows.shape[dim - 1], rows.dtype.size)
        let count = dim == 1 ? 1 : rows.shape.dropLast().reduce(1, *)
        let wanted = dim == 1 ? keys.count : keys.shape[keys.dim - 1]
        for row in 0..<count {
            kernels.search(
                right: right, dtype.computeType, length, rows.bytes + row * length * size, wanted,
                keys.bytes + row * wanted * size, result.address(as: Int64.self) + row * wanted)
        }
        withExtendedLifetime((rows, keys)) {}
        return result
    }
}
