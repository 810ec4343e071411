import Files
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The most memory this process has held so far, in bytes.
public func peakMemory() -> Int {
    #if os(Linux)
        // `ru_maxrss` of a new process begins at the peak of the one that started it; this does not.
        let status = (try? readText("/proc/self/status")) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        if let kilobytes = line?.split(separator: " ").dropLast().last.flatMap({ Int($0) }) { return kilobytes * 1024 }
    #endif
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

/// Makes a symbolic link.
public func makeLink(_ path: String, to target: String) {
    _ = symlink(target, path)
}

/// Makes a named pipe.
public func makePipe(_ path: String) {
    _ = mkfifo(path, 0o600)
}
