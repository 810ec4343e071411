import Kernels
import TensorSupport
import Testing

@Suite("Declared examples do not depend on the number of threads", .serialized)
struct ExampleThreadTests {
    /// The call with all sizes so much larger that threads share the work.
    private func enlarged(_ call: ExampleCall) throws -> ExampleCall {
        func larger(_ tensor: Tensor, _ factor: Int) -> Shape { Shape(tensor.shape.map { $0 > 1 ? $0 * factor : $0 }) }
        var factor = 1
        while factor < 40_000, !call.tensors.contains(where: { larger($0, factor).product > 40_000 }) {
            factor += max(1, factor / 8)
        }
        return call.replacing(
            try call.tensors.map { tensor in
                let shape = larger(tensor, factor)
                if tensor.dtype.isFloatingPoint { return try formula(shape, tensor.count).to(tensor.dtype) }
                // Indices stay what they may be.
                let values = try tensor.to(.int64).int64Array()
                return try Tensor((0..<shape.product).map { values[$0 % values.count] }, shape).to(tensor.dtype)
            })
    }

    @Test("bit for bit")
    func threads() throws {
        let before = ThreadPool.shared.threads
        defer { ThreadPool.setThreads(before) }
        var (large, small) = (0, 0)
        for operation in Operators.all {
            for example in operation.examples {
                let example = try ExampleCall(operation, example)
                guard !example.tensors.isEmpty else { continue }
                var (first, call) = (nil as [[UInt8]]?, try enlarged(example))
                // Not every operator takes just any size.
                if (try? call.onCopies(of: call.tensors)()) == nil { call = example }
                large += call.tensors.contains { $0.count > 32_768 } ? 1 : 0
                small += 1
                for threads in [1, 2, 3] {
                    ThreadPool.setThreads(threads)
                    let found = try call.differentiated()
                    let bits = try (found.results + found.gradients.compactMap { $0 }).map { try $0.bits() }
                    if let first { #expect(bits == first, "\(example), \(threads) threads") }
                    first = first ?? bits
                }
            }
        }
        #expect(large * 4 > small * 3, "\(large) of \(small) examples could be made large")
    }
}
