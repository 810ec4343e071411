import KernelTable

/// Writes the matrix `[taps, pixels]`: row (c, ky, kx) holds what that tap sees at each output pixel.
func unrollTaps(_ s: Convolution, _ input: UnsafePointer<Float>, into matrix: UnsafeMutablePointer<Float>) {
    var out = matrix
    for c in 0..<s.inChannels / s.groups {
        let plane = input + c * s.height * s.width
        for ky in 0..<s.rows.size {
            let inRows = s.rows.inside(tap: ky, length: s.height, places: s.outHeight)
            for kx in 0..<s.columns.size {
                let inColumns = s.columns.inside(tap: kx, length: s.width, places: s.outWidth)
                if inRows.count < s.outHeight || inColumns.count < s.outWidth {
                    out.update(repeating: 0, count: s.outPixels)
                }
                let x = inColumns.lowerBound * s.columns.stride + kx * s.columns.dilation - s.columns.padding
                for oy in inRows {
                    let y = oy * s.rows.stride + ky * s.rows.dilation - s.rows.padding
                    copyRow(
                        inColumns.count, from: plane + (y * s.width + x), step: s.columns.stride,
                        to: out + (oy * s.outWidth + inColumns.lowerBound))
                }
                out += s.outPixels
            }
        }
    }
}

/// Writes the matrix `[pixels, taps]`, the other one's transpose.
func unrollPixels(_ s: Convolution, _ input: UnsafePointer<Float>, into matrix: UnsafeMutablePointer<Float>) {
    let (channels, taps) = (s.inChannels / s.groups, s.taps)
    var out = matrix
    for oy in 0..<s.outHeight {
        for ox in 0..<s.outWidth {
            let left = ox * s.columns.stride - s.columns.padding
            let right = left + (s.columns.size - 1) * s.columns.dilation
            let inside = left >= 0 && right < s.width
            var tap = out
            for c in 0..<channels {
                let plane = input + c * s.height * s.width
                for ky in 0..<s.rows.size {
                    let y = oy * s.rows.stride + ky * s.rows.dilation - s.rows.padding
                    if y < 0 || y >= s.height {
                        for kx in 0..<s.columns.size { tap[kx] = 0 }
                    } else if inside {
                        let row = plane + (y * s.width + left)
                        for kx in 0..<s.columns.size { tap[kx] = row[kx * s.columns.dilation] }
                    } else {
                        let row = plane + y * s.width
                        for kx in 0..<s.columns.size {
                            let x = left + kx * s.columns.dilation
                            tap[kx] = x >= 0 && x < s.width ? row[x] : 0
                        }
                    }
                    tap += s.columns.size
                }
            }
            out += taps
        }
    }
}

/// Adds each tap's gradients where the tap saw its input.
func addTaps(_ s: Convolution, _ matrix: UnsafePointer<Float>, to input: UnsafeMutablePointer<Float>) {
    var from = matrix
    for c in 0..<s.inChannels / s.groups {
        let plane = input + c * s.height * s.width
        for ky in 0..<s.rows.size {
            let inRows = s.rows.inside(tap: ky, length: s.height, places: s.outHeight)
            for kx in 0..<s.columns.size {
                let inColumns = s.columns.inside(tap: kx, length: s.width, places: s.outWidth)
                let x = inColumns.lowerBound * s.columns.stride + kx * s.columns.dilation - s.columns.padding
                for oy in inRows {
                    let y = oy * s.rows.stride + ky * s.rows.dilation - s.rows.padding
                    addRow(
                        inColumns.count, from: from + (oy * s.outWidth + inColumns.lowerBound),
                        to: plane + (y * s.width + x), step: s.columns.stride)
                }
                from += s.outPixels
            }
        }
    }
}

@inline(__always)
private func copyRow(_ count: Int, from: UnsafePointer<Float>, step: Int, to: UnsafeMutablePointer<Float>) {
    if step == 1 {
        for i in 0..<count { to[i] = from[i] }
    } else {
        for i in 0..<count { to[i] = from[i * step] }
    }
}

@inline(__always)
private func addRow(_ count: Int, from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, step: Int) {
    if step == 1 {
        for i in 0..<count { to[i] += from[i] }
    } else {
        for i in 0..<count { to[i * step] += from[i] }
    }
}
