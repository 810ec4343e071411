import KernelInterface

/// The gradient of a convolution's weight from an output gradient that is mostly zeros: what the kernel saw where a
/// gradient is not zero, times that gradient, is added to the sums of its channel, which stay in registers.
struct SparseWeightGradient: SparseWeightGradientMethod {
    let shape: Convolution
    private let layout: PatchLayout
    /// Images are divided, so that there are parts enough; and output channels, so that no part's sums are large, which
    /// several parts then pack the images for.
    private let images: ImageParts
    private let outputs: ImageParts

    init?(_ shape: Convolution, _ images: Int) {
        guard let layout = PatchLayout(shape, mayBeDense: true) else { return nil }
        self.layout = layout
        self.shape = shape
        let sums = min(16, images) * shape.outChannels * layout.blocks * layout.blockSize
        let areSmall = images >= 8 && 3 * sums <= images * layout.imageSize
        outputs = ImageParts(shape.outChannels, most: areSmall ? 1 : min(16, max(1, shape.outChannels / 16)))
        self.images = ImageParts(images, most: max(1, 16 / max(1, outputs.count)))
    }

    /// Whether that is less work than all products: what to do for so many gradients that are not zero.
    func pays(_ nonzeros: Int) -> Bool {
        let vectors = Double(layout.vectors) * (layout.isDense ? SparseCosts.unalignedVector : SparseCosts.addedVector)
        let moved =
            SparseCosts.moved(images.images * layout.imageSize, far: packParts > 0 ? 6 : 2.5)
            + Double(parts * sumsSize) * SparseCosts.packedFloat
        return Double(nonzeros) * (vectors + SparseCosts.nonzeroAdded) + moved
            < SparseCosts.denseWeight(shape, images.images)
    }

    var packedSize: Int { images.images * layout.imageSize }
    /// Where one part has all output channels of its images, it packs them itself.
    var packParts: Int { outputs.count > 1 ? images.images : 0 }
    /// `[blocks, patches, outputs, rows, width]`
    var sumsSize: Int { outputs.size * layout.blocks * layout.blockSize }
    var parts: Int { images.count * outputs.count }
    var finishParts: Int { finishOutputs.count }
    private var finishOutputs: ImageParts { ImageParts(shape.outChannels) }

    func pack(_ input: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part image: Int) -> Bool {
        let size = shape.inChannels * shape.height * shape.width
        return layout.pack(input + image * size, into: packed + image * layout.imageSize)
    }

    func run(
        _ gradient: SparseGradient, input: UnsafePointer<Float>, packed: UnsafeMutablePointer<Float>,
        sums: UnsafeMutablePointer<Float>, part: Int
    ) -> Bool {
        let (images, outputs) = (images[part / outputs.count], outputs[part % outputs.count])
        let isPacked = packParts > 0
        // What this part packs it reads again from the second cache.
        let most = isPacked ? images.count : max(1, min(images.count, (1 << 16) / layout.imageSize))
        var isFinite = true
        layout.pixelPlaces.withUnsafeBufferPointer { places in
            guard let places = places.baseAddress else { return }
            for first in stride(from: images.lowerBound, to: images.upperBound, by: most) {
                let some = first..<min(images.upperBound, first + most)
                let own = packed + (isPacked ? 0 : images.lowerBound - first) * layout.imageSize
                for image in some where !isPacked {
                    let size = shape.inChannels * shape.height * shape.width
                    if !layout.pack(input + image * size, into: own + image * layout.imageSize) { isFinite = false }
                }
                for block in 0..<layout.blocks {
                    for patch in layout.patches {
                        let work = Work(
                            layout: layout, gradient: gradient, places: places, images: some,
                            first: images.lowerBound, outputs: outputs, pitch: patch.pitch,
                            packed: own + block * layout.frameSize + patch.offset,
                            sums: sums + (block * layout.blockSize + patch.start) * self.outputs.size)
                        work.run(rows: patch.rows, width: patch.width)
                    }
                }
            }
        }
        return isFinite
    }

    /// One patch of one block.
    private struct Work: SumBlockUser {
        let layout: PatchLayout
        let gradient: SparseGradient
        let places: UnsafePointer<Int32>
        let images: Range<Int>
        /// The image that no sums come before.
        let first: Int
        let outputs: Range<Int>
        let pitch: Int
        let packed: UnsafePointer<Float>
        let sums: UnsafeMutablePointer<Float>

        func run<B: SumBlock>(_: B.Type) {
            let (all, pixels, imageSize) = (layout.shape.outChannels, layout.shape.outPixels, layout.imageSize)
            let allWords = (pixels + 63) / 64
            layout.eachStrip(images) { images, words in
                for output in outputs {
                    let target = sums + (output - outputs.lowerBound) * B.rows * B.width
                    var sum = images.lowerBound == first && words.lowerBound == 0 ? B() : B(target, B.width)
                    for image in images {
                        let plane = image * all + output
                        let values = gradient.values + plane * gradient.valuesAPlane
                        let bits = gradient.bits + plane * allWords
                        let packed = packed + image * imageSize
                        for word in words {
                            var left = bits[word]
                            let (sources, places) = (gradient.places + word * 64, places + word * 64)
                            while left != 0 {
                                let pixel = left.trailingZeroBitCount
                                left &= left &- 1
                                sum.add(values[Int(sources[pixel])], packed + Int(places[pixel]), pitch)
                            }
                        }
                    }
                    sum.store(target, B.width)
                }
            }
        }
    }

    func finish(_ sums: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, part: Int) {
        for output in finishOutputs[part] {
            layout.unpackWeights(
                sums + output / outputs.size * sumsSize, parts: images.count, step: outputs.count * sumsSize,
                to: weightGradient + output * shape.taps, output: output % outputs.size, outputs: outputs.size)
        }
    }
}
