import CLibrary
import Synchronization

/// Blocks that were freed and wait for the next of their size: a training step frees and asks for the same sizes
/// again and again, and fresh pages from the system cost more than the arithmetic on them.
///
/// What was not needed for a while goes back: those blocks that lay here while as many bytes were taken as several steps
/// take, and the oldest where all would be more than twice what was lately in use. So the sizes of a test do not stay
/// through the training after it, and a loop that needs much keeps it.
enum MemoryCache {
    /// Blocks up to this size come from the C library, which keeps some for each thread and needs no lock.
    private static let small = 1024
    private static let liveSmall = Atomic<Int>(0)
    private static let state = Mutex(State())

    /// Bytes in use.
    static var live: Int { state.withLock { $0.live } + liveSmall.load(ordering: .relaxed) }
    /// How often no block lay here.
    static var systemRequests: Int { state.withLock { $0.systemRequests } }

    private struct Block: @unchecked Sendable {
        let address: UnsafeMutableRawPointer
        let size: Int
        /// The bytes that had been taken when it came here.
        let stamp: Int
    }

    private struct State: @unchecked Sendable {
        /// Free blocks by their size, those behind that came last.
        var shelves: [Int: [Block]] = [:]
        var live = 0
        var cached = 0
        var systemRequests = 0
        /// Bytes taken so far; at the last review.
        var (taken, reviewed) = (0, 0)
        /// The most that was in use between the last two reviews, and since the last.
        var peaks = (0, 0)

        /// The most that was in use lately; small programs need no review.
        var peak: Int { max(32 << 20, peaks.0, peaks.1) }

        /// A free block of this size, or of one up to twice as large: a pass's last batch, which is smaller than the others,
        /// does with their memory.
        mutating func take(_ size: Int) -> Block? {
            var next = size
            while next <= 2 * size {
                if let block = shelves[next]?.popLast() {
                    cached -= next
                    count(next)
                    return block
                }
                next = MemoryCache.roundedSize(next + 1)
            }
            systemRequests += 1
            count(size)
            return nil
        }

        private mutating func count(_ size: Int) {
            live += size
            taken += size
            peaks.1 = max(peaks.1, live)
        }

        mutating func give(_ address: UnsafeMutableRawPointer, _ size: Int) {
            live -= size
            cached += size
            shelves[size, default: []].append(Block(address: address, size: size, stamp: taken))
        }

        /// Counts a block less that could not be had, and that nothing is to be kept for.
        mutating func forget(_ size: Int) {
            live -= size
            taken -= size
            peaks = (0, live)
        }

        /// Takes away what is to go back to the system.
        mutating func surplus() -> [Block] {
            var gone: [Block] = []
            if taken - reviewed > 4 * peak {
                for (size, blocks) in shelves {
                    let old = blocks.prefix { taken - $0.stamp > 8 * peak }
                    gone += old
                    shelves[size] = old.count == blocks.count ? nil : Array(blocks[old.count...])
                }
                reviewed = taken
                peaks = (peaks.1, live)
            }
            cached -= gone.reduce(0) { $0 + $1.size }
            while live + cached > 2 * peak,
                let oldest = shelves.values.compactMap(\.first).min(by: { $0.stamp < $1.stamp })
            {
                gone.append(oldest)
                cached -= oldest.size
                shelves[oldest.size]?.removeFirst()
            }
            return gone
        }

        /// Takes everything away.
        mutating func all() -> [Block] {
            defer { (shelves, cached) = ([:], 0) }
            return shelves.values.flatMap { $0 }
        }
    }

    /// Four sizes an octave, so that sizes that nearly agree share blocks.
    private static func roundedSize(_ bytes: Int) -> Int {
        if bytes <= 256 { return max(64, (bytes + 63) & ~63) }
        let step = 1 << (Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount - 2)
        return (bytes + step - 1) & ~(step - 1)
    }

    /// - Returns: a block of at least so many bytes and its size, which `give` wants to know.
    static func take(_ bytes: Int) throws -> (block: UnsafeMutableRawPointer, size: Int) {
        guard bytes >= 0, bytes < 1 << 46 else { throw TensorError("cannot allocate \(bytes) bytes") }
        let size = roundedSize(bytes)
        if size <= small, let block = malloc(size) {
            liveSmall.wrappingAdd(size, ordering: .relaxed)
            return (block, size)
        }
        if let block = state.withLock({ $0.take(size) }) { return (block.address, block.size) }
        if let block = SystemMemory.take(size) { return (block, size) }
        giveBack(state.withLock { $0.all() })
        if let block = SystemMemory.take(size) { return (block, size) }
        state.withLock { $0.forget(size) }
        throw TensorError("cannot allocate \(bytes) bytes: the system has no more memory")
    }

    static func give(_ block: UnsafeMutableRawPointer, _ size: Int) {
        if size <= small {
            liveSmall.wrappingSubtract(size, ordering: .relaxed)
            return free(block)
        }
        let address = UInt(bitPattern: block)
        let surplus = state.withLock { state -> [Block] in
            if let block = UnsafeMutableRawPointer(bitPattern: address) { state.give(block, size) }
            return state.surplus()
        }
        giveBack(surplus)
    }

    private static func giveBack(_ blocks: [Block]) {
        for block in blocks { SystemMemory.give(block.address, block.size) }
    }
}
