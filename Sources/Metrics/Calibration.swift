/// Whether a classifier is as often right as it says: predictions by their confidence, in equally wide bins
/// (Guo et al., "On Calibration of Modern Neural Networks", 2017).
public struct Calibration: Sendable {
    /// The most bins.
    public static let mostBins = 1000

    /// The predictions whose confidence is above `low` and not above `high`.
    public struct Bin: Sendable, Equatable {
        public let low: Double
        public let high: Double
        public fileprivate(set) var count = 0
        /// The mean confidence and the part that was right; NaN where there are none.
        public var confidence: Double { confidences / Double(count) }
        public var accuracy: Double { Double(hits) / Double(count) }
        fileprivate var confidences = 0.0
        fileprivate var hits = 0
    }

    public private(set) var bins: [Bin]

    /// - Parameter bins: how many; the nearest of 1 to `mostBins` is taken.
    public init(bins count: Int = 15) {
        let count = min(max(count, 1), Self.mostBins)
        bins = (0..<count).map { Bin(low: Double($0) / Double(count), high: Double($0 + 1) / Double(count)) }
    }

    /// Counts a prediction; one whose confidence is not a number is left out.
    mutating func add(confidence: Double, isRight: Bool) {
        guard !confidence.isNaN else { return }
        let count = bins.count
        var place = min(max(Int((confidence * Double(count)).rounded(.up)) - 1, 0), count - 1)
        // Where the product was rounded over an end.
        if place > 0, confidence <= bins[place].low { place -= 1 }
        if place + 1 < count, confidence > bins[place].high { place += 1 }
        bins[place].count += 1
        bins[place].confidences += confidence
        bins[place].hits += isRight ? 1 : 0
    }

    /// The expected calibration error: how far confidence and accuracy lie apart, on average over the predictions. NaN
    /// without any.
    public var error: Double {
        let total = bins.reduce(0) { $0 + $1.count }
        return bins.lazy.filter { $0.count > 0 }.reduce(total > 0 ? 0 : .nan) {
            $0 + abs($1.accuracy - $1.confidence) * Double($1.count) / Double(total)
        }
    }

    /// How far they lie apart in the worst bin. NaN without any.
    public var greatestError: Double {
        bins.lazy.filter { $0.count > 0 }.map { abs($0.accuracy - $0.confidence) }.max() ?? .nan
    }
}
