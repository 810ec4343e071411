import CLibrary

/// What a classifier's outputs are.
public enum OutputKind: String, Sendable, CaseIterable {
    /// Any numbers, the greatest for the likeliest class.
    case logits
    /// The logarithms of probabilities, as `log_softmax` gives them.
    case logProbabilities = "log_probabilities"
    /// Numbers from 0 to 1 that add up to 1, as `softmax` gives them.
    case probabilities

    /// What outputs look like: probabilities where no number of any row is below 0 and each row adds up to 1 (to a
    /// thousandth), log-probabilities where none is above 0 and the exponentials of each row do, otherwise logits.
    ///
    /// - Parameter classes: how many numbers a row has.
    public init(of rows: [Double], classes: Int) {
        func isOne(_ value: Double) -> Bool { abs(value - 1) <= 1e-3 }
        var (mayBeProbabilities, mayBeLogarithms) = (!rows.isEmpty, !rows.isEmpty)
        for start in stride(from: 0, to: rows.count - classes + 1, by: max(1, classes)) {
            let row = rows[start..<start + classes]
            if mayBeProbabilities {
                mayBeProbabilities = row.allSatisfy { $0 >= 0 } && isOne(row.reduce(0, +))
            }
            if mayBeLogarithms {
                mayBeLogarithms = row.allSatisfy { $0 <= 1e-6 } && isOne(row.reduce(0) { $0 + exp($1) })
            }
            if !mayBeProbabilities, !mayBeLogarithms { break }
        }
        self = mayBeProbabilities ? .probabilities : mayBeLogarithms ? .logProbabilities : .logits
    }

    /// A row's logarithms of probabilities. Those of probabilities are not below that of 2^-52, as in scikit-learn's
    /// `log_loss`; logits and log-probabilities are treated alike, for the softmax of the latter leaves them as they are.
    func logProbabilities(of row: ArraySlice<Double>) -> [Double] {
        if self == .probabilities { return row.map { log(max($0, 0x1p-52)) } }
        let greatest = row.max() ?? 0
        // An infinite logit takes everything.
        if row.contains(where: \.isNaN) { return row.map { _ in .nan } }
        guard greatest.isFinite else { return row.map { $0 == greatest ? 0 : -.infinity } }
        let sum = log(row.reduce(0) { $0 + exp($1 - greatest) })
        return row.map { $0 - greatest - sum }
    }
}
