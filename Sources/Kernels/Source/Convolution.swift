import KernelInterface

extension Kernels {
    public func convolution(
        _ shape: Convolution, images: Int, _ kind: ConvolutionKind?, alone: Bool
    ) -> (any ConvolutionMethod)? {
        switch kind {
        case .direct: DirectConvolution(shape, images, alone: alone)
        case .channels: channels(shape, images, alone: alone)
        case .matrix: MatrixConvolution(shape, images, alone: alone)
        case .scattered: nil
        case .strips: StripConvolution(shape, images, gradient: false)
        case .planes: planes(shape, images)
        case .winograd: WinogradConvolution(shape, images, alone: alone)
        case nil where shape.isOfFewChannels:
            planes(shape, images) ?? StripConvolution(shape, images, gradient: false)
        case nil where WinogradTiles.pay(shape, images): WinogradConvolution(shape, images, alone: alone)
        case nil where prefersChannels(shape, images):
            channels(shape, images, alone: alone) ?? pixels(shape, images, alone: alone)
        case nil: pixels(shape, images, alone: alone)
        }
    }

    public func convolutionInputGradient(
        _ shape: Convolution, images: Int, _ kind: ConvolutionKind?
    ) -> (any ConvolutionMethod)? {
        let reversed = shape.reversed
        return switch kind {
        case .direct: reversed.flatMap { DirectConvolution($0, images, isReversed: true) }
        case .channels: nil
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

    /// A method whose vectors hold output channels.
    private func channels(_ shape: Convolution, _ images: Int, alone: Bool) -> (any ConvolutionMethod)? {
        #if KERNELS_V4
            ChannelConvolution(shape, images, alone: alone)
        #else
            nil
        #endif
    }

    /// Whether vectors rather hold output channels: those of the last block should be filled, and the products of a pixel
    /// make up for turning its sums, which takes about as long as 25 of a vector's. Rows that see nothing but padding are not
    /// multiplied, and with a step of two neighbours need not be taken apart. (Measured on Zen 5 over some hundred shapes.)
    private func prefersChannels(_ shape: Convolution, _ images: Int) -> Bool {
        let (outputs, rows) = (shape.outChannels / shape.groups, shape.rows)
        guard outputs > 0, shape.outPixels > 0, shape.taps > 0, images > 0 else { return false }
        let filled = Double((outputs + lanes - 1) / lanes * lanes) / Double(outputs)
        let seen = (0..<rows.size).reduce(0) {
            $0 + rows.inside(tap: $1, length: shape.height, places: shape.outHeight).count
        }
        let part = Double(seen) / Double(rows.size * shape.outHeight)
        let cost = filled * part * (1 + 25 / Double(shape.taps))
        let others = min(directCost(shape, images) ?? .infinity, matrixCost(shape, images))
        let isTakenApart = shape.columns.stride == 2 && shape.columns.size > 1
        return 1.04 * cost < others * (isTakenApart ? 1.2 : 1)
    }

    /// A method whose vectors hold pixels.
    private func pixels(_ shape: Convolution, _ images: Int, alone: Bool) -> any ConvolutionMethod {
        if prefersDirect(shape, images), let method = DirectConvolution(shape, images, alone: alone) { return method }
        return MatrixConvolution(shape, images, alone: alone)
    }

    /// Depthwise, where lanes can be masked: twice to three times as fast as strips, for planes are not copied, and a row that
    /// is read is multiplied for all rows of the output that see it. (Measured on Zen 5 on planes from 2 × 2 to 112 × 112.)
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

    /// Whether a convolution is rather worked out directly than as a matrix.
    private func prefersDirect(_ shape: Convolution, _ images: Int) -> Bool {
        guard let direct = directCost(shape, images) else { return false }
        return direct <= 1 + writingCost(shape)
    }

    /// How many times as long as its products alone a direct convolution takes: runs of pixels that overlap are multiplied
    /// twice, and those of half vectors have to be joined. (Measured on Zen 5 over some fifty shapes.)
    private func directCost(_ shape: Convolution, _ images: Int) -> Double? {
        let flat = shape.flattened
        guard let runs = PixelRuns(flat) else { return nil }
        // An image of one row is one part.
        if flat.outHeight == 1 && images < 8 { return nil }
        return runs.excess(flat) * (runs.kind == .wholes ? 1 : runs.kind == .halves ? 1.05 : 1.08)
    }

    /// Likewise for what is written as a matrix: the last vector of columns may be filled in part, and those that hold pixels
    /// of two images are copied.
    private func matrixCost(_ shape: Convolution, _ images: Int) -> Double {
        let columns = images * shape.outPixels
        let filled = Double((columns + lanes - 1) / lanes * lanes) / Double(columns)
        let staged = shape.outPixels % lanes == 0 ? 0 : Double(lanes) / Double(max(lanes, shape.outPixels))
        return filled * (1 + writingCost(shape) + staged / 3)
    }

    /// Writing a matrix takes about as long as multiplying it by twelve output channels.
    private func writingCost(_ shape: Convolution) -> Double { 12 / Double(max(1, shape.outChannels / shape.groups)) }
}

extension Convolution {
    /// Whether groups are so small that a group's channels fill no vectors. Strips keep room for every pixel of a step, so
    /// wide steps are not theirs.
    fileprivate var isOfFewChannels: Bool {
        groups > 1 && max(inChannels, outChannels) <= 8 * groups && max(rows.stride, columns.stride) <= 16
    }
}
