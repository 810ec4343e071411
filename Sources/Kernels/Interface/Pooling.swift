/// The shape of a 2-D pooling; ranges count planes, one for each image and channel.
public struct Pooling: Sendable, Equatable {
    public var height: Int, width: Int, outHeight: Int, outWidth: Int
    public var rows: Window, columns: Window
    /// Whether the windows divide each axis into as many parts as there are outputs, whatever `rows` and `columns` say.
    public var isAdaptive = false
    /// Whether an average's divisor counts the padding.
    public var countsPadding = true
    /// What sums are divided by instead of the number of elements; 0 for that number.
    public var divisor = 0

    public init(height: Int, width: Int, rows: Window, columns: Window) {
        self.height = height
        self.width = width
        self.rows = rows
        self.columns = columns
        outHeight = rows.places(on: height)
        outWidth = columns.places(on: width)
    }

    /// The part of an axis of `length` that output `place` of `places` is made of, before padding is cut off.
    @inlinable
    public func range(_ place: Int, _ window: Window, _ length: Int, _ places: Int) -> (start: Int, end: Int) {
        if isAdaptive { return (place * length / places, ((place + 1) * length + places - 1) / places) }
        let start = place * window.stride - window.padding
        return (start, start + window.dilation * (window.size - 1) + 1)
    }

    /// Whether this is the usual window of two by two, step two, without padding.
    @inlinable
    public var isPairs: Bool {
        rows == Window(size: 2, stride: 2) && columns == rows && !isAdaptive && outHeight == height / 2
            && outWidth == width / 2
    }
}
