#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The most memory this process has held so far, in bytes.
public func peakMemory() -> Int {
    var usage = rusage()
    #if canImport(Glibc)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
        getrusage(RUSAGE_SELF, &usage)
    #endif
    #if canImport(Darwin)
        return usage.ru_maxrss
    #else
        return usage.ru_maxrss * 1024
    #endif
}

/// Makes a file that long, with holes where nothing was.
public func truncate(_ path: String, _ size: Int) {
    #if canImport(Darwin)
        _ = Darwin.truncate(path, off_t(size))
    #elseif canImport(Musl)
        _ = Musl.truncate(path, off_t(size))
    #else
        _ = Glibc.truncate(path, off_t(size))
    #endif
}
