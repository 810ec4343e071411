import KernelTable

func maxPool(_ s: Pooling, _ f: Pooling.MaxForward, _ planes: Range<Int>) {
    for plane in planes {
        let input = f.input + plane * s.height * s.width
        let output = f.output + plane * s.outHeight * s.outWidth
        let indices = f.indices + plane * s.outHeight * s.outWidth
        if s.rows == Window(size: 2, stride: 2) && s.columns == Window(size: 2, stride: 2) {
            maxPoolPairs(s, input, output, indices)
        } else {
            maxPoolWindows(s, input, output, indices)
        }
    }
}

/// The usual window of two by two, step two, without padding.
private func maxPoolPairs(
    _ s: Pooling, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ indices: UnsafeMutablePointer<Int32>
) {
    for oy in 0..<s.outHeight {
        let top = input + 2 * oy * s.width
        let first = Int32(truncatingIfNeeded: 2 * oy * s.width)
        let width = Int32(truncatingIfNeeded: s.width)
        for ox in 0..<s.outWidth {
            let x = 2 * ox
            var best = top[x]
            var index = first &+ Int32(truncatingIfNeeded: x)
            let start = index
            var value = top[x + 1]
            // A NaN is kept once it is found: no comparison with it holds, so it is asked for by itself.
            if value > best || value != value {
                best = value
                index = start &+ 1
            }
            value = top[x + s.width]
            if value > best || value != value {
                best = value
                index = start &+ width
            }
            value = top[x + s.width + 1]
            if value > best || value != value {
                best = value
                index = start &+ width &+ 1
            }
            output[oy * s.outWidth + ox] = best
            indices[oy * s.outWidth + ox] = index
        }
    }
}

private func maxPoolWindows(
    _ s: Pooling, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ indices: UnsafeMutablePointer<Int32>
) {
    for oy in 0..<s.outHeight {
        for ox in 0..<s.outWidth {
            var best = -Float.infinity
            var index = -1
            for ky in 0..<s.rows.size {
                let y = oy * s.rows.stride + ky * s.rows.dilation - s.rows.padding
                if y < 0 || y >= s.height { continue }
                for kx in 0..<s.columns.size {
                    let x = ox * s.columns.stride + kx * s.columns.dilation - s.columns.padding
                    if x < 0 || x >= s.width { continue }
                    let value = input[y * s.width + x]
                    if value > best || value != value || index < 0 {
                        best = value
                        index = y * s.width + x
                    }
                }
            }
            output[oy * s.outWidth + ox] = best
            indices[oy * s.outWidth + ox] = Int32(truncatingIfNeeded: index)
        }
    }
}

func averagePool(_ s: Pooling, _ f: Pooling.AverageForward, _ planes: Range<Int>) {
    let scale = 1 / Float(s.rows.size * s.columns.size)
    for plane in planes {
        let input = f.input + plane * s.height * s.width
        let output = f.output + plane * s.outHeight * s.outWidth
        for oy in 0..<s.outHeight {
            for ox in 0..<s.outWidth {
                var total: Float = 0
                for ky in 0..<s.rows.size {
                    let y = oy * s.rows.stride + ky - s.rows.padding
                    if y < 0 || y >= s.height { continue }
                    for kx in 0..<s.columns.size {
                        let x = ox * s.columns.stride + kx - s.columns.padding
                        if x < 0 || x >= s.width { continue }
                        total += input[y * s.width + x]
                    }
                }
                output[oy * s.outWidth + ox] = total * scale
            }
        }
    }
}

func averagePoolBackward(_ s: Pooling, _ b: Pooling.AverageBackward, _ planes: Range<Int>) {
    let scale = 1 / Float(s.rows.size * s.columns.size)
    for plane in planes {
        let gradient = b.outputGradient + plane * s.outHeight * s.outWidth
        let input = b.inputGradient + plane * s.height * s.width
        input.update(repeating: 0, count: s.height * s.width)
        for oy in 0..<s.outHeight {
            for ox in 0..<s.outWidth {
                let share = gradient[oy * s.outWidth + ox] * scale
                for ky in 0..<s.rows.size {
                    let y = oy * s.rows.stride + ky - s.rows.padding
                    if y < 0 || y >= s.height { continue }
                    for kx in 0..<s.columns.size {
                        let x = ox * s.columns.stride + kx - s.columns.padding
                        if x < 0 || x >= s.width { continue }
                        input[y * s.width + x] += share
                    }
                }
            }
        }
    }
}
