import TensorSupport
import Testing

@Suite("Declared examples keep no memory")
struct ExampleMemoryTests {
    @Test("when results, gradients and histories are dropped")
    func freed() async {
        // In a process of its own, where no other test holds memory.
        await #expect(processExitsWith: .success) {
            for operation in Operators.all {
                for example in operation.examples {
                    func use() throws {
                        let call = try ExampleCall(operation, example)
                        _ = try call()
                        _ = try call.differentiated()
                        _ = try call.differentiated { try $0.seenOutOfOrder() }
                        // A history that nobody goes back through.
                        let leaves = try call.tensors.map { $0.dtype.isFloatingPoint ? try $0.leaf() : $0 }
                        let results = try call.onCopies(of: leaves)().results()
                        guard let sum = try weightedSum(results), sum.requiresGrad else { return }
                        let inputs = leaves.filter(\.requiresGrad)
                        let gradients = try? Tensor.gradients(
                            of: [sum], [nil], withRespectTo: inputs, retainGraph: true, createGraph: true)
                        #expect(gradients != nil || Exceptions.refusesSecondGradient[operation.schema.name] != nil)
                    }
                    // What is made once and kept is made by the first call.
                    try? use()
                    let before = Storage.liveBytes
                    try? use()
                    #expect(Storage.liveBytes == before, "\(operation.schema.name)")
                }
            }
        }
    }
}
