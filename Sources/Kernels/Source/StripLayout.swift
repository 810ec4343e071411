import KernelInterface

/// One axis of a plane as a frame holds it, divided into phases by a step: place `t` of phase `p` is the plane's
/// `t · step + p - shift`.
struct Lattice {
    /// Places of the plane.
    let length: Int
    let step: Int
    let shift: Int

    func place(_ t: Int, phase: Int) -> Int { t * step + phase - shift }

    /// The places of a phase that lie inside the plane, of the first `count`.
    func inside(phase: Int, count: Int) -> Range<Int> {
        let low = min(count, max(0, (shift - phase + step - 1) / step))
        let high = min(count, max(0, (length + shift - phase + step - 1) / step))
        return low..<max(low, high)
    }
}

/// One axis of a convolution, or of the gradient of its input: what is read at a distance from a place of the result.
struct StripAxis {
    let read: Lattice
    let write: Lattice
    /// Places that each phase of the result has.
    let count: Int
    /// The largest distance at which a tap reads.
    let reach: Int
    private let window: Window
    private let isGradient: Bool

    /// The input is read in as many phases as the window has steps, so that taps see neighbouring places.
    init(_ window: Window, input length: Int, output places: Int) {
        self.window = window
        isGradient = false
        read = Lattice(length: length, step: window.stride, shift: window.padding)
        write = Lattice(length: places, step: 1, shift: 0)
        count = places
        reach = (window.size - 1) * window.dilation / window.stride
    }

    /// Of a gradient the phases are written: those taps which fall upon a phase of the input see neighbouring places of
    /// the output.
    init(gradient window: Window, input length: Int, output places: Int) {
        self.window = window
        isGradient = true
        let first = window.padding / window.stride
        reach = (window.size - 1) * window.dilation / window.stride
        read = Lattice(length: places, step: 1, shift: reach - first)
        write = Lattice(length: length, step: window.stride, shift: window.padding - first * window.stride)
        count = (window.padding + length + window.stride - 1) / window.stride - first
    }

    /// The phase that a tap reads, that which it is added to, and the distance between the places.
    func tap(_ tap: Int) -> (read: Int, write: Int, distance: Int) {
        let (phase, distance) = (tap * window.dilation % window.stride, tap * window.dilation / window.stride)
        return isGradient ? (0, phase, reach - distance) : (phase, 0, distance)
    }

    /// The phases that some tap reads.
    var phasesRead: [Int] { Set((0..<window.size).map { tap($0).read }).sorted() }
}

/// How the planes of some images lie in a frame: side by side, every row of all images behind the other, with zeros
/// between them where the window sees the padding. In a row-major frame a tap is then one distance, the same for every
/// place, and vectors run on from row to row and image to image, however short the rows are.
struct StripLayout {
    let rows: StripAxis
    let columns: StripAxis
    /// Images side by side.
    let images: Int
    /// Floats from one image of a row to the next.
    let slot: Int
    /// Rows of the result that are worked on at a time.
    let band: Int
    /// Floats behind each plane.
    let gap: Int

    /// Bands that the result has.
    var bands: Int { max(1, (rows.count + band - 1) / band) }
    /// Floats from one row of the frame to the next.
    var rowSize: Int { images * slot }
    /// Floats of one phase of one plane.
    var planeSize: Int { (band + rows.reach) * rowSize + gap }
    /// Rows of one band are written `rowSize` floats apart, up to here.
    func end(rows: Int) -> Int { (rows - 1) * rowSize + (images - 1) * slot + columns.count }

    /// - Parameters:
    ///   - planes: planes and phases that are read at a time.
    ///   - images: how many there are; one at least is laid out.
    init(_ rows: StripAxis, _ columns: StripAxis, planes: Int, images: Int) {
        self.rows = rows
        self.columns = columns
        gap = 0
        let inside = columns.phasesRead.map { columns.read.inside(phase: $0, count: columns.count + columns.reach) }
        // The zeros before an image serve the one before it too.
        let zeros = inside.map(\.lowerBound).min() ?? 0
        let end = inside.map(\.upperBound).max() ?? 0
        slot = max(columns.count, columns.count + columns.reach - zeros, end)
        // Frame and result stay in the first-level cache.
        let budget = 6144
        let plane = (rows.count + rows.reach) * slot
        let most = max(1, min(images, 1024 / max(1, plane), budget / max(1, plane * (planes + 1))))
        // As few vectors as possible for all images, in as few frames as that takes.
        var (best, fewest) = (1, Int.max)
        for side in 1...most {
            let vectors = (rows.count * side * slot + 4 * lanes - 1) / lanes
            let total = (max(1, images) + side - 1) / side * vectors
            if total < fewest { (best, fewest) = (side, total) }
        }
        self.images = best
        band = max(1, min(rows.count, budget / max(1, best * slot * (planes + 1)) - rows.reach))
    }

    /// The layout of results as they are worked out: as those planes lie which they are made of, with nothing to see
    /// beyond them, and with zeros behind each plane for its last vector.
    init(ofResultsOf other: StripLayout) {
        rows = StripAxis(Window(size: 1), input: other.rows.count, output: other.rows.count)
        columns = StripAxis(Window(size: 1), input: other.columns.count, output: other.columns.count)
        (images, slot, band, gap) = (other.images, other.slot, other.band, lanes)
    }
}

/// A band of one group of some images side by side: what is worked on at a time.
struct StripStep {
    let groups: Int
    let bands: Int
    /// Images side by side.
    let images: Int
    var group: Int
    var image: Int
    var band = 0

    /// Goes on to the next band, the next group, the next images.
    mutating func advance() {
        band += 1
        if band < bands { return }
        band = 0
        group += 1
        if group < groups { return }
        group = 0
        image += images
    }
}
