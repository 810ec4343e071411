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
            kron,
            trace, cross, matrixPower, cdist, linear, conv2d, maxPool2d, avgPool2d,
            // Losses
            nllLoss, crossEntropy, mseLoss,
        ] as [any Declared]).map(\.declaration) + conversions
}
