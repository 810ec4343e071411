/// How well each class is found, as scikit-learn's `precision_recall_fscore_support` has it: a part that would be
/// nothing of nothing counts as 0.
public struct ClassScores: Sendable, Equatable {
    /// Of a class, or a mean over classes.
    public struct Scores: Sendable, Equatable {
        /// The part of the predictions of it that was right.
        public var precision = 0.0
        /// The part of its examples that was found.
        public var recall = 0.0
        /// The harmonic mean of both.
        public var f1 = 0.0
        /// How many examples there were.
        public var support = 0
    }

    /// Of each class.
    public let classes: [Scores]
    /// The mean of all classes that occur, as the truth or as a prediction.
    public let macro: Scores
    /// The mean in which a class counts as often as it has examples.
    public let weighted: Scores

    public init(_ confusion: ConfusionMatrix) {
        func part(_ some: Int, _ all: Int) -> Double { all > 0 ? Double(some) / Double(all) : 0 }
        var occurring: [Scores] = []
        var all: [Scores] = []
        for index in 0..<confusion.classes {
            let (hits, truths) = (confusion.count(truth: index, predicted: index), confusion.truths(index))
            let predictions = confusion.predictions(index)
            let scores = Scores(
                precision: part(hits, predictions), recall: part(hits, truths),
                f1: part(2 * hits, truths + predictions),
                support: truths)
            all.append(scores)
            if truths + predictions > 0 { occurring.append(scores) }
        }
        classes = all
        macro = Self.mean(occurring) { _ in 1 }
        weighted = Self.mean(occurring) { Double($0.support) }
    }

    private static func mean(_ scores: [Scores], _ weight: (Scores) -> Double) -> Scores {
        let total = scores.reduce(0) { $0 + weight($1) }
        guard total > 0 else { return Scores() }
        var mean = Scores()
        for each in scores {
            mean.precision += each.precision * weight(each) / total
            mean.recall += each.recall * weight(each) / total
            mean.f1 += each.f1 * weight(each) / total
            mean.support += each.support
        }
        return mean
    }
}
