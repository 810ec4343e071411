import Files
import Tensors

/// What decides which samples a pass hands out, in what order (`torch.utils.data.Sampler`).
public protocol Sampler: AnyObject {
    /// As scripts call it: "RandomSampler".
    var name: String { get }
    /// The name with all that the order of a pass depends on besides the generator: two samplers with the same one go on
    /// with each other's passes.
    var identity: String { get }

    /// How many indices a pass has; nil where that shows only in a pass.
    var count: Int? { get throws }

    /// Draws a pass, with the numbers from the generator that PyTorch's sampler of this name takes.
    ///
    /// - Throws: `TensorError` where memory runs out, whatever the data set's length or a script's sampler throws.
    func begin(_ generator: Generator) throws -> (order: Order, start: PassStart)

    /// The order of a pass that began so before.
    ///
    /// - Throws: `DatasetError.invalid` where no pass of this sampler begins so.
    func order(from start: PassStart) throws -> Order
}

extension Sampler {
    public var identity: String { name }
}

/// What tells lists of numbers apart in an identity.
func digest<Number>(of numbers: [Number]) -> String {
    String(SHA256.hexDigest(of: numbers.withUnsafeBytes { Array($0) }).prefix(16))
}

/// What it takes to have the order of a pass once more.
public enum PassStart: Equatable, Sendable {
    /// Nothing: the order is always the same.
    case fixed
    /// The seed of the sampler's own generator.
    case seed(Int64)
    /// What the default generator was before the pass; see `Generator.snapshot`.
    case generator([UInt32])
    /// The number that `set_epoch` set.
    case epoch(Int)
    /// The order itself.
    case order([Int])
}

extension Sampler {
    /// The error for a start of another sampler.
    func refuse(_ start: PassStart) -> DatasetError {
        .invalid("the saved pass does not begin as one of \(name) does: another sampler was saved")
    }
}

/// All samples in their own order (`torch.utils.data.SequentialSampler`).
public final class SequentialSampler: Sampler {
    private let dataset: any Dataset

    public init(_ dataset: any Dataset) { self.dataset = dataset }

    public var name: String { "SequentialSampler" }

    public var count: Int? { get throws { try dataset.count } }

    public func begin(_ generator: Generator) throws -> (order: Order, start: PassStart) {
        (.upTo(try dataset.count), .fixed)
    }

    public func order(from start: PassStart) throws -> Order {
        guard start == .fixed else { throw refuse(start) }
        return .upTo(try dataset.count)
    }
}
