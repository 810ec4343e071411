import Operators
import Tensors

/// The rows of tensors, side by side (`torch.utils.data.TensorDataset`): sample i is row i of each.
public final class TensorDataset: Dataset {
    public let tensors: [Tensor]
    public let count: Int

    /// - Throws: `DatasetError.invalid` where there is no tensor, one has no dimensions, or their first sizes differ.
    public init(_ tensors: [Tensor]) throws {
        guard let first = tensors.first else { throw DatasetError.invalid("at least one tensor expected, got none") }
        for (place, tensor) in tensors.enumerated() {
            guard tensor.dim > 0 else {
                throw DatasetError.invalid("tensor \(place + 1) has no dimensions: tensors with rows expected")
            }
            guard tensor.shape[0] == first.shape[0] else {
                throw DatasetError.invalid(
                    "tensors with as many rows expected, got \(describe(first.shape)) and \(describe(tensor.shape)) as "
                        + "tensor \(place + 1)")
            }
        }
        self.tensors = tensors
        count = first.shape[0]
    }

    public func sample(at index: Int) throws -> [Element] {
        try check(index, of: count)
        return try tensors.map { .tensor(try $0.select(0, index)) }
    }

    public func batch(at indices: [Int]) throws -> [Element]? {
        for index in indices { try check(index, of: count) }
        return try tensors.map { tensor in
            guard tensor.isContiguous, !(GradMode.isEnabled && tensor.requiresGrad) else {
                return .tensor(try .stack(try indices.map { try tensor.select(0, $0) }))
            }
            return .tensor(try tensor.rows(indices))
        }
    }
}

extension Tensor {
    /// Copies of rows of a contiguous tensor, whose places were checked.
    fileprivate func rows(_ indices: [Int]) throws -> Tensor {
        let result = try Tensor(uninitialized: Shape([indices.count] + shape.dropFirst()), dtype: dtype)
        try withUnsafeBytes { source in
            guard let from = source.baseAddress else { return }
            try result.withUnsafeMutableBytes { target in
                guard let to = target.baseAddress, !indices.isEmpty else { return }
                copyRows(from, indices, size: target.count / indices.count, to: to)
            }
        }
        return result
    }
}

/// Copies pieces of one size that stand anywhere in memory side by side, on several threads where there is much.
///
/// - Parameter size: bytes a piece.
func copyRows(_ from: UnsafeRawPointer, _ indices: [Int], size: Int, to target: UnsafeMutableRawPointer) {
    inParts(of: indices.count, size: max(1, 4 * elementsAPart / max(1, size))) { part in
        for place in part {
            (target + place * size).copyMemory(from: from + indices[place] * size, byteCount: size)
        }
    }
}
