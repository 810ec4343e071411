/// Part of the planes of an image, a vector of channels for each pixel, 0 outside of the image.
struct PixelFrame {
    /// Memory for a frame.
    struct Space {
        var pixels: UnsafeMutablePointer<Float>
        /// Where each pixel of the image goes.
        var places: UnsafeMutablePointer<Int32>

        /// Bytes that a frame of so many pixels takes.
        static func bytes(pixels: Int) -> Int { 4 * pixels * (lanes + 1) }

        /// - Parameter start: as many bytes, aligned for vectors.
        init(_ start: UnsafeMutableRawPointer, pixels: Int) {
            self.pixels = start.bindMemory(to: Float.self, capacity: pixels * lanes)
            places = (start + 4 * pixels * lanes).bindMemory(to: Int32.self, capacity: pixels)
        }
    }

    /// Floats from one row of the frame to the next.
    let rowSize: Int
    private let space: Space
    /// The image's pixels inside the frame.
    private let rows: Range<Int>, columns: Range<Int>
    private let width: Int

    /// Clears the frame and notes where each pixel of the image goes.
    ///
    /// - Parameters:
    ///   - height, width: pixels of the image.
    ///   - top, left: where the frame starts in the image; outside of it where negative.
    init(
        height: Int, width: Int, top: Int, left: Int, frameHeight: Int, frameWidth: Int, in space: Space
    ) {
        func inside(_ from: Int, _ count: Int, _ size: Int) -> Range<Int> {
            let low = min(size, max(0, from))
            return low..<max(low, min(size, from + count))
        }
        rowSize = frameWidth * lanes
        self.space = space
        self.width = width
        rows = inside(top, frameHeight, height)
        columns = inside(left, frameWidth, width)
        space.pixels.update(repeating: 0, count: frameHeight * rowSize)
        var p = 0
        for y in rows {
            for x in columns {
                space.places[p] = Int32((y - top) * rowSize + (x - left) * lanes)
                p += 1
            }
        }
    }

    /// Copies a vector of channels of the image, `plane` floats from one to the next.
    ///
    /// - Returns: what `placeChannelsLast` says of them.
    func fill(from image: UnsafePointer<Float>, channels: Int, plane: Int) -> Vector {
        var excess = Vector.zero
        // Whole rows lie side by side.
        let runs = columns.count == width ? 1 : rows.count
        let count = columns.count == width ? rows.count * width : columns.count
        for run in 0..<runs {
            excess += placeChannelsLast(
                image + (rows.lowerBound + run) * width + columns.lowerBound, channels: channels, plane: plane,
                count: count, places: space.places + run * count, to: space.pixels)
        }
        return excess
    }
}
