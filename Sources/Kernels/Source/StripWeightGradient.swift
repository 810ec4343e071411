import KernelInterface

/// The gradient of the weight of a convolution of few channels a group: planes of several images lie side by side in a
/// frame, the gradient's in another with zeros between them, so that every tap's sum is one of products of neighbours.
struct StripWeightGradient: WeightGradientMethod {
    let shape: Convolution
    private let layout: StripLayout
    /// The gradient's planes, laid out alike.
    private let gradientLayout: StripLayout
    private let images: ImageParts
    private let imageCount: Int
    private let groupParts: Int
    private let offsets: [Int]
    private let frameSize: Int, gradientSize: Int
    private let reading: StripCopies, readingGradient: StripCopies

    init(_ shape: Convolution, _ images: Int) {
        self.shape = shape
        imageCount = images
        let rows = StripAxis(shape.rows, input: shape.height, output: shape.outHeight)
        let columns = StripAxis(shape.columns, input: shape.width, output: shape.outWidth)
        let input = shape.inChannels / shape.groups
        let phases = rows.read.step * columns.read.step
        layout = StripLayout(rows, columns, planes: input * phases + shape.outChannels / shape.groups, images: images)
        gradientLayout = StripLayout(ofResultsOf: layout)
        groupParts = min(32, shape.groups)
        self.images = ImageParts(images, most: max(1, 16 / groupParts))
        var offsets: [Int] = []
        for channel in 0..<input {
            for ky in 0..<shape.rows.size {
                for kx in 0..<shape.columns.size {
                    let (y, x) = (rows.tap(ky), columns.tap(kx))
                    let plane = (channel * rows.read.step + y.read) * columns.read.step + x.read
                    offsets.append(plane * layout.planeSize + y.distance * layout.rowSize + x.distance)
                }
            }
        }
        self.offsets = offsets
        frameSize = (input * phases * layout.planeSize + 2 * lanes + 15) & ~15
        let output = shape.outChannels / shape.groups
        gradientSize = (output * gradientLayout.planeSize + 2 * lanes + 15) & ~15
        reading = StripCopies(
            reading: layout, channels: input, imageSize: shape.inChannels * shape.height * shape.width)
        readingGradient = StripCopies(
            reading: gradientLayout, channels: output, imageSize: shape.outChannels * shape.outPixels)
    }

    private var outGroup: Int { shape.outChannels / shape.groups }
    /// Groups of one part, at the most.
    private var groupsAPart: Int { (shape.groups + groupParts - 1) / groupParts }
    var sumsSize: Int { groupsAPart * outGroup * shape.taps }
    var parts: Int { groupParts * images.count }
    var finishParts: Int { groupParts }

    private func groups(_ part: Int) -> Range<Int> {
        part * shape.groups / groupParts..<(part + 1) * shape.groups / groupParts
    }

    func run(
        _ gradient: UnsafePointer<Float>, input: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>, part: Int
    ) {
        let s = shape
        let (images, groups, taps) = (images[part / groupParts], groups(part % groupParts), s.taps)
        let (inPlanes, outPlanes) = (s.inChannels / s.groups * s.height * s.width, outGroup * s.outPixels)
        let (inputEnd, gradientEnd) = (
            input + imageCount * s.groups * inPlanes, gradient + imageCount * s.groups * outPlanes
        )
        let size = frameSize + gradientSize
        let frames = (images.count + layout.images - 1) / layout.images * layout.bands
        // A frame is filled while the one before it is worked on: what has just been written could not be read at once
        // in other vectors than those it was written in.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * size + outGroup * taps * lanes) { space in
            guard let space = space.baseAddress, frames > 0, !groups.isEmpty else { return }
            let totals = space + 2 * size
            space.update(repeating: 0, count: 2 * size)
            func fill(_ group: Int, _ image: Int, _ band: Int, _ frame: UnsafeMutablePointer<Float>) {
                let (some, plane) = (min(layout.images, images.upperBound - image), image * s.groups + group)
                let gradients = frame + frameSize
                // Fewer images than before leave no gradients behind, nor do fewer rows.
                if some < layout.images || layout.rows.count - band * layout.band < layout.band {
                    gradients.update(repeating: 0, count: gradientSize)
                }
                reading.fill(frame, input + plane * inPlanes, images: some, band: band, end: inputEnd)
                readingGradient.fill(
                    gradients, gradient + plane * outPlanes, images: some, band: band, end: gradientEnd)
            }
            offsets.withUnsafeBufferPointer { offsets in
                guard let offsets = offsets.baseAddress else { return }
                var (to, here, next) = (sums, 0, (group: groups.lowerBound, image: images.lowerBound, band: 0))
                fill(next.group, next.image, next.band, space)
                for _ in groups {
                    totals.update(repeating: 0, count: outGroup * taps * lanes)
                    for _ in 0..<frames {
                        let band = next.band
                        next.band += 1
                        if next.band == layout.bands { (next.image, next.band) = (next.image + layout.images, 0) }
                        if next.image >= images.upperBound {
                            (next.group, next.image) = (next.group + 1, images.lowerBound)
                        }
                        if next.group < groups.upperBound {
                            fill(next.group, next.image, next.band, space + (1 - here) * size)
                        }
                        let frame = space + here * size
                        for o in 0..<outGroup {
                            addStripProducts(
                                count: layout.end(rows: min(layout.band, layout.rows.count - band * layout.band)),
                                taps: taps, offsets: offsets, from: frame,
                                gradient: frame + (frameSize + o * gradientLayout.planeSize),
                                to: totals + o * taps * lanes)
                        }
                        here = 1 - here
                    }
                    for i in 0..<outGroup * taps { to[i] = load(totals + i * lanes).sum() }
                    to += outGroup * taps
                }
            }
        }
    }

    func finish(_ sums: UnsafeMutablePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, part: Int) {
        let groups = groups(part)
        let size = outGroup * shape.taps
        let to = weightGradient + groups.lowerBound * size
        for i in 0..<groups.count * size {
            var total: Float = 0
            for image in 0..<images.count { total += sums[(image * groupParts + part) * sumsSize + i] }
            to[i] = total
        }
    }
}
