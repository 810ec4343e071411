import Kernels

extension Operators {
    static let im2col = Operator(
        "unfold", doc: "What a window sees at each of its places: [n, c · kh · kw, places] of [n, c, h, w].",
        [.tensor("input")] + windowArguments, faces: [.functional, .layer("Unfold")],
        examples: [
            .init(.values(2, 2, 4, 5), [2, 3], 1, [1, 0], [1, 2]), .init(.values(2, 4, 4), 2, 2),
        ]
    ) { a, _ in
        let x = try a.tensor("input")
        let (kernel, options) = (try a.pair("kernel_size"), try windowOptions(a))
        return .tensor(
            try x.asBatch(4, "[n, channels, height, width]") { x in
                try x.unfolded(
                    Convolution(x.shape, [x.shape[1], x.shape[1], kernel.rows, kernel.columns], options))
            })
    }

    static let col2im = Operator(
        "fold", doc: "The transpose of unfold: what windows saw, added up where they saw it.",
        [.tensor("input"), .integerOrPair("output_size", min: 1)] + windowArguments,
        faces: [.functional, .layer("Fold")],
        examples: [.init(.values(2, 8, 9), 4, 2), .init(.values(2, 6, 6), [4, 5], [2, 3], 1, [0, 1], [2, 2])]
    ) { a, _ in
        let (size, kernel) = (try a.pair("output_size"), try a.pair("kernel_size"))
        let options = try windowOptions(a)
        return .tensor(
            try a.tensor("input").asBatch(3, "[n, channels · taps, places]") { x in
                let taps = kernel.rows.multipliedReportingOverflow(by: kernel.columns)
                guard !taps.overflow, x.shape[1] % taps.partialValue == 0 else {
                    throw TensorError(
                        "a number of rows that \(kernel.rows)x\(kernel.columns) divides expected, got \(x.shape)")
                }
                let channels = x.shape[1] / taps.partialValue
                let shape = try Convolution(
                    [x.shape[0], channels, size.rows, size.columns],
                    [channels, channels, kernel.rows, kernel.columns], options)
                guard x.shape[2] == shape.outPixels else {
                    throw TensorError(
                        "\(plural(shape.outPixels, "place")) of the window expected, got \(x.shape[2]) (input \(x.shape))"
                    )
                }
                return try x.folded(shape)
            })
    }

    private static let windowArguments: [Argument] = [
        .integerOrPair("kernel_size", "rows and columns of the window", min: 1),
        .integerOrPair("dilation", "distance between the window's elements", min: 1, default: 1),
        .integerOrPair("padding", "zeros on both sides", min: 0, default: 0),
        .integerOrPair("stride", "step of the window", min: 1, default: 1),
    ]

    private static func windowOptions(_ a: Arguments) throws -> ConvolutionOptions {
        ConvolutionOptions(
            stride: try a.pair("stride"), padding: try a.pair("padding"), dilation: try a.pair("dilation"))
    }
}

extension Tensor {
    /// What `body` makes of a batch, also where this is one item without the dimension of the batch.
    ///
    /// - Parameter rank: how many dimensions a batch has.
    func asBatch(_ rank: Int, _ form: String, _ body: (Tensor) throws -> Tensor) throws -> Tensor {
        guard dim == rank || dim == rank - 1 else { throw TensorError("an input \(form) expected, got \(shape)") }
        return dim == rank ? try body(self) : try body(unsqueeze(0)).squeeze([0])
    }

    /// For each image of `[n, c, h, w]` the matrix `[c · taps, places]` of what each tap sees.
    func unfolded(_ shape: Convolution) throws -> Tensor {
        try expectFloatingPoint()
        return try .applyOne(UnfoldOperation(shape: shape), [contiguous()])
    }

    /// The transpose of `unfolded`.
    func folded(_ shape: Convolution) throws -> Tensor {
        try expectFloatingPoint()
        return try .applyOne(FoldOperation(shape: shape), [contiguous()])
    }
}

package struct UnfoldOperation: Operation {
    package let shape: Convolution
    package var name: String { "im2col" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        let rows = shape.inChannels * shape.rows.size * shape.columns.size
        return [Spec([inputs[0].shape[0], rows, shape.outPixels], inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (x, y) = (inputs[0].bytes, outputs[0].bytes)
        let type = inputs[0].dtype.computeType
        inParts(of: inputs[0].shape[0], size: 1) { kernels.unfold(type, shape, x, y, $0) }
    }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0]?.folded(shape)]
    }
}

package struct FoldOperation: Operation {
    package let shape: Convolution
    package var name: String { "col2im" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        [Spec([inputs[0].shape[0], shape.inChannels, shape.height, shape.width], inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (x, y) = (inputs[0].bytes, outputs[0].bytes)
        let type = inputs[0].dtype.computeType
        inParts(of: inputs[0].shape[0], size: 1) { kernels.fold(type, shape, x, y, $0) }
    }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0]?.unfolded(shape)]
    }
}
