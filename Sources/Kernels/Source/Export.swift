import KernelTable

/// This instruction set's kernels.
public let kernelTable = KernelTable(
    name: instructionSet,
    gemm: gemm,
    convolve: convolve,
    convolveBackwardInput: convolveBackwardInput,
    convolveBackwardWeight: convolveBackwardWeight,
    maxPool: maxPool,
    averagePool: averagePool,
    averagePoolBackward: averagePoolBackward,
    unary: unary,
    binary: binary,
    sum: sum,
    sgd: sgd,
    adam: adam)
