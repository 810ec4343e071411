import KernelInterface

extension Kernels {
    /// Where vectors of pixels can be read from the input they are. Elsewhere each image is unrolled into a
    /// matrix, one row a tap and one column an output pixel, and multiplied by the weights
    /// (Chellapilla, Puri and Simard, 2006). The matrix stays in the cache: it is made for one image and group at a time.
    public func convolve(
        _ shape: Convolution, _ input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, _ images: Range<Int>
    ) {
        if let runs = PixelRuns(shape) {
            return convolveDirectly(shape, input, weight: weight, bias: bias, output: output, images, runs)
        }
        let (pixels, taps) = (shape.outPixels, shape.taps)
        let (outGroup, inGroup) = (shape.outChannels / shape.groups, shape.inChannels / shape.groups)
        let packed = packedSize(rows: outGroup, k: taps)
        let unrolled = taps * pixels + tileColumns
        withUnsafeTemporaryAllocation(of: Float.self, capacity: packed * shape.groups + unrolled) { space in
            guard let packedWeight = space.baseAddress else { return }
            let matrix = packedWeight + packed * shape.groups
            (matrix + taps * pixels).update(repeating: 0, count: tileColumns)
            for group in 0..<shape.groups {
                packA(
                    rows: outGroup, k: taps, a: weight + group * outGroup * taps, row: taps, column: 1,
                    into: packedWeight + group * packed)
            }
            for image in images {
                for group in 0..<shape.groups {
                    let channel = group * outGroup
                    let output = output + (image * shape.outChannels + channel) * pixels
                    if let bias {
                        for o in 0..<outGroup {
                            (output + o * pixels).update(repeating: bias[channel + o], count: pixels)
                        }
                    }
                    let input = input + (image * shape.inChannels + group * inGroup) * shape.height * shape.width
                    im2col(shape, input, into: matrix)
                    multiplyPanels(
                        m: outGroup, n: pixels, k: taps, packedA: packedWeight + group * packed, b: matrix,
                        bRow: pixels, bPanel: tileColumns, c: output, cRow: pixels, accumulating: bias != nil)
                }
            }
        }
    }

    public func convolveBackwardInput(
        _ shape: Convolution, _ gradient: UnsafePointer<Float>, weight: UnsafePointer<Float>,
        inputGradient: UnsafeMutablePointer<Float>, _ images: Range<Int>
    ) {
        let (pixels, taps) = (shape.outPixels, shape.taps)
        let (outGroup, inGroup) = (shape.outChannels / shape.groups, shape.inChannels / shape.groups)
        let plane = shape.height * shape.width
        let packed = packedSize(rows: taps, k: outGroup)
        let staged = outGroup * pixels + tileColumns
        withUnsafeTemporaryAllocation(
            of: Float.self, capacity: packed * shape.groups + taps * pixels + staged
        ) { space in
            guard let packedWeight = space.baseAddress else { return }
            let matrix = packedWeight + packed * shape.groups
            let stage = matrix + taps * pixels
            (stage + outGroup * pixels).update(repeating: 0, count: tileColumns)
            for group in 0..<shape.groups {
                packA(
                    rows: taps, k: outGroup, a: weight + group * outGroup * taps, row: 1, column: taps,
                    into: packedWeight + group * packed)
            }
            for image in images {
                for group in 0..<shape.groups {
                    let gradient = gradient + (image * shape.outChannels + group * outGroup) * pixels
                    // The last tile reads past the last row, so what it reads is staged with room behind it.
                    stage.update(from: gradient, count: outGroup * pixels)
                    multiplyPanels(
                        m: taps, n: pixels, k: outGroup, packedA: packedWeight + group * packed, b: stage, bRow: pixels,
                        bPanel: tileColumns, c: matrix, cRow: pixels, accumulating: false)
                    let input = inputGradient + (image * shape.inChannels + group * inGroup) * plane
                    input.update(repeating: 0, count: inGroup * plane)
                    col2im(shape, matrix, to: input)
                }
            }
        }
    }
}
