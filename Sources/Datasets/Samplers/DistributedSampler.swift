import Tensors

/// The part of the samples that one of several processes takes (`torch.utils.data.distributed.DistributedSampler`): every
/// process has the same order, from the seed and the epoch alone, and takes every n-th index of it.
public final class DistributedSampler: Sampler {
    private let dataset: any Dataset
    private let replicas: Int
    private let rank: Int
    private let shuffle: Bool
    private let seed: Int
    private let dropLast: Bool
    /// Changes the order; set it before each pass, to the same in every process. At first 0.
    public var epoch = 0

    /// - Parameters:
    ///   - replicas: how many processes there are.
    ///   - rank: which of them this is, from 0.
    ///   - shuffle: whether the order is random. Default: true.
    ///   - seed: the same in every process. Default: 0.
    ///   - dropLast: whether samples are left out so that every process has as many; else the first come again.
    ///     Default: false.
    /// - Throws: `DatasetError.invalid` for a rank that is not in `0..<replicas`.
    public init(
        _ dataset: any Dataset, replicas: Int, rank: Int, shuffle: Bool = true, seed: Int = 0, dropLast: Bool = false
    ) throws {
        guard replicas >= 1, rank >= 0, rank < replicas else {
            throw DatasetError.invalid("a rank in 0..<\(max(replicas, 0)) expected, got \(rank)")
        }
        (self.dataset, self.replicas, self.rank) = (dataset, replicas, rank)
        (self.shuffle, self.seed, self.dropLast) = (shuffle, seed, dropLast)
    }

    public var name: String { "DistributedSampler" }

    public var identity: String {
        "\(name)(num_replicas=\(replicas), rank=\(rank), shuffle=\(shuffle), seed=\(seed), drop_last=\(dropLast))"
    }

    public var count: Int? { get throws { share(of: try dataset.count) } }

    /// How many samples each process takes.
    private func share(of length: Int) -> Int {
        let (full, rest) = length.quotientAndRemainder(dividingBy: replicas)
        return dropLast || rest == 0 ? full : full + 1
    }

    public func begin(_ generator: Generator) throws -> (order: Order, start: PassStart) {
        (try order(epoch), .epoch(epoch))
    }

    public func order(from start: PassStart) throws -> Order {
        guard case .epoch(let epoch) = start else { throw refuse(start) }
        return try order(epoch)
    }

    private func order(_ epoch: Int) throws -> Order {
        let length = try dataset.count
        let share = share(of: length)
        let whole =
            shuffle
            ? try Order.permutation(length, Generator(seed: UInt64(bitPattern: Int64(seed &+ epoch)))) : .upTo(length)
        // Past the end the order begins again; the empty set has no share.
        let order = try Tensor(uninitialized: [share], dtype: .int64)
        let indices = order.address(as: Int64.self)
        for place in 0..<share {
            let index = (rank &+ place &* replicas) % length
            indices[place] = Int64(whole[index..<index + 1][0])
        }
        extendLifetime(order)
        return .listed(order)
    }
}
