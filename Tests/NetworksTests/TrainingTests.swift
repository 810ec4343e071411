import Kernels
import Networks
import TensorSupport
import Testing

@testable import Tensors

@Suite("Training", .serialized)
struct TrainingTests {
    private func step(_ net: Module, _ optimizer: Optimizer, _ number: Int, batch: Int = 37) throws -> Float {
        let images = try formula([batch, 1, 28, 28], number)
        let labels = try Tensor((0..<batch).map { Int64(($0 * 7 + number) % 10) }, [batch])
        try optimizer.zeroGrad()
        let loss = try net(images).nllLoss(labels)
        try loss.backward()
        try optimizer.step()
        return Float(try loss.item())
    }

    @Test("does not depend on the number of threads, not by a bit", arguments: ["SGD", "Adam"])
    func threads(kind: String) throws {
        let before = ThreadPool.shared.threads
        defer { ThreadPool.setThreads(before) }
        var first: [[UInt32]]?
        for threads in [1, 2, 3, 5] {
            ThreadPool.setThreads(threads)
            let net = try DigitNet(Generator(seed: 1))
            let parameters = net.namedParameters().map(\.tensor)
            let optimizer =
                kind == "SGD" ? try makeSGD(parameters, learningRate: 0.05, momentum: 0.5) : try makeAdam(parameters)
            let losses = try (0..<4).map { try step(net, optimizer, $0).bitPattern }
            let bits = try [losses] + parameters.map { try $0.floatArray().map(\.bitPattern) }
            if let first { #expect(bits == first, "\(threads) threads") }
            first = first ?? bits
        }
    }

    /// Other tests run beside this one and ask the system, too: so it is what a number of steps asks for at the least.
    @Test("asks the system for no memory after its first steps")
    func memory() throws {
        let net = try DigitNet(Generator(seed: 1))
        let optimizer = try makeSGD(net.namedParameters().map(\.tensor), learningRate: 0.01, momentum: 0.5)
        var least = Int.max
        for round in 0..<20 {
            let before = Storage.systemRequests
            for number in 0..<5 { _ = try step(net, optimizer, number) }
            if round > 0 { least = min(least, Storage.systemRequests - before) }
        }
        #expect(least == 0)
    }
}
