import Kernels

/// The convolution of dense float32 tensors.
package struct ConvolutionOperation: Operation, Equatable {
    package let options: ConvolutionOptions
    package var name: String { "conv2d" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        let shape = try Convolution(inputs[0].shape, inputs[1].shape, options)
        return [Spec([inputs[0].shape[0], shape.outChannels, shape.outHeight, shape.outWidth])]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let shape = try Convolution(inputs[0].shape, inputs[1].shape, options)
        let bias = inputs.count > 2 ? try inputs[2].detach().contiguous() : nil
        guard let method = kernels.convolution(shape, images: inputs[0].shape[0], nil) else { return }
        try method.run(inputs[0], packed: method.packed(inputs[1]), bias: bias, into: outputs[0].floats)
    }

    package func deferred(_ inputs: [Tensor], into outputs: [Tensor]) throws -> PendingValues? {
        let shape = try Convolution(inputs[0].shape, inputs[1].shape, options)
        return try ConvolvedImages(shape, inputs[0], weight: inputs[1], bias: inputs.count > 2 ? inputs[2] : nil)
            .map { PendingPlanes($0, [], outputs, corners: nil) }
    }

    package func saves(_ needs: [Bool]) -> Saves { .factors(needs) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = try gradients[0]?.contiguous() else { return [] }
        let (needs, specs) = (kept.needs, kept.inputSpecs)
        let nonzeros = needs[0] || needs[1] ? try Nonzeros(gradient, groups: options.groups) : nil
        var found: [Tensor?] = [nil, nil, nil]
        if needs[0] {
            found[0] = try .applyOne(
                ConvolutionInputGradient(options: options, input: specs[0].shape, nonzeros: nonzeros),
                [gradient, kept.input(1)])
        }
        let needsBias = needs.count > 2 && needs[2]
        if needs[1] {
            let operation = ConvolutionWeightGradient(
                options: options, weight: specs[1].shape, withBias: needsBias, nonzeros: nonzeros)
            let gradients = try Tensor.apply(operation, [gradient, kept.input(0)])
            found[1] = gradients[0]
            if needsBias { found[2] = gradients[1] }
        } else if needsBias {
            found[2] = try gradient.sum([0, 2, 3])
        }
        return found
    }

    package var takesDeferredGradients: Bool { options.groups == 1 }

    package func gradient(deferred: any DeferredGradient, _ kept: Kept) throws -> GradientOutcome? {
        guard let pooled = deferred as? PooledGradient, let nonzeros = try Nonzeros(pooled) else { return nil }
        let (needs, specs) = (kept.needs, kept.inputSpecs)
        let shape = try Convolution(specs[0].shape, specs[1].shape, options)
        var written: Tensor?
        func gradient() throws -> Tensor {
            let gradient = try written ?? pooled.written()
            written = gradient
            return gradient
        }
        var found: [Tensor?] = [nil, nil, nil]
        if needs[0] {
            let result = try Tensor(uninitialized: specs[0].shape)
            let isDone = try nonzeros.runInputGradient(shape, weight: kept.input(1), into: result)
            let dense = ConvolutionInputGradient(options: options, input: specs[0].shape)
            found[0] = isDone ? result : try .applyOne(dense, [gradient(), kept.input(1)])
        }
        if needs[1] {
            let result = try Tensor(uninitialized: specs[1].shape)
            let isDone = try nonzeros.runWeightGradient(shape, input: kept.input(0), into: result)
            let dense = ConvolutionWeightGradient(options: options, weight: specs[1].shape)
            found[1] = isDone ? result : try .applyOne(dense, [gradient(), kept.input(0)])
        }
        if needs.count > 2, needs[2] {
            let bias = try Tensor(uninitialized: [specs[1].shape[0]])
            nonzeros.addChannels(into: bias)
            found[2] = bias
        }
        return .written(found)
    }
}

/// The input's gradient: the convolution's transpose, applied to the gradient of its output.
package struct ConvolutionInputGradient: Operation {
    package let options: ConvolutionOptions
    package let input: Shape
    var nonzeros: Nonzeros?
    package var name: String { "conv2d_backward_input" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(input)] }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let shape = try Convolution(input, inputs[1].shape, options)
        if let nonzeros, try nonzeros.runInputGradient(shape, weight: inputs[1], into: outputs[0]) { return }
        guard let method = kernels.convolutionInputGradient(shape, images: input[0], nil) else { return }
        try method.run(inputs[0], packed: method.packed(inputs[1]), bias: nil, into: outputs[0].floats)
    }

    package func saves(_ needs: [Bool]) -> Saves { .factors(needs) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
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
    var nonzeros: Nonzeros?
    var name: String { "conv2d_backward_weight" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(weight)] + (withBias ? [Spec([weight[0]])] : []) }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (gradient, input) = (inputs[0], inputs[1])
        let shape = try Convolution(input.shape, weight, options)
        if try nonzeros?.runWeightGradient(shape, input: input, into: outputs[0]) != true {
            try kernels.convolutionWeightGradient(shape, images: input.shape[0], nil)?.run(
                gradient, input: input, into: outputs[0])
        }
        if withBias {
            if let nonzeros {
                nonzeros.addChannels(into: outputs[1])
            } else {
                addChannels(of: gradient, into: outputs[1])
            }
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

extension ConvolutionMethod {
    /// The weight as the parts take it.
    ///
    /// - Throws: `TensorError` where the memory for it cannot be had.
    func packed(_ weight: Tensor) throws -> Tensor {
        let packed = try Tensor(uninitialized: [packedSize])
        let (w, p) = (weight.floats, packed.floats)
        ThreadPool.shared.run(packParts) { pack(w, into: p, part: $0) }
        extendLifetime(weight)
        return packed
    }

    /// Runs all parts.
    func run(_ input: Tensor, packed: Tensor, bias: Tensor?, into output: UnsafeMutablePointer<Float>) {
        let (x, p, b) = (input.floats, packed.floats, bias?.floats)
        ThreadPool.shared.run(parts) { run(x, packed: p, bias: b.map { UnsafePointer($0) }, output: output, part: $0) }
        withExtendedLifetime((input, packed, bias)) {}
    }
}

extension WeightGradientMethod {
    /// Runs all parts and adds up their sums.
    ///
    /// - Throws: `TensorError` where the memory for the sums cannot be had.
    fileprivate func run(_ gradient: Tensor, input: Tensor, into output: Tensor) throws {
        let sums = try Tensor(uninitialized: [max(1, parts), sumsSize])
        let (g, x, s, dw) = (gradient.floats, input.floats, sums.floats, output.floats)
        ThreadPool.shared.run(parts) { run(g, input: x, sums: s + $0 * sumsSize, part: $0) }
        ThreadPool.shared.run(finishParts) { finish(s, weightGradient: dw, part: $0) }
        extendLifetime(sums)
    }
}

/// The bias's gradient: the sum of all that each channel gets, image by image.
private func addChannels(of gradient: Tensor, into bias: Tensor) {
    let (images, channels) = (gradient.shape[0], gradient.shape[1])
    let pixels = gradient.shape[2] * gradient.shape[3]
    let (g, sums) = (gradient.floats, bias.floats)
    inParts(of: channels, size: max(1, elementsAPart / max(1, images * pixels))) { part in
        for channel in part {
            var total: Float = 0
            for image in 0..<images { total += kernels.sum(pixels, g + (image * channels + channel) * pixels) }
            sums[channel] = total
        }
    }
}
