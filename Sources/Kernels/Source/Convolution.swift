import KernelInterface

extension Kernels {
    public func convolution(
        _ shape: Convolution, images: Int, _ kind: ConvolutionKind?
    ) -> (any ConvolutionMethod)? {
        switch kind {
        case .direct: DirectConvolution(shape, images)
        case .matrix: MatrixConvolution(shape, images)
        case nil: DirectConvolution(shape, images) ?? MatrixConvolution(shape, images)
        }
    }

    public func convolutionInputGradient(
        _ shape: Convolution, images: Int, _ kind: ConvolutionKind?
    ) -> (any ConvolutionMethod)? {
        switch kind {
        case .direct: nil
        case .matrix, nil: MatrixInputGradient(shape, images)
        }
    }

    public func convolutionWeightGradient(
        _ shape: Convolution, images: Int, _ kind: WeightGradientKind?
    ) -> (any WeightGradientMethod)? {
        switch kind {
        case .direct, nil: DirectWeightGradient(shape, images)
        }
    }

    public func sparseInputGradient(
        _ shape: Convolution, images: Int, nonzeros: Int?
    ) -> (any SparseInputGradientMethod)? {
        guard let method = SparseInputGradient(shape, images) else { return nil }
        if let nonzeros, !method.pays(nonzeros) { return nil }
        return method
    }

    public func sparseWeightGradient(
        _ shape: Convolution, images: Int, nonzeros: Int?
    ) -> (any SparseWeightGradientMethod)? {
        guard let method = SparseWeightGradient(shape, images) else { return nil }
        if let nonzeros, !method.pays(nonzeros) { return nil }
        return method
    }
}
