import Tensors

/// Hands out a data set in batches (`torch.utils.data.DataLoader`). Each pass takes the draws from the generator that
/// PyTorch's takes, so that one seed gives the same order in both.
public final class Loader {
    public let dataset: any Dataset
    public let options: Options
    let sampler: any Sampler
    let generator: Generator
    /// The pass that was begun last.
    private var current: Pass?
    /// Where the next pass is to go on.
    private var loaded: LoaderState?

    /// Makes a batch of the samples at some indices.
    public typealias Collate = (_ samples: [[Element]], _ indices: [Int]) throws -> [Element]

    public struct Options {
        /// Samples a batch, at least 1. Default: 1.
        public var batchSize = 1
        /// Whether samples come in another order in each pass, where there is no sampler. Default: false.
        public var shuffle = false
        /// Whether a last batch with fewer samples is left out. Default: false.
        public var dropLast = false
        /// What decides which samples come, and when; nil for all of them in order, or at random.
        public var sampler: (any Sampler)?
        /// What makes batches; nil for what PyTorch's `default_collate` does.
        public var collate: Collate?
        /// How many threads read pictures before they are asked for. Default: 0.
        public var workers = 0
        /// How many batches they are ahead at most. Default: 2.
        public var prefetch = 2
        /// How many bytes of pictures may wait for their batches. Default: 1 GiB.
        public var prefetchBytes = 1 << 30

        public init() {}
    }

    /// - Throws: `DatasetError.invalid` where the batch size is not positive, there are no samples, or both a sampler and
    ///   shuffling are wanted.
    public init(_ dataset: any Dataset, _ options: Options = Options(), generator: Generator) throws {
        guard options.batchSize >= 1 else {
            throw DatasetError.invalid("a batch of at least 1 item expected, got \(options.batchSize)")
        }
        guard try dataset.count > 0 else {
            throw DatasetError.invalid("a data set with items expected, this one has none")
        }
        if options.sampler != nil, options.shuffle {
            throw DatasetError.invalid("either a sampler or shuffle expected, got both")
        }
        (self.dataset, self.options, self.generator) = (dataset, options, generator)
        sampler =
            try options.sampler
            ?? (options.shuffle ? RandomSampler(dataset) : SequentialSampler(dataset))
    }

    /// How many batches a pass has; nil where the sampler does not say before it.
    public var count: Int? { get throws { try sampler.count.map(batches) } }

    /// How many samples a pass has.
    public var sampleCount: Int? {
        get throws { try sampler.count.map { options.dropLast ? $0 / options.batchSize * options.batchSize : $0 } }
    }

    /// How many batches so many samples make.
    func batches(of samples: Int) -> Int {
        let (full, rest) = samples.quotientAndRemainder(dividingBy: options.batchSize)
        return options.dropLast || rest == 0 ? full : full + 1
    }

    /// Begins a pass over the data, or goes on with the one that `load` brought.
    ///
    /// - Throws: what the sampler throws.
    public func batches() throws -> Pass {
        let pass: Pass
        if let loaded, let batches = loaded.batches {
            pass = Pass(self, try sampler.order(from: loaded.start), loaded.start, step: batches)
        } else {
            // PyTorch draws a seed for its workers, which draw nothing here.
            _ = generator.nextInt64()
            let (order, start) = try sampler.begin(generator)
            pass = Pass(self, order, start, step: 0)
        }
        loaded = nil
        current = pass
        return pass
    }

    /// Where the pass that was begun last stands.
    ///
    /// - Throws: what the data set's length throws.
    public var state: LoaderState {
        get throws {
            if let loaded { return loaded }
            let pass = current.flatMap { $0.isOver ? nil : $0 }
            return LoaderState(
                batches: pass?.step, start: pass?.start ?? .fixed, batchSize: options.batchSize,
                shuffle: options.shuffle, dropLast: options.dropLast, length: try dataset.count,
                sampler: options.sampler?.identity)
        }
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
        private let order: Order
        /// How many batches there are.
        private let count: Int
        /// What the order came from.
        fileprivate let start: PassStart
        fileprivate private(set) var step: Int
        fileprivate private(set) var isOver = false
        /// What reads pictures ahead of their batches; nil for sets without pictures.
        private let pictures: PictureBatches?

        fileprivate init(_ loader: Loader, _ order: Order, _ start: PassStart, step: Int) {
            (self.loader, self.order, self.start, self.step) = (loader, order, start, step)
            count = loader.batches(of: order.count)
            pictures = loader.dataset.pictures.map {
                PictureBatches(
                    $0, loader.generator, workers: loader.options.workers, room: loader.options.prefetchBytes)
            }
        }

        /// The next batch: its number from 1, and its values; nil at the end. A batch that failed was handed out, too: the
        /// next is the one after it.
        public func next() throws -> (step: Int, values: [Element])? {
            guard step < count else {
                isOver = true
                return nil
            }
            let indices = try indices(of: step)
            step += 1
            if let pictures {
                for ahead in step..<min(count, step + (loader.options.workers > 0 ? loader.options.prefetch : 0)) {
                    try pictures.begin(ahead) { try self.indices(of: ahead) }
                }
                if loader.options.collate == nil { return (step, try pictures.batch(step - 1, indices)) }
                return (step, try collate(pictures.samples(step - 1, indices), indices))
            }
            if loader.options.collate == nil, let batch = try loader.dataset.batch(at: indices) {
                return (step, batch)
            }
            return (step, try collate(indices.map { try loader.dataset.sample(at: $0) }, indices))
        }

        private func collate(_ samples: [[Element]], _ indices: [Int]) throws -> [Element] {
            try loader.options.collate?(samples, indices) ?? Collation.collate(samples, at: indices)
        }

        /// The samples of a batch.
        ///
        /// - Throws: `DatasetError.invalid` for more than `mostSamples`.
        private func indices(of batch: Int) throws -> [Int] {
            let start = batch * loader.options.batchSize
            let count = min(loader.options.batchSize, order.count - start)
            guard count <= Loader.mostSamples else {
                throw DatasetError.invalid(
                    "a batch of at most \(Loader.mostSamples) items is made, this has \(count): give a batch_size")
            }
            return order[start..<start + count]
        }
    }

    /// The most samples in a batch: 16 Mi.
    static let mostSamples = 16 << 20
}
