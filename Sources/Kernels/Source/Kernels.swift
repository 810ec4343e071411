import KernelInterface

/// This instruction set's kernels; its functions stand in the files of their subjects.
public struct Kernels: KernelSet {
    public let name = instructionSet

    public init() {}
}
