import KernelInterface

extension Kernels {
    public func convolve(
        _ c: PackedConvolution, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, images: Int
    ) {
        // Pooling may leave nothing.
        guard c.outSize > 0 else { return }
        for image in 0..<images {
            let (x, y) = (x + image * c.inSize, y + image * c.outSize)
            if c.isDirect {
                convolveBand(c, x, y, rows: c.outHeight)
                continue
            }
            var row = 0
            while row < c.outHeight {
                let rows = min(c.bandHeight, c.outHeight - row)
                spreadColumns(c, x, into: scratch, from: row * c.rowStep - c.shape.rows.padding)
                convolveBand(c, scratch, y + row * c.outWidth, rows: rows)
                row += rows
            }
        }
    }
}

// MARK: Columns

/// Copies what each column of the window sees of an image, from row `top` of the input on; zeros where it sees beyond
/// the input.
private func spreadColumns(
    _ c: PackedConvolution, _ x: UnsafePointer<Float>, into columns: UnsafeMutablePointer<Float>, from top: Int
) {
    let s = c.shape
    for place in 0..<c.rowStep {
        // Of the rows at this place in the step those that fall inside the input.
        let first = top + place
        let begin = first >= 0 ? 0 : min(c.rowsAStep, (-first + c.rowStep - 1) / c.rowStep)
        let end = first >= s.height ? begin : max(begin, min(c.rowsAStep, (s.height - 1 - first) / c.rowStep + 1))
        for column in 0..<c.columnCount {
            let seen = c.seen[column]
            let (start, count) = (seen.lowerBound * c.columnStep + c.shift(column), seen.count)
            let to = columns + column * c.columnSize + place * s.inChannels * c.planeSize
            if count < c.outWidth || begin > 0 || end < c.rowsAStep {
                for channel in 0..<s.inChannels {
                    clearFrame(
                        to + channel * c.planeSize, width: c.outWidth, rows: c.rowsAStep, begin..<end, seen)
                }
            }
            let planes = Planes(
                from: x + (first + begin * c.rowStep) * s.width + start, fromRow: c.rowStep * s.width,
                fromPlane: s.height * s.width, to: to + begin * c.outWidth + seen.lowerBound, toRow: c.outWidth,
                toPlane: c.planeSize, planes: s.inChannels, rows: end - begin, count: count)
            switch c.columnStep {
            case 1: planes.copy()
            case 2 where start + 2 * count <= s.width: planes.copyEven()
            case 2 where start > 0: planes.copyOdd()
            default: planes.copyEvery(c.columnStep)
            }
        }
    }
}

/// Zeros in a plane around the rows and elements that are copied.
private func clearFrame(
    _ plane: UnsafeMutablePointer<Float>, width: Int, rows: Int, _ inside: Range<Int>, _ seen: Range<Int>
) {
    plane.update(repeating: 0, count: inside.lowerBound * width)
    (plane + inside.upperBound * width).update(repeating: 0, count: (rows - inside.upperBound) * width)
    for row in inside {
        for i in 0..<seen.lowerBound { plane[row * width + i] = 0 }
        for i in seen.upperBound..<width { plane[row * width + i] = 0 }
    }
}

/// Rows of some planes that are copied to others, `count` elements each, with the fewest vectors: a row's last overlaps
/// the one before it.
private struct Planes {
    let from: UnsafePointer<Float>, fromRow: Int, fromPlane: Int
    let to: UnsafeMutablePointer<Float>, toRow: Int, toPlane: Int
    let planes: Int, rows: Int, count: Int

    init(
        from: UnsafePointer<Float>, fromRow: Int, fromPlane: Int, to: UnsafeMutablePointer<Float>, toRow: Int,
        toPlane: Int, planes: Int, rows: Int, count: Int
    ) {
        (self.from, self.fromRow, self.fromPlane) = (from, fromRow, fromPlane)
        (self.to, self.toRow, self.toPlane, self.count) = (to, toRow, toPlane, count)
        // Planes whose rows go on from one to the next are one.
        let isOne = fromPlane == rows * fromRow && toPlane == rows * toRow
        (self.planes, self.rows) = isOne ? (1, planes * rows) : (planes, rows)
    }

    /// Four rows at a time: left to itself, the compiler takes more, each with addresses of its own on the stack.
    @inline(__always)
    private func eachRow(_ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void) {
        for plane in 0..<planes {
            var (from, to) = (from + plane * fromPlane, to + plane * toPlane)
            var left = rows
            while left >= 4 {
                body(from, to)
                body(from + fromRow, to + toRow)
                body(from + 2 * fromRow, to + 2 * toRow)
                body(from + 3 * fromRow, to + 3 * toRow)
                from += 4 * fromRow
                to += 4 * toRow
                left -= 4
            }
            while left > 0 {
                body(from, to)
                from += fromRow
                to += toRow
                left -= 1
            }
        }
    }

    /// Goes through each row with vectors of `width` elements, of which it has at least as many.
    @inline(__always)
    private func eachVector(
        _ width: Int, _ body: (_ place: Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) {
        let last = count - width
        if last == 0 {
            eachRow { body(0, $0, $1) }
        } else if last <= width {
            eachRow { from, to in
                body(0, from, to)
                body(last, from, to)
            }
        } else {
            eachRow { from, to in
                var i = 0
                while i < last {
                    body(i, from, to)
                    i += width
                }
                body(last, from, to)
            }
        }
    }

    func copy() {
        if count >= 16 {
            eachVector(16) { put(load($1 + $0, SIMD16<Float>.self), $2 + $0) }
        } else if count >= 8 {
            eachVector(8) { put(load($1 + $0, SIMD8<Float>.self), $2 + $0) }
        } else if count >= 4 {
            eachVector(4) { put(load($1 + $0, SIMD4<Float>.self), $2 + $0) }
        } else {
            copyEvery(1)
        }
    }

    /// Every second element, by vectors that end behind the last.
    func copyEven() {
        if count >= 8 {
            eachVector(8) { put(load($1 + 2 * $0, SIMD16<Float>.self).evenHalf, $2 + $0) }
        } else if count >= 4 {
            eachVector(4) { put(load($1 + 2 * $0, SIMD8<Float>.self).evenHalf, $2 + $0) }
        } else {
            copyEvery(2)
        }
    }

    /// The same by vectors that begin before the first and end with the last.
    func copyOdd() {
        if count >= 8 {
            eachVector(8) { put(load($1 + 2 * $0 - 1, SIMD16<Float>.self).oddHalf, $2 + $0) }
        } else if count >= 4 {
            eachVector(4) { put(load($1 + 2 * $0 - 1, SIMD8<Float>.self).oddHalf, $2 + $0) }
        } else {
            copyEvery(2)
        }
    }

    @inline(__always)
    private func load<V: SIMD>(_ from: UnsafePointer<Float>, _: V.Type) -> V {
        UnsafeRawPointer(from).loadUnaligned(as: V.self)
    }

    @inline(__always)
    private func put<V: SIMD>(_ vector: V, _ to: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(to).storeBytes(of: vector, as: V.self)
    }

    func copyEvery(_ step: Int) {
        eachRow { from, to in
            for i in 0..<count { to[i] = from[i * step] }
        }
    }
}

// MARK: Tiles

/// The results of some rows of one image, from the columns.
private func convolveBand(
    _ c: PackedConvolution, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, rows: Int
) {
    let pixels = rows * c.outWidth
    if c.isPooled {
        c.isRectified ? poolTiles(c, x, y, pixels, isRectified: true) : poolTiles(c, x, y, pixels, isRectified: false)
    } else {
        c.isRectified ? tiles(c, x, y, pixels, isRectified: true) : tiles(c, x, y, pixels, isRectified: false)
    }
}

/// The largest of each 2×2 pixels: four vectors hold the four pixels of as many results.
@inline(__always)
private func poolTiles(
    _ c: PackedConvolution, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ pixels: Int,
    isRectified: Bool
) {
    let (taps, plane) = (c.shape.taps, c.outHeight * c.outWidth)
    let (weight, bias, near, far) = (c.weight, c.bias, c.near, c.far)
    c.tileRows.withUnsafeBufferPointer { tileRows in
        var pixel = 0
        while pixel < pixels {
            // The last vector overlaps the one before it, where there is one.
            let start = max(0, min(pixel, pixels - lanes))
            let (left, right) = (x + start, x + start + c.columnSize)
            var channel = 0
            for rows in tileRows {
                let (bias, y) = (bias + channel, y + channel * plane + start)
                withConstant(rows) { rows in
                    quadTile(
                        rows, taps: taps, weight: weight + channel * taps, near: near, far: far, left, right, left,
                        right
                    ) { row, sums in
                        let result = rectified(largest(sums) + Vector(repeating: bias[row]), isRectified)
                        store(result, y + row * plane, count: pixels)
                    }
                }
                channel += rows
            }
            pixel += lanes
        }
    }
}

/// Every pixel: four vectors at a time, and what is left two or one at a time.
@inline(__always)
private func tiles(
    _ c: PackedConvolution, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ pixels: Int,
    isRectified: Bool
) {
    let (taps, plane) = (c.shape.taps, c.outHeight * c.outWidth)
    let (weight, bias, places) = (c.weight, c.bias, c.near)
    c.tileRows.withUnsafeBufferPointer { tileRows in
        var pixel = 0
        while pixel < pixels {
            func start(_ vector: Int) -> Int { max(0, min(pixel + vector * lanes, pixels - lanes)) }
            let isWide = pixel + 2 * lanes < pixels
            let (p0, p1, p2, p3) = (start(0), start(1), start(2), start(3))
            var channel = 0
            for rows in tileRows {
                let (bias, y) = (bias + channel, y + channel * plane)
                @inline(__always)
                func put(_ sums: Vector, _ row: Int, _ place: Int) {
                    let result = rectified(sums + Vector(repeating: bias[row]), isRectified)
                    store(result, y + row * plane + place, count: pixels)
                }
                let weight = weight + channel * taps
                withConstant(rows) { rows in
                    if isWide {
                        quadTile(
                            rows, taps: taps, weight: weight, near: places, far: places, x + p0, x + p1, x + p2, x + p3
                        ) { row, sums in
                            put(sums.a, row, p0)
                            put(sums.b, row, p1)
                            put(sums.c, row, p2)
                            put(sums.d, row, p3)
                        }
                    } else {
                        TwinRows(rows, taps: taps, weight: weight, places: places, x + p0, x + p1).eachRow(rows) {
                            row, sums in
                            put(sums.a, row, p0)
                            put(sums.b, row, p1)
                        }
                    }
                }
                channel += rows
            }
            pixel += isWide ? 4 * lanes : 2 * lanes
        }
    }
}
