import CLibrary

/// All that is counted of a classifier's outputs on examples whose classes are known.
public final class ClassifierEvaluation {
    /// The most mistakes that are kept.
    public static let mostMistakes = 10_000

    /// An example that was taken for another class.
    public struct Mistake: Sendable, Equatable {
        /// Which of the examples it was, in the order in which they were added, from 0.
        public let index: Int
        public let truth: Int
        public let predicted: Int
        /// The probability of what was predicted.
        public let confidence: Double
        /// Minus the logarithm of the true class's probability.
        public let loss: Double
    }

    public let confusion: ConfusionMatrix
    public private(set) var calibration: Calibration
    /// What the outputs are: as was said, or as the first ones look.
    public private(set) var kind: OutputKind?
    /// The mistakes with the highest loss, highest first.
    public private(set) var mistakes: [Mistake] = []
    private let kept: Int
    private var lossSum = 0.0
    /// How many examples had so many classes above the true one.
    private var ranks: [Int]

    /// - Parameters:
    ///   - classes: how many there are; they count from 0.
    ///   - kind: what the outputs are; nil goes by the first ones, see `OutputKind.init(of:classes:)`.
    ///   - bins: of the calibration.
    ///   - mistakes: how many of the worst are kept, at most `mostMistakes`.
    /// - Throws: `MetricsError` for a number of classes that no confusion matrix has.
    public init(classes: Int, kind: OutputKind? = nil, bins: Int = 15, mistakes: Int = 25) throws {
        confusion = try ConfusionMatrix(classes: classes)
        calibration = Calibration(bins: bins)
        self.kind = kind
        kept = min(max(mistakes, 0), Self.mostMistakes)
        ranks = [Int](repeating: 0, count: classes)
    }

    public var total: Int { confusion.total }

    /// The mean of minus the logarithm of the true class's probability. NaN before anything was added.
    public var loss: Double { lossSum / Double(total) }

    /// The part whose true class is among the `k` likeliest; of equal ones the lower class counts as likelier. NaN before
    /// anything was added.
    public func topAccuracy(_ k: Int) -> Double {
        Double(ranks.prefix(max(0, k)).reduce(0, +)) / Double(total)
    }

    /// Counts a batch, all of it or, where a label is no class, nothing.
    ///
    /// - Parameters:
    ///   - outputs: a row of numbers for each example, as many as there are classes.
    ///   - labels: the true classes.
    /// - Throws: `MetricsError` for another number of outputs, and for a label that is no class.
    public func add(outputs: [Double], labels: [Int]) throws {
        let classes = confusion.classes
        guard outputs.count == labels.count * classes else {
            throw MetricsError(
                "\(labels.count) rows of \(classes) outputs expected for as many labels, got \(outputs.count) outputs")
        }
        let kind = kind ?? OutputKind(of: outputs, classes: classes)
        let rows = labels.indices.map { outputs[$0 * classes..<($0 + 1) * classes] }
        let predicted = rows.map { Self.greatest($0) }
        let first = total
        try confusion.add(predicted: predicted, labels: labels) { "row \($0)" }
        if !labels.isEmpty { self.kind = kind }
        for (number, row) in rows.enumerated() {
            let (truth, prediction) = (labels[number], predicted[number])
            let logarithms = kind.logProbabilities(of: row)
            let loss = -logarithms[truth]
            let confidence = exp(logarithms[prediction])
            lossSum += loss
            calibration.add(confidence: confidence, isRight: truth == prediction)
            ranks[Self.rank(of: truth, in: row)] += 1
            if truth != prediction {
                keep(
                    Mistake(
                        index: first + number, truth: truth, predicted: prediction, confidence: confidence, loss: loss))
            }
        }
    }

    /// The first of the greatest numbers' places; one that is not a number is the greatest, as in `argmax`.
    private static func greatest(_ row: ArraySlice<Double>) -> Int {
        var best = row.startIndex
        for place in row.indices.dropFirst() where !row[best].isNaN && !(row[place] <= row[best]) { best = place }
        return best - row.startIndex
    }

    /// How many classes are likelier than one.
    private static func rank(of truth: Int, in row: ArraySlice<Double>) -> Int {
        let score = row[row.startIndex + truth]
        var rank = 0
        for (index, other) in row.enumerated() where index != truth {
            if other > score || other == score && index < truth || other.isNaN != score.isNaN && other.isNaN {
                rank += 1
            }
        }
        return rank
    }

    private func keep(_ mistake: Mistake) {
        // Losses that are not numbers are the worst of all.
        func isWorse(_ a: Mistake, _ b: Mistake) -> Bool {
            a.loss.isNaN != b.loss.isNaN
                ? a.loss.isNaN : a.loss != b.loss && !a.loss.isNaN ? a.loss > b.loss : a.index < b.index
        }
        guard kept > 0 else { return }
        if mistakes.count == kept, let last = mistakes.last, !isWorse(mistake, last) { return }
        var (low, high) = (0, mistakes.count)
        while low < high {
            let middle = (low + high) / 2
            if isWorse(mistakes[middle], mistake) { low = middle + 1 } else { high = middle }
        }
        mistakes.insert(mistake, at: low)
        if mistakes.count > kept { mistakes.removeLast() }
    }
}
