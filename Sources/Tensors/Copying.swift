extension Tensor {
    /// Takes over another tensor's elements; its shape is repeated to this one's where that is possible.
    ///
    /// - Throws: `TensorError` for another type or a shape that does not fit.
    func copyElements(from source: Tensor) throws {
        try source.expect(dtype)
        copyElementsWithoutCheck(from: source.shape == shape ? source : try source.expand(shape))
    }

    /// The same for a source that has this shape and type.
    func copyElementsWithoutCheck(from source: Tensor) {
        if isContiguous && source.isContiguous {
            let size = dtype.size
            (storage.pointer + offset * size).copyMemory(
                from: source.storage.pointer + source.offset * size, byteCount: count * size)
            return
        }
        switch dtype.size {
        case 4: copyStrided(from: source, as: UInt32.self)
        case 8: copyStrided(from: source, as: UInt64.self)
        default: copyStrided(from: source, as: UInt8.self)
        }
    }

    private func copyStrided<T>(from source: Tensor, as type: T.Type) {
        let (to, from) = (address(as: T.self), source.address(as: T.self))
        forEachRow(shape, strides, source.strides) { row, a, b, count in
            let (toStep, fromStep) = row
            for i in 0..<count { to[a + i * toStep] = from[b + i * fromStep] }
        }
    }
}

/// Calls `body` for each row along the last dimension, with both tensors' steps in it, both offsets and its length.
func forEachRow(
    _ shape: [Int], _ first: [Int], _ second: [Int],
    _ body: (_ steps: (Int, Int), _ first: Int, _ second: Int, _ count: Int) -> Void
) {
    guard let length = shape.last, let a = first.last, let b = second.last else {
        body((0, 0), 0, 0, 1)
        return
    }
    if shape.contains(0) { return }
    var index = [Int](repeating: 0, count: shape.count - 1)
    var (x, y) = (0, 0)
    while true {
        body((a, b), x, y, length)
        var d = index.count - 1
        while d >= 0 {
            index[d] += 1
            x += first[d]
            y += second[d]
            if index[d] < shape[d] { break }
            x -= index[d] * first[d]
            y -= index[d] * second[d]
            index[d] = 0
            d -= 1
        }
        if d < 0 { return }
    }
}
