import Kernels

/// The shape that two operands take together: sizes are compared from the last dimension, and a size of 1 is repeated.
///
/// - Throws: `TensorError` where two sizes differ and neither is 1.
func broadcastShape(_ a: [Int], _ b: [Int]) throws -> [Int] {
    if a == b { return a }
    let rank = max(a.count, b.count)
    var shape = [Int](repeating: 1, count: rank)
    for i in 0..<rank {
        let (x, y) = (i < rank - a.count ? 1 : a[i - rank + a.count], i < rank - b.count ? 1 : b[i - rank + b.count])
        guard x == y || x == 1 || y == 1 else {
            throw TensorError(
                "shapes \(describe(a)) and \(describe(b)) do not fit: sizes \(x) and \(y) in dimension \(i - rank)")
        }
        shape[i] = x == 1 ? y : x
    }
    return shape
}

/// Elements that one part of a parallel loop works on: enough to outweigh starting it.
package let elementsAPart = 32_768

/// Calls `body` with consecutive ranges of `0..<count`, in parallel where that pays. The ranges depend on `count`
/// alone.
package func inParts(of count: Int, size: Int = elementsAPart, _ body: (Range<Int>) -> Void) {
    if count <= size { return body(0..<count) }
    ThreadPool.shared.run((count + size - 1) / size) { part in
        body(part * size..<min(count, (part + 1) * size))
    }
}

extension Tensor {
    /// `operation` over the elements of both, repeated to a common shape. Without history.
    func combined(_ operation: BinaryOperation, with other: Tensor) throws -> Tensor {
        if dtype == .int64, other.dtype == .int64, let operation = wholeOperation(operation) {
            return try combined(with: other, operation)
        }
        try expect(.float32)
        try other.expect(.float32)
        let target = try broadcastShape(shape, other.shape)
        let result = try Tensor(uninitialized: target)
        let dense = self.shape == target && other.shape == target && isContiguous && other.isContiguous
        if dense || other.count == 1 && shape == target && isContiguous
            || count == 1 && other.shape == target && other.isContiguous
        {
            let (aStep, bStep) = (dense || count != 1 ? 1 : 0, dense || other.count != 1 ? 1 : 0)
            let (a, b, c) = (floats, other.floats, result.floats)
            inParts(of: result.count) { part in
                kernels.binary(
                    operation,
                    Binary(
                        count: part.count, a: a + part.lowerBound * aStep, aStep: aStep,
                        b: b + part.lowerBound * bStep, bStep: bStep, result: c + part.lowerBound))
            }
            return result
        }
        let (left, right) = (try expand(target).withSimpleRows(), try other.expand(target).withSimpleRows())
        let (a, b) = (left.floats, right.floats)
        var out = result.floats
        forEachRow(target, left.strides, right.strides) { steps, x, y, count in
            kernels.binary(
                operation, Binary(count: count, a: a + x, aStep: steps.0, b: b + y, bStep: steps.1, result: out))
            out += count
        }
        extendLifetime(left)
        extendLifetime(right)
        return result
    }

    /// The same for int64; sums and products wrap around.
    private func combined(with other: Tensor, _ operation: (Int64, Int64) -> Int64) throws -> Tensor {
        let target = try broadcastShape(shape, other.shape)
        let result = try Tensor(uninitialized: target, dtype: .int64)
        let (left, right) = (try expand(target), try other.expand(target))
        let (a, b) = (left.address(as: Int64.self), right.address(as: Int64.self))
        var out = result.address(as: Int64.self)
        forEachRow(target, left.strides, right.strides) { steps, x, y, count in
            for i in 0..<count { out[i] = operation(a[x + i * steps.0], b[y + i * steps.1]) }
            out += count
        }
        return result
    }

    /// The tensor itself where the last dimension's elements are neighbours or all the same, else a copy.
    private func withSimpleRows() throws -> Tensor {
        guard let row = shape.lastIndex(where: { $0 != 1 }) else { return self }
        return strides[row] == 0 || strides[row] == 1 ? self : try contiguous()
    }

    /// The elements of the dimensions that were repeated to get from `target` to this shape, added up.
    func summed(to target: [Int]) throws -> Tensor {
        if shape == target { return self }
        let added = dim - target.count
        var result = self
        for i in shape.indices where i < added || target[i - added] == 1 && shape[i] != 1 {
            result = try result.sum([i], keepDimensions: true)
        }
        return try result.reshape(target)
    }
}

/// What an operation is between integers; nil where its result is none.
private func wholeOperation(_ operation: BinaryOperation) -> ((Int64, Int64) -> Int64)? {
    switch operation {
    case .add: { $0 &+ $1 }
    case .subtract: { $0 &- $1 }
    case .multiply: { $0 &* $1 }
    case .maximum: { max($0, $1) }
    case .minimum: { min($0, $1) }
    default: nil
    }
}
