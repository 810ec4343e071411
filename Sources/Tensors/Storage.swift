/// A block of memory that tensors look at, aligned to 64 bytes where it is large. Several tensors may share one.
public final class Storage {
    public let pointer: UnsafeMutableRawPointer
    /// Size in bytes.
    public let byteCount: Int
    /// Size of the block that holds them.
    private let blockSize: Int
    /// Whose memory it is, where it is not the storage's own.
    private let owner: AnyObject?
    /// Counts the changes made in place, so that the backward pass can tell that a value it needs is gone.
    @exclusivity(unchecked) public var version = 0

    /// - Throws: `TensorError` where the memory cannot be had.
    public init(byteCount: Int) throws {
        self.byteCount = byteCount
        (pointer, blockSize) = try MemoryCache.take(byteCount)
        owner = nil
    }

    /// Memory of another, such as a file's mapping, that may be changed and lives as long as `owner` does.
    ///
    /// - Parameter memory: aligned as its elements need it; what lies behind it up to the next multiple of 64 bytes can be
    ///   read.
    package init(_ memory: UnsafeMutableRawBufferPointer, of owner: AnyObject) throws {
        guard let base = memory.baseAddress else { throw TensorError("memory expected, got none") }
        (pointer, byteCount, blockSize) = (base, memory.count, 0)
        self.owner = owner
    }

    deinit { if owner == nil { MemoryCache.give(pointer, blockSize) } }

    func take(_ bytes: UnsafeRawBufferPointer) {
        if let base = bytes.baseAddress { pointer.copyMemory(from: base, byteCount: min(byteCount, bytes.count)) }
    }

    /// Bytes that storages in use hold together.
    public static var liveBytes: Int { MemoryCache.live }

    /// How often a storage took memory from the system, instead of what another had left: a loop that does the same again
    /// and again comes to a point where it does no more.
    public static var systemRequests: Int { MemoryCache.systemRequests }
}
