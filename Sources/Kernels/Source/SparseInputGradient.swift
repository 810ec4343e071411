import KernelInterface

/// The gradient of a convolution's input from an output gradient that is mostly zeros: the weights of a channel, in
/// registers, times each gradient that is not zero are added to what the kernel saw there.
struct SparseInputGradient: SparseInputGradientMethod {
    let shape: Convolution
    private let layout: PatchLayout
    private let images: ImageParts
    /// Blocks of channels are divided too where there are few images.
    private let blocks: ImageParts

    init?(_ shape: Convolution, _ images: Int) {
        guard let layout = PatchLayout(shape, mayBeDense: false) else { return nil }
        self.layout = layout
        self.shape = shape
        self.images = ImageParts(images)
        blocks = ImageParts(layout.blocks, most: max(1, 16 / max(1, self.images.count)))
    }

    func cost(nonzeros: Int) -> Double {
        let patches = Double(layout.blocks * layout.patches.count)
        let found = Double(layout.vectors) * SparseCosts.storedVector + patches * SparseCosts.nonzeroStored
        return Double(nonzeros) * found + SparseCosts.moved(images.images * layout.imageSize, far: 1)
            + Double(packedSize) * SparseCosts.packedFloat
    }

    /// `[blocks, patches, outputs, rows, width]`
    var packedSize: Int { layout.blocks * layout.blockSize * shape.outChannels }
    var packParts: Int { packOutputs.count }
    var parts: Int { images.count * blocks.count }
    private var packOutputs: ImageParts { ImageParts(shape.outChannels) }

    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) -> Bool {
        var isFinite = true
        for output in packOutputs[part] {
            let isRowFinite = layout.packWeights(
                weight + output * shape.taps, into: packed, output: output, outputs: shape.outChannels)
            if !isRowFinite { isFinite = false }
        }
        return isFinite
    }

    func run(
        _ gradient: SparseGradient, packed: UnsafePointer<Float>, output inputGradient: UnsafeMutablePointer<Float>,
        part: Int
    ) {
        let (images, blocks) = (images[part / blocks.count], blocks[part % blocks.count])
        let size = shape.inChannels * shape.height * shape.width
        var most = 1
        layout.eachStrip(images) { strip, _ in most = max(most, strip.count) }
        withUnsafeTemporaryAllocation(byteCount: most * layout.frameSize * 4, alignment: 64) { space in
            guard let frames = space.baseAddress?.bindMemory(to: Float.self, capacity: most * layout.frameSize) else {
                return
            }
            layout.pixelPlaces.withUnsafeBufferPointer { places in
                guard let places = places.baseAddress else { return }
                for first in stride(from: images.lowerBound, to: images.upperBound, by: most) {
                    let images = first..<min(images.upperBound, first + most)
                    for block in blocks {
                        frames.update(repeating: 0, count: images.count * layout.frameSize)
                        for patch in layout.patches {
                            let work = Work(
                                layout: layout, gradient: gradient, places: places, images: images,
                                weights: packed + (block * layout.blockSize + patch.start) * shape.outChannels,
                                frames: frames + patch.offset, pitch: patch.pitch)
                            work.run(rows: patch.rows, width: patch.width)
                        }
                        for image in images {
                            layout.unpack(
                                frames + (image - first) * layout.frameSize, block: block,
                                to: inputGradient + image * size)
                        }
                    }
                }
            }
        }
    }

    /// One patch of one block.
    private struct Work: SumBlockUser {
        let layout: PatchLayout
        let gradient: SparseGradient
        let places: UnsafePointer<Int32>
        let images: Range<Int>
        let weights: UnsafePointer<Float>
        let frames: UnsafeMutablePointer<Float>
        let pitch: Int

        func run<B: SumBlock>(_: B.Type) {
            let (outputs, pixels, frameSize) = (layout.shape.outChannels, layout.shape.outPixels, layout.frameSize)
            let allWords = (pixels + 63) / 64
            layout.eachStrip(images) { strip, words in
                for output in 0..<outputs {
                    let block = B(weights + output * B.rows * B.width, B.width)
                    for image in strip {
                        let plane = image * outputs + output
                        let values = gradient.values + plane * gradient.valuesAPlane
                        let bits = gradient.bits + plane * allWords
                        let frame = frames + (image - images.lowerBound) * frameSize
                        for word in words {
                            prefetchWord(values, word, ahead: 2 * gradient.valuesAPlane)
                            var left = bits[word]
                            let (sources, places) = (gradient.places + word * 64, places + word * 64)
                            while left != 0 {
                                let pixel = left.trailingZeroBitCount
                                left &= left &- 1
                                block.addTo(frame + Int(places[pixel]), values[Int(sources[pixel])], pitch)
                            }
                        }
                    }
                }
            }
        }
    }
}
