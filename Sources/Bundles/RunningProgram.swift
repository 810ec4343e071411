import Files

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The executable of this process.
enum RunningProgram {
    /// Opens it; nil where the system does not say which file it is.
    static func open() -> ReadableFile? {
        for path in paths {
            if let file = try? ReadableFile(path, name: commandLineArguments().first) { return file }
        }
        return nil
    }

    /// Where it is. The first is right even when the file was moved or replaced since.
    private static var paths: [String] {
        #if os(Linux)
            // Without /proc, as in a bare chroot: the path as it was given to the system.
            return ["/proc/self/exe"] + (executedPath().map { [$0] } ?? [])
        #elseif canImport(Darwin)
            var size: UInt32 = 0
            _NSGetExecutablePath(nil, &size)
            var path = [CChar](repeating: 0, count: Int(size) + 1)
            guard _NSGetExecutablePath(&path, &size) == 0 else { return [] }
            return [path.withUnsafeBufferPointer { String(systemText: $0.baseAddress.unsafelyUnwrapped) }]
        #else
            return []
        #endif
    }
}
