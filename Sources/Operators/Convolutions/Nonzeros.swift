import Kernels
import Synchronization

/// Where the gradient of a convolution's output is not 0, found once for the gradients of input and weight. Beyond a
/// max-pool and a ReLU nine tenths of it are exact zeros, and a product with zero adds nothing.
struct Nonzeros {
    private let bits: Tensor
    private let count: Int
    /// The gradient's values `[images, channels, values]`, and the place of each pixel's among those of its plane (int32).
    private let values: Tensor, places: Tensor
    /// The sum of each plane's values.
    private let sums: Tensor

    /// - Returns: nil where the gradient is not sparse or not finite, or the convolution has groups.
    /// - Throws: `TensorError` where the memory cannot be had.
    init?(_ gradient: Tensor, groups: Int) throws {
        let planes = gradient.shape[0] * gradient.shape[1]
        let pixels = gradient.shape[2] * gradient.shape[3]
        guard groups == 1, planes * pixels > 0 else { return nil }
        let words = (pixels + 63) / 64
        bits = try Tensor(uninitialized: [planes, 2 * words])
        let marks = UnsafeMutableRawPointer(bits.floats).bindMemory(to: UInt64.self, capacity: planes * words)
        let sums = try Tensor(uninitialized: [planes])
        let (values, totals) = (gradient.floats, sums.floats)
        // A few planes tell a dense gradient.
        let some = min(planes, max(4, 4096 / pixels))
        var sample = 0
        for i in 0..<some {
            let plane = i * planes / some
            sample += kernels.nonzeros(values, pixels: pixels, bits: marks, sums: totals, plane..<plane + 1).count
        }
        guard Double(sample) <= Self.most * Double(some * pixels) else { return nil }
        guard
            let count = Self.count(
                planes: planes, pixels: pixels,
                { kernels.nonzeros(values, pixels: pixels, bits: marks, sums: totals, $0) })
        else { return nil }
        self.count = count
        self.sums = sums
        self.values = gradient
        places = try Tensor(uninitialized: [pixels], dtype: .int32)
        let places = places.address(as: Int32.self)
        for pixel in 0..<pixels { places[pixel] = Int32(truncatingIfNeeded: pixel) }
    }

    /// Where a max-pooling's gradient goes.
    ///
    /// - Returns: nil where it is not finite, or there is none.
    /// - Throws: `TensorError` where the memory cannot be had.
    init?(_ gradient: PooledGradient) throws {
        let (shape, pooling) = (gradient.values.shape, gradient.pooling)
        let (planes, pixels) = (shape[0] * shape[1], pooling.height * pooling.width)
        guard gradient.values.count > 0 else { return nil }
        let words = (pixels + 63) / 64
        bits = try Tensor(uninitialized: [planes, 2 * words])
        let marks = UnsafeMutableRawPointer(bits.floats).bindMemory(to: UInt64.self, capacity: planes * words)
        let sums = try Tensor(uninitialized: [planes])
        let (values, mask, totals) = (gradient.values.floats, gradient.mask?.floats, sums.floats)
        let count: Int?
        if let corners = gradient.corners {
            // The codes may say what the mask says.
            let isRectified = mask != nil && corners.rectified?.storage === gradient.mask?.storage
            let codes = corners.codes
            count = Self.count(planes: planes, pixels: pixels) {
                kernels.nonzeroMaxima(
                    pooling, values, mask: isRectified ? nil : mask, codes: codes, rectified: isRectified, bits: marks,
                    sums: totals, $0, of: planes)
            }
        } else {
            let indices = gradient.places.address(as: Int32.self)
            count = Self.count(planes: planes, pixels: pixels) {
                kernels.nonzeroMaxima(
                    pooling, values, mask: mask, indices: indices, bits: marks, sums: totals, $0, of: planes)
            }
        }
        guard let count else { return nil }
        self.count = count
        self.sums = sums
        self.values = gradient.values
        places = try gradient.windows()
    }

    /// Marks all planes in parallel.
    ///
    /// - Returns: how many elements are not 0; nil where one is not finite.
    private static func count(
        planes: Int, pixels: Int, _ mark: (Range<Int>) -> (count: Int, isFinite: Bool)
    ) -> Int? {
        let total = Atomic<Int>(0)
        let wrong = Atomic<Bool>(false)
        inParts(of: planes, size: max(1, elementsAPart / pixels)) { part in
            let found = mark(part)
            total.wrappingAdd(found.count, ordering: .relaxed)
            if !found.isFinite { wrong.store(true, ordering: .relaxed) }
        }
        return wrong.load(ordering: .relaxed) ? nil : total.load(ordering: .relaxed)
    }

    /// The share from which no method for sparse gradients pays.
    private static let most = 0.4

    private var sparse: SparseGradient {
        let words = bits.shape[0] * bits.shape[1] / 2
        return SparseGradient(
            values: values.floats, valuesAPlane: values.shape[2] * values.shape[3],
            places: places.address(as: Int32.self),
            bits: UnsafeMutableRawPointer(bits.floats).bindMemory(to: UInt64.self, capacity: words))
    }

    /// Works out the gradient of a convolution's input.
    ///
    /// - Returns: false where all products must be multiplied: that is faster, or the weight is not finite.
    /// - Throws: `TensorError` where the memory for the packed weight cannot be had.
    func runInputGradient(_ shape: Convolution, weight: Tensor, into output: Tensor) throws -> Bool {
        let images = values.shape[0]
        guard let method = kernels.sparseInputGradient(shape, images: images, nonzeros: count) else { return false }
        let packed = try Tensor(uninitialized: [method.packedSize])
        let (g, w, p, dx) = (sparse, weight.floats, packed.floats, output.floats)
        let wrong = Atomic<Bool>(false)
        ThreadPool.shared.run(method.packParts) {
            if !method.pack(w, into: p, part: $0) { wrong.store(true, ordering: .relaxed) }
        }
        if wrong.load(ordering: .relaxed) { return false }
        ThreadPool.shared.run(method.parts) { method.run(g, packed: p, output: dx, part: $0) }
        extendLifetime(packed)
        keepAlive()
        return true
    }

    /// Works out the gradient of its weight.
    ///
    /// - Returns: false where all products must be multiplied: that is faster, or the input is not finite.
    /// - Throws: `TensorError` where the memory for the packed input or the sums cannot be had.
    func runWeightGradient(_ shape: Convolution, input: Tensor, into output: Tensor) throws -> Bool {
        let images = values.shape[0]
        guard let method = kernels.sparseWeightGradient(shape, images: images, nonzeros: count) else { return false }
        let packed = try Tensor(uninitialized: [method.packedSize])
        let sums = try Tensor(uninitialized: [method.parts, method.sumsSize])
        let (g, x, p, s, dw) = (sparse, input.floats, packed.floats, sums.floats, output.floats)
        let wrong = Atomic<Bool>(false)
        ThreadPool.shared.run(method.parts) {
            if !method.run(g, input: x, packed: p, sums: s + $0 * method.sumsSize, part: $0) {
                wrong.store(true, ordering: .relaxed)
            }
        }
        if wrong.load(ordering: .relaxed) { return false }
        ThreadPool.shared.run(method.finishParts) { method.finish(s, weightGradient: dw, part: $0) }
        extendLifetime(packed)
        extendLifetime(sums)
        keepAlive()
        return true
    }

    /// Works out the gradient of its bias: the sum of all that each channel gets, image by image.
    func addChannels(into bias: Tensor) {
        let (images, channels) = (values.shape[0], values.shape[1])
        let (planes, totals) = (sums.floats, bias.floats)
        totals.update(from: planes, count: channels)
        for image in 1..<images {
            for channel in 0..<channels { totals[channel] += planes[image * channels + channel] }
        }
        extendLifetime(sums)
    }

    private func keepAlive() {
        extendLifetime(bits)
        extendLifetime(values)
        extendLifetime(places)
    }
}
