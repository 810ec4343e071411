import KernelInterface

/// The gradient of a convolution's weight: for each tap the input that it saw, times the output's gradient with its
/// channels last.
struct DirectWeightGradient: WeightGradientMethod {
    let shape: Convolution
    let images: ImageParts
    private let outGroup: Int
    /// Output channels of a group, filled up to whole vectors.
    private let width: Int

    init(_ shape: Convolution, _ images: Int) {
        self.shape = shape
        // The parts' sums of a large layer take at most 16 MB together.
        self.images = ImageParts(images, most: max(1, min(16, (4 << 20) / max(1, shape.outChannels * shape.taps))))
        outGroup = shape.outChannels / shape.groups
        width = (outGroup + pixelLanes - 1) / pixelLanes * pixelLanes
    }

    /// `[groups, taps, width]`.
    var sumsSize: Int { shape.groups * shape.taps * width }
    var parts: Int { images.count }
    var finishParts: Int { shape.groups }

    func run(
        _ gradient: UnsafePointer<Float>, input: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>, part: Int
    ) {
        let s = shape
        let frame = Frame(s)
        let (taps, pixels, inGroup) = (s.taps, s.outPixels, s.inChannels / s.groups)
        withUnsafeTemporaryAllocation(of: Int.self, capacity: taps) { places in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: pixels * width + frame.size(s)) { space in
                guard let offsets = places.baseAddress, let turned = space.baseAddress else { return }
                let framed = turned + pixels * width
                frame.writeOffsets(s, to: offsets)
                sums.update(repeating: 0, count: sumsSize)
                // The channels beyond the last, the frame.
                turned.update(repeating: 0, count: space.count)
                for image in images[part] {
                    for group in 0..<s.groups {
                        let from = gradient + (image * s.outChannels + group * outGroup) * pixels
                        for p in 0..<pixels {
                            for o in 0..<outGroup { turned[p * width + o] = from[o * pixels + p] }
                        }
                        let input = input + (image * s.inChannels + group * inGroup) * s.height * s.width
                        addWeightTiles(
                            taps: taps, offsets: offsets, input: frame.place(s, input, in: framed),
                            rowStep: s.rows.stride * frame.rowSize, columnStep: s.columns.stride, gradient: turned,
                            outHeight: s.outHeight, outWidth: s.outWidth, width: width, to: sums + group * taps * width)
                    }
                }
            }
        }
    }

    func finish(_ sums: UnsafeMutablePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, part group: Int) {
        let (taps, size) = (shape.taps, sumsSize)
        let total = sums + group * taps * width
        for part in 1..<max(1, parts) {
            let more = total + part * size
            for i in 0..<taps * width { total[i] += more[i] }
        }
        for o in 0..<outGroup {
            let to = weightGradient + (group * outGroup + o) * taps
            for tap in 0..<taps { to[tap] = parts == 0 ? 0 : total[tap * width + o] }
        }
    }
}
