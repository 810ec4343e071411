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

    /// Begins a pass over the data.
    public func batches() -> Pass { Pass(self) }

    /// One pass over the data.
    public final class Pass {
        private let loader: Loader
        private let order: [Int]
        private var step = 0

        fileprivate init(_ loader: Loader) {
            self.loader = loader
            // PyTorch draws a seed for its workers, which do nothing here, and one for the sampler's own generator.
            _ = loader.generator.nextInt64()
            if loader.shuffle {
                let seed = UInt64(bitPattern: loader.generator.nextInt64())
                order = Generator(seed: seed).permutation(loader.dataset.count)
            } else {
                order = Array(0..<loader.dataset.count)
            }
        }

        /// The next batch: its number from 1, images float32 `[n, 1, rows, columns]`, labels int64 `[n]`; nil at the
        /// end.
        public func next() throws -> (step: Int, images: Tensor, labels: Tensor)? {
            guard step < loader.count else { return nil }
            let start = step * loader.batchSize
            step += 1
            let dataset = loader.dataset
            let count = min(loader.batchSize, dataset.count - start)
            let images = try Tensor(uninitialized: [count, 1, dataset.rows, dataset.columns])
            let labels = try Tensor(uninitialized: [count], dtype: .int64)
            try order[start..<start + count].withUnsafeBufferPointer { indices in
                try dataset.gather(indices, table: loader.table, into: images.floats)
                try dataset.gatherLabels(indices, into: labels.address(as: Int64.self))
            }
            return (step, images, labels)
        }
    }
}
