import Kernels
import Operators
import Testing

/// Gradients that are not written out are those that are.
@Suite("Gradients of convolutions beyond a pooling", .serialized)
struct DeferredGradientTests {
    private func values(_ shape: Shape, _ seed: Int) throws -> Tensor {
        try Tensor((0..<shape.product).map { Float(($0 * 37 + seed * 11) % 41) / 20 - 1 }, shape)
    }

    /// The gradients of input, weight and bias.
    ///
    /// - Parameter isWritten: whether the convolution's output keeps its gradient, so that it has to be written out.
    private func gradients(
        _ kernel: Int, dropping: Bool, twice: Bool, isWritten: Bool
    ) throws -> [[UInt32]] {
        let x = try values([5, 6, 17, 15], 1).requireGrad()
        let w = try values([8, 6, 3, 3], 2).requireGrad()
        let b = try values([8], 3).requireGrad()
        let y = try x.conv2d(w, b)
        if isWritten { try y.retainGrad() }
        let dropped = dropping ? try y.dropped(0.5, [5, 8, 1, 1], Generator(seed: 1)) : y
        let pooled = try dropped.maxPool2d(kernel: Pair(kernel))
        var sum = try (pooled * pooled).sum()
        if twice { sum = try sum + (y * 0.25).sum() }
        try sum.backward()
        return try [x, w, b].map { try #require($0.grad).floatArray().map(\.bitPattern) }
    }

    @Test("are the same, bit by bit, on any number of threads", arguments: [2, 3], [false, true])
    func same(kernel: Int, dropping: Bool) throws {
        defer { ThreadPool.setThreads(Int(Processor.count)) }
        for twice in [false, true] {
            let expected = try gradients(kernel, dropping: dropping, twice: twice, isWritten: true)
            var first: [[UInt32]]?
            for threads in [1, 2, 3] {
                ThreadPool.setThreads(threads)
                let found = try gradients(kernel, dropping: dropping, twice: twice, isWritten: false)
                // The bias's is added up window by window, not pixel by pixel.
                #expect(Array(found[..<2]) == Array(expected[..<2]))
                first = first ?? found
                #expect(found == first)
                for (a, b) in zip(found[2], expected[2]) {
                    let (a, b) = (Float(bitPattern: a), Float(bitPattern: b))
                    #expect(abs(a - b) <= 1e-6 * max(1, abs(b)))
                }
            }
        }
    }
}
