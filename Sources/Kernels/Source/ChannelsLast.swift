import KernelInterface

extension PatchLayout {
    /// Writes one block of one image with its channels last. - Returns: whether all of it is finite.
    func pack(_ image: UnsafePointer<Float>, block: Int, into frame: UnsafeMutablePointer<Float>) -> Bool {
        let s = shape
        let (top, left) = (s.rows.padding, s.columns.padding)
        let row = s.width * pixelSize
        let used = (s.height + 2 * top) * rowSize
        (frame + used).update(repeating: 0, count: frameSize - used)
        if top > 0 || left > 0 {
            // The end of each row and the beginning of the next are one run.
            frame.update(repeating: 0, count: top * rowSize + left * pixelSize)
            for y in 0..<s.height - 1 {
                (frame + (top + y) * rowSize + left * pixelSize + row).update(repeating: 0, count: 2 * left * pixelSize)
            }
            let end = (top + s.height) * rowSize - left * pixelSize
            (frame + end).update(repeating: 0, count: top * rowSize + left * pixelSize)
        }
        let inside = frame + top * rowSize + left * pixelSize
        return isDense ? interleave(image, into: inside) : turn(image, block: block, into: inside)
    }

    private func interleave(_ image: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) -> Bool {
        let s = shape
        var excess: UInt32 = 0
        for c in 0..<s.inChannels {
            for y in 0..<s.height {
                let from = image + (c * s.height + y) * s.width
                let to = packed + y * rowSize + c
                if pixelSize == 1 {
                    for x in 0..<s.width {
                        to[x] = from[x]
                        excess |= exponentExcess(from[x])
                    }
                } else {
                    for x in 0..<s.width {
                        to[x * pixelSize] = from[x]
                        excess |= exponentExcess(from[x])
                    }
                }
            }
        }
        return excess >> 31 == 0
    }

    /// Squares of pixels and channels are turned one after the other, as if the plane were one row.
    private func turn(_ image: UnsafePointer<Float>, block: Int, into packed: UnsafeMutablePointer<Float>) -> Bool {
        let plane = shape.height * shape.width
        var finite = Vector.zero
        for channel in stride(from: 0, to: channels, by: lanes) {
            let first = block * channels + channel
            let count = min(lanes, shape.inChannels - first)
            let from = image + first * plane
            let to = packed + channel
            eachSquare { pixel, step in
                let square = Square { $0 < count ? load(from + $0 * plane + pixel) : .zero }
                square.eachRow(lanes) { finite += $1 * 0 }
                var step = step
                square.transposed.eachRow(lanes) { _, vector in
                    store(vector, to + step.place)
                    step.next(self)
                }
            }
        }
        return finite.sum() == 0
    }

    /// Writes one block of one image from its frame, its channels first.
    func unpack(_ frame: UnsafePointer<Float>, block: Int, to image: UnsafeMutablePointer<Float>) {
        let s = shape
        let plane = s.height * s.width
        let inside = frame + s.rows.padding * rowSize + s.columns.padding * pixelSize
        if isDense {
            for c in 0..<s.inChannels {
                for y in 0..<s.height {
                    let from = inside + y * rowSize + c
                    let to = image + (c * s.height + y) * s.width
                    for x in 0..<s.width { to[x] = from[x * pixelSize] }
                }
            }
            return
        }
        for channel in stride(from: 0, to: channels, by: lanes) {
            let first = block * channels + channel
            let count = min(lanes, s.inChannels - first)
            guard count > 0 else { break }
            let (from, to) = (inside + channel, image + first * plane)
            eachSquare { pixel, step in
                var step = step
                let square = Square { _ in
                    defer { step.next(self) }
                    return load(from + step.place)
                }
                square.transposed.eachRow(count) { store($1, to + $0 * plane + pixel) }
            }
        }
    }

    /// Goes from pixel to pixel of the plane.
    struct Step {
        var place: Int
        var column: Int

        @inline(__always)
        mutating func next(_ layout: PatchLayout) {
            place += layout.pixelSize
            column += 1
            if column == layout.shape.width {
                column = 0
                place += layout.rowSize - layout.shape.width * layout.pixelSize
            }
        }
    }

    /// Calls `body` with every square's first pixel. The last one overlaps the one before it.
    @inline(__always)
    private func eachSquare(_ body: (_ pixel: Int, _ step: Step) -> Void) {
        let plane = shape.height * shape.width
        var pixel = 0
        while pixel < plane {
            let first = min(pixel, plane - lanes)
            let (row, column) = (first / shape.width, first % shape.width)
            body(first, Step(place: row * rowSize + column * pixelSize, column: column))
            pixel += lanes
        }
    }
}
