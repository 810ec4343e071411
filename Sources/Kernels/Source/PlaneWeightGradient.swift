import KernelInterface

#if KERNELS_V4
    /// The gradient of the weight of a depthwise convolution, of planes as they lie in memory: each tap's sum is one of
    /// products of neighbours, of which those that would see the padding are not read. Where a stride divides the planes into
    /// phases, these are copied.
    final class PlaneWeightGradient: WeightGradientMethod {
        let shape: Convolution
        private let layout: PlaneLayout
        private let images: ImageParts
        private let imageCount: Int
        private let channelParts: Int

        /// - Returns: nil where `PlaneLayout` does not fit.
        init?(_ shape: Convolution, _ images: Int) {
            guard let layout = PlaneLayout(shape) else { return nil }
            self.shape = shape
            self.layout = layout
            imageCount = images
            channelParts = min(32, shape.inChannels)
            self.images = ImageParts(images, most: max(1, 16 / channelParts))
        }

        /// Channels of one part, at the most.
        private var channelsAPart: Int { (shape.inChannels + channelParts - 1) / channelParts }
        var sumsSize: Int { channelsAPart * shape.taps }
        var parts: Int { channelParts * images.count }
        var finishParts: Int { channelParts }

        private func channels(_ part: Int) -> Range<Int> {
            part * shape.inChannels / channelParts..<(part + 1) * shape.inChannels / channelParts
        }

        func run(
            _ gradient: UnsafePointer<Float>, input: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>, part: Int
        ) {
            let (s, taps, own) = (shape, shape.taps, images[part / channelParts])
            let (inSize, copySize) = (s.height * s.width, layout.copySize)
            // As many planes as the first cache holds beside their gradients.
            let most = layout.isInPlace ? own.count : max(1, min(own.count, 6144 / copySize))
            let isCopied = !layout.isInPlace
            layout.withTables { tables in
                withFloats(taps * lanes + (isCopied ? most * copySize : 0)) { totals in
                    let space = totals + taps * lanes
                    var to = sums
                    for channel in channels(part % channelParts) {
                        totals.update(repeating: 0, count: taps * lanes)
                        for image in stride(from: own.lowerBound, to: own.upperBound, by: most) {
                            let count = min(most, own.upperBound - image)
                            let plane = image * s.inChannels + channel
                            if isCopied {
                                for i in 0..<count {
                                    tables.fill(
                                        space + i * copySize, input + (plane + i * s.inChannels) * inSize,
                                        end: input + imageCount * s.inChannels * inSize)
                                }
                            }
                            PlaneProducts(
                                tables: tables, images: count,
                                input: isCopied ? UnsafePointer(space) : input + plane * inSize,
                                inStep: isCopied ? copySize : s.inChannels * inSize,
                                gradient: gradient + plane * s.outPixels, outStep: s.inChannels * s.outPixels
                            ).add(to: totals)
                        }
                        for tap in 0..<taps { to[tap] = load(totals + tap * lanes).sum() }
                        to += taps
                    }
                }
            }
        }

        func finish(_ sums: UnsafeMutablePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, part: Int) {
            let channels = channels(part)
            let to = weightGradient + channels.lowerBound * shape.taps
            for i in 0..<channels.count * shape.taps {
                var total: Float = 0
                for image in 0..<images.count { total += sums[(image * channelParts + part) * sumsSize + i] }
                to[i] = total
            }
        }
    }

    /// Planes of one channel of some images, and their gradients.
    private struct PlaneProducts {
        let tables: PlaneTables
        let images: Int
        let input: UnsafePointer<Float>
        let inStep: Int
        let gradient: UnsafePointer<Float>
        let outStep: Int

        /// Adds to each tap's vector of sums, whose lanes are added up in the end.
        func add(to totals: UnsafeMutablePointer<Float>) {
            for first in stride(from: 0, to: tables.taps, by: 9) {
                let count = min(9, tables.taps - first)
                let (offsets, bits) = (tables.offsets + first, tables.bits + first)
                let (at, whole) = (totals + first * lanes, images / 4 * 4)
                if whole > 0 { add(N4.self, 0..<whole, count, offsets, bits, to: at) }
                if whole < images { add(N1.self, whole..<images, count, offsets, bits, to: at) }
            }
        }

        /// At most nine taps, and so many images at a time.
        @inline(never)
        private func add<Images: Count>(
            _: Images.Type, _ some: Range<Int>, _ count: Int, _ offsets: UnsafePointer<Int>,
            _ bits: UnsafePointer<UInt16>, to totals: UnsafeMutablePointer<Float>
        ) {
            // Taps beyond the last read what the first one does, and are not kept.
            func tap(_ i: Int) -> Int { i < count ? i : 0 }
            let (t1, t2, t3, t4) = (tap(1), tap(2), tap(3), tap(4))
            let (t5, t6, t7, t8) = (tap(5), tap(6), tap(7), tap(8))
            let (o0, o1, o2, o3, o4) = (offsets[0], offsets[t1], offsets[t2], offsets[t3], offsets[t4])
            let (o5, o6, o7, o8) = (offsets[t5], offsets[t6], offsets[t7], offsets[t8])
            var (s0, s1, s2, s3, s4) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero, Vector.zero)
            var (s5, s6, s7, s8) = (s0, s0, s0, s0)
            for image in stride(from: some.lowerBound, to: some.upperBound, by: Images.value) {
                let (x, g) = (input + image * inStep, gradient + image * outStep)
                var bits = bits
                for vector in 0..<tables.vectors {
                    let start = tables.start(vector)
                    // What the last vector shares with the one before it counts once.
                    let fresh = UInt16.max << UInt16(vector * lanes - start)
                    let some = PlaneLanes(
                        x: x + start, inStep: inStep, g: g + start, outStep: outStep, Images.self, fresh)
                    some.add(&s0, o0, bits[0])
                    some.add(&s1, o1, bits[t1])
                    some.add(&s2, o2, bits[t2])
                    some.add(&s3, o3, bits[t3])
                    some.add(&s4, o4, bits[t4])
                    some.add(&s5, o5, bits[t5])
                    some.add(&s6, o6, bits[t6])
                    some.add(&s7, o7, bits[t7])
                    some.add(&s8, o8, bits[t8])
                    bits += tables.taps
                }
            }
            @inline(__always) func put(_ sum: Vector, _ tap: Int) {
                if tap < count { store(load(totals + tap * lanes) + sum, totals + tap * lanes) }
            }
            put(s0, 0)
            put(s1, 1)
            put(s2, 2)
            put(s3, 3)
            put(s4, 4)
            put(s5, 5)
            put(s6, 6)
            put(s7, 7)
            put(s8, 8)
        }
    }

    /// A vector of the gradient of some images, and what is multiplied with it.
    private struct PlaneLanes<Images: Count> {
        let x: UnsafePointer<Float>
        let inStep: Int
        let fresh: UInt16
        let g0: Vector, g1: Vector, g2: Vector, g3: Vector

        @inline(__always)
        init(
            x: UnsafePointer<Float>, inStep: Int, g: UnsafePointer<Float>, outStep: Int, _: Images.Type, _ fresh: UInt16
        ) {
            self.x = x
            self.inStep = inStep
            self.fresh = fresh
            g0 = loadSome(g, fresh)
            g1 = Images.value > 1 ? loadSome(g + outStep, fresh) : .zero
            g2 = Images.value > 2 ? loadSome(g + 2 * outStep, fresh) : .zero
            g3 = Images.value > 2 ? loadSome(g + 3 * outStep, fresh) : .zero
        }

        @inline(__always)
        func add(_ sum: inout Vector, _ offset: Int, _ bits: UInt16) {
            let (x, bits) = (x + offset, bits & fresh)
            accumulate(&sum, loadSome(x, bits), g0)
            if Images.value > 1 { accumulate(&sum, loadSome(x + inStep, bits), g1) }
            if Images.value > 2 {
                accumulate(&sum, loadSome(x + 2 * inStep, bits), g2)
                accumulate(&sum, loadSome(x + 3 * inStep, bits), g3)
            }
        }
    }
#endif
