import Tensors

/// The indices of a pass, in order.
public enum Order {
    /// 0, 1, 2, ... below a number, which takes no memory however large it is.
    case upTo(Int)
    /// Any others: int64 `[n]`.
    case listed(Tensor)

    public var count: Int {
        switch self {
        case .upTo(let count): count
        case .listed(let tensor): tensor.count
        }
    }

    /// - Throws: `TensorError` where memory runs out.
    public init(_ indices: [Int]) throws {
        self = .listed(try Tensor(indices.map { Int64($0) }, [indices.count]))
    }

    /// The numbers below `count` in random order, as `torch.randperm` gives them.
    ///
    /// - Throws: `TensorError` where memory runs out.
    static func permutation(_ count: Int, _ generator: Generator) throws -> Order {
        .listed(try .permutation(count, generator))
    }

    /// All of them; a list takes memory.
    public var indices: [Int] { self[0..<count] }

    /// Some of the indices.
    ///
    /// - Parameter range: inside `0..<count`.
    subscript(range: Range<Int>) -> [Int] {
        switch self {
        case .upTo: return Array(range)
        case .listed(let tensor):
            let indices = tensor.address(as: Int64.self)
            defer { extendLifetime(tensor) }
            return range.map { Int(indices[$0]) }
        }
    }
}
