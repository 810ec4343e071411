/// Where a loader stands: all that it takes to go on with the pass in progress, and what the loader must be for that.
public struct LoaderState: Equatable, Sendable {
    /// How many batches of the pass in progress were handed out; nil between two passes. A pass ends when it is asked
    /// for a batch and has none left, not with its last batch.
    public var batches: Int?
    /// What the order of the pass in progress came from.
    public var start: PassStart
    public var batchSize: Int
    public var shuffle: Bool
    public var dropLast: Bool
    /// How many samples the data set has.
    public var length: Int
    /// The sampler that was given; nil without one.
    public var sampler: String?

    public init(
        batches: Int?, start: PassStart, batchSize: Int, shuffle: Bool, dropLast: Bool, length: Int, sampler: String?
    ) {
        (self.batches, self.start) = (batches, start)
        (self.batchSize, self.shuffle, self.dropLast) = (batchSize, shuffle, dropLast)
        (self.length, self.sampler) = (length, sampler)
    }

    /// - Throws: `DatasetError.invalid` where a loader of another kind was saved, or where it could not stand there.
    func check(against loader: Loader) throws {
        func same<T: Equatable>(_ name: String, _ saved: T, _ own: T) throws {
            guard saved == own else {
                throw DatasetError.invalid("\(name) \(saved) was saved, this loader has \(name) \(own)")
            }
        }
        try same("batch_size", batchSize, loader.options.batchSize)
        try same("shuffle", shuffle, loader.options.shuffle)
        try same("drop_last", dropLast, loader.options.dropLast)
        try same("length", length, loader.dataset.count)
        try same("sampler", sampler ?? "none", loader.options.sampler?.identity ?? "none")
        guard let batches else { return }
        if loader.options.sampler == nil {
            var isSeed = false
            if case .seed = start { isSeed = true }
            guard isSeed == shuffle, isSeed || start == .fixed else {
                throw DatasetError.invalid("a shuffled pass has a seed and no other has")
            }
        }
        // A sampler that has no length before a pass has one now.
        let count: Int
        if case .order(let indices) = start {
            count = loader.batches(of: indices.count)
        } else {
            count = try loader.count ?? loader.batches(of: loader.sampler.order(from: start).count)
        }
        guard (0...count).contains(batches) else {
            throw DatasetError.invalid("batches is \(batches), a pass has \(count)")
        }
    }
}
