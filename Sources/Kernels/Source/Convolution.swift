import KernelInterface

extension Kernels {
    public func convolution(
        _ shape: Convolution, images: Int, _ kind: ConvolutionKind?
    ) -> (any ConvolutionMethod)? {
        switch kind {
        case .direct: DirectConvolution(shape, images)
        case .matrix: MatrixConvolution(shape, images)
        case .scattered: nil
        case .strips: StripConvolution(shape, images, gradient: false)
        case .planes: planes(shape, images)
        case .winograd: WinogradConvolution(shape, images)
        case nil where shape.isOfFewChannels:
            planes(shape, images) ?? StripConvolution(shape, images, gradient: false)
        case nil where WinogradTiles.pay(shape, images): WinogradConvolution(shape, images)
        case nil:
            prefersDirect(shape, images)
                ? DirectConvolution(shape, images) ?? MatrixConvolution(shape, images)
                : MatrixConvolution(shape, images)
        }
    }

    public func convolutionInputGradient(
        _ shape: Convolution, images: Int, _ kind: ConvolutionKind?
    ) -> (any ConvolutionMethod)? {
        let reversed = shape.reversed
        return switch kind {
        case .direct: reversed.flatMap { DirectConvolution($0, images, isReversed: true) }
        case .matrix: reversed.map { MatrixConvolution($0, images, isReversed: true) }
        case .scattered: ScatteredInputGradient(shape, images)
        case .strips: StripConvolution(shape, images, gradient: true)
        case .planes: reversed.flatMap { planes($0, images, isReversed: true) }
        case .winograd: reversed.flatMap { WinogradConvolution($0, images, isReversed: true) }
        case nil where shape.isOfFewChannels:
            reversed.flatMap { planes($0, images, isReversed: true) } ?? StripConvolution(shape, images, gradient: true)
        case nil where reversed.map { WinogradTiles.pay($0, images) } ?? false:
            reversed.flatMap { WinogradConvolution($0, images, isReversed: true) }
        case nil:
            // Where the padding is small, the gradient is much smaller than the input, and a convolution multiplies more.
            if let reversed, shape.height * shape.width <= 2 * shape.outPixels {
                (prefersDirect(reversed, images) ? DirectConvolution(reversed, images, isReversed: true) : nil)
                    ?? MatrixConvolution(reversed, images, isReversed: true)
            } else {
                ScatteredInputGradient(shape, images)
            }
        }
    }

    public func convolutionWeightGradient(
        _ shape: Convolution, images: Int, _ kind: WeightGradientKind?
    ) -> (any WeightGradientMethod)? {
        switch kind {
        case .strips: StripWeightGradient(shape, images)
        case .planes: planeWeightGradient(shape, images)
        case .winograd: WinogradWeightGradient(shape, images)
        case nil where shape.isOfFewChannels && shape.taps <= 9:
            planeWeightGradient(shape, images) ?? StripWeightGradient(shape, images)
        case nil where shape.isOfFewChannels: StripWeightGradient(shape, images)
        case nil where WinogradTiles.pay(shape, images): WinogradWeightGradient(shape, images)
        case .direct, nil: DirectWeightGradient(shape, images)
        }
    }

    public func sparseInputGradient(
        _ shape: Convolution, images: Int, nonzeros: Int?
    ) -> (any SparseInputGradientMethod)? {
        let methods = sparseInputGradients(shape, images: images)
        guard let nonzeros else { return methods.first }
        let costs = methods.map { $0.cost(nonzeros: nonzeros) }
        guard let least = costs.min(), least < SparseCosts.denseInput(shape, images) else { return nil }
        return costs.firstIndex(of: least).map { methods[$0] }
    }

    public func sparseInputGradients(_ shape: Convolution, images: Int) -> [any SparseInputGradientMethod] {
        let scattered = SparseInputGradient(shape, images)
        let gathered = GatheredInputGradient(shape, images)
        return [scattered as (any SparseInputGradientMethod)?, gathered].compactMap { $0 }
    }

    public func sparseWeightGradient(
        _ shape: Convolution, images: Int, nonzeros: Int?
    ) -> (any SparseWeightGradientMethod)? {
        guard let method = SparseWeightGradient(shape, images) else { return nil }
        if let nonzeros, !method.pays(nonzeros) { return nil }
        return method
    }

    /// Depthwise, where lanes can be masked: faster than strips by a quarter to a half, for planes are not copied. (Measured
    /// on Zen 5 on planes from 7 × 7 to 112 × 112.)
    private func planes(_ shape: Convolution, _ images: Int, isReversed: Bool = false) -> (any ConvolutionMethod)? {
        #if KERNELS_V4
            PlaneConvolution(shape, images, isReversed: isReversed)
        #else
            nil
        #endif
    }

    /// The weight's gradient likewise; but strips are faster where the sums of all taps do not fit the registers.
    private func planeWeightGradient(_ shape: Convolution, _ images: Int) -> (any WeightGradientMethod)? {
        #if KERNELS_V4
            PlaneWeightGradient(shape, images)
        #else
            nil
        #endif
    }

    /// Whether a convolution is rather worked out directly. Writing the matrix costs about as much as multiplying it by
    /// twelve output channels; runs of pixels that overlap are multiplied twice, and those of half vectors have to be
    /// joined. (Measured on Zen 5 over some fifty shapes.)
    private func prefersDirect(_ shape: Convolution, _ images: Int) -> Bool {
        let flat = shape.flattened
        guard let runs = PixelRuns(flat) else { return false }
        // An image of one row is one part.
        if flat.outHeight == 1 && images < 8 { return false }
        let direct = runs.excess(flat) * (runs.kind == .wholes ? 1 : runs.kind == .halves ? 1.05 : 1.08)
        return direct <= 1 + 12 / Double(max(1, shape.outChannels / shape.groups))
    }
}

extension Convolution {
    /// Whether groups are so small that a group's channels fill no vectors. Strips keep room for every pixel of a step, so
    /// wide steps are not theirs.
    fileprivate var isOfFewChannels: Bool {
        groups > 1 && max(inChannels, outChannels) <= 8 * groups && max(rows.stride, columns.stride) <= 16
    }
}
