/// Data sets one after the other (`torch.utils.data.ConcatDataset`).
public final class ConcatDataset: Dataset {
    public let datasets: [any Dataset]
    /// Where each set ends.
    private let ends: [Int]

    /// - Throws: `DatasetError.invalid` without a set, or where there are more samples than can be counted.
    public init(_ datasets: [any Dataset]) throws {
        guard !datasets.isEmpty else { throw DatasetError.invalid("at least one data set expected, got none") }
        self.datasets = datasets
        var total = 0
        ends = try datasets.map { dataset in
            let (sum, overflow) = total.addingReportingOverflow(try dataset.count)
            guard !overflow else { throw DatasetError.invalid("the data sets have more samples than can be counted") }
            total = sum
            return sum
        }
    }

    public var count: Int { ends.last ?? 0 }

    public func sample(at index: Int) throws -> [Element] {
        let (part, place) = try find(index)
        return try datasets[part].sample(at: place)
    }

    public func batch(at indices: [Int]) throws -> [Element]? {
        // A batch of one set only, as in the sets' own order most are.
        let places = try indices.map(find)
        guard let part = places.first?.part, places.allSatisfy({ $0.part == part }) else { return nil }
        return try datasets[part].batch(at: places.map(\.place))
    }

    public var pictures: (any PictureSource)? {
        let sources = datasets.compactMap(\.pictures)
        guard sources.count == datasets.count else { return nil }
        return MappedPictures {
            let (part, place) = try self.find($0)
            return (sources[part], place)
        }
    }

    /// Which set a sample is of, and where it stands there.
    private func find(_ index: Int) throws -> (part: Int, place: Int) {
        try check(index, of: count)
        var (low, high) = (0, ends.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] <= index { low = middle + 1 } else { high = middle }
        }
        return (low, index - (low == 0 ? 0 : ends[low - 1]))
    }
}
