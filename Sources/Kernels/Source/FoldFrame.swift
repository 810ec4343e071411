import KernelInterface

/// A channel of an image's gradient with the padding around it and the columns of each phase of the stride side by side, so
/// that what a tap gets of a row of the output is added to neighbouring floats.
struct FoldFrame {
    /// Floats that it takes.
    let size: Int
    private let rowSize: Int
    /// Floats of one phase of a row.
    private let phase: Int
    private let shape: Convolution

    init(_ s: Convolution) {
        shape = s
        phase = (s.width + 2 * s.columns.padding + s.columns.stride - 1) / s.columns.stride
        rowSize = phase * s.columns.stride
        size = rowSize * (s.height + 2 * s.rows.padding)
    }

    /// Adds what the taps of a channel get of some rows of the output.
    ///
    /// - Parameters:
    ///   - matrix: a row for each tap, `row` floats apart, of the rows' pixels.
    func add(
        _ matrix: UnsafePointer<Float>, row: Int, rows: Range<Int>, to frame: UnsafeMutablePointer<Float>
    ) {
        let (down, across) = (shape.rows, shape.columns)
        var from = matrix
        for ky in 0..<down.size {
            for kx in 0..<across.size {
                let column = kx * across.dilation
                let to = frame + (column % across.stride * phase + column / across.stride)
                for y in rows {
                    addRow(
                        shape.outWidth, from + (y - rows.lowerBound) * shape.outWidth,
                        to: to + (y * down.stride + ky * down.dilation) * rowSize)
                }
                from += row
            }
        }
    }

    @inline(__always)
    private func addRow(_ count: Int, _ from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>) {
        var i = 0
        while i + lanes <= count {
            store(load(to + i) + load(from + i), to + i)
            i += lanes
        }
        if lanes > 8, count - i >= 8 { add(SIMD8<Float>.self, from, to, &i) }
        if lanes > 4, count - i >= 4 { add(SIMD4<Float>.self, from, to, &i) }
        while i < count {
            to[i] += from[i]
            i += 1
        }
    }

    @inline(__always)
    private func add<Part: SIMD<Float>>(
        _: Part.Type, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ i: inout Int
    ) {
        let sum =
            UnsafeRawPointer(from + i).loadUnaligned(as: Part.self)
            + UnsafeRawPointer(to + i).loadUnaligned(as: Part.self)
        UnsafeMutableRawPointer(to + i).storeBytes(of: sum, as: Part.self)
        i += Part.scalarCount
    }

    /// Copies the image inside the padding.
    func copy(_ frame: UnsafePointer<Float>, to image: UnsafeMutablePointer<Float>) {
        let (width, step, padding) = (shape.width, shape.columns.stride, shape.columns.padding)
        for y in 0..<shape.height {
            let (from, to) = (frame + (y + shape.rows.padding) * rowSize, image + y * width)
            if step == 1 {
                copyRow(width, from: from + padding, to: to)
                continue
            }
            var x = 0
            if step == 2 {
                let even = from + (padding % 2 * phase + padding / 2)
                let odd = from + ((padding + 1) % 2 * phase + (padding + 1) / 2)
                while x + lanes <= width {
                    var pairs = Vector.zero
                    pairs.evenHalf = UnsafeRawPointer(even + x / 2).loadUnaligned(as: HalfVector.self)
                    pairs.oddHalf = UnsafeRawPointer(odd + x / 2).loadUnaligned(as: HalfVector.self)
                    store(pairs, to + x)
                    x += lanes
                }
                while x < width {
                    to[x] = x % 2 == 0 ? even[x / 2] : odd[x / 2]
                    x += 1
                }
            }
            while x < width {
                to[x] = from[(x + padding) % step * phase + (x + padding) / step]
                x += 1
            }
        }
    }
}
