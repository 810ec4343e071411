import CProcessor
@_exported import KernelInterface
import KernelsV2

#if arch(x86_64)
    import KernelsV3
    import KernelsV4
#endif

/// The kernels for this processor: the highest instruction set it has, or the one that `NIGHTJAR_ISA` names
/// ("x86-64-v2", or "v2") where it is a lower one.
public let kernels: any KernelSet = usableKernels[KernelSettings.level ?? usableKernels.count - 1]

/// Every instruction set's kernels that this processor can run, the most capable last.
public let usableKernels: [any KernelSet] = {
    var sets: [any KernelSet] = [KernelsV2.Kernels()]
    #if arch(x86_64)
        let level = nightjar_processor_level()
        if level >= 3 { sets.append(KernelsV3.Kernels()) }
        if level >= 4 { sets.append(KernelsV4.Kernels()) }
    #endif
    return sets
}()
