import Operators

/// How much a file takes that keeps an optimiser's state.
extension Optimizer {
    /// The bytes of what is remembered now.
    public var stateSize: Int { state.reduce(0) { $0 + $1.tensor.count * $1.tensor.dtype.size } }

    /// The bytes of all that can be remembered: every kind of tensor and of number for every parameter.
    public var largestStateSize: Int {
        parameters.reduce(0) { sum, parameter in
            sum + kind.tensors.count * parameter.count * parameter.dtype.size + kind.numbers.count * 4
        }
    }
}
