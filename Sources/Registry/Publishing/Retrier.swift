import Synchronization

/// Does requests again that failed in passing. What is waited counts for all of them together.
final class Retrier: Sendable {
    let policy: RetryPolicy
    let clock: RetryClock
    let isCancelled: @Sendable () -> Bool
    private let waited = Mutex(0.0)

    init(_ policy: RetryPolicy, _ clock: RetryClock, isCancelled: @escaping @Sendable () -> Bool) {
        self.policy = policy
        self.clock = clock
        self.isCancelled = isCancelled
    }

    /// Does `work` until it succeeds, fails for good or patience ends. It is given the attempt's number, from 1.
    func callAsFunction<T>(tell: (PublishEvent) -> Void, _ work: (Int) throws -> T) throws -> T {
        var attempt = 1
        while true {
            do { return try work(attempt) } catch let error as RegistryError where error.isTransient {
                let delay = policy.delay(after: attempt, requested: error.retryAfter, random: clock.random())
                if let requested = error.retryAfter, requested > policy.longestRequestedDelay {
                    throw error.adding("; it asks to come back in \(Int(min(requested, 1e9))) s")
                }
                let isInTime = waited.withLock { waited in
                    guard waited + delay <= policy.timeLimit else { return false }
                    if attempt < policy.attempts { waited += delay }
                    return true
                }
                guard attempt < policy.attempts, isInTime else {
                    throw error.adding(attempt == 1 ? "" : "; given up after \(attempt) attempts")
                }
                attempt += 1
                tell(.retry(reason: error.message, seconds: delay, attempt: attempt))
                try pause(delay)
            }
        }
    }

    func pause(_ seconds: Double) throws {
        clock.sleep(seconds, isCancelled)
        if isCancelled() { throw RegistryError(.cancelled, "interrupted") }
    }
}
