import CLibrary
import Files
import HTTP

/// How long and how often a request that got no or a passing answer is repeated.
public struct RetryPolicy: Sendable {
    /// How often a request is sent in all. Default: 6.
    public var attempts = 6
    /// Seconds that may be waited in all, for all requests of one publisher together. Default: 600.
    public var timeLimit = 600.0
    /// Seconds before the second attempt; each further wait is twice as long. Default: 1.
    public var firstDelay = 1.0
    /// The longest wait in seconds. Default: 60.
    public var longestDelay = 60.0
    /// The longest wait in seconds that a server may ask for (`Retry-After`); it is not taken shorter, but given up
    /// where it is longer. Default: 300.
    public var longestRequestedDelay = 300.0

    public init() {}

    /// Seconds to wait after a number of attempts: what the server asks for, else twice as long each time, of which
    /// the upper half is left to chance, so that many jobs do not come back at once.
    func delay(after attempts: Int, requested: Double?, random: Double) -> Double {
        if let requested { return max(0, requested) }
        var full = firstDelay
        for _ in 0..<max(0, min(attempts - 1, 60)) { full *= 2 }
        return min(full, longestDelay) * (0.5 + 0.5 * random)
    }
}

/// Time and chance, so that tests need neither.
public struct RetryClock: Sendable {
    /// Seconds from any fixed moment; never goes back.
    public var now: @Sendable () -> Double
    /// Waits that many seconds, or until the closure says true.
    public var sleep: @Sendable (_ seconds: Double, _ isCancelled: () -> Bool) -> Void
    /// From 0 to below 1.
    public var random: @Sendable () -> Double

    public init(
        now: @escaping @Sendable () -> Double, sleep: @escaping @Sendable (Double, () -> Bool) -> Void,
        random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    /// The machine's.
    public static let system = RetryClock(
        now: {
            let passed = ContinuousClock.now - start
            return Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18
        },
        sleep: { seconds, isCancelled in
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end && !isCancelled() { usleep(50_000) }
        },
        random: { .random(in: 0..<1) })

    private static let start = ContinuousClock.now
}

/// The seconds that a server asks to wait: in `Retry-After`, a number or a moment (RFC 9110, section 10.2.3), else in
/// `RateLimit-Reset`, with GitLab a moment in seconds since 1970, with others seconds from now. Nil where both are absent or
/// nonsense.
func retryAfter(_ headers: HTTPHeaders, now: Int = time(nil)) -> Double? {
    guard let text = headers["Retry-After"] else {
        guard let reset = headers["RateLimit-Reset"].flatMap({ Int($0) }), reset >= 0 else { return nil }
        return Double(reset > 1_000_000_000 ? max(0, reset - now) : reset)
    }
    if let seconds = Int(text) { return seconds >= 0 ? Double(seconds) : nil }
    // "Wed, 21 Oct 2026 07:28:00 GMT"
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", let day = Int32(words[1]), let month = months.firstIndex(of: words[2]),
        let year = Int32(words[3]), (1970...9999).contains(year)
    else { return nil }
    let clock = words[4].split(separator: ":").compactMap { Int32($0) }
    guard clock.count == 3 else { return nil }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, Int32(month), day)
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (clock[0], clock[1], clock[2])
    return max(0, Double(timegm(&parts)) - Double(now))
}

private let months: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]
