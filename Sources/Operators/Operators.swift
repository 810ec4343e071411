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
            add, sub, rsub, mul, div, trueDivide, floorDivide, remainder, fmod, neg, positive, pow, square, floatPower,
            maximum, minimum, fmax, fmin, clamp, clampMin, clampMax, lerp, addcmul, addcdiv, whereFunction, whereMethod,
            nanToNum, abs, exp, exp2, expm1, log, log1p, log2, log10, sqrt, rsqrt, reciprocal, logit, deg2rad, rad2deg,
            sinc, erf, erfc,
            sin, cos, tan, asin, acos, atan, sinh, cosh, asinh, acosh, atanh, atan2, hypot, copysign, heaviside, xlogy,
            logaddexp, floor, ceil, trunc, frac, round, sign, eq, ne, lt, le, gt, ge, isclose, allclose, equal,
            isnan, isfinite, isinf, isposinf, isneginf, logicalAnd, logicalOr, logicalXor, logicalNot,
            bitwiseAnd, bitwiseOr, bitwiseXor, bitwiseNot,
            // Activations
            relu, relu6, leakyReLU, prelu, elu, selu, celu, gelu, silu, mish, hardswish, hardsigmoid, hardtanh, sigmoid,
            logsigmoid, tanh, softplus, softsign, tanhshrink, softshrink, hardshrink, threshold, glu, softmax, softmin,
            logSoftmax, dropout, dropout1d, dropout2d,
            alphaDropout, featureAlphaDropout,
            // Reductions
            sum, mean, max, min, argmax, argmin, prod, amax, amin, aminmax, `var`, std, varMean, stdMean, norm,
            vectorNorm, linalgNorm, multiDot,
            dist, logsumexp, nansum, nanmean, anyTrue, allTrue, countNonzero, cumsum, cumprod, logcumsumexp, cummax,
            cummin,
            diff,
            // Sorting
            sort, argsort, msort, topk, kthvalue, median, nanmedian, mode, quantile, unique, uniqueConsecutive, isin,
            searchsorted, bucketize, bincount, histc,
            // Shapes and types
            view, reshape, flatten, transpose, t, permute, select, narrow, squeeze, unsqueeze, expand, contiguous,
            clone, cat, stack, indexSelect, to, type, flip, fliplr, flipud, roll, rot90, movedim, moveaxis, swapaxes,
            swapdims,
            tile, `repeat`, repeatInterleave, oneHot, split, chunk, tensorSplit, hsplit, vsplit, dsplit, unbind, concat,
            hstack, vstack, rowStack, dstack, columnStack, atLeast1D, atLeast2D, atLeast3D, broadcastTensors, meshgrid,
            cartesianProd, combinations, tril, triu, trilIndices, triuIndices, diag, diagflat, diagonal, diagEmbed,
            fillDiagonal, unflatten, ravel, expandAs, viewAs, reshapeAs, typeAs, broadcastTo, reversed,
            matrixTransposed,
            unfold,
            // Gathering
            gather, takeAlongDim, scatter, scatterAdd, scatterReduce, indexAdd, indexCopy, indexFill, indexPut, take,
            put, selectScatter, sliceScatter, maskedFill, maskedSelect, maskedScatter, nonzero, argwhere,
            // Matrices, convolutions, pooling
            matmul, mm, mv, bmm, dot, vdot, inner, outer, ger, addmm, addmv, addbmm, baddbmm, addr, einsum, tensordot,
            kron, trace, cross, matrixPower, cdist, linear, conv1d, conv2d, convTranspose1d, convTranspose2d,
            maxPool1d, maxPool2d, avgPool1d, avgPool2d, adaptiveMaxPool1d, adaptiveMaxPool2d, adaptiveAvgPool1d,
            adaptiveAvgPool2d, maxUnpool2d,
            // Normalisation
            batchNorm, instanceNorm, layerNorm, groupNorm, rmsNorm, normalize, localResponseNorm,
            // Windows and padding
            im2col, col2im, pad, interpolate, pixelShuffle, pixelUnshuffle, channelShuffle, embedding, bilinear,
            scaledDotProductAttention,
            // Losses
            nllLoss, crossEntropy, mseLoss, l1Loss, smoothL1Loss, huberLoss, binaryCrossEntropy,
            binaryCrossEntropyWithLogits, klDiv, cosineSimilarity, cosineEmbeddingLoss, marginRankingLoss,
            hingeEmbeddingLoss, softMarginLoss, tripletMarginLoss, pairwiseDistance, multilabelSoftMarginLoss,
            poissonNLLLoss, gaussianNLLLoss,
        ] as [any Declared]).map(\.declaration) + conversions + aliases
}
