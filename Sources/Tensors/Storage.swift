/// A block of memory that tensors look at, aligned to 64 bytes where it is large. Several tensors may share one.
public final class Storage {
    public let pointer: UnsafeMutableRawPointer
    /// Size in bytes.
    public let byteCount: Int
    /// Size of the block that holds them.
    private let blockSize: Int
    /// Counts the changes made in place, so that the backward pass can tell that a value it needs is gone.
    @exclusivity(unchecked) public var version = 0

    /// - Throws: `TensorError` where the memory cannot be had.
    public init(byteCount: Int) throws {
        self.byteCount = byteCount
        (pointer, blockSize) = try MemoryCache.take(byteCount)
    }

    deinit { MemoryCache.give(pointer, blockSize) }

    func take(_ bytes: UnsafeRawBufferPointer) {
        if let base = bytes.baseAddress { pointer.copyMemory(from: base, byteCount: min(byteCount, bytes.count)) }
    }

    /// Bytes that storages in use hold together.
    public static var liveBytes: Int { MemoryCache.live }

    /// How often a storage took memory from the system, instead of what another had left: a loop that does the same again
    /// and again comes to a point where it does no more.
    public static var systemRequests: Int { MemoryCache.systemRequests }
}
