extension Tensor {
    /// A tensor of a number, a truth value, a tensor, or a list of these or of lists, as `torch.tensor` makes it. Truth
    /// values give bool, integers int64, and others float32, or float64 where a tensor of it is among them.
    ///
    /// - Throws: `TensorError` where lists are of different lengths or depths, or a number does not fit into the type.
    public convenience init(nested value: Value, dtype: DType? = nil) throws {
        var reader = NestedReader()
        try reader.visit(value, 0)
        let shape = Shape(reader.shape)
        let found = reader.dtype ?? .float32
        let dtype = dtype ?? found
        if found.isFloatingPoint {
            if !dtype.isFloatingPoint { try reader.expectFitting(dtype) }
            try self.init(uninitialized: shape, dtype: dtype)
            let source = try Tensor(uninitialized: shape, dtype: .float64)
            for (i, number) in reader.numbers.enumerated() { source.address(as: Double.self)[i] = number }
            let values = dtype == .bool ? try Operators.ne(source, 0) : source
            copyElementsWithoutCheck(from: try values.to(dtype))
        } else {
            if let limits = dtype.limits, dtype != .bool, !dtype.isFloatingPoint {
                for value in reader.integers where !limits.contains(Int(value)) {
                    throw TensorError("\(value) does not fit into \(dtype.rawValue)")
                }
            }
            try self.init(uninitialized: shape, dtype: dtype)
            copyElementsWithoutCheck(from: try Tensor(reader.integers, shape).to(dtype))
        }
    }
}

/// Collects the elements of nested lists in row-major order.
private struct NestedReader {
    var shape: [Int] = []
    /// Every element, and those that are integers or truth values without loss.
    var numbers: [Double] = [], integers: [Int64] = []
    var dtype: DType?

    private static let unequalDepths = TensorError("lists nested to one depth expected")

    mutating func visit(_ value: Value, _ depth: Int) throws {
        switch value {
        case .list(let items):
            guard depth < mostDimensions else {
                throw TensorError("lists nested at most \(mostDimensions) deep expected")
            }
            try enter(depth, items.count)
            for item in items { try visit(item, depth + 1) }
            return
        case .object(let object):
            guard let tensor = object as? Tensor else { throw Self.unexpected }
            return try visit(tensor, depth)
        case .integer(let number): add(Double(number), Int64(number), .int64)
        case .number(let number): add(number, 0, .float32)
        case .boolean(let truth): add(truth ? 1 : 0, truth ? 1 : 0, .bool)
        case .string: throw Self.unexpected
        }
        guard depth == shape.count else { throw Self.unequalDepths }
    }

    private static let unexpected = TensorError("a number or a (nested) list of numbers expected")

    /// A tensor of one element counts as a number, another one as a list.
    private mutating func visit(_ tensor: Tensor, _ depth: Int) throws {
        let sizes = tensor.count == 1 && depth > 0 ? [] : tensor.shape.array
        for (i, size) in sizes.enumerated() { try enter(depth + i, size) }
        guard depth + sizes.count == shape.count || tensor.count == 0 else { throw Self.unequalDepths }
        if tensor.dtype.isFloatingPoint {
            try tensor.to(.float64).withUnsafeBytes { bytes in
                for value in bytes.bindMemory(to: Double.self) { add(value, 0, tensor.dtype) }
            }
        } else {
            for value in try tensor.to(.int64).int64Array() {
                add(Double(value), value, tensor.dtype == .bool ? .bool : .int64)
            }
        }
    }

    /// Begins a list at a depth.
    private mutating func enter(_ depth: Int, _ count: Int) throws {
        if depth == shape.count {
            guard numbers.isEmpty else { throw Self.unequalDepths }
            shape.append(count)
        }
        guard depth < shape.count, shape[depth] == count else {
            throw TensorError(
                "lists of one length expected at each depth, got \(shape.last ?? 0) and \(count) elements")
        }
    }

    private mutating func add(_ number: Double, _ integer: Int64, _ type: DType) {
        numbers.append(number)
        integers.append(integer)
        dtype = dtype.map { $0.promoted(with: type) } ?? type
    }

    func expectFitting(_ dtype: DType) throws {
        for number in numbers where dtype != .bool {
            let whole = number.rounded(.towardZero)
            let fits = dtype.limits.map { Double($0.lowerBound) <= whole && whole <= Double($0.upperBound) }
            guard number.isFinite, fits ?? (number >= -0x1p63 && number < 0x1p63) else {
                throw TensorError("\(number) does not fit into \(dtype.rawValue)")
            }
        }
    }
}
