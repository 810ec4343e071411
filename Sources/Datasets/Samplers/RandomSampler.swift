import Tensors

/// Samples in random order (`torch.utils.data.RandomSampler`): a pass draws one seed from the default generator, and all
/// else from a generator of its own.
public final class RandomSampler: Sampler {
    private let dataset: any Dataset
    private let replacement: Bool
    private let samples: Int?

    /// - Parameters:
    ///   - replacement: whether a sample may come again before all have come. Default: false.
    ///   - samples: how many a pass has; without replacement one permutation follows the other where they are more than
    ///     the set has. Default: as many as the set.
    /// - Throws: `DatasetError.invalid` where they are not at least 1, or the set is empty.
    public init(_ dataset: any Dataset, replacement: Bool = false, samples: Int? = nil) throws {
        guard samples.map({ $0 >= 1 }) ?? true else {
            throw DatasetError.invalid("num_samples of at least 1 expected, got \(samples ?? 0)")
        }
        guard try dataset.count > 0 else {
            throw DatasetError.invalid("a data set with items expected, this one has none")
        }
        (self.dataset, self.replacement, self.samples) = (dataset, replacement, samples)
    }

    public var name: String { "RandomSampler" }

    public var identity: String {
        "\(name)(replacement=\(replacement), num_samples=\(samples.map { "\($0)" } ?? "all"))"
    }

    public var count: Int? { get throws { try samples ?? dataset.count } }

    public func begin(_ generator: Generator) throws -> (order: Order, start: PassStart) {
        let seed = generator.nextInt64()
        return (try order(seed), .seed(seed))
    }

    public func order(from start: PassStart) throws -> Order {
        guard case .seed(let seed) = start else { throw refuse(start) }
        return try order(seed)
    }

    private func order(_ seed: Int64) throws -> Order {
        let generator = Generator(seed: UInt64(bitPattern: seed))
        let length = try dataset.count
        guard length > 0 else { throw DatasetError.invalid("a data set with items expected, this one has none") }
        let count = samples ?? length
        if !replacement, count == length { return try .permutation(length, generator) }
        let order = try Tensor(uninitialized: [count], dtype: .int64)
        let indices = UnsafeMutableBufferPointer(start: order.address(as: Int64.self), count: count)
        if replacement {
            for place in 0..<count { indices[place] = Int64(generator.integer(below: UInt64(length))) }
        } else {
            var filled = 0
            // One more permutation is drawn than fits, of which the beginning is taken: none of it, where all is filled.
            repeat {
                let part = try Order.permutation(length, generator)[0..<min(length, count - filled)]
                for index in part {
                    indices[filled] = Int64(index)
                    filled += 1
                }
            } while filled < count
        }
        extendLifetime(order)
        return .listed(order)
    }
}

/// The given samples in random order (`torch.utils.data.SubsetRandomSampler`), drawn from the default generator.
public final class SubsetRandomSampler: Sampler {
    private let indices: [Int]

    public init(_ indices: [Int]) { self.indices = indices }

    public var name: String { "SubsetRandomSampler" }

    public var identity: String { "\(name)(\(digest(of: indices)))" }

    public var count: Int? { indices.count }

    public func begin(_ generator: Generator) throws -> (order: Order, start: PassStart) {
        let before = generator.snapshot
        return (try order(generator), .generator(before))
    }

    public func order(from start: PassStart) throws -> Order {
        guard let generator = start.savedGenerator else { throw refuse(start) }
        return try order(generator)
    }

    private func order(_ generator: Generator) throws -> Order {
        try Order(Order.permutation(indices.count, generator)[0..<indices.count].map { indices[$0] })
    }
}

extension PassStart {
    /// A generator in the state that was saved; nil where there is none.
    var savedGenerator: Generator? {
        guard case .generator(let snapshot) = self else { return nil }
        let generator = Generator(seed: 0)
        generator.snapshot = snapshot
        return generator.snapshot == snapshot ? generator : nil
    }
}
