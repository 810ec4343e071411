/// Does requests again that got no answer, or one that passes.
struct Repeating {
    var policy = RetryPolicy()
    var clock = RetryClock.system
    var isCancelled: @Sendable () -> Bool = { false }
    /// Told before each wait: why, for how many seconds, and which attempt comes then.
    var report: (_ reason: String, _ seconds: Double, _ attempt: Int) -> Void = { _, _, _ in }

    /// Does `work` until it succeeds, fails for good or patience ends. It is given the attempt's number, from 1.
    func callAsFunction<T>(_ work: (Int) throws -> T) throws -> T {
        var firstFailure: Double?
        var attempt = 1
        while true {
            do { return try work(attempt) } catch let error as RegistryError where error.isTransient {
                let now = clock.now()
                let start = firstFailure ?? now
                firstFailure = start
                let delay = policy.delay(after: attempt, requested: error.retryAfter, random: clock.random())
                if let requested = error.retryAfter, requested > policy.longestRequestedDelay {
                    throw error.adding("; it asks to come back in \(Int(min(requested, 1e9))) s")
                }
                guard attempt < policy.attempts, now + delay <= start + policy.timeLimit else {
                    throw error.adding(attempt == 1 ? "" : "; given up after \(attempt) attempts")
                }
                attempt += 1
                report(error.message, delay, attempt)
                clock.sleep(delay, isCancelled)
                if isCancelled() { throw RegistryError(.cancelled, "\(error.message); interrupted") }
            }
        }
    }
}
