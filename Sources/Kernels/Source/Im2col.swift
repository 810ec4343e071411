import KernelInterface

/// Writes the matrix `[taps, pixels]`: row (c, ky, kx) holds what that tap sees at each output pixel.
///
/// Rows are copied in whole vectors where what is written too far is written again by a later row or tap; behind the
/// matrix there is room for a vector.
func im2col(_ s: Convolution, _ input: UnsafePointer<Float>, into matrix: UnsafeMutablePointer<Float>) {
    var out = matrix
    let end = input + s.inChannels / s.groups * s.height * s.width
    let (height, width, outWidth, step) = (s.height, s.width, s.outWidth, s.columns.stride)
    let vectors = (outWidth + 7) & ~7
    for c in 0..<s.inChannels / s.groups {
        let plane = input + c * height * width
        for ky in 0..<s.rows.size {
            let inRows = s.rows.inside(tap: ky, length: height, places: s.outHeight)
            for kx in 0..<s.columns.size {
                let inColumns = s.columns.inside(tap: kx, length: width, places: outWidth)
                let isWhole = inColumns.count == outWidth
                if inRows.count < s.outHeight || inColumns.count < s.outWidth {
                    out.update(repeating: 0, count: s.outPixels)
                }
                let x = inColumns.lowerBound * s.columns.stride + kx * s.columns.dilation - s.columns.padding
                // The zeros below the last row that this tap sees stay zeros.
                let zeros = inRows.upperBound < s.outHeight ? inRows.upperBound * outWidth : Int.max
                for oy in inRows {
                    let y = oy * s.rows.stride + ky * s.rows.dilation - s.rows.padding
                    let from = plane + (y * width + x)
                    copyRow(
                        inColumns.count, from: from, step: step, to: out + (oy * outWidth + inColumns.lowerBound),
                        canOverrun: isWhole && from + vectors <= end && oy * outWidth + vectors <= zeros)
                }
                out += s.outPixels
            }
        }
    }
}

/// Adds each tap's gradients where the tap saw its input.
func col2im(_ s: Convolution, _ matrix: UnsafePointer<Float>, to input: UnsafeMutablePointer<Float>) {
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

/// Copies a row, up to seven floats further than asked where `canOverrun` says that they may be read and written.
@inline(__always)
private func copyRow(
    _ count: Int, from: UnsafePointer<Float>, step: Int, to: UnsafeMutablePointer<Float>, canOverrun: Bool
) {
    if step == 1 && canOverrun {
        var i = 0
        while i < count {
            store8(load8(from + i), to + i)
            i += 8
        }
    } else if step == 1 {
        for i in 0..<count { to[i] = from[i] }
    } else {
        for i in 0..<count { to[i] = from[i * step] }
    }
}

@inline(__always)
private func addRow(_ count: Int, from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, step: Int) {
    var i = 0
    if step == 1 {
        while i + 8 <= count {
            store8(load8(UnsafePointer(to + i)) + load8(from + i), to + i)
            i += 8
        }
    }
    while i < count {
        to[i * step] += from[i]
        i += 1
    }
}

@inline(__always)
private func load8(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
private func store8(_ vector: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: SIMD8<Float>.self)
}
