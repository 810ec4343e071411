import Tensors

/// Some samples of a data set, in an order of their own (`torch.utils.data.Subset`).
public final class Subset: Dataset {
    public let dataset: any Dataset
    public let indices: [Int]

    /// - Parameter indices: of samples of `dataset`; each is looked at when its sample is asked for.
    public init(_ dataset: any Dataset, _ indices: [Int]) {
        // Of a subset's subset the samples are the first set's.
        if let subset = dataset as? Subset, indices.allSatisfy({ $0 >= 0 && $0 < subset.indices.count }) {
            self.dataset = subset.dataset
            self.indices = indices.map { subset.indices[$0] }
        } else {
            (self.dataset, self.indices) = (dataset, indices)
        }
    }

    public var count: Int { indices.count }

    public func sample(at index: Int) throws -> [Element] { try dataset.sample(at: origin(index)) }

    public func batch(at indices: [Int]) throws -> [Element]? { try dataset.batch(at: indices.map(origin)) }

    public var pictures: (any PictureSource)? {
        dataset.pictures.map { base in MappedPictures { (base, try self.origin($0)) } }
    }

    /// Where a sample stands in the whole set.
    private func origin(_ index: Int) throws -> Int {
        try check(index, of: indices.count)
        return indices[index]
    }
}

/// Parts of a data set, drawn at random (`torch.utils.data.random_split`): PyTorch's for the same seed.
///
/// - Parameter lengths: how many samples each part has, of at least 0 and as many as there are together.
/// - Throws: `DatasetError.invalid` for other lengths.
public func randomSplit(_ dataset: any Dataset, lengths: [Int], generator: Generator) throws -> [Subset] {
    let count = try dataset.count
    // Each is below the count, so that no sum of a list in memory overflows before it is found too large.
    var total = 0
    let areParts = lengths.allSatisfy { length in
        guard 0 <= length, length <= count - min(total, count) else { return false }
        total += length
        return true
    }
    guard areParts, total == count else {
        throw DatasetError.invalid(
            "lengths that add up to \(count) expected, got \(lengths.map { "\($0)" }.joined(separator: ", "))")
    }
    let order = try Order.permutation(count, generator)
    var start = 0
    return lengths.map { length in
        defer { start += length }
        return Subset(dataset, order[start..<start + length])
    }
}

/// The lengths that fractions of a data set stand for, as PyTorch counts them: each rounded down, and what is left given
/// to the first parts, one each.
///
/// - Throws: `DatasetError.invalid` where one is not in 0...1 or they do not add up to 1.
public func lengths(ofFractions fractions: [Double], of count: Int) throws -> [Int] {
    let total = fractions.reduce(0, +)
    guard fractions.allSatisfy({ $0 >= 0 && $0 <= 1 }), total <= 1, total >= 1 - 1e-9 else {
        throw DatasetError.invalid(
            "fractions from 0 to 1 that add up to 1 expected, got "
                + fractions.map { "\($0)" }.joined(separator: ", "))
    }
    var rest = count
    var lengths = fractions.map { fraction -> Int in
        // Of counts that no Double holds the product may be larger than the count.
        let length = min(Int(exactly: (Double(count) * fraction).rounded(.down)) ?? rest, rest)
        rest -= length
        return length
    }
    guard !lengths.isEmpty else { return lengths }
    let (each, more) = rest.quotientAndRemainder(dividingBy: lengths.count)
    for place in lengths.indices { lengths[place] += each + (place < more ? 1 : 0) }
    return lengths
}
