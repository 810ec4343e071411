import Kernels
import Synchronization
import TensorSupport
import TestSupport
import Testing

@testable import Tensors

@Suite("Results do not depend on the number of threads", .serialized)
struct ThreadTests {
    /// The results and gradients of a function with every number of threads, all bits the same.
    private func expectSame(
        _ shapes: [Shape], at location: SourceLocation = #_sourceLocation, _ function: ([Tensor]) throws -> Tensor
    ) throws {
        let before = ThreadPool.shared.threads
        defer { ThreadPool.setThreads(before) }
        var first: [[UInt32]]?
        for threads in [1, 2, 3, 2] {
            ThreadPool.setThreads(threads)
            let leaves = try shapes.enumerated().map { try formula($1, $0).requireGrad() }
            let result = try function(leaves)
            try result.mul(formula(result.shape, 9)).sum().backward()
            let bits = try ([result] + leaves.compactMap(\.grad)).map { try $0.floatArray().map(\.bitPattern) }
            #expect(bits.count == 1 + shapes.count, sourceLocation: location)
            if let first { #expect(bits == first, "\(threads) threads", sourceLocation: location) }
            first = first ?? bits
        }
    }

    @Test("conv2d")
    func convolution() throws {
        try expectSame([[20, 3, 14, 14], [5, 3, 3, 3], [5]]) {
            try $0[0].conv2d($0[1], $0[2], ConvolutionOptions(padding: Pair(1, 1)))
        }
        try expectSame([[7, 4, 9, 9], [6, 2, 3, 3]]) {
            try $0[0].conv2d($0[1], nil, ConvolutionOptions(stride: Pair(2, 2), groups: 2))
        }
    }

    @Test("linear and matmul")
    func products() throws {
        try expectSame([[130, 70], [90, 70], [90]]) { try $0[0].linear($0[1], $0[2]) }
        try expectSame([[70, 300], [300, 210]]) { try $0[0].matmul($0[1]) }
        try expectSame([[3, 60, 50], [50, 70]]) { try $0[0].matmul($0[1]) }
    }

    @Test("sums, pooling and elementwise functions")
    func others() throws {
        try expectSame([[300, 301]]) { try $0[0].sum() }
        try expectSame([[300, 301]]) { try $0[0].mean([0]) }
        try expectSame([[300, 301]]) { try $0[0].tanh().mul($0[0]).logSoftmax(1) }
        try expectSame([[20, 4, 30, 30]]) { try $0[0].maxPool2d(kernel: Pair(2, 2)).relu() }
        try expectSame([[20, 4, 30, 30]]) { try $0[0].avgPool2d(kernel: Pair(3, 3), stride: Pair(1, 1)) }
        try expectSame([[400, 100]]) { try $0[0].dropout(0.3, training: true, Generator(seed: 4)) }
    }

    @Test("the pool is replaced while others run on it")
    func replacing() {
        let before = ThreadPool.shared.threads
        for round in 0..<100 {
            let pool = ThreadPool.shared
            ThreadPool.setThreads(1 + round % 4)
            for pool in [pool, .shared] {
                let sum = Atomic<Int>(0)
                pool.run(10) { sum.wrappingAdd($0, ordering: .relaxed) }
                #expect(sum.load(ordering: .relaxed) == 45)
            }
        }
        ThreadPool.setThreads(before)
    }

    @Test("the number of threads is brought into 1 to 256")
    func range() {
        let before = ThreadPool.shared.threads
        ThreadPool.setThreads(-5)
        #expect(ThreadPool.shared.threads == 1)
        ThreadPool.setThreads(before)
        #expect(ThreadPool.shared.threads == before)
    }
}
