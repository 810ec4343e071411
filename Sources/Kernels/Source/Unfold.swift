import KernelInterface

extension Kernels {
    public func unfold(
        _ type: ComputeType, _ s: Convolution, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        _ images: Range<Int>
    ) {
        type == .double
            ? unfoldImages(s, x.of(Double.self), y.of(), images) : unfoldImages(s, x.of(Float.self), y.of(), images)
    }

    public func fold(
        _ type: ComputeType, _ s: Convolution, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        _ images: Range<Int>
    ) {
        type == .double
            ? foldImages(s, x.of(Double.self), y.of(), images) : foldImages(s, x.of(Float.self), y.of(), images)
    }
}

@inline(__always)
private func unfoldImages<T: TileElement>(
    _ s: Convolution, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ images: Range<Int>
) {
    let size = s.inChannels * s.rows.size * s.columns.size * s.outPixels
    for image in images {
        let (from, to) = (x + image * s.inChannels * s.height * s.width, y + image * size)
        to.update(repeating: 0, count: size)
        eachRow(s) { inside, outside, count in
            for i in 0..<count { to[outside + i] = from[inside + i * s.columns.stride] }
        }
    }
}

@inline(__always)
private func foldImages<T: TileElement>(
    _ s: Convolution, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ images: Range<Int>
) {
    let size = s.inChannels * s.height * s.width
    for image in images {
        let from = x + image * s.inChannels * s.rows.size * s.columns.size * s.outPixels
        let to = y + image * size
        to.update(repeating: 0, count: size)
        eachRow(s) { inside, outside, count in
            for i in 0..<count { to[inside + i * s.columns.stride] += from[outside + i] }
        }
    }
}

/// Calls `body` for what each tap sees in each row of an image: where that begins in the image, where in the matrix, and
/// how many places it has.
@inline(__always)
private func eachRow(_ s: Convolution, _ body: (_ inside: Int, _ outside: Int, _ count: Int) -> Void) {
    var matrixRow = 0
    for c in 0..<s.inChannels {
        for ky in 0..<s.rows.size {
            let rows = s.rows.inside(tap: ky, length: s.height, places: s.outHeight)
            for kx in 0..<s.columns.size {
                let columns = s.columns.inside(tap: kx, length: s.width, places: s.outWidth)
                let x = columns.lowerBound * s.columns.stride + kx * s.columns.dilation - s.columns.padding
                for oy in rows {
                    let y = oy * s.rows.stride + ky * s.rows.dilation - s.rows.padding
                    body(
                        (c * s.height + y) * s.width + x, matrixRow + oy * s.outWidth + columns.lowerBound,
                        columns.count)
                }
                matrixRow += s.outPixels
            }
        }
    }
}
