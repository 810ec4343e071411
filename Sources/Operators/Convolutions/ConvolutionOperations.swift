import Kernels

/// The convolution of dense float32 tensors.
struct ConvolutionOperation: Operation {
    let options: ConvolutionOptions
    var name: String { "conv2d" }

    func infer(_ inputs: [Spec]) throws -> [Spec] {
        let shape = try Convolution(inputs[0].shape, inputs[1].shape, options)
        return [Spec([inputs[0].shape[0], shape.outChannels, shape.outHeight, shape.outWidth])]
    }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let shape = try Convolution(inputs[0].shape, inputs[1].shape, options)
        let bias = inputs.count > 2 ? try inputs[2].detach().contiguous() : nil
        let (x, w, b, y) = (inputs[0].floats, inputs[1].floats, bias?.floats, outputs[0].floats)
        let images = inputs[0].shape[0]
        inParts(of: images, size: imagesAPart(images)) {
            kernels.convolve(shape, x, weight: w, bias: b.map { UnsafePointer($0) }, output: y, $0)
        }
        withExtendedLifetime(bias) {}
    }

    func saves(_ needs: [Bool]) -> Saves { .factors(needs) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = try gradients[0]?.contiguous() else { return [] }
        let (needs, specs) = (kept.needs, kept.inputSpecs)
        var found: [Tensor?] = [nil, nil, nil]
        if needs[0] {
            found[0] = try .applyOne(
                ConvolutionInputGradient(options: options, input: specs[0].shape), [gradient, kept.input(1)])
        }
        let needsBias = needs.count > 2 && needs[2]
        if needs[1] {
            let operation = ConvolutionWeightGradient(options: options, weight: specs[1].shape, withBias: needsBias)
            let gradients = try Tensor.apply(operation, [gradient, kept.input(0)])
            found[1] = gradients[0]
            if needsBias { found[2] = gradients[1] }
        } else if needsBias {
            found[2] = try gradient.sum([0, 2, 3])
        }
        return found
    }
}

/// The input's gradient: the convolution's transpose, applied to the gradient of its output.
struct ConvolutionInputGradient: Operation {
    let options: ConvolutionOptions
    let input: Shape
    var name: String { "conv2d_backward_input" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(input)] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let shape = try Convolution(input, inputs[1].shape, options)
        let (g, w, dx) = (inputs[0].floats, inputs[1].floats, outputs[0].floats)
        inParts(of: input[0], size: imagesAPart(input[0])) {
            kernels.convolveBackwardInput(shape, g, weight: w, inputGradient: dx, $0)
        }
    }

    func saves(_ needs: [Bool]) -> Saves { .factors(needs) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = try gradients[0]?.contiguous() else { return [] }
        return [
            kept.needs[0] ? try gradient.conv2d(kept.input(1), nil, options) : nil,
            kept.needs[1]
                ? try .applyOne(
                    ConvolutionWeightGradient(options: options, weight: kept.inputSpecs[1].shape),
                    [kept.input(0), gradient]) : nil,
        ]
    }
}

/// The weight's gradient, and where wanted the bias's, from the gradient of the output and the input.
struct ConvolutionWeightGradient: Operation {
    let options: ConvolutionOptions
    let weight: Shape
    var withBias = false
    var name: String { "conv2d_backward_weight" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(weight)] + (withBias ? [Spec([weight[0]])] : []) }

    /// Each part of the images adds up its own gradient; the parts' are then added in order.
    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (gradient, input) = (inputs[0], inputs[1])
        let shape = try Convolution(input.shape, weight, options)
        let (images, size) = (input.shape[0], weight.product)
        // Partial gradients of a large layer take at most 16 MB together.
        let parts = max(1, min(16, (4 << 20) / max(1, size), images))
        let imagesAPart = max(1, (images + parts - 1) / parts)
        let used = max(1, (images + imagesAPart - 1) / imagesAPart)
        let weights = try Tensor(uninitialized: [used, size])
        let biases = withBias ? try Tensor(uninitialized: [used, shape.outChannels]) : nil
        let (g, x, dw, db) = (gradient.floats, input.floats, weights.floats, biases?.floats)
        ThreadPool.shared.run(used) { part in
            let first = part * imagesAPart
            kernels.convolveBackwardWeight(
                shape, g, input: x, weightGradient: dw + part * size,
                biasGradient: db.map { $0 + part * shape.outChannels }, first..<min(images, first + imagesAPart))
        }
        for (parts, total) in zip([weights] + (biases.map { [$0] } ?? []), outputs) {
            kernels.reduce(
                .sum, .float, Slices(outer: 1, length: used, inner: total.count), parts.bytes, total.bytes)
            extendLifetime(parts)
        }
    }

    func saves(_ needs: [Bool]) -> Saves { .factors(needs) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        var found: [Tensor?] = [nil, nil]
        if let gradient = try gradients[0]?.contiguous() {
            if kept.needs[0] { found[0] = try kept.input(1).conv2d(gradient, nil, options) }
            if kept.needs[1] {
                found[1] = try .applyOne(
                    ConvolutionInputGradient(options: options, input: kept.inputSpecs[1].shape),
                    [kept.input(0), gradient])
            }
        }
        if gradients.count > 1, kept.needs[0], let bias = gradients[1] {
            let spread = try bias.reshape([1, -1, 1, 1]).expand(kept.inputSpecs[0].shape)
            found[0] = try found[0].map { try $0 + spread } ?? spread
        }
        return found
    }
}
