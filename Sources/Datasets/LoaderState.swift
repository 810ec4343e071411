/// Where a loader stands: all that it takes to go on with the pass in progress, and what the loader must be for that.
public struct LoaderState: Equatable, Sendable {
    /// How many batches of the pass in progress were handed out; nil between two passes. A pass ends when it is asked
    /// for a batch and has none left, not with its last batch.
    public var batches: Int?
    /// What the pass in progress drew for its order; nil where images come in the data set's own order.
    public var seed: Int64?
    public var batchSize: Int
    public var shuffle: Bool
    public var dropLast: Bool
    /// How many images the data set has.
    public var length: Int

    public init(batches: Int?, seed: Int64?, batchSize: Int, shuffle: Bool, dropLast: Bool, length: Int) {
        self.batches = batches
        self.seed = seed
        self.batchSize = batchSize
        self.shuffle = shuffle
        self.dropLast = dropLast
        self.length = length
    }

    /// - Throws: `DatasetError.invalid` where a loader of another kind was saved, or where it could not stand there.
    func check(against loader: Loader) throws {
        func same<T: Equatable>(_ name: String, _ saved: T, _ own: T) throws {
            guard saved == own else {
                throw DatasetError.invalid("\(name) \(saved) was saved, this loader has \(name) \(own)")
            }
        }
        try same("batch_size", batchSize, loader.batchSize)
        try same("shuffle", shuffle, loader.shuffle)
        try same("drop_last", dropLast, loader.dropLast)
        try same("length", length, loader.dataset.count)
        guard let batches else { return }
        guard (0...loader.count).contains(batches) else {
            throw DatasetError.invalid("batches is \(batches), a pass has \(loader.count)")
        }
        guard (seed != nil) == shuffle else {
            throw DatasetError.invalid("a shuffled pass has a seed and no other has")
        }
    }
}
