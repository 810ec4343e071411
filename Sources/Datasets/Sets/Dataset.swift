/// Anything with a length and samples by their index (`torch.utils.data.Dataset`): what a `Loader` hands out in batches.
///
/// A class that conforms is used by the thread that owns its tensors. What threads may do for its samples it tells by
/// `pictures`.
public protocol Dataset: AnyObject {
    /// How many samples there are, at least 0.
    ///
    /// - Throws: what a script's own length function throws.
    var count: Int { get throws }

    /// The values of one sample: an image and its class, several inputs and a target.
    ///
    /// - Parameter index: from 0.
    /// - Throws: `DatasetError.invalid` for an index outside `0..<count`, whatever reading the sample meets.
    func sample(at index: Int) throws -> [Element]

    /// The values of a batch, for a set that makes them faster than by collating its samples, and with the same result;
    /// nil where it does not.
    func batch(at indices: [Int]) throws -> [Element]?

    /// The samples whose first value is a picture to be read and changed, where this set is made of such; see
    /// `PictureSource`.
    var pictures: (any PictureSource)? { get }
}

extension Dataset {
    public func batch(at indices: [Int]) throws -> [Element]? { nil }

    public var pictures: (any PictureSource)? { nil }

    /// - Throws: `DatasetError.invalid` for an index outside `0..<count`.
    func check(_ index: Int, of count: Int) throws {
        guard index >= 0, index < count else { throw DatasetError.invalid("index \(index) is not in 0..<\(count)") }
    }
}
