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

    public struct MaxForward<Element> {
        public var input: UnsafePointer<Element>
        public var output: UnsafeMutablePointer<Element>
        /// Where in its plane each maximum stood; the first of equals, a NaN before all.
        public var indices: UnsafeMutablePointer<Int32>

        public init(
            input: UnsafePointer<Element>, output: UnsafeMutablePointer<Element>, indices: UnsafeMutablePointer<Int32>
        ) {
            self.input = input
            self.output = output
            self.indices = indices
        }
    }

    public struct MaxBackward<Element> {
        public var outputGradient: UnsafePointer<Element>
        /// -1 where a window had no element.
        public var indices: UnsafePointer<Int32>
        /// Overwritten.
        public var inputGradient: UnsafeMutablePointer<Element>

        public init(
            outputGradient: UnsafePointer<Element>, indices: UnsafePointer<Int32>,
            inputGradient: UnsafeMutablePointer<Element>
        ) {
            self.outputGradient = outputGradient
            self.indices = indices
            self.inputGradient = inputGradient
        }
    }

    public struct AverageForward<Element> {
        public var input: UnsafePointer<Element>
        public var output: UnsafeMutablePointer<Element>

        public init(input: UnsafePointer<Element>, output: UnsafeMutablePointer<Element>) {
            self.input = input
            self.output = output
        }
    }

    public struct AverageBackward<Element> {
        public var outputGradient: UnsafePointer<Element>
        /// Overwritten.
        public var inputGradient: UnsafeMutablePointer<Element>

        public init(outputGradient: UnsafePointer<Element>, inputGradient: UnsafeMutablePointer<Element>) {
            self.outputGradient = outputGradient
            self.inputGradient = inputGradient
        }
    }
}
