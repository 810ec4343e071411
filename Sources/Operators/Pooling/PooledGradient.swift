import Kernels

/// The gradient of a max-pooling's input: each window gives its value to the place of its maximum, everything else is 0.
struct PooledGradient: DeferredGradient {
    /// A value for each window, and the place in its plane that gets it (int32), both dense `[n, c, rows, columns]`.
    let values: Tensor
    /// Where this is not above 0, and no NaN, a window's value is 0, whatever it is; nil where all count.
    let mask: Tensor?
    let places: Tensor
    /// The same said shorter, for windows of two by two, where it is known.
    let corners: MaximaCorners?
    /// The windows' maxima; nil where they were changed since.
    let maxima: Tensor?
    let pooling: Pooling
    let input: Spec

    func written() throws -> Tensor {
        try .applyOne(MaxPoolGradient(pooling: pooling, input: input), [masked(), places])
    }

    /// The same with every channel's values times a factor.
    ///
    /// - Parameter factors: `[n, c, 1, 1]`
    func scaled(_ factors: Tensor) throws -> PooledGradient {
        try replacing(values * factors, mask: mask)
    }

    /// Where a maximum is not above 0, neither was what the rectifier made of its place.
    func rectified() throws -> (any DeferredGradient)? {
        try maxima.map { maxima in try replacing(masked(), mask: maxima) }
    }

    private func masked() throws -> Tensor { try mask.map { try RectifiedGradient.rectify(values, $0) } ?? values }

    private func replacing(_ values: Tensor, mask: Tensor?) throws -> PooledGradient {
        PooledGradient(
            values: values, mask: mask, places: places, corners: corners, maxima: nil, pooling: pooling, input: input)
    }

    /// The number of the window that each place of a plane lies in; 0 for one in none.
    func windows() throws -> Tensor {
        let numbers = try Tensor(uninitialized: [pooling.height, pooling.width], dtype: .int32)
        numbers.fillWithoutCheck(0)
        let windows = numbers.address(as: Int32.self)
        for row in 0..<pooling.outHeight {
            let (top, bottom) = pooling.range(row, pooling.rows, pooling.height, pooling.outHeight)
            for column in 0..<pooling.outWidth {
                let (left, right) = pooling.range(column, pooling.columns, pooling.width, pooling.outWidth)
                for y in max(0, top)..<max(0, top, min(bottom, pooling.height)) {
                    for x in max(0, left)..<max(0, left, min(right, pooling.width)) {
                        windows[y * pooling.width + x] = Int32(truncatingIfNeeded: row * pooling.outWidth + column)
                    }
                }
            }
        }
        return numbers
    }
}

extension Pooling {
    /// Whether no place lies in two windows.
    var isDisjoint: Bool {
        !isAdaptive && [rows, columns].allSatisfy { $0.dilation == 1 && $0.stride >= $0.size }
    }
}
