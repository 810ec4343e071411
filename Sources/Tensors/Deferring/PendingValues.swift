/// Elements that are not worked out yet, since what comes next may be worked out in the same pass: a convolution's output
/// that only a max-pooling reads is never written to memory.
///
/// The storages that wait for it keep it. Whoever looks at one of them has it filled first; until then nothing that the
/// elements are made of changes, for `Storage.willChange` comes before each change.
open class PendingValues {
    public init() {}

    /// Works out the elements of those storages that still wait for this, and writes them.
    open func fill() {}

    /// What works out these elements and those of an operation on them in one pass.
    ///
    /// - Returns: nil where nothing does; the operation is then run.
    open func continued(by operation: any Operation, _ inputs: [Tensor], _ outputs: [Tensor]) -> PendingValues? { nil }
}
