import KernelInterface

/// The gradient of a convolution's weight from an output gradient that is mostly zeros: what the kernel saw where a
/// gradient is not zero, times that gradient, is added to the sums of its channel, which stay in registers.
struct SparseWeightGradient: SparseWeightGradientMethod {
    let shape: Convolution
    private let layout: PatchLayout
    /// Images are divided, so that there are parts enough; blocks of input channels, so that no part's sums are large; and
    /// output channels where neither are many, for which several parts then pack the same input.
    private let images: ImageParts
    private let blocks: ImageParts
    private let outputs: ImageParts

    init?(_ shape: Convolution, _ images: Int) {
        guard let layout = PatchLayout(shape, mayBeDense: true) else { return nil }
        self.layout = layout
        self.shape = shape
        let sums = min(16, images) * shape.outChannels * layout.blocks * layout.blockSize
        let areSmall = images >= 8 && 3 * sums <= images * layout.imageSize
        blocks = ImageParts(layout.blocks, most: areSmall ? 1 : 16)
        self.images = ImageParts(images, most: max(1, 16 / max(1, blocks.count)))
        let found = max(1, self.images.count * blocks.count)
        outputs = ImageParts(shape.outChannels, most: max(1, min(8 / found, shape.outChannels / 16)))
    }

    /// Whether that is less work than all products: what to do for so many gradients that are not zero.
    func pays(_ nonzeros: Int) -> Bool {
        let vectors = Double(layout.vectors) * (layout.isDense ? SparseCosts.unalignedVector : SparseCosts.addedVector)
        let patches = Double(layout.blocks * layout.patches.count)
        return Double(nonzeros) * (vectors + patches * SparseCosts.nonzeroAdded)
            + SparseCosts.moved(images.images * layout.imageSize, far: 1.5)
            + Double(parts * sumsSize) * SparseCosts.joinedFloat
            < SparseCosts.denseWeight(shape, images.images)
    }

    var packedSize: Int { outputs.count * images.images * layout.imageSize }
    /// `[blocks, patches, outputs, rows, width]`
    var sumsSize: Int { blocks.size * layout.blockSize * outputs.size }
    var parts: Int { images.count * outputs.count * blocks.count }
    var finishParts: Int { finishOutputs.count }
    private var finishOutputs: ImageParts { ImageParts(shape.outChannels) }

    func run(
        _ gradient: SparseGradient, input: UnsafePointer<Float>, packed: UnsafeMutablePointer<Float>,
        sums: UnsafeMutablePointer<Float>, part: Int
    ) -> Bool {
        let (place, blocks) = (part / blocks.count, blocks[part % blocks.count])
        let (images, outputs) = (images[place / outputs.count], outputs[place % outputs.count])
        let size = shape.inChannels * shape.height * shape.width
        // What a part packs it reads again from the second cache.
        let partSize = blocks.count * layout.frameSize
        let most = max(1, min(images.count, (1 << 16) / partSize))
        let before = place % self.outputs.count * self.images.images + images.lowerBound
        let own = packed + before * layout.imageSize + blocks.lowerBound * images.count * layout.frameSize
        var isFinite = true
        layout.pixelPlaces.withUnsafeBufferPointer { places in
            guard let places = places.baseAddress else { return }
            for first in stride(from: images.lowerBound, to: images.upperBound, by: most) {
                let some = first..<min(images.upperBound, first + most)
                for image in some {
                    for block in blocks {
                        let place = (image - first) * blocks.count + block - blocks.lowerBound
                        let frame = own + place * layout.frameSize
                        if !layout.pack(input + image * size, block: block, into: frame) { isFinite = false }
                    }
                }
                for block in 0..<blocks.count {
                    for patch in layout.patches {
                        let work = Work(
                            layout: layout, gradient: gradient, places: places, images: some, outputs: outputs,
                            isFirst: first == images.lowerBound, pitch: patch.pitch,
                            packed: own + block * layout.frameSize + patch.offset, imageSize: partSize,
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
        let outputs: Range<Int>
        /// Whether no sums come before these.
        let isFirst: Bool
        let pitch: Int
        /// The first image's block, and floats from it to the next image's.
        let packed: UnsafePointer<Float>
        let imageSize: Int
        let sums: UnsafeMutablePointer<Float>

        func run<B: SumBlock>(_: B.Type) {
            let (all, pixels, first) = (layout.shape.outChannels, layout.shape.outPixels, images.lowerBound)
            let allWords = (pixels + 63) / 64
            layout.eachStrip(images) { images, words in
                let beginsAtZero = isFirst && images.lowerBound == first && words.lowerBound == 0
                for output in outputs {
                    let target = sums + (output - outputs.lowerBound) * B.rows * B.width
                    var sum = beginsAtZero ? B() : B(target, B.width)
                    for image in images {
                        let plane = image * all + output
                        let values = gradient.values + plane * gradient.valuesAPlane
                        let bits = gradient.bits + plane * allWords
                        let packed = packed + (image - first) * imageSize
                        for word in words {
                            prefetchWord(values, word, ahead: 2 * gradient.valuesAPlane)
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
                sums + output / outputs.size * blocks.count * sumsSize, parts: images.count,
                step: outputs.count * blocks.count * sumsSize, to: weightGradient + output * shape.taps,
                output: output % outputs.size, outputs: outputs.size)
        }
    }
}
