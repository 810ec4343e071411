import CVectors
import KernelInterface

/// Which channels of a sparse gradient are not zero, listed pixel by pixel for some rows of some images: a list for each
/// pixel and each group of channels.
struct ChannelLists {
    private let shape: Convolution
    /// Channels of a group, and how many groups there are.
    private let channels: Int, groups: Int
    /// Rows of an image that are kept at a time: each takes the place of one that is as many rows before it.
    private let rows: Int
    /// Lists of a group, and elements that a list has room for.
    private let lists: Int, capacity: Int
    private let values: UnsafeMutablePointer<Float>
    /// The place of each element's channel in its group.
    private let places: UnsafeMutablePointer<Int32>
    private let counts: UnsafeMutablePointer<Int32>

    /// Calls `body` with lists that have no elements yet.
    static func with(
        _ shape: Convolution, images: Int, rows: Int, channels: Int, groups: Int, _ body: (ChannelLists) -> Void
    ) {
        let lists = images * rows * shape.outWidth
        // A whole vector is written behind the last element.
        let capacity = channels + 16
        let size = groups * lists * capacity
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * size + groups * lists) { space in
            guard let places = space.baseAddress else { return }
            (places + size).withMemoryRebound(to: Float.self, capacity: size) { values in
                body(
                    ChannelLists(
                        shape: shape, channels: channels, groups: groups, rows: rows, lists: lists, capacity: capacity,
                        values: values, places: places, counts: places + 2 * size))
            }
        }
    }

    /// What is not zero at one pixel in one group of channels.
    struct List {
        var values: UnsafePointer<Float>
        var places: UnsafePointer<Int32>
        var count: UnsafePointer<Int32>
        fileprivate let capacity: Int

        /// Goes on to the pixel on the right.
        @inline(__always)
        mutating func next() {
            values += capacity
            places += capacity
            count += 1
        }
    }

    /// The list of the first pixel of a row; `image` counts from the first that has lists.
    @inline(__always)
    func list(_ group: Int, image: Int, row: Int) -> List {
        let at = group * lists + place(image, row)
        return List(
            values: values + at * capacity, places: places + at * capacity, count: counts + at, capacity: capacity)
    }

    @inline(__always)
    private func place(_ image: Int, _ row: Int) -> Int { (image * rows + row % rows) * shape.outWidth }

    /// Lists some rows of an image.
    ///
    /// - Parameters:
    ///   - image: the image.
    ///   - slot: its place among those that have lists.
    func fill(_ gradient: SparseGradient, image: Int, slot: Int, rows some: Range<Int>) {
        var first = some.lowerBound
        while first < some.upperBound {
            // Rows that lie one behind the other.
            let end = min(some.upperBound, (first / rows + 1) * rows)
            let pixels = first * shape.outWidth..<end * shape.outWidth
            for group in 0..<groups {
                let at = group * lists + place(slot, first)
                (counts + at).update(repeating: 0, count: pixels.count)
                let some = group * channels..<min(shape.outChannels, (group + 1) * channels)
                fill(gradient, image * shape.outChannels, some, pixels, at)
                for i in at..<at + pixels.count {
                    // So that elements can be taken in pairs.
                    values[i * capacity + Int(counts[i])] = 0
                    places[i * capacity + Int(counts[i])] = 0
                }
            }
            first = end
        }
    }

    /// - Parameters:
    ///   - plane: the image's first plane.
    ///   - first: the first pixel's list.
    private func fill(
        _ gradient: SparseGradient, _ plane: Int, _ channels: Range<Int>, _ pixels: Range<Int>, _ first: Int
    ) {
        #if KERNELS_V4
            if gradient.valuesAPlane == shape.outPixels, pixels.count >= lanes {
                fillSquares(gradient.values + plane * shape.outPixels, channels, pixels, first)
                return
            }
        #endif
        let words = (shape.outPixels + 63) / 64
        for channel in channels {
            let from = gradient.values + (plane + channel) * gradient.valuesAPlane
            let place = Int32(truncatingIfNeeded: channel - channels.lowerBound)
            for word in pixels.lowerBound / 64..<(pixels.upperBound + 63) / 64 {
                prefetchWord(from, word, ahead: 2 * gradient.valuesAPlane)
            }
            eachNonzero(gradient.bits + (plane + channel) * words, pixels) { pixel in
                let list = first + pixel - pixels.lowerBound
                let end = list * capacity + Int(counts[list])
                values[end] = from[Int(gradient.places[pixel])]
                places[end] = place
                counts[list] &+= 1
            }
        }
    }

    #if KERNELS_V4
        /// Likewise from values of which each is its own pixel's, by squares of sixteen channels and pixels: a tenth to a
        /// quarter of the whole method is saved. (Measured on Zen 5.)
        private func fillSquares(
            _ values: UnsafePointer<Float>, _ channels: Range<Int>, _ pixels: Range<Int>, _ first: Int
        ) {
            let size = shape.outPixels
            for channel in stride(from: channels.lowerBound, to: channels.upperBound, by: lanes) {
                let some = channels.upperBound - channel
                let place = Int32(truncatingIfNeeded: channel - channels.lowerBound)
                for pixel in stride(from: pixels.lowerBound, to: pixels.upperBound, by: lanes) {
                    // The last square overlaps the one before it.
                    let skipped = max(0, pixel + lanes - pixels.upperBound)
                    let from = values + channel * size + (pixel - skipped)
                    for row in 0..<lanes { nightjar_prefetch(from + (row + lanes) * size) }
                    let square = Square { $0 < some ? load(from + $0 * size) : .zero }
                    square.transposed.eachRow(lanes) { row, vector in
                        guard row >= skipped else { return }
                        let list = first + pixel - skipped + row - pixels.lowerBound
                        let end = list * capacity + Int(counts[list])
                        let bits = nightjar_nonzero_lanes(vector)
                        nightjar_compress_floats(vector, bits, self.values + end)
                        nightjar_compress_lanes(place, bits, places + end)
                        counts[list] &+= Int32(truncatingIfNeeded: bits.nonzeroBitCount)
                    }
                }
            }
        }
    #endif
}
