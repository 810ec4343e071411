/// How often each class was taken for each: rows are true classes, columns are predicted ones.
///
/// Only pairs that occurred are kept, so that the memory follows what was added and not the number of classes.
public final class ConfusionMatrix {
    /// The most classes that a matrix may have.
    public static let mostClasses = 10_000

    /// How many classes there are; they count from 0.
    public let classes: Int
    /// How many were counted.
    public private(set) var total = 0
    private var counts: [Pair: Int] = [:]
    /// How often each class was the truth, was predicted, and was both.
    private var truths: [Int]
    private var predictions: [Int]
    private var hits: [Int]

    private struct Pair: Hashable {
        let truth: Int
        let predicted: Int
    }

    /// An empty matrix.
    ///
    /// - Throws: `MetricsError` without a class, and for more than `mostClasses`.
    public init(classes: Int) throws {
        guard (1...Self.mostClasses).contains(classes) else {
            throw MetricsError("a confusion matrix of 1 to \(Self.mostClasses) classes expected, got \(classes)")
        }
        self.classes = classes
        truths = [Int](repeating: 0, count: classes)
        predictions = truths
        hits = truths
    }

    /// Counts pairs; all of them or, where one is out of range, none.
    ///
    /// - Parameter place: what messages call the place of a value: "row 3".
    /// - Throws: `MetricsError` for lists of two lengths and for what is no class.
    public func add(predicted: [Int], labels: [Int], place: (Int) -> String) throws {
        guard predicted.count == labels.count else {
            throw MetricsError("got \(predicted.count) predicted classes for \(labels.count) labels")
        }
        for (values, name) in [(predicted, "predicted class"), (labels, "label")] {
            if let index = values.firstIndex(where: { $0 < 0 || $0 >= classes }) {
                throw MetricsError("\(name) \(values[index]) at \(place(index)) is outside 0..\(classes - 1)")
            }
        }
        for (prediction, label) in zip(predicted, labels) {
            counts[Pair(truth: label, predicted: prediction), default: 0] += 1
            truths[label] += 1
            predictions[prediction] += 1
            if label == prediction { hits[label] += 1 }
        }
        total += labels.count
    }

    /// How often a class was taken for another.
    public func count(truth: Int, predicted: Int) -> Int { counts[Pair(truth: truth, predicted: predicted)] ?? 0 }

    /// How many examples a class has, and how often it was predicted; the class must be one.
    func truths(_ index: Int) -> Int { truths[index] }
    func predictions(_ index: Int) -> Int { predictions[index] }

    /// The counts: a row for each true class, a column for each predicted one.
    public var rows: [[Double]] {
        var rows = [[Double]](repeating: [Double](repeating: 0, count: classes), count: classes)
        for (pair, count) in counts { rows[pair.truth][pair.predicted] = Double(count) }
        return rows
    }

    /// The part that was right. NaN before anything was added, as are the following where their class does not occur.
    public var accuracy: Double { ratio(hits.reduce(0, +), total) }

    /// The part of a class's examples that was found; the class must be one.
    public func recall(_ index: Int) -> Double { ratio(hits[index], truths[index]) }

    /// The part of a class's predictions that was right; the class must be one.
    public func precision(_ index: Int) -> Double { ratio(hits[index], predictions[index]) }

    private func ratio(_ part: Int, _ whole: Int) -> Double { Double(part) / Double(whole) }

    /// How often a class was taken for another.
    public struct Mistake: Equatable, Sendable {
        public let truth: Int
        public let predicted: Int
        public let count: Int
    }

    /// The commonest mistakes, commonest first; equally common ones by class.
    public func worst(_ most: Int) -> [Mistake] {
        let made = counts.lazy.filter { $0.key.truth != $0.key.predicted }
            .map { Mistake(truth: $0.key.truth, predicted: $0.key.predicted, count: $0.value) }
        return Array(
            made.sorted { ($1.count, $0.truth, $0.predicted) < ($0.count, $1.truth, $1.predicted) }
                .prefix(max(most, 0)))
    }
}

extension ConfusionMatrix: CustomStringConvertible {
    /// The most classes of which every row and column is shown, and how many are at each end of a larger matrix.
    private static let mostShown = 50
    private static let edge = 5

    /// A table with a row for each true class. Of more than 50 classes the first and last five are shown.
    public var description: String {
        let corner = #"truth \ predicted"#
        // Nil stands for the classes that are left out.
        var shown: [Int?] = Array(0..<classes)
        if classes > Self.mostShown {
            shown.replaceSubrange(Self.edge..<(classes - Self.edge), with: [nil])
        }
        let cells = shown.map { truth in
            shown.map { predicted in
                guard let truth, let predicted else { return "..." }
                return "\(count(truth: truth, predicted: predicted))"
            }
        }
        let names = shown.map { $0.map { "\($0)" } ?? "..." }
        let width = (cells + [names]).joined().reduce(0) { max($0, $1.count) } + 2
        func line(_ head: String, _ cells: [String]) -> String {
            cells.reduce(padded(head, corner.count)) { $0 + padded($1, width) }
        }
        var lines = [line(corner, names)] + zip(names, cells).map { line($0, $1) }
        if classes > Self.mostShown { lines.append("(\(classes) classes, of which the first and last are shown)") }
        return lines.joined(separator: "\n")
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
