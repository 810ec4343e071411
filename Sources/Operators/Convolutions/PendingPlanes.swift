import Kernels

/// A convolution's output and what pointwise functions, dropped channels and a max-pooling make of it, in one pass over
/// groups of images: what lies between is not written to memory.
final class PendingPlanes: PendingValues {
    private let source: ConvolvedImages
    private let stages: [PlaneStage]
    private weak var result: Storage?
    /// Whether there is something that works out what comes next as well.
    private var isContinued = false
    /// Where the maxima stood, for windows of two by two; their places (int32) are written only if somebody asks.
    private let corners: MaximaCorners?

    init(_ source: ConvolvedImages, _ stages: [PlaneStage], _ outputs: [Tensor], corners: MaximaCorners?) {
        self.source = source
        self.stages = stages
        self.corners = corners
        super.init()
        result = outputs[0].storage
        source.input.storage.isRead(by: self)
        for case .scale(let factors) in stages { factors.storage.isRead(by: self) }
        for output in outputs { output.storage.pending = self }
        // Whoever asks for the places of the maxima has the last in the row worked out.
        if let indices = indices, indices.pending != nil { indices.pending = self }
    }

    private var pooling: Pooling? {
        for case .maxPool(let pooling, _) in stages { return pooling }
        return nil
    }

    private var indices: Storage? {
        for case .maxPool(_, let indices) in stages { return indices.storage }
        return nil
    }

    override func continued(
        by operation: any Operation, _ inputs: [Tensor], _ outputs: [Tensor]
    ) -> PendingValues? {
        let planes = [source.images, source.shape.outChannels]
        guard inputs[0].storage === result, let stage = PlaneStage(operation, inputs, outputs, planes: planes)
        else { return nil }
        var corners = corners
        switch stage {
        case .maxPool(let next, _):
            if pooling != nil { return nil }
            if next.isPairs { corners = try? MaximaCorners(next, outputs[0].shape) }
        case .pointwise(let function, _) where function.isRectifier && endsWithPooling:
            corners = corners.flatMap {
                try? MaximaCorners($0.pooling, outputs[0].shape, rectified: outputs[0].storage)
            }
        default: break
        }
        isContinued = true
        return PendingPlanes(source, stages + [stage], outputs, corners: corners)
    }

    private var endsWithPooling: Bool {
        if case .maxPool? = stages.last { return true }
        return false
    }

    /// Where the maxima of a pooling stood, if that is known otherwise than by their places.
    static func corners(of places: Tensor) -> MaximaCorners? {
        if let pending = places.storage.pending as? PendingPlanes { pending.fill() }
        return (places.storage.pending as? PendingPlaces)?.corners
    }

    override func fill() {
        defer { Deferral.filled(self) }
        let result = self.result.flatMap { $0.pending === self ? $0 : nil }
        let indices = self.indices.flatMap { $0.pending === self ? $0 : nil }
        guard result != nil || indices != nil else { return }
        if result != nil, isContinued { source.isSeenInSteps() }
        result?.pending = nil
        // Where corners are known, the places can wait longer, but not for all that they are made of.
        indices?.pending = corners.flatMap { corners in indices.map { PendingPlaces(corners, $0) } }
        let target = result?.place.assumingMemoryBound(to: Float.self)
        let places = corners == nil ? indices?.place.assumingMemoryBound(to: Int32.self) : nil
        if stages.isEmpty {
            if let target { source.run(into: target) }
        } else {
            ThreadPool.shared.run(source.groups) { run(group: $0, target, places) }
        }
        withExtendedLifetime((result, indices)) {}
    }

    private func run(group: Int, _ target: UnsafeMutablePointer<Float>?, _ places: UnsafeMutablePointer<Int32>?) {
        let images = source.images(of: group)
        let channels = source.shape.outChannels
        let planes = images.lowerBound * channels..<images.upperBound * channels
        let isPooled = pooling != nil
        let pooledSize = pooling.map { planes.count * $0.outHeight * $0.outWidth } ?? 0
        // Behind the output is what may be read beyond its end, then what nobody wants.
        let output = isPooled || target == nil ? source.groupSize + 32 : 0
        let maxima = target == nil ? pooledSize : 0
        let indices = places == nil && corners == nil ? pooledSize : 0
        withUnsafeTemporaryAllocation(byteCount: 4 * (output + maxima + indices), alignment: 64) { space in
            guard let scratch = space.baseAddress?.bindMemory(to: Float.self, capacity: output + maxima + indices)
            else { return }
            var pixels = source.shape.outPixels
            var at = scratch
            if !isPooled, let target { at = target + planes.lowerBound * pixels }
            source.run(group: group, into: at)
            var isRectified = false
            for (i, stage) in stages.enumerated() {
                switch stage {
                case .pointwise where isRectified: isRectified = false
                case .pointwise(let function, let parameters):
                    function.apply(at, planes.count * pixels, parameters)
                case .scale(let factors):
                    DropoutOperation.product.apply(
                        at, rows: planes.count, columns: pixels, by: factors.floats + planes.lowerBound)
                case .maxPool(let pooling, _):
                    pixels = pooling.outHeight * pooling.outWidth
                    let first = planes.lowerBound * pixels
                    let to = target.map { $0 + first } ?? scratch + output
                    if let corners {
                        isRectified = corners.rectified != nil && i + 1 < stages.count
                        kernels.codedMaxima(
                            pooling, rectified: isRectified, at, to, codes: corners.codes + first, planes: planes.count)
                    } else {
                        let spare = UnsafeMutableRawPointer(scratch + output + maxima)
                        let indices =
                            places.map { $0 + first } ?? spare.bindMemory(to: Int32.self, capacity: pooledSize)
                        kernels.maxPool(.float, pooling, at, to, indices: indices, 0..<planes.count)
                    }
                    at = to
                }
            }
        }
    }
}
