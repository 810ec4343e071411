import Kernels

/// What normalisations are made of.
extension Tensor {
    /// The elements of `[outer, c, inner]` brought to mean 0 and variance 1 for each `c`, with the means and the variances
    /// (of the population), each `[c]`.
    ///
    /// - Parameter eps: added to the variance.
    func standardized(eps: Double) throws -> (result: Tensor, mean: Tensor, variance: Tensor) {
        let found = try Tensor.apply(StandardizeOperation(eps: eps), [contiguous()])
        return (found[0], found[1], found[2])
    }

    /// - Throws: `TensorError` unless this is a floating-point tensor, and each of the others is nil or has its type and so
    ///   many elements.
    func expectChannels(_ parameters: [(name: String, tensor: Tensor?)], _ count: Int) throws {
        try expectFloatingPoint()
        for (name, tensor) in parameters {
            guard let tensor, tensor.shape != [count] || tensor.dtype != dtype else { continue }
            throw TensorError(
                "a \(dtype.rawValue) \(name) of shape [\(count)] expected, got \(tensor.dtype.rawValue) \(tensor.shape)"
            )
        }
    }

    /// `x·scale + shift`, either repeated as `form` says.
    func scaled(_ scale: Tensor?, _ shift: Tensor?, _ form: Shape) throws -> Tensor {
        switch (try scale?.reshape(form), try shift?.reshape(form)) {
        case (nil, nil): self
        case (let scale?, nil): try self * scale
        case (nil, let shift?): try self + shift
        case (let scale?, let shift?): try affine([.tensor(self), .tensor(scale), .tensor(shift)])
        }
    }
}

private let affine = PointwiseFunction("affine", inputs: 3, value: .variable(0) * .variable(1) + .variable(2))

/// The elements, means and variances of `[outer, c, inner]`.
package struct StandardizeOperation: Operation {
    package let eps: Double
    package var name: String { "standardize" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        let statistics = Spec([inputs[0].shape[1]], inputs[0].dtype)
        return [inputs[0], statistics, statistics]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (x, mean, variance) = (inputs[0].detach(), outputs[1].detach(), outputs[2].detach())
        let slices = Slices(x.shape, 1)
        let type = x.dtype.computeType
        inParts(of: slices.length, size: max(1, elementsAPart / max(1, slices.outer * slices.inner))) {
            kernels.moments(type, slices, x.bytes, mean: mean.bytes, variance: variance.bytes, $0)
        }
        let form: Shape = [x.shape[1], 1]
        Self.standardize.fill(
            outputs[0], [.tensor(x), .tensor(try mean.reshape(form)), .tensor(try inverse(variance, form))])
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(outputs: true) }

    /// `(g - Σg/n - y·Σ(g·y)/n) / σ` for the elements (Ioffe and Szegedy, 2015), `1/n` for the mean and `2(x - μ)/n` for
    /// the variance.
    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        let y = try kept.output(0)
        let form: Shape = [y.shape[1], 1]
        let count = Double(y.shape[0] * y.shape[2])
        let inverse = try inverse(kept.output(2), form)
        var total: Tensor?
        if let gradient = gradients[0] {
            let sums = try Tensor.apply(SumsAndProducts(), [gradient.contiguous(), y])
            total = try Self.elements(
                [
                    .tensor(gradient), .tensor(y), .tensor(inverse), .tensor(sums[0].reshape(form)),
                    .tensor(sums[1].reshape(form)),
                ], parameters: [1 / count])
        }
        func add(_ part: Tensor) throws { total = try total.map { try $0 + part } ?? part }
        if let gradient = gradients[1] { try add((gradient.reshape(form) / count).expand(y.shape)) }
        if let gradient = gradients[2] { try add(y / inverse * (gradient.reshape(form) * (2 / count))) }
        return [total]
    }

    private func inverse(_ variance: Tensor, _ form: Shape) throws -> Tensor {
        try Self.inverse(variance.reshape(form), parameters: [eps])
    }

    private static let inverse = PointwiseFunction(
        "rsqrt", inputs: 1, parameters: 1, value: 1 / .sqrt(.variable(0) + .parameter(0)))
    private static let standardize = PointwiseFunction(
        "standardize", inputs: 3, value: (.variable(0) - .variable(1)) * .variable(2))
    static let elements = PointwiseFunction(
        "standardize_backward", inputs: 5, parameters: 1,
        value: (.variable(0) - (.variable(3) + .variable(1) * .variable(4)) * .parameter(0)) * .variable(2))
}

/// For each `c` of `g` and `x` `[outer, c, inner]`, the sum of `g` and that of `g·x`.
struct SumsAndProducts: Operation {
    var name: String { "sums_and_products" }

    func infer(_ inputs: [Spec]) throws -> [Spec] {
        let sums = Spec([inputs[0].shape[1]], inputs[0].dtype)
        return [sums, sums]
    }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (g, x, sums, products) = (inputs[0].bytes, inputs[1].bytes, outputs[0].bytes, outputs[1].bytes)
        let slices = Slices(inputs[0].shape, 1)
        let type = inputs[0].dtype.computeType
        inParts(of: slices.length, size: max(1, elementsAPart / max(1, slices.outer * slices.inner))) {
            kernels.sumsAndProducts(type, slices, g, x, centre: nil, sums: sums, products: products, $0)
        }
    }

    func saves(_ needs: [Bool]) -> Saves { .factors(needs) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        let shape = kept.inputSpecs[0].shape
        let (sums, products) = (
            try gradients[0]?.reshape([shape[1], 1]), try gradients[1]?.reshape([shape[1], 1])
        )
        var g = try sums?.expand(shape)
        if kept.needs[0], let products {
            let part = try products * kept.input(1)
            g = try g.map { try $0 + part } ?? part
        }
        return [g, kept.needs[1] ? try products.map { try $0 * kept.input(0) } : nil]
    }
}
