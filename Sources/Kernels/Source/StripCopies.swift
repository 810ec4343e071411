/// Copies between planes and a frame, worked out once for all groups and images.
struct StripCopies {
    /// Some rows of one phase of a plane.
    private struct Copy {
        /// Where they are in a group of an image, and in the frame.
        var plane: Int, frame: Int
        var rows: Int, width: Int
        /// Where the frame's rows begin that lie outside of the plane, before these and behind them, and how many
        /// floats.
        var before = 0, cleared = 0
        var behind = 0, clearedBehind = 0
    }

    /// Those of each band, one behind the other.
    private let copies: [Copy]
    private let aBand: Int
    private let images: Int
    private let slot: Int
    private let rowSize: Int
    private let planeRow: Int
    private let step: Int
    private let first: Int
    private let phase: Int
    private let imageSize: Int

    /// Copies from the planes of a group into a frame, where the planes' phases lie one behind the other.
    ///
    /// - Parameters:
    ///   - channels: planes of a group.
    ///   - imageSize: floats of an image.
    init(reading layout: StripLayout, channels: Int, imageSize: Int) {
        let (rows, columns) = (layout.rows, layout.columns)
        var copies: [Copy] = []
        for band in 0..<layout.bands {
            let start = band * layout.band
            let height = min(layout.band, rows.count - start) + rows.reach
            var to = 0
            for channel in 0..<channels {
                for phase in 0..<rows.read.step {
                    let seen = rows.read.inside(phase: phase, count: rows.count + rows.reach)
                        .clamped(to: start..<start + height)
                    for other in 0..<columns.read.step {
                        let places = columns.read.inside(phase: other, count: columns.count + columns.reach)
                        let y = rows.read.place(seen.lowerBound, phase: phase)
                        let x = columns.read.place(places.lowerBound, phase: other)
                        var copy = Copy(
                            plane: (channel * rows.read.length + y) * columns.read.length + x,
                            frame: to + (seen.lowerBound - start) * layout.rowSize + places.lowerBound,
                            rows: places.isEmpty ? 0 : seen.count, width: places.count)
                        if layout.bands > 1 {
                            copy.before = to
                            copy.cleared = (seen.lowerBound - start) * layout.rowSize
                            copy.behind = to + (seen.upperBound - start) * layout.rowSize
                            copy.clearedBehind = (start + height - seen.upperBound) * layout.rowSize
                        }
                        copies.append(copy)
                        to += layout.planeSize
                    }
                }
            }
        }
        self.copies = copies
        self.imageSize = imageSize
        aBand = copies.count / layout.bands
        (images, slot, rowSize) = (layout.images, layout.slot, layout.rowSize)
        planeRow = columns.read.length * rows.read.step
        step = columns.read.step
        (first, phase) = (0, 0)
    }

    /// Copies results, whose phases lie one behind the other, `strip` floats apart, into the planes of a group.
    init(writing layout: StripLayout, channels: Int, imageSize: Int, strip: Int) {
        let (rows, columns) = (layout.rows, layout.columns)
        var copies: [Copy] = []
        for band in 0..<layout.bands {
            let start = band * layout.band
            let height = min(layout.band, rows.count - start)
            for channel in 0..<channels {
                for phase in 0..<rows.write.step {
                    let seen = rows.write.inside(phase: phase, count: rows.count).clamped(to: start..<start + height)
                    let y = rows.write.place(seen.lowerBound, phase: phase)
                    copies.append(
                        Copy(
                            plane: (channel * rows.write.length + y) * columns.write.length,
                            frame: (channel * rows.write.step + phase) * columns.write.step * strip
                                + (seen.lowerBound - start) * layout.rowSize, rows: seen.count,
                            width: columns.write.length))
                }
            }
        }
        self.copies = copies
        self.imageSize = imageSize
        aBand = copies.count / layout.bands
        (images, slot, rowSize) = (layout.images, layout.slot, layout.rowSize)
        planeRow = columns.write.length * rows.write.step
        step = columns.write.step
        (first, phase) = (columns.write.shift, strip)
    }

    /// Fills a frame. What lies between the planes is zero already and stays so; rows outside of the planes are cleared
    /// where there are several bands, for another one's rows may lie there.
    ///
    /// - Parameters:
    ///   - planes: the group's of the first of `count` images.
    ///   - end: the end of all images.
    @inline(never)
    func fill(
        _ frame: UnsafeMutablePointer<Float>, _ planes: UnsafePointer<Float>, images count: Int, band: Int,
        end: UnsafePointer<Float>
    ) {
        copies.withUnsafeBufferPointer { copies in
            for i in band * aBand..<(band + 1) * aBand {
                let copy = copies[i]
                if copy.cleared > 0 { (frame + copy.before).update(repeating: 0, count: copy.cleared) }
                if copy.clearedBehind > 0 { (frame + copy.behind).update(repeating: 0, count: copy.clearedBehind) }
                for image in 0..<count {
                    gatherRows(
                        copy.rows, copy.width, from: planes + (copy.plane + image * imageSize), fromRow: planeRow,
                        step: step, end: end, to: frame + (copy.frame + image * slot), toRow: rowSize)
                }
            }
        }
    }

    /// Puts results where they belong.
    @inline(never)
    func drain(_ results: UnsafePointer<Float>, _ planes: UnsafeMutablePointer<Float>, images count: Int, band: Int) {
        copies.withUnsafeBufferPointer { copies in
            for i in band * aBand..<(band + 1) * aBand {
                let copy = copies[i]
                for image in 0..<count {
                    interleaveRows(
                        copy.rows, copy.width, first: first, step: step, from: results + (copy.frame + image * slot),
                        phase: phase, fromRow: rowSize, to: planes + (copy.plane + image * imageSize),
                        toRow: planeRow)
                }
            }
        }
    }
}
