import CLibrary
import Synchronization

/// A block of memory that tensors look at, aligned to 64 bytes where it is large. Several tensors may share one.
public final class Storage {
    public let pointer: UnsafeMutableRawPointer
    /// Size in bytes.
    public let byteCount: Int
    /// Counts the changes made in place, so that the backward pass can tell that a value it needs is gone.
    @exclusivity(unchecked) public var version = 0

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
    public static var liveBytes: Int {
        MemoryCache.state.withLock { $0.live } + MemoryCache.liveSmall.load(ordering: .relaxed)
    }
}

/// Blocks that were freed and wait for the next of their size: a training step frees and asks for the same sizes
/// again and again, and fresh pages from the system cost more than the arithmetic on them.
private enum MemoryCache {
    struct State: @unchecked Sendable {
        var shelves: [Int: Shelf] = [:]
        var cached = 0
        var live = 0
        /// Counts what is given back, as a clock.
        var clock = 0
    }

    /// The free blocks of one size.
    struct Shelf {
        var blocks: [UnsafeMutableRawPointer] = []
        var lastUse = 0
    }

    static let state = Mutex(State())
    /// Blocks up to this size come from the C library, which keeps some for each thread and needs no lock.
    static let small = 1024
    static let liveSmall = Atomic<Int>(0)
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
        if size <= small, let block = malloc(size) {
            liveSmall.wrappingAdd(size, ordering: .relaxed)
            return block
        }
        let reused = state.withLock { state -> UInt? in
            state.live += size
            guard let block = state.shelves[size]?.blocks.popLast() else { return nil }
            state.cached -= size
            return UInt(bitPattern: block)
        }
        if let reused, let block = UnsafeMutableRawPointer(bitPattern: reused) { return block }
        if let block = SystemMemory.take(size) { return block }
        evict { $0.removeAll() }
        if let block = SystemMemory.take(size) { return block }
        state.withLock { $0.live -= size }
        throw TensorError("cannot allocate \(bytes) bytes: the system has no more memory")
    }

    static func give(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
        let size = roundedSize(bytes)
        if size <= small {
            liveSmall.wrappingSubtract(size, ordering: .relaxed)
            return free(block)
        }
        let address = UInt(bitPattern: block)
        var isFull = false
        let kept = state.withLock { state -> Bool in
            state.live -= size
            guard size <= limit, let block = UnsafeMutableRawPointer(bitPattern: address) else { return false }
            state.clock += 1
            state.shelves[size, default: Shelf()].blocks.append(block)
            state.shelves[size]?.lastUse = state.clock
            state.cached += size
            isFull = state.cached > limit
            return true
        }
        if !kept { SystemMemory.give(block, size) }
        // What has not been asked for the longest makes room: the sizes of a test are of no use to the training after.
        if isFull {
            evict { shelves in
                var over = shelves.reduce(-limit) { $0 + $1.key * $1.value.blocks.count }
                for (size, shelf) in shelves.sorted(by: { $0.value.lastUse < $1.value.lastUse }) where over > 0 {
                    let count = min(shelf.blocks.count, (over + size - 1) / size)
                    shelves[size]?.blocks.removeFirst(count)
                    over -= count * size
                }
            }
        }
    }

    /// Gives those blocks back to the system that `change` takes off the shelves.
    private static func evict(_ change: (inout [Int: Shelf]) -> Void) {
        let gone = state.withLock { state -> [(address: UInt, size: Int)] in
            let before = state.shelves
            change(&state.shelves)
            var gone: [(address: UInt, size: Int)] = []
            for (size, shelf) in before {
                let left = state.shelves[size]?.blocks.count ?? 0
                for block in shelf.blocks.prefix(shelf.blocks.count - left) {
                    gone.append((UInt(bitPattern: block), size))
                    state.cached -= size
                }
            }
            return gone
        }
        for (address, size) in gone {
            if let block = UnsafeMutableRawPointer(bitPattern: address) { SystemMemory.give(block, size) }
        }
    }
}

/// Blocks from the system, aligned to 64 bytes. Large ones are mapped by themselves, so that they go back whole when
/// they are freed: the C library's heap would keep their holes.
private enum SystemMemory {
    private static let large = 1 << 20

    static func take(_ size: Int) -> UnsafeMutableRawPointer? {
        if size >= large {
            let block = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | mapAnonymous, -1, 0)
            return block == MAP_FAILED ? nil : block
        }
        var block: UnsafeMutableRawPointer?
        return posix_memalign(&block, 64, size) == 0 ? block : nil
    }

    static func give(_ block: UnsafeMutableRawPointer, _ size: Int) {
        if size >= large { munmap(block, size) } else { free(block) }
    }

    private static var mapAnonymous: Int32 {
        #if canImport(Darwin)
            MAP_ANON
        #else
            Int32(MAP_ANONYMOUS)
        #endif
    }
}
