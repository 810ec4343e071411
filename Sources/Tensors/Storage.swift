/// A block of memory that tensors look at, aligned to 64 bytes where it is large. Several tensors may share one.
public final class Storage {
    private let address: UnsafeMutableRawPointer
    /// Size in bytes.
    public let byteCount: Int
    /// Size of the block that holds them.
    private let blockSize: Int
    /// Whose memory it is, where it is not the storage's own.
    private let owner: AnyObject?
    /// Counts the changes made in place, so that the backward pass can tell that a value it needs is gone.
    @exclusivity(unchecked) public private(set) var version = 0
    /// What works out the elements, where they are not there yet.
    @exclusivity(unchecked) package var pending: PendingValues?
    /// Whether what lies between operations that were worked out in one pass was asked for later, where these elements are
    /// a weight: that is rather written at once, than worked out twice.
    @exclusivity(unchecked) package var wantsSteps = false
    /// What may be worked out of these elements later.
    @exclusivity(unchecked) private var readers: [Reader] = []

    private struct Reader {
        weak var values: PendingValues?
    }

    /// - Throws: `TensorError` where the memory cannot be had.
    public init(byteCount: Int) throws {
        self.byteCount = byteCount
        (address, blockSize) = try MemoryCache.take(byteCount)
        owner = nil
    }

    /// Memory of another, such as a file's mapping, that may be changed and lives as long as `owner` does.
    ///
    /// - Parameter memory: aligned as its elements need it; what lies behind it up to the next multiple of 64 bytes can be
    ///   read.
    package init(_ memory: UnsafeMutableRawBufferPointer, of owner: AnyObject) throws {
        guard let base = memory.baseAddress else { throw TensorError("memory expected, got none") }
        (address, byteCount, blockSize) = (base, memory.count, 0)
        self.owner = owner
    }

    deinit { if owner == nil { MemoryCache.give(address, blockSize) } }

    /// The first byte. Elements that are not there yet are worked out before.
    public var pointer: UnsafeMutableRawPointer {
        settle()
        return address
    }

    /// Has the elements worked out, where they are not there yet.
    @inline(__always)
    package func settle() {
        if pending != nil { fill() }
    }

    @inline(never)
    private func fill() {
        // What works out several results may leave this one to a simpler way.
        while let pending { pending.fill() }
    }

    /// The memory, for whoever works out the elements.
    package var place: UnsafeMutableRawPointer { address }

    /// Has `values`, which will be made of these elements, worked out before these change.
    package func isRead(by values: PendingValues) {
        if readers.count >= 8 { readers.removeAll { $0.values == nil } }
        readers.append(Reader(values: values))
    }

    /// Counts a change in place that comes next.
    package func willChange() {
        if !readers.isEmpty {
            let waiting = readers
            readers = []
            for reader in waiting { reader.values?.fill() }
        }
        version += 1
    }

    func take(_ bytes: UnsafeRawBufferPointer) {
        if let base = bytes.baseAddress { pointer.copyMemory(from: base, byteCount: min(byteCount, bytes.count)) }
    }

    /// Bytes that storages in use hold together.
    public static var liveBytes: Int { MemoryCache.live }

    /// How often a storage took memory from the system, instead of what another had left: a loop that does the same again
    /// and again comes to a point where it does no more.
    public static var systemRequests: Int { MemoryCache.systemRequests }
}
