/// Tells Lua's collector of the memory behind its userdata, which it sees as a few dozen bytes each.
///
/// Objects say how many bytes they hold when they are pushed. After every few megabytes of these a collection is due, so
/// that what a script has dropped gives its memory to what comes next while that is in the processor's caches.
///
/// A full collection goes through Lua's heap, which takes about a nanosecond for two bytes, and not through what is
/// behind it. So it comes after a multiple of that heap: to fill the memory that was pushed takes more than ten times as
/// long. It is no more than what stays alive, so that at most about half of the memory is ever garbage. In between there
/// are young collections, which go only through what is new in the heap and free what did not live through two of them.
public struct MemoryAccount {
    /// The growth from which the bytes that stay alive count.
    public static let floor = 16 << 20
    /// The debt that is worth a full collection, for each byte of Lua's heap.
    static let bytesAHeapByte = 64
    /// The new bytes that are worth any collection.
    static let step = 4 << 20

    /// Bytes of objects that Lua holds and has not collected.
    public private(set) var alive = 0
    /// Bytes pushed since the last full collection.
    public private(set) var debt = 0
    /// Bytes pushed since the last collection of either kind.
    public private(set) var fresh = 0
    /// The debt at which the next collection is a full one.
    public private(set) var threshold = step
    /// How many collections of each kind there were.
    public private(set) var (fullCollections, youngCollections) = (0, 0)
    private var isCollecting = false

    /// Counts a new object. - Returns: whether a collection is due.
    mutating func add(_ bytes: Int) -> Bool {
        alive += bytes
        fresh += bytes
        return fresh > Self.step && !isCollecting
    }

    mutating func remove(_ bytes: Int) { alive -= bytes }

    /// - Returns: whether it is to be a full one.
    mutating func beginCollection(full: Bool) -> Bool {
        isCollecting = true
        debt += fresh
        fresh = 0
        let full = full || debt > threshold
        if full { fullCollections += 1 } else { youngCollections += 1 }
        return full
    }

    /// - Parameter heap: the size of Lua's own heap in bytes.
    mutating func endCollection(full: Bool, heap: Int) {
        isCollecting = false
        guard full else { return }
        debt = 0
        threshold = max(Self.step, min(max(alive, Self.floor), heap * Self.bytesAHeapByte))
    }
}
