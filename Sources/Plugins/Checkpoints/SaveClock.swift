import Files

/// When a state was saved last, and what that took: belongs to a script's state.
final class SaveClock {
    private var last: ContinuousClock.Instant?
    private var cost: Duration = .zero

    /// Runs a save.
    func time(_ save: () throws -> Void) rethrows {
        let start = ContinuousClock.now
        try save()
        let end = ContinuousClock.now
        (last, cost) = (end, end - start)
    }

    /// Whether so many seconds have passed since the last save, and a hundred times what that took.
    func isDue(after seconds: Double) -> Bool {
        guard let last, seconds > 0 else { return true }
        return ContinuousClock.now - last >= max(.nanoseconds(Int64(min(seconds, 1e9) * 1e9)), cost * 100)
    }
}
