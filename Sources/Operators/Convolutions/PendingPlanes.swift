import Kernels

/// A convolution's output and what pointwise functions, dropped channels and a max-pooling make of it, in one pass over
/// groups of images: what lies between is not written to memory.
final class PendingPlanes: PendingValues {
    private let source: ConvolvedImages
    private let stages: [PlaneStage]
    private weak var result: Storage?
    /// Whether there is something that works out what comes next as well.
    private var isContinued = false

    init(_ source: ConvolvedImages, _ stages: [PlaneStage], _ outputs: [Tensor]) {
        self.source = source
        self.stages = stages
        super.init()
        result = outputs[0].storage
        source.input.storage.isRead(by: self)
        for case .scale(let factors) in stages { factors.storage.isRead(by: self) }
        for output in outputs { output.storage.pending = self }
        // Whoever asks for the places of the maxima has the last in the row worked out.
        for case .maxPool(_, let indices) in stages where indices.storage?.pending != nil {
            indices.storage?.pending = self
        }
    }

    private var poolings: Int {
        stages.reduce(0) { count, stage in
            if case .maxPool = stage { return count + 1 }
            return count
        }
    }

    override func continued(
        by operation: any Operation, _ inputs: [Tensor], _ outputs: [Tensor]
    ) -> PendingValues? {
        guard inputs[0].storage === result, let stage = PlaneStage(operation, inputs, outputs) else { return nil }
        if case .maxPool = stage, poolings > 0 { return nil }
        isContinued = true
        return PendingPlanes(source, stages + [stage], outputs)
    }

    override func fill() {
        defer { Deferral.filled(self) }
        let result = waiting(self.result)
        var indices: Storage?
        for case .maxPool(_, let places) in stages { indices = waiting(places.storage) }
        guard result != nil || indices != nil else { return }
        if isContinued { source.isSeenInSteps() }
        if let result, stages.isEmpty {
            source.run(into: result.place.assumingMemoryBound(to: Float.self))
            return
        }
        let target = result?.place.assumingMemoryBound(to: Float.self)
        let places = indices?.place.assumingMemoryBound(to: Int32.self)
        ThreadPool.shared.run(source.groups) { run(group: $0, target, places) }
        withExtendedLifetime((result, indices)) {}
    }

    /// A storage, if it waits for this; it then no longer does.
    private func waiting(_ storage: Storage?) -> Storage? {
        guard let storage, storage.pending === self else { return nil }
        storage.pending = nil
        return storage
    }

    private func run(group: Int, _ target: UnsafeMutablePointer<Float>?, _ places: UnsafeMutablePointer<Int32>?) {
        let images = source.images(of: group)
        let channels = source.shape.outChannels
        let planes = images.lowerBound * channels..<images.upperBound * channels
        withUnsafeTemporaryAllocation(byteCount: 3 * source.groupSize * 4, alignment: 64) { space in
            guard let scratch = space.baseAddress?.bindMemory(to: Float.self, capacity: 3 * source.groupSize) else {
                return
            }
            var pixels = source.shape.outPixels
            var at = scratch
            if poolings == 0, let target { at = target + planes.lowerBound * pixels }
            source.run(group: group, into: at)
            for stage in stages {
                switch stage {
                case .pointwise(let function, let parameters):
                    function.apply(at, planes.count * pixels, parameters)
                case .scale(let factors): scale(at, planes, pixels, by: factors.floats)
                case .maxPool(let pooling, _):
                    pixels = pooling.outHeight * pooling.outWidth
                    let spare = scratch + source.groupSize
                    let to = target.map { $0 + planes.lowerBound * pixels } ?? spare
                    let indices =
                        places.map { $0 + planes.lowerBound * pixels }
                        ?? UnsafeMutableRawPointer(spare + source.groupSize).bindMemory(
                            to: Int32.self, capacity: source.groupSize)
                    kernels.maxPool(.float, pooling, at, to, indices: indices, 0..<planes.count)
                    at = to
                }
            }
        }
    }

    private func scale(
        _ x: UnsafeMutablePointer<Float>, _ planes: Range<Int>, _ pixels: Int, by factors: UnsafePointer<Float>
    ) {
        DropoutOperation.product.apply(x, rows: planes.count, columns: pixels, by: factors + planes.lowerBound)
    }
}
