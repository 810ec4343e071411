import CLibrary

/// Seconds since 1970.
public func secondsSince1970() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Moments as texts, in the machine's time zone.
enum Timestamp {
    /// "2026-11-28 11:05:33".
    static func text(_ seconds: Double) -> String { formatted(seconds, "%Y-%m-%d %H:%M:%S") }

    /// "2026-11-28_11-05-33", for names of files.
    static func name(_ seconds: Double) -> String { formatted(seconds, "%Y-%m-%d_%H-%M-%S") }

    private static func formatted(_ seconds: Double, _ format: String) -> String {
        var moment = time_t(exactly: seconds.rounded(.down)) ?? 0
        var parts = tm()
        localtime_r(&moment, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
