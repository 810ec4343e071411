#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Tensor {
    /// The logarithm of `softmax`, worked out without leaving the range of float32.
    public func logSoftmax(_ dimension: Int) throws -> Tensor {
        let d = try resolve(dimension)
        let result = try normalised(d) { row, count, step in
            var highest = -Float.infinity
            for i in 0..<count { highest = Swift.max(highest, row[i * step]) }
            var total: Float = 0
            for i in 0..<count { total += exp(row[i * step] - highest) }
            let shift = highest + log(total)
            for i in 0..<count { row[i * step] -= shift }
        }
        let saved = Saved(result.detach())
        return recorded(result, "log_softmax", [self]) { gradient in
            let total = try gradient.sum([d], keepDimensions: true)
            return [try gradient.subtracting(saved.unwrap().exponential().multiplied(by: total))]
        }
    }

    /// `exp(x) / Σ exp(x)` along a dimension.
    public func softmax(_ dimension: Int) throws -> Tensor {
        let d = try resolve(dimension)
        let result = try normalised(d) { row, count, step in
            var highest = -Float.infinity
            for i in 0..<count { highest = Swift.max(highest, row[i * step]) }
            var total: Float = 0
            for i in 0..<count {
                row[i * step] = exp(row[i * step] - highest)
                total += row[i * step]
            }
            for i in 0..<count { row[i * step] /= total }
        }
        let saved = Saved(result.detach())
        return recorded(result, "softmax", [self]) { gradient in
            let y = try saved.unwrap()
            let total = try gradient.multiplied(by: y).sum([d], keepDimensions: true)
            return [try gradient.subtracting(total).multiplied(by: y)]
        }
    }

    /// A copy in which `function` has changed every row along a dimension in place.
    private func normalised(
        _ dimension: Int, _ function: (UnsafeMutablePointer<Float>, _ count: Int, _ step: Int) -> Void
    ) throws -> Tensor {
        try expect(.float32)
        let result = try detach().contiguous().clone()
        let (slices, values) = (Slices(shape, dimension), result.floats)
        inParts(of: slices.outer, size: Swift.max(1, elementsAPart / 8 / Swift.max(1, slices.length * slices.inner))) {
            part in
            for o in part {
                for i in 0..<slices.inner {
                    function(values + o * slices.length * slices.inner + i, slices.length, slices.inner)
                }
            }
        }
        return result
    }
}
