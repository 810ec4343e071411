/// Tells Lua's collector of the memory behind its userdata, which it sees as a few dozen bytes each.
///
/// Objects say how many bytes they hold when they are pushed. When what was pushed since the last collection
/// passes a threshold, a full collection is due. The threshold grows with what stays alive, so that a script
/// that holds much does not collect all the time: at most about half of the memory is ever garbage.
public struct MemoryAccount {
    /// The least debt that is worth a collection.
    public static let floor = 32 << 20
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

    mutating func endCollection() {
        isCollecting = false
        debt = 0
        threshold = max(Self.floor, alive)
    }
}
