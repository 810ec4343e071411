import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A block of memory that tensors look at, aligned to 64 bytes. Several tensors may share one.
public final class Storage {
    public let pointer: UnsafeMutableRawPointer
    /// Size in bytes.
    public let byteCount: Int
    /// Counts the changes made in place, so that the backward pass can tell that a value it needs is gone.
    public var version = 0

    /// - Throws: `TensorError` where the memory cannot be had.
    public init(byteCount: Int) throws {
        self.byteCount = byteCount
        pointer = try MemoryCache.take(byteCount)
    }

    deinit { MemoryCache.give(pointer, byteCount) }

    func take(_ bytes: UnsafeRawBufferPointer) {
        if let base = bytes.baseAddress { pointer.copyMemory(from: base, byteCount: min(byteCount, bytes.count)) }
    }

    /// Bytes that storages in use hold together.
    public static var liveBytes: Int { MemoryCache.state.withLock { $0.live } }
}

/// Blocks that were freed and wait for the next of their size: a training step frees and asks for the same sizes
/// again and again, and fresh pages from the system cost more than the arithmetic on them.
private enum MemoryCache {
    struct State: @unchecked Sendable {
        var free: [Int: [UnsafeMutableRawPointer]] = [:]
        var cached = 0
        var live = 0
    }

    static let state = Mutex(State())
    /// Bytes kept at the most.
    static let limit = 96 << 20

    /// Four sizes an octave, so that sizes that nearly agree share blocks.
    static func roundedSize(_ bytes: Int) -> Int {
        if bytes <= 256 { return max(64, (bytes + 63) & ~63) }
        let step = 1 << (Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount - 2)
        return (bytes + step - 1) & ~(step - 1)
    }

    static func take(_ bytes: Int) throws -> UnsafeMutableRawPointer {
        guard bytes >= 0, bytes < 1 << 46 else { throw TensorError("cannot allocate \(bytes) bytes") }
        let size = roundedSize(bytes)
        let reused = state.withLock { state -> UInt? in
            state.live += size
            guard let block = state.free[size]?.popLast() else { return nil }
            state.cached -= size
            return UInt(bitPattern: block)
        }
        if let reused, let block = UnsafeMutableRawPointer(bitPattern: reused) { return block }
        var block: UnsafeMutableRawPointer?
        if posix_memalign(&block, 64, size) != 0 || block == nil {
            clear()
            _ = posix_memalign(&block, 64, size)
        }
        guard let block else {
            state.withLock { $0.live -= size }
            throw TensorError("cannot allocate \(bytes) bytes: the system has no more memory")
        }
        return block
    }

    static func give(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
        let size = roundedSize(bytes)
        let address = UInt(bitPattern: block)
        let kept = state.withLock { state -> Bool in
            state.live -= size
            guard state.cached + size <= limit, let block = UnsafeMutableRawPointer(bitPattern: address) else {
                return false
            }
            state.free[size, default: []].append(block)
            state.cached += size
            return true
        }
        if !kept { free(block) }
    }

    static func clear() {
        let blocks = state.withLock { state -> [UInt] in
            let blocks = state.free.values.flatMap { $0.map { UInt(bitPattern: $0) } }
            state.free = [:]
            state.cached = 0
            return blocks
        }
        for block in blocks { free(UnsafeMutableRawPointer(bitPattern: block)) }
    }
}
