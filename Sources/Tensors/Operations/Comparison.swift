/// How two elements compare; a NaN compares as unequal to everything.
public enum Comparison: String, Sendable, CaseIterable {
    case equal, unequal, less, lessOrEqual, greater, greaterOrEqual

    @inline(__always)
    func holds<T: Comparable>(_ a: T, _ b: T) -> Bool {
        switch self {
        case .equal: a == b
        case .unequal: a != b
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        }
    }
}

extension Tensor {
    /// Compares element by element, repeated to a common shape; the result is of type bool.
    ///
    /// - Throws: `TensorError` where the types differ.
    public func compared(_ comparison: Comparison, _ other: Tensor) throws -> Tensor {
        try other.expect(dtype)
        let target = try broadcastShape(shape, other.shape)
        let result = try Tensor(uninitialized: target, dtype: .bool)
        let (left, right) = (try expand(target), try other.expand(target))
        switch dtype {
        case .float32: compareRows(comparison, left, right, result, Float.self)
        case .int64: compareRows(comparison, left, right, result, Int64.self)
        case .uint8, .bool: compareRows(comparison, left, right, result, UInt8.self)
        }
        return result
    }

    /// Compares with a number, which need not be one that the tensor's type has: 2 is less than 2.5.
    public func compared(_ comparison: Comparison, _ value: Double) throws -> Tensor {
        if dtype == .float32 { return try compared(comparison, .full([], value)) }
        let whole = try to(.int64).contiguous()
        if let exact = Int64(exactly: value) { return try whole.compared(comparison, Tensor([exact], [])) }
        let result = try Tensor(uninitialized: shape, dtype: .bool)
        let (x, y) = (whole.address(as: Int64.self), result.address(as: UInt8.self))
        for i in 0..<count { y[i] = comparison.holds(Double(x[i]), value) ? 1 : 0 }
        extendLifetime(whole)
        return result
    }
}

private func compareRows<T: Comparable>(
    _ comparison: Comparison, _ left: Tensor, _ right: Tensor, _ result: Tensor, _ type: T.Type
) {
    let (a, b) = (left.address(as: T.self), right.address(as: T.self))
    var out = result.address(as: UInt8.self)
    forEachRow(result.shape, left.strides, right.strides) { steps, x, y, count in
        for i in 0..<count { out[i] = comparison.holds(a[x + i * steps.0], b[y + i * steps.1]) ? 1 : 0 }
        out += count
    }
}
