/// Tells Lua's collector of the memory behind its userdata, which it sees as a few dozen bytes each.
///
/// Objects say how many bytes they hold when they are pushed. When what was pushed since the last collection
/// passes a threshold, a full collection is due.
///
/// A collection goes through Lua's heap, which takes about a nanosecond for two bytes, and not through what is behind it.
/// So the threshold is a multiple of that heap: to fill the memory that was pushed takes more than ten times as long.
/// It is no more than what stays alive, so that at most about half of the memory is ever garbage.
public struct MemoryAccount {
    /// The least debt that is worth a collection.
    public static let floor = 16 << 20
    /// The debt that is worth a collection, for each byte of Lua's heap.
    static let bytesAHeapByte = 64
    /// Bytes of objects that Lua holds and has not collected.
    public private(set) var alive = 0
    /// Bytes pushed since the last collection.
    public private(set) var debt = 0
    /// The debt at which to collect.
    public private(set) var threshold = floor
    /// How many collections the debt has caused.
    public private(set) var collections = 0
    private var isCollecting = false

    /// Counts a new object. - Returns: whether a collection is due.
    mutating func add(_ bytes: Int) -> Bool {
        alive += bytes
        debt += bytes
        return debt > threshold && !isCollecting
    }

    mutating func remove(_ bytes: Int) { alive -= bytes }

    mutating func beginCollection() {
        isCollecting = true
        collections += 1
    }

    /// - Parameter heap: the size of Lua's own heap in bytes.
    mutating func endCollection(heap: Int) {
        isCollecting = false
        debt = 0
        threshold = max(Self.floor, min(alive, heap * Self.bytesAHeapByte))
    }
}
