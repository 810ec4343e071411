import KernelInterface

/// Each image is unrolled into a matrix, one row a tap and one column an output pixel, and multiplied by the weight
/// (Chellapilla, Puri and Simard, 2006). The matrix stays in the cache: it is made for one image and group at a time.
struct MatrixConvolution: ConvolutionMethod {
    let shape: Convolution
    let images: ImageParts
    private let outGroup: Int
    private let groupSize: Int

    init(_ shape: Convolution, _ images: Int) {
        self.shape = shape
        self.images = ImageParts(images)
        outGroup = shape.outChannels / shape.groups
        groupSize = packedSizeOfA(rows: outGroup, k: shape.taps)
    }

    var packedSize: Int { groupSize * shape.groups }
    var packParts: Int { shape.groups }
    var parts: Int { images.count }

    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
        packA(
            rows: outGroup, k: shape.taps, a: weight + part * outGroup * shape.taps, row: shape.taps, column: 1,
            into: packed + part * groupSize)
    }

    func run(
        _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, part: Int
    ) {
        let (pixels, taps) = (shape.outPixels, shape.taps)
        let inGroup = shape.inChannels / shape.groups
        withUnsafeTemporaryAllocation(of: Float.self, capacity: taps * pixels + tileColumns) { space in
            guard let matrix = space.baseAddress else { return }
            (matrix + taps * pixels).update(repeating: 0, count: tileColumns)
            for image in images[part] {
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
                        m: outGroup, n: pixels, k: taps, packedA: packed + group * groupSize, b: matrix,
                        bRow: pixels, bPanel: tileColumns, c: output, cRow: pixels, accumulating: bias != nil)
                }
            }
        }
    }
}
