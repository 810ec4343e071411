import KernelInterface
import Kernels

/// New values for some tensors of one shape, worked out together in one pass, as an optimiser's step is.
public struct ElementwiseUpdate: Sendable {
    private let program: Program
    private let targets: [Int]

    /// - Parameters:
    ///   - inputs: how many tensors the expressions are of: their variables.
    ///   - parameters: how many numbers a call gives.
    ///   - updates: for each tensor that changes, its place among the inputs and its new value. The last is written
    ///     without a detour.
    public init(inputs: Int, parameters: Int, _ updates: [(input: Int, value: Expression)]) {
        program = Program(updates.map(\.value), inputs: inputs, parameters: parameters)
        targets = updates.map(\.input)
    }

    /// An update of some tensors, which are contiguous and of one shape and floating-point type.
    public struct Use {
        let update: ElementwiseUpdate
        let tensors: [Tensor]
        let parameters: [Double]

        public init(_ update: ElementwiseUpdate, _ tensors: [Tensor], _ parameters: [Double]) {
            (self.update, self.tensors, self.parameters) = (update, tensors, parameters)
        }
    }

    /// Makes some updates, one after the other for all that can be seen.
    public static func run(_ uses: [Use]) {
        for use in uses { for target in use.update.targets { use.tensors[target].storage.willChange() } }
        if areIndependent(uses) {
            runTogether(uses)
        } else {
            for use in uses { runTogether([use]) }
        }
    }

    /// Whether no two tensors share memory.
    private static func areIndependent(_ uses: [Use]) -> Bool {
        var storages: [ObjectIdentifier] = []
        storages.reserveCapacity(uses.reduce(0) { $0 + $1.tensors.count })
        for use in uses { for tensor in use.tensors { storages.append(ObjectIdentifier(tensor.storage)) } }
        storages.sort()
        return zip(storages, storages.dropFirst()).allSatisfy { $0 != $1 }
    }

    /// Elements that one part works on: a few thousand, for most tensors are small, and a network has many.
    private static let elementsAPart = 4096

    /// The elements of all updates in one row, which is divided among the threads.
    private static func runTogether(_ uses: [Use]) {
        let inputCount = uses.reduce(0) { $0 + $1.tensors.count }
        let numberCount = uses.reduce(0) { $0 + $1.parameters.count }
        withUnsafeTemporaryAllocation(of: PointwiseInput.self, capacity: max(1, inputCount)) { inputs in
            withUnsafeTemporaryAllocation(of: PointwiseOutput.self, capacity: max(1, inputCount)) { outputs in
                withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, numberCount)) { numbers in
                    guard var input = inputs.baseAddress, var output = outputs.baseAddress,
                        var number = numbers.baseAddress
                    else { return }
                    var (calls, ends, total): ([PointwiseCall], [Int], Int) = ([], [], 0)
                    calls.reserveCapacity(uses.count)
                    ends.reserveCapacity(uses.count)
                    for use in uses {
                        calls.append(
                            PointwiseCall(
                                use.update.program, use.tensors[0].dtype.computeType, inputs: input,
                                parameters: number, outputs: output))
                        for tensor in use.tensors {
                            input.initialize(to: PointwiseInput(tensor.bytes, tensor.dtype, step: 1))
                            input += 1
                        }
                        for target in use.update.targets {
                            let tensor = use.tensors[target]
                            output.initialize(to: PointwiseOutput(tensor.bytes, tensor.dtype))
                            output += 1
                        }
                        for parameter in use.parameters {
                            number.initialize(to: parameter)
                            number += 1
                        }
                        total += use.tensors[0].count
                        ends.append(total)
                    }
                    inParts(of: total, size: elementsAPart) { run(calls, ends, $0) }
                }
            }
        }
        withExtendedLifetime(uses) {}
    }

    /// The part of a row of calls that lies in a range.
    private static func run(_ calls: [PointwiseCall], _ ends: [Int], _ range: Range<Int>) {
        var first = 0
        for (place, end) in ends.enumerated() {
            if end > max(first, range.lowerBound), first < range.upperBound {
                kernels.pointwise(
                    calls[place], max(first, range.lowerBound) - first..<min(end, range.upperBound) - first)
            }
            first = end
        }
    }
}
