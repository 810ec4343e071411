import Kernels

/// What is done with planes of floats, one for each image and channel, while they are in the cache.
enum PlaneStage {
    /// Elements become what a function of one number makes of them.
    case pointwise(PointwiseFunction, parameters: [Double])
    /// Each plane times its number in `[n, c, 1, 1]`.
    case scale(Tensor)
    /// The maxima of windows, and where they stood (int32).
    case maxPool(Pooling, indices: WeakStorage)

    /// An operation whose gradient needs nothing of its input's elements.
    ///
    /// - Parameters:
    ///   - inputs: what the operation is of, the first all of the planes.
    ///   - planes: images and channels: a view may have divided the elements otherwise.
    init?(_ operation: any Operation, _ inputs: [Tensor], _ outputs: [Tensor], planes: [Int]) {
        let input = inputs[0]
        guard input.isContiguous, input.offset == 0, input.dtype == .float32,
            input.count * 4 == input.storage.byteCount
        else { return nil }
        let hasPlanes = input.dim == 4 && Array(input.shape.prefix(2)) == planes
        switch operation {
        case let pool as MaxPoolOperation where hasPlanes:
            self = .maxPool(pool.pooling, indices: WeakStorage(outputs[1].storage))
        case let dropout as DropoutOperation where hasPlanes && dropout.isOfChannels(inputs): self = .scale(inputs[1])
        case let application as PointwiseApplication
        where inputs.count == 1 && application.numbers.count == 1 && outputs[0].dtype == .float32
            && application.saves([true]).inputs.isEmpty:
            self = .pointwise(application.function, parameters: application.parameters)
        default: return nil
        }
    }
}

/// A storage, where it is still there.
struct WeakStorage {
    weak var storage: Storage?
    init(_ storage: Storage) { self.storage = storage }
}
