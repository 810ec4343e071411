#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A clock that never goes back, as the standard library's of that name, whose module, that of tasks, is not imported;
/// see Package.swift.
public struct ContinuousClock: Sendable {
    /// A moment of this clock.
    public struct Instant: Sendable, Comparable {
        let nanoseconds: Int64

        /// The present moment.
        public static var now: Instant {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Instant(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
        }

        public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

        public static func - (a: Instant, b: Instant) -> Duration { .nanoseconds(a.nanoseconds &- b.nanoseconds) }

        public static func + (a: Instant, b: Duration) -> Instant {
            let (seconds, fraction) = b.components
            // Centuries are as good as forever.
            let bounded = min(max(seconds, -1 << 32), 1 << 32)
            return Instant(nanoseconds: a.nanoseconds &+ bounded * 1_000_000_000 + fraction / 1_000_000_000)
        }
    }

    /// The present moment.
    public static var now: Instant { .now }
}
