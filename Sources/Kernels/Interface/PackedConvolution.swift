/// A convolution of whole images with weights that do not change, brought into the order in which its kernel reads them;
/// a maximum of 2×2 pixels and a rectifier may follow it.
///
/// The kernel reads the input through columns: for each channel and each column of the window, the rows of the input
/// with only those of their elements that this column sees. Rows that windows pass over are kept apart by their place in the
/// step, so that whatever the stride all pixels of the output lie one after the other, and a row of the window is no more
/// than a distance.
public final class PackedConvolution: @unchecked Sendable {
    public let shape: Convolution
    /// Whether the output is that of the largest of each 2×2 pixels; the last row or column of an odd number is left out.
    public let isPooled: Bool
    /// Whether negative results are replaced by 0.
    public let isRectified: Bool
    /// Sizes of the result, pooled.
    public let outHeight: Int, outWidth: Int

    /// Rows of the result that are worked on at once, so that what the columns see of them stays in the second-level cache.
    public let bandHeight: Int
    /// Rows of the input from one row of the result to the next; likewise columns.
    public let rowStep: Int, columnStep: Int
    /// Columns that a window, or those of 2×2 pixels together, can see.
    public let columnCount: Int
    /// Rows of the input that a band needs from each place in the step.
    public let rowsAStep: Int
    /// Floats of one channel's rows at one place in the step, as one column sees them. Behind the channels come the next
    /// place, and behind these the next column.
    public let planeSize: Int
    /// Whether the input itself serves as its columns.
    public let isDirect: Bool
    /// The pixels of a row of the result for which each column falls inside the input.
    public let seen: [Range<Int>]

    /// Rows of output channels that a tile of the kernel has at the most.
    public static let mostRows = 6
    /// How many rows each tile has, for the channels in order.
    public let tileRows: [Int]
    /// For each tile, tap and row, in this order.
    public let weight: UnsafeMutablePointer<Float>
    public let bias: UnsafeMutablePointer<Float>
    /// Where each tap begins to read, for the pixels of a result's even rows and of its odd ones; the same twice where
    /// nothing is pooled.
    public let near: UnsafeMutablePointer<Int32>, far: UnsafeMutablePointer<Int32>

    /// - Parameters:
    ///   - shape: of one group, with at least one pixel of result; pooled ones have a stride and a dilation of 1.
    ///   - weight: `[outChannels, taps]`.
    ///   - bias: `[outChannels]`; nil for zeros.
    public init(
        _ shape: Convolution, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, isPooled: Bool,
        isRectified: Bool
    ) {
        self.shape = shape
        self.isPooled = isPooled
        self.isRectified = isRectified
        outHeight = isPooled ? shape.outHeight / 2 : shape.outHeight
        outWidth = isPooled ? shape.outWidth / 2 : shape.outWidth
        rowStep = isPooled ? 2 : shape.rows.stride
        columnStep = isPooled ? 2 : shape.columns.stride
        columnCount = isPooled ? shape.columns.size + 1 : shape.columns.size
        let hasFrame = shape.rows.padding > 0 || shape.columns.padding > 0
        isDirect =
            !isPooled && !hasFrame && rowStep == 1 && columnStep == 1 && columnCount == 1
            && outHeight * outWidth >= Self.mostLanes

        let reach = shape.rows.dilation * (shape.rows.size - 1) + (isPooled ? 2 : 1)
        let (step, width, columns) = (rowStep, outWidth, columnCount)
        func rowsAStep(_ band: Int) -> Int { (step * (band - 1) + reach + step - 1) / step }
        func size(_ band: Int) -> Int { columns * step * shape.inChannels * rowsAStep(band) * width }
        var band = outHeight
        let least = (4 * Self.mostLanes + width - 1) / max(1, width)
        while !isDirect, size(band) > Self.mostFloats, band > least { band = max(least, (band + 1) / 2) }
        bandHeight = band
        self.rowsAStep = isDirect ? shape.height : rowsAStep(band)
        planeSize = isDirect ? shape.height * shape.width : rowsAStep(band) * width

        let distance = isPooled ? 1 : shape.columns.dilation
        // As a window of one tap that is so far from the pixel.
        seen = (0..<columns).map { column in
            Window(
                size: 1, stride: isPooled ? 2 : shape.columns.stride, padding: shape.columns.padding, dilation: distance
            )
            .inside(tap: column, length: shape.width, places: width)
        }
        let taps = shape.taps
        let channels = shape.outChannels
        let tiles = (channels + Self.mostRows - 1) / Self.mostRows
        tileRows = (0..<tiles).map { channels * ($0 + 1) / tiles - channels * $0 / tiles }
        self.weight = .allocate(capacity: channels * taps)
        self.bias = .allocate(capacity: channels)
        near = .allocate(capacity: taps)
        far = .allocate(capacity: taps)
        for channel in 0..<channels { self.bias[channel] = bias?[channel] ?? 0 }
        var (to, first) = (self.weight, 0)
        for rows in tileRows {
            for tap in 0..<taps {
                for row in 0..<rows { to[row] = weight[(first + row) * taps + tap] }
                to += rows
            }
            first += rows
        }
        var tap = 0
        for channel in 0..<shape.inChannels {
            for ky in 0..<shape.rows.size {
                for kx in 0..<shape.columns.size {
                    near[tap] = Int32(place(channel, row: ky * shape.rows.dilation, column: kx))
                    far[tap] = Int32(place(channel, row: ky * shape.rows.dilation + (isPooled ? 1 : 0), column: kx))
                    tap += 1
                }
            }
        }
    }

    deinit {
        weight.deallocate()
        bias.deallocate()
        near.deallocate()
        far.deallocate()
    }

    /// Where a column begins with a row of a channel.
    private func place(_ channel: Int, row: Int, column: Int) -> Int {
        ((column * rowStep + row % rowStep) * shape.inChannels + channel) * planeSize + row / rowStep * outWidth
    }

    /// Floats from one column to the next.
    @inlinable public var columnSize: Int { rowStep * shape.inChannels * planeSize }

    /// How many elements further on than the first pixel a column sees.
    @inlinable public func shift(_ column: Int) -> Int {
        column * (isPooled ? 1 : shape.columns.dilation) - shape.columns.padding
    }

    /// Floats of room that the kernel needs besides.
    public var scratchSize: Int { isDirect ? 0 : columnCount * columnSize + Self.mostLanes }
    public var inSize: Int { shape.inChannels * shape.height * shape.width }
    public var outSize: Int { shape.outChannels * outHeight * outWidth }

    /// Floats in the longest vector of any instruction set.
    private static let mostLanes = 16
    /// Floats that a band's columns take at the most, unless a band becomes very low.
    private static let mostFloats = 96 << 10
}
