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

/// Calls `body` for each row of elements that both tensors step through evenly, with both tensors' steps in it, both
/// offsets and its length. The rows come in row-major order; dimensions that both pass like one are one.
func forEachRow(
    _ shape: [Int], _ first: [Int], _ second: [Int],
    _ body: (_ steps: (Int, Int), _ first: Int, _ second: Int, _ count: Int) -> Void
) {
    if shape.contains(0) { return }
    var dimensions: [(size: Int, first: Int, second: Int)] = []
    for (d, size) in shape.enumerated() where size != 1 {
        if let outer = dimensions.last, outer.first == first[d] * size, outer.second == second[d] * size {
            dimensions[dimensions.count - 1] = (outer.size * size, first[d], second[d])
        } else {
            dimensions.append((size, first[d], second[d]))
        }
    }
    guard let row = dimensions.popLast() else { return body((0, 0), 0, 0, 1) }
    var index = [Int](repeating: 0, count: dimensions.count)
    var (x, y) = (0, 0)
    while true {
        body((row.first, row.second), x, y, row.size)
        var d = index.count - 1
        while d >= 0 {
            index[d] += 1
            x += dimensions[d].first
            y += dimensions[d].second
            if index[d] < dimensions[d].size { break }
            x -= index[d] * dimensions[d].first
            y -= index[d] * dimensions[d].second
            index[d] = 0
            d -= 1
        }
        if d < 0 { return }
    }
}
