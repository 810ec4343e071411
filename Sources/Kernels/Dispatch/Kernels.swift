import CProcessor
import KernelTable
import KernelsV2

#if arch(x86_64)
    import KernelsV3
    import KernelsV4
#endif

@_exported import struct KernelTable.Binary
@_exported import enum KernelTable.BinaryOperation
@_exported import struct KernelTable.AdamStep
@_exported import struct KernelTable.Convolution
@_exported import struct KernelTable.Gemm
@_exported import struct KernelTable.KernelTable
@_exported import struct KernelTable.Pooling
@_exported import struct KernelTable.SGDStep
@_exported import enum KernelTable.UnaryOperation
@_exported import struct KernelTable.Window

/// The kernels for this processor: the highest instruction set it has, or the one that `NIGHTJAR_ISA` names
/// ("x86-64-v2", or "v2") where it is a lower one.
public let kernels: KernelTable = usableKernels[KernelSettings.level ?? usableKernels.count - 1]

/// Every instruction set's kernels that this processor can run, the most capable last.
public let usableKernels: [KernelTable] = {
    var tables = [KernelsV2.kernelTable]
    #if arch(x86_64)
        let level = nightjar_processor_level()
        if level >= 3 { tables.append(KernelsV3.kernelTable) }
        if level >= 4 { tables.append(KernelsV4.kernelTable) }
    #endif
    return tables
}()
