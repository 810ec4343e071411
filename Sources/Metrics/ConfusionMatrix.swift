/// How often each class was taken for each: rows are true classes, columns are predicted ones.
public final class ConfusionMatrix {
    /// How many classes there are; they count from 0.
    public let classes: Int
    private var counts: [Int]

    /// An empty matrix.
    ///
    /// - Throws: `MetricsError` without a class.
    public init(classes: Int) throws {
        guard classes >= 1 else {
            throw MetricsError("a confusion matrix of at least 1 class expected, got \(classes)")
        }
        self.classes = classes
        counts = [Int](repeating: 0, count: classes * classes)
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
        for (prediction, label) in zip(predicted, labels) { counts[label * classes + prediction] += 1 }
    }

    /// How often a class was taken for another; both must be classes.
    public func count(truth: Int, predicted: Int) -> Int { counts[truth * classes + predicted] }

    /// How many were counted.
    public var total: Int { counts.reduce(0, +) }

    /// The part that was right. NaN before anything was added, as are the following where their class does not occur.
    public var accuracy: Double { ratio((0..<classes).reduce(0) { $0 + count(truth: $1, predicted: $1) }, total) }

    /// The part of a class's examples that was found.
    public func recall(_ index: Int) -> Double {
        ratio(
            count(truth: index, predicted: index),
            (0..<classes).reduce(0) { $0 + count(truth: index, predicted: $1) })
    }

    /// The part of a class's predictions that was right.
    public func precision(_ index: Int) -> Double {
        ratio(
            count(truth: index, predicted: index),
            (0..<classes).reduce(0) { $0 + count(truth: $1, predicted: index) })
    }

    private func ratio(_ part: Int, _ whole: Int) -> Double { Double(part) / Double(whole) }

    /// How often a class was taken for another.
    public struct Mistake: Equatable, Sendable {
        public let truth: Int
        public let predicted: Int
        public let count: Int
    }

    /// The commonest mistakes, commonest first; equally common ones by class.
    public func worst(_ most: Int) -> [Mistake] {
        let mistakes = counts.indices.map {
            Mistake(truth: $0 / classes, predicted: $0 % classes, count: counts[$0])
        }
        let made = mistakes.filter { $0.truth != $0.predicted && $0.count > 0 }
        // The order of equal ones is that of the table.
        return Array(
            made.sorted { ($1.count, $0.truth, $0.predicted) < ($0.count, $1.truth, $1.predicted) }.prefix(most))
    }
}

extension ConfusionMatrix: CustomStringConvertible {
    /// A table with a row for each true class.
    public var description: String {
        let corner = #"truth \ predicted"#
        let width = counts.reduce(classes - 1, max).description.count + 2
        func line(_ head: String, _ cells: some Sequence<Int>) -> String {
            cells.reduce(padded(head, corner.count)) { $0 + padded("\($1)", width) }
        }
        let rows = (0..<classes).map { truth in
            line("\(truth)", (0..<classes).map { count(truth: truth, predicted: $0) })
        }
        return ([line(corner, 0..<classes)] + rows).joined(separator: "\n")
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
