import KernelInterface

/// The gradient of a convolution's input: the transposed weight times the gradient of the output gives what each tap
/// gets at each pixel, which is added up where the taps saw their inputs. One image and group at a time.
struct MatrixInputGradient: ConvolutionMethod {
    let shape: Convolution
    let images: ImageParts
    private let outGroup: Int
    private let groupSize: Int

    init(_ shape: Convolution, _ images: Int) {
        self.shape = shape
        self.images = ImageParts(images)
        outGroup = shape.outChannels / shape.groups
        groupSize = packedSizeOfA(rows: shape.taps, k: outGroup)
    }

    var packedSize: Int { groupSize * shape.groups }
    var packParts: Int { shape.groups }
    var parts: Int { images.count }

    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
        packA(
            rows: shape.taps, k: outGroup, a: weight + part * outGroup * shape.taps, row: 1, column: shape.taps,
            into: packed + part * groupSize)
    }

    func run(
        _ gradient: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output inputGradient: UnsafeMutablePointer<Float>, part: Int
    ) {
        let (pixels, taps) = (shape.outPixels, shape.taps)
        let inGroup = shape.inChannels / shape.groups
        let plane = shape.height * shape.width
        let staged = outGroup * pixels + tileColumns
        withUnsafeTemporaryAllocation(of: Float.self, capacity: taps * pixels + staged) { space in
            guard let matrix = space.baseAddress else { return }
            let stage = matrix + taps * pixels
            (stage + outGroup * pixels).update(repeating: 0, count: tileColumns)
            for image in images[part] {
                for group in 0..<shape.groups {
                    let gradient = gradient + (image * shape.outChannels + group * outGroup) * pixels
                    // The last tile reads past the last row, so what it reads is staged with room behind it.
                    stage.update(from: gradient, count: outGroup * pixels)
                    multiplyPanels(
                        m: taps, n: pixels, k: outGroup, packedA: packed + group * groupSize, b: stage, bRow: pixels,
                        bPanel: tileColumns, c: matrix, cRow: pixels, accumulating: false)
                    let input = inputGradient + (image * shape.inChannels + group * inGroup) * plane
                    input.update(repeating: 0, count: inGroup * plane)
                    col2im(shape, matrix, to: input)
                }
            }
        }
    }
}
