import CLibrary

/// Blocks from the system, aligned to 64 bytes. Large ones are mapped by themselves, so that they go back whole when
/// they are freed: the C library's heap would keep their holes.
enum SystemMemory {
    private static let large = 1 << 20
    /// What is so large holds whole pages of two megabytes, which a processor finds sooner than small ones.
    private static let huge = 4 << 20

    static func take(_ size: Int) -> UnsafeMutableRawPointer? {
        if size >= large {
            let block = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | mapAnonymous, -1, 0)
            guard block != MAP_FAILED, let block else { return nil }
            if size >= huge { wantHugePages(block, size) }
            return block
        }
        var block: UnsafeMutableRawPointer?
        return posix_memalign(&block, 64, size) == 0 ? block : nil
    }

    static func give(_ block: UnsafeMutableRawPointer, _ size: Int) {
        if size >= large { munmap(block, size) } else { free(block) }
    }

    private static func wantHugePages(_ block: UnsafeMutableRawPointer, _ size: Int) {
        #if os(Linux)
            madvise(block, size, MADV_HUGEPAGE)
        #endif
    }

    private static var mapAnonymous: Int32 {
        #if canImport(Darwin)
            MAP_ANON
        #else
            Int32(MAP_ANONYMOUS)
        #endif
    }
}
