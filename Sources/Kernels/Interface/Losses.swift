/// Which classes are right: one for each place `[outer, inner]` of slices, whose elements belong to the classes.
public struct ClassTargets {
    public var slices: Slices
    /// From 0 to below the slices' length, or `ignored`.
    public var classes: UnsafePointer<Int64>
    /// One for each class, of the type that is calculated in; nil where all are 1.
    public var weights: UnsafeRawPointer?
    /// Places with this instead of a class do not count.
    public var ignored: Int64

    public init(
        _ slices: Slices, _ classes: UnsafePointer<Int64>, weights: UnsafeRawPointer? = nil, ignored: Int64
    ) {
        self.slices = slices
        self.classes = classes
        self.weights = weights
        self.ignored = ignored
    }

    @inlinable public var count: Int { slices.outer * slices.inner }
}
