import Kernels

extension Tensor {
    /// The elements along a dimension in their order and where they stood (int64); equal ones keep theirs, a NaN is the
    /// largest.
    public func sorted(_ dimension: Int = -1, descending: Bool = false) throws -> (values: Tensor, indices: Tensor) {
        if dim == 0 {
            _ = try resolve(dimension, of: 1)
            return (try clone(), try .zeros([], dtype: .int64))
        }
        let d = try resolve(dimension)
        let indices = try Tensor.applyOne(ArgsortOperation(dimension: d, descending: descending), [detach()])
        return (try gather(d, indices), indices)
    }
}

private struct ArgsortOperation: Operation {
    let dimension: Int
    let descending: Bool
    var name: String { "sort" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(inputs[0].shape, .int64)] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = try inputs[0].to(inputs[0].dtype.computeType.dtype).contiguous()
        if x.count == 0 { return }
        kernels.argsort(
            descending: descending, x.dtype.computeType, Slices(x.shape, dimension), x.bytes,
            outputs[0].address(as: Int64.self))
        extendLifetime(x)
    }
}
