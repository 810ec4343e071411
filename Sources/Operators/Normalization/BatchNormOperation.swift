import Kernels

/// `[n, c, …]`, weight, bias, and the input's own means and variances, each `[c]`: every channel brought to mean 0 and
/// variance 1, scaled and shifted, in one pass.
package struct BatchNormOperation: Operation {
    package let eps: Double
    package var name: String { "batch_norm" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { [inputs[0]] }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = inputs[0]
        let scale = try Tensor(uninitialized: inputs[4].shape, dtype: x.dtype)
        Self.scale.fill(scale, [.tensor(inputs[4]), .tensor(inputs[1])], parameters: [eps])
        let (from, to) = (x.bytes, outputs[0].bytes)
        let (mean, factor, shift) = (inputs[3].bytes, scale.bytes, inputs[2].bytes)
        x.inRows { kernels.normalize($0, $1, from, mean: mean, scale: factor, shift: shift, to, $2) }
        extendLifetime(scale)
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [0, 1, 3, 4]) }

    /// `(g - Σg/n - x̂·Σ(g·x̂)/n)·w/σ` for the elements, `Σ(g·x̂)` for the weight and `Σg` for the bias, where x̂ are the
    /// elements brought to mean 0 and variance 1 (Ioffe and Szegedy, 2015).
    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let g = try gradients[0]?.contiguous() else { return [] }
        let (x, weight) = (try kept.input(0), try kept.input(1))
        if GradMode.isEnabled { return try gradientWithHistory(g, x, weight, kept.needs) }
        let (mean, variance) = (try kept.input(3), try kept.input(4))
        let form = variance.shape
        if x.count == 0 {
            // Moments of nothing are no numbers, sums over nothing are 0.
            let sums = try Tensor.zeros(form, dtype: x.dtype)
            return [try Tensor.zeros(x.shape, dtype: x.dtype), sums, try sums.clone(), nil, nil]
        }
        func make() throws -> Tensor { try Tensor(uninitialized: form, dtype: x.dtype) }
        let (sums, products) = (try make(), try make())
        let (from, to) = (g.bytes, (sums.bytes, products.bytes))
        x.inChannels {
            kernels.sumsAndProducts($0, $1, from, x.bytes, centre: mean.bytes, sums: to.0, products: to.1, $2)
        }
        var found: [Tensor?] = [nil, nil, sums, nil, nil]
        if kept.needs[1] {
            let total = try make()
            Self.scale.fill(total, [.tensor(variance), .tensor(products)], parameters: [eps])
            found[1] = total
        }
        guard kept.needs[0] else { return found }
        let (scale, less, slope, dx) = (
            try make(), try make(), try make(), try Tensor(uninitialized: x.shape, dtype: x.dtype)
        )
        let share = 1 / Double(x.count / max(1, form[0]))
        Self.scale.fill(scale, [.tensor(variance), .tensor(weight)], parameters: [eps])
        Self.share.fill(less, [.tensor(sums)], parameters: [share])
        Self.slope.fill(slope, [.tensor(variance), .tensor(products)], parameters: [eps, share])
        x.inRows {
            kernels.normalizeBackward(
                $0, $1, from, x.bytes, mean: mean.bytes, scale: scale.bytes, less: less.bytes, slope: slope.bytes,
                dx.bytes, $2)
        }
        extendLifetime(g)
        found[0] = dx
        return found
    }

    /// The same of operations that have gradients themselves.
    private func gradientWithHistory(_ g: Tensor, _ x: Tensor, _ weight: Tensor, _ needs: [Bool]) throws -> [Tensor?] {
        let (channels, members) = (x.shape[1], x.shape[0] * x.shape[2...].reduce(1, *))
        let slices: Shape = [x.shape[0], channels, x.shape[2...].reduce(1, *)]
        let form: Shape = [channels, 1]
        let gradient = try g.reshape(slices)
        let found = try x.reshape(slices).standardized(eps: eps)
        let sums = try Tensor.apply(SumsAndProducts(), [gradient, found.result])
        guard needs[0] else { return [nil, sums[1], sums[0], nil, nil] }
        let factor = try Self.scale([.tensor(found.variance), .tensor(weight)], parameters: [eps]).reshape(form)
        let dx = try StandardizeOperation.elements(
            [
                .tensor(gradient), .tensor(found.result), .tensor(factor), .tensor(sums[0].reshape(form)),
                .tensor(sums[1].reshape(form)),
            ], parameters: [1 / Double(members)])
        return [try dx.reshape(x.shape), sums[1], sums[0], nil, nil]
    }

    private static let scale = PointwiseFunction(
        "scale", inputs: 2, parameters: 1, value: .variable(1) / .sqrt(.variable(0) + .parameter(0)))
    private static let share = PointwiseFunction(
        "share", inputs: 1, parameters: 1, value: .variable(0) * .parameter(0))
    private static let slope = PointwiseFunction(
        "slope", inputs: 2, parameters: 2,
        value: .variable(1) * .parameter(1) / (.variable(0) + .parameter(0)))
}

/// The mean and the variance (of the population) of every channel of a dense `[n, c, …]`.
package struct ChannelMomentsOperation: Operation {
    package var name: String { "moments" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        let channels = Spec([inputs[0].shape[1]], inputs[0].dtype)
        return [channels, channels]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (x, to) = (inputs[0], (outputs[0].bytes, outputs[1].bytes))
        let from = x.bytes
        x.inChannels { kernels.moments($0, $1, from, mean: to.0, variance: to.1, $2) }
    }
}

extension Tensor {
    /// The mean and the variance (of the population) of every channel of a dense `[n, c, …]`, without a history.
    func channelMoments() throws -> (mean: Tensor, variance: Tensor) {
        let found = try Tensor.apply(ChannelMomentsOperation(), [detach()])
        return (found[0], found[1])
    }

    /// Without elements there is nothing to pass over, however many images there are.
    private var channels: Slices {
        count > 0 ? Slices(shape, 1) : Slices(outer: 0, length: shape[1], inner: 0)
    }

    /// Calls `body` for ranges of the channels of a dense `[n, c, …]`, in parallel where that pays.
    fileprivate func inChannels(_ body: (ComputeType, Slices, Range<Int>) -> Void) {
        let (type, slices) = (dtype.computeType, channels)
        inParts(of: slices.length, size: max(1, elementsAPart / max(1, slices.outer * slices.inner))) {
            body(type, slices, $0)
        }
    }

    /// Likewise for ranges of the rows that have one image and channel.
    fileprivate func inRows(_ body: (ComputeType, Slices, Range<Int>) -> Void) {
        let (type, slices) = (dtype.computeType, channels)
        inParts(of: slices.outer * slices.length, size: max(1, elementsAPart / max(1, slices.inner))) {
            body(type, slices, $0)
        }
    }
}
