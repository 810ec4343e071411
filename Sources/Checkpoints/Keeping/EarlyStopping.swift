/// Which of two numbers is the better one.
public enum BetterNumber: String, Sendable, CaseIterable {
    /// The smaller one, as of losses.
    case min
    /// The larger one, as of accuracies.
    case max

    /// Whether `value` is better than `other` by more than `margin`. What is not a number is better than nothing.
    public func isBetter(_ value: Double, than other: Double?, margin: Double = 0) -> Bool {
        guard let other else { return !value.isNaN }
        return self == .min ? value < other - margin : value > other + margin
    }
}

/// Tells when a number has stopped getting better, as Lightning's `EarlyStopping` does.
public final class EarlyStopping {
    public let mode: BetterNumber
    /// So many numbers in a row may be no better.
    public let patience: Int
    /// Better by less does not count.
    public let minDelta: Double

    /// What is known after some numbers.
    public struct State: Equatable, Sendable {
        /// The best number so far.
        public var best: Double?
        /// How many came since.
        public var waited = 0
        public var isStopped = false

        public init(best: Double? = nil, waited: Int = 0, isStopped: Bool = false) {
            self.best = best
            self.waited = waited
            self.isStopped = isStopped
        }
    }

    public var state = State()

    public init(mode: BetterNumber, patience: Int, minDelta: Double) {
        self.mode = mode
        self.patience = patience
        self.minDelta = minDelta
    }

    /// Takes the next number. - Returns: whether to stop: after `patience` numbers that were no better than the best, and
    /// at once where one is not finite.
    public func step(_ value: Double) -> Bool {
        if mode.isBetter(value, than: state.best, margin: minDelta), value.isFinite {
            state.best = value
            state.waited = 0
        } else {
            state.waited = min(state.waited, .max - 1) + 1
        }
        state.isStopped = state.isStopped || !value.isFinite || state.waited >= max(1, patience)
        return state.isStopped
    }
}
