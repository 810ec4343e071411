/// Every operator, and the one list of them.
public enum Operators {
    /// What scripts, layers, stubs, reference pages and tests know.
    public static let all: [Operator] =
        ([
            // Creation
            zeros, ones, empty, full, zerosLike, onesLike, emptyLike, fullLike, newZeros, newOnes, newEmpty, newFull,
            scalarTensor, arange, linspace, logspace, eye,
            // Random numbers
            rand, randn, randint, randperm, randLike, randnLike, randintLike, normal, bernoulli, multinomial,
            uniformInPlace, normalInPlace, logNormalInPlace, exponentialInPlace, cauchyInPlace, geometricInPlace,
            randomInPlace, bernoulliInPlace,
            // Arithmetic
            add, sub, mul, div, neg, pow, maximum, minimum, clamp, abs, exp, log, sqrt, eq, ne, lt, le, gt, ge,
            // Activations
            relu, sigmoid, tanh, softmax, logSoftmax, dropout, dropout1d, dropout2d,
            alphaDropout, featureAlphaDropout,
            // Reductions
            sum, mean, max, min, argmax, argmin,
            // Shapes and types
            view, reshape, flatten, transpose, t, permute, select, narrow, squeeze, unsqueeze, expand, contiguous,
            clone, cat, stack, indexSelect, to,
            // Gathering
            gather, takeAlongDim, scatter, scatterAdd, scatterReduce, indexAdd, indexCopy, indexFill, indexPut, take,
            put, selectScatter, sliceScatter, maskedFill, maskedSelect, maskedScatter, nonzero, argwhere,
            // Matrices, convolutions, pooling
            matmul, linear, conv1d, conv2d, convTranspose1d, convTranspose2d,
            maxPool1d, maxPool2d, avgPool1d, avgPool2d, adaptiveMaxPool1d, adaptiveMaxPool2d, adaptiveAvgPool1d,
            adaptiveAvgPool2d, maxUnpool2d,
            // Normalisation
            batchNorm, instanceNorm, layerNorm, groupNorm, rmsNorm, normalize, localResponseNorm,
            // Windows and padding
            im2col, col2im, pad, interpolate, pixelShuffle, pixelUnshuffle, channelShuffle, embedding, bilinear,
            scaledDotProductAttention,
            // Losses
            nllLoss, crossEntropy, mseLoss,
        ] as [any Declared]).map(\.declaration) + conversions
}
