import Operators
import Tensors

/// Samples drawn with given weights (`torch.utils.data.WeightedRandomSampler`), from the default generator.
public final class WeightedRandomSampler: Sampler {
    private let weights: Tensor
    private let weightsDigest: String
    private let samples: Int
    private let replacement: Bool

    /// - Parameters:
    ///   - weights: of the samples 0, 1, 2, ...: finite, at least 0, and not all 0.
    ///   - samples: how many a pass has.
    ///   - replacement: whether a sample may come again. Default: true.
    /// - Throws: `DatasetError.invalid` for other weights, or more samples than there are weights above 0 without
    ///   replacement.
    public init(_ weights: [Double], samples: Int, replacement: Bool = true) throws {
        guard samples >= 1 else { throw DatasetError.invalid("num_samples of at least 1 expected, got \(samples)") }
        for (place, weight) in weights.enumerated() where !(weight >= 0 && weight.isFinite) {
            throw DatasetError.invalid("finite weights of at least 0 expected, got \(weight) for item \(place)")
        }
        let possible = weights.count { $0 > 0 }
        guard possible > 0 else { throw DatasetError.invalid("a weight above 0 expected, got none") }
        guard replacement || samples <= possible else {
            throw DatasetError.invalid(
                "at most \(possible) samples expected, as many as have weights above 0, got num_samples \(samples) without "
                    + "replacement")
        }
        self.weights = try Tensor(uninitialized: [weights.count], dtype: .float64)
        try self.weights.withUnsafeMutableBytes { $0.copyBytes(from: weights.withUnsafeBytes { Array($0) }) }
        weightsDigest = digest(of: weights)
        (self.samples, self.replacement) = (samples, replacement)
    }

    public var name: String { "WeightedRandomSampler" }

    public var identity: String {
        "\(name)(\(weightsDigest), num_samples=\(samples), replacement=\(replacement))"
    }

    public var count: Int? { samples }

    public func begin(_ generator: Generator) throws -> (order: Order, start: PassStart) {
        let before = generator.snapshot
        return (.listed(try weights.multinomial(samples, replacement: replacement, generator)), .generator(before))
    }

    public func order(from start: PassStart) throws -> Order {
        guard let generator = start.savedGenerator else { throw refuse(start) }
        return .listed(try weights.multinomial(samples, replacement: replacement, generator))
    }
}
