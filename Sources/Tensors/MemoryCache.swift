import CLibrary
import Synchronization

/// Blocks that were freed and wait for the next of their size: a training step frees and asks for the same sizes
/// again and again, and fresh pages from the system cost more than the arithmetic on them.
///
/// What was not needed for a while goes back: from time to time, after as many bytes were taken as a step or more takes,
/// those blocks go that lay here all the while. So the sizes of a test do not stay through the training after it, and
/// a loop that needs much keeps it.
enum MemoryCache {
    /// Blocks up to this size come from the C library, which keeps some for each thread and needs no lock.
    private static let small = 1024
    private static let liveSmall = Atomic<Int>(0)
    private static let state = Mutex(State())

    /// Bytes in use.
    static var live: Int { state.withLock { $0.live } + liveSmall.load(ordering: .relaxed) }
    /// How often no block lay here.
    static var systemRequests: Int { state.withLock { $0.systemRequests } }

    private struct State: @unchecked Sendable {
        var shelves: [Int: Shelf] = [:]
        var live = 0
        var cached = 0
        var systemRequests = 0
        /// Bytes taken since the last review.
        var taken = 0
        /// The most that was in use between the last two reviews, and since the last.
        var peaks = (0, 0)

        /// The most that was in use lately; small programs need no review.
        var peak: Int { max(32 << 20, peaks.0, peaks.1) }

        /// Whether one more block would make it more than twice what was in use lately.
        func isFull(_ size: Int) -> Bool { live + cached + size > 2 * peak }
    }

    /// The free blocks of one size.
    private struct Shelf {
        var blocks: [UnsafeMutableRawPointer] = []
        /// How many of them nobody needed since the last review.
        var idle = 0

        mutating func take() -> UnsafeMutableRawPointer? {
            guard let block = blocks.popLast() else { return nil }
            idle = min(idle, blocks.count)
            return block
        }

        func dropping(_ count: Int) -> Shelf {
            Shelf(blocks: Array(blocks.dropFirst(count)), idle: max(0, idle - count))
        }
    }

    /// Four sizes an octave, so that sizes that nearly agree share blocks.
    private static func roundedSize(_ bytes: Int) -> Int {
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
        let (reused, isReviewDue) = state.withLock { state -> (UInt?, Bool) in
            state.live += size
            state.taken += size
            state.peaks.1 = max(state.peaks.1, state.live)
            let isReviewDue = state.taken > 2 * state.peak
            guard let block = state.shelves[size]?.take() else {
                state.systemRequests += 1
                return (nil, isReviewDue)
            }
            state.cached -= size
            return (UInt(bitPattern: block), isReviewDue)
        }
        if isReviewDue { review() }
        if let reused, let block = UnsafeMutableRawPointer(bitPattern: reused) { return block }
        if let block = SystemMemory.take(size) { return block }
        giveBack { $0.blocks.count }
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
        // Sizes that change all the time could fill any memory before a review comes.
        let isFull = state.withLock { state in
            state.live -= size
            return state.isFull(size)
        }
        if isFull { review() }
        let address = UInt(bitPattern: block)
        let isKept = state.withLock { state -> Bool in
            guard !state.isFull(size), let block = UnsafeMutableRawPointer(bitPattern: address) else { return false }
            state.shelves[size, default: Shelf()].blocks.append(block)
            state.cached += size
            return true
        }
        if !isKept { SystemMemory.give(block, size) }
    }

    /// Gives back what nobody needed since the last time.
    private static func review() {
        giveBack(\.idle)
        state.withLock { state in
            state.taken = 0
            state.peaks = (state.peaks.1, state.live)
            for (size, shelf) in state.shelves { state.shelves[size]?.idle = shelf.blocks.count }
        }
    }

    /// Gives as many blocks of each shelf back to the system as `count` says, those first that have lain there the longest.
    private static func giveBack(_ count: (Shelf) -> Int) {
        let gone = state.withLock { state -> [(address: UInt, size: Int)] in
            var gone: [(address: UInt, size: Int)] = []
            for (size, shelf) in state.shelves {
                let left = shelf.blocks.prefix(count(shelf))
                gone += left.map { (UInt(bitPattern: $0), size) }
                state.cached -= left.count * size
                state.shelves[size] = left.count == shelf.blocks.count ? nil : shelf.dropping(left.count)
            }
            return gone
        }
        for (address, size) in gone {
            if let block = UnsafeMutableRawPointer(bitPattern: address) { SystemMemory.give(block, size) }
        }
    }
}
