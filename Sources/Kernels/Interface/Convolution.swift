/// How a window moves over one axis: its taps, step, zero padding on both sides and distance between taps.
public struct Window: Sendable, Equatable {
    public var size: Int, stride: Int, padding: Int, dilation: Int

    public init(size: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1) {
        self.size = size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
    }

    /// How many places the window has on an axis of `length`: `(length + 2p - d(k - 1) - 1) / s + 1`; 0 or less
    /// where it does not fit.
    public func places(on length: Int) -> Int {
        let room = length + 2 * padding - dilation * (size - 1) - 1
        return room < 0 ? 0 : room / stride + 1
    }

    /// The places whose tap `tap` falls inside an axis of `length`.
    @inlinable
    public func inside(tap: Int, length: Int, places: Int) -> Range<Int> {
        let shift = tap * dilation - padding
        let low = shift >= 0 ? 0 : min(places, (-shift + stride - 1) / stride)
        let last = length - 1 - shift
        let high = last < 0 ? 0 : min(places, last / stride + 1)
        return low..<max(low, high)
    }
}

/// The shape of a 2-D convolution: input `[images, inChannels, height, width]`, weight
/// `[outChannels, inChannels / groups, rows.size, columns.size]`, output `[images, outChannels, outHeight, outWidth]`.
public struct Convolution: Sendable {
    public var inChannels: Int, height: Int, width: Int
    public var outChannels: Int, outHeight: Int, outWidth: Int
    public var rows: Window, columns: Window
    public var groups: Int

    public init(
        inChannels: Int, height: Int, width: Int, outChannels: Int, rows: Window, columns: Window, groups: Int
    ) {
        self.inChannels = inChannels
        self.height = height
        self.width = width
        self.outChannels = outChannels
        self.rows = rows
        self.columns = columns
        self.groups = groups
        outHeight = rows.places(on: height)
        outWidth = columns.places(on: width)
    }

    /// Pixels of one output channel.
    @inlinable public var outPixels: Int { outHeight * outWidth }
    /// Products that go into one output pixel.
    @inlinable public var taps: Int { inChannels / groups * rows.size * columns.size }
}
