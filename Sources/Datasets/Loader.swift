import Tensors

/// Hands out a data set in batches (`torch.utils.data.DataLoader`). Each pass takes the draws from the generator that
/// PyTorch's takes, so that one seed gives the same order in both.
public final class Loader {
    public let dataset: ImageDataset
    public let batchSize: Int
    public let shuffle: Bool
    /// Whether a last batch with fewer images is left out. Default: false.
    public let dropLast: Bool
    private let table: PixelTable
    private let generator: Generator
    /// The pass that was begun last.
    private var current: Pass?
    /// Where the next pass is to go on.
    private var loaded: LoaderState?

    /// - Throws: `DatasetError.invalid` where the batch size is not positive or there are no images.
    public init(
        _ dataset: ImageDataset, table: PixelTable, batchSize: Int, shuffle: Bool, dropLast: Bool = false,
        generator: Generator
    ) throws {
        guard batchSize >= 1 else {
            throw DatasetError.invalid("a batch of at least 1 image expected, got \(batchSize)")
        }
        guard dataset.count > 0 else {
            throw DatasetError.invalid("a data set with images expected, this one has none")
        }
        self.dataset = dataset
        self.table = table
        self.batchSize = batchSize
        self.shuffle = shuffle
        self.dropLast = dropLast
        self.generator = generator
    }

    /// How many batches a pass has.
    public var count: Int {
        let (full, rest) = dataset.count.quotientAndRemainder(dividingBy: batchSize)
        return dropLast || rest == 0 ? full : full + 1
    }

    /// How many images a pass has.
    public var imageCount: Int { dropLast ? count * batchSize : dataset.count }

    /// Begins a pass over the data, or goes on with the one that `load` brought.
    public func batches() -> Pass {
        defer { loaded = nil }
        let pass = loaded.flatMap { Pass(self, resuming: $0) } ?? Pass(self)
        current = pass
        return pass
    }

    /// Where the pass that was begun last stands.
    public var state: LoaderState {
        if let loaded { return loaded }
        let pass = current.flatMap { $0.isOver ? nil : $0 }
        return LoaderState(
            batches: pass?.step, seed: pass?.seed, batchSize: batchSize, shuffle: shuffle, dropLast: dropLast,
            length: dataset.count)
    }

    /// Has the next pass go on where another loader of this kind stood. Nothing is drawn from the generator for it.
    ///
    /// - Throws: `DatasetError.invalid` where it is no state of such a loader.
    public func load(_ state: LoaderState) throws {
        try state.check(against: self)
        loaded = state
    }

    /// One pass over the data.
    public final class Pass {
        private let loader: Loader
        private let order: [Int]
        /// What the sampler's own generator started from; nil without a sampler that draws.
        fileprivate let seed: Int64?
        fileprivate private(set) var step = 0
        fileprivate private(set) var isOver = false

        fileprivate init(_ loader: Loader) {
            self.loader = loader
            // PyTorch draws a seed for its workers, which do nothing here, and one for the sampler's own generator.
            _ = loader.generator.nextInt64()
            seed = loader.shuffle ? loader.generator.nextInt64() : nil
            order = Self.order(loader, seed)
        }

        /// Nil between two passes.
        fileprivate init?(_ loader: Loader, resuming state: LoaderState) {
            guard let batches = state.batches else { return nil }
            self.loader = loader
            seed = state.seed
            order = Self.order(loader, seed)
            step = batches
        }

        private static func order(_ loader: Loader, _ seed: Int64?) -> [Int] {
            let count = loader.dataset.count
            return seed.map { Generator(seed: UInt64(bitPattern: $0)).permutation(count) } ?? Array(0..<count)
        }

        /// The next batch: its number from 1, images float32 `[n, 1, rows, columns]`, labels int64 `[n]`; nil at the
        /// end.
        public func next() throws -> (step: Int, images: Tensor, labels: Tensor)? {
            guard step < loader.count else {
                isOver = true
                return nil
            }
            let start = step * loader.batchSize
            let dataset = loader.dataset
            let count = min(loader.batchSize, dataset.count - start)
            let images = try Tensor(uninitialized: [count, 1, dataset.rows, dataset.columns])
            let labels = try Tensor(uninitialized: [count], dtype: .int64)
            try order[start..<start + count].withUnsafeBufferPointer { indices in
                try dataset.gather(indices, table: loader.table, into: images.floats)
                try dataset.gatherLabels(indices, into: labels.address(as: Int64.self))
            }
            step += 1
            return (step, images, labels)
        }
    }
}
