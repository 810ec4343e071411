import Kernels
import TensorSupport
import Testing

@Suite("Declared examples do not depend on the number of threads", .serialized)
struct ExampleThreadTests {
    private func enlarged(_ call: ExampleCall, _ factor: Int) throws -> ExampleCall {
        call.replacing(
            try call.tensors.map { tensor in
                let shape = Shape(tensor.shape.map { $0 > 1 ? $0 * factor : $0 })
                if tensor.dtype.isFloatingPoint { return try formula(shape, tensor.count).to(tensor.dtype) }
                // Indices stay what they may be.
                let values = try tensor.to(.int64).int64Array()
                return try Tensor((0..<shape.product).map { values[$0 % values.count] }, shape).to(tensor.dtype)
            })
    }

    /// The call with all sizes so much larger that threads share the work on an argument or a result; the call itself
    /// where it takes no larger ones.
    private func enlarged(_ call: ExampleCall) throws -> (call: ExampleCall, isLarge: Bool) {
        var (factor, found) = (1, call)
        while factor < 40_000 {
            factor += max(1, factor / 2)
            let larger = try enlarged(call, factor)
            let sizes = larger.tensors.map(\.count)
            guard sizes.allSatisfy({ $0 < 1_000_000 }) else { break }
            // Not every operator takes just any size.
            if let outcome = try? larger.onCopies(of: larger.tensors)() {
                found = larger
                if (sizes + outcome.tensors.map(\.count)).contains(where: { $0 > 32_768 }) { return (larger, true) }
            }
            if sizes.contains(where: { $0 > 100_000 }) { break }
        }
        return (found, false)
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
                let (call, isLarge) = try enlarged(example)
                var first: [[UInt8]]?
                large += isLarge ? 1 : 0
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
