import TensorSupport
import Testing

@testable import Tensors

/// An operation that keeps its operand, as most do, and computes nothing.
private struct Step: Operation {
    let name = "step"

    func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [0]) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        _ = try kept.input(0)
        return gradients
    }
}

/// Seen through weak references: `Storage.liveBytes` counts what the tests beside these hold as well.
@Suite("Histories are freed")
struct HistoryTests {
    /// Storages of a graph that is built, perhaps used, and dropped; all must be gone then.
    private func expectFreed(_ name: String, backward: Bool, _ build: ([Tensor]) throws -> Tensor) throws {
        weak var result: Storage?
        weak var node: Node?
        weak var leaf: Storage?
        weak var leafTensor: Tensor?
        try {
            let x = try formula([2, 2, 4, 4], 1).abs().add(0.5).leaf()
            let weight = try formula([2, 2, 3, 3], 2).leaf()
            let y = try build([x, weight])
            result = y.storage
            node = y.history?.node
            leaf = x.storage
            leafTensor = x
            #expect(node != nil, "\(name)")
            if backward { try y.sum().backward() }
        }()
        #expect(result == nil && node == nil && leaf == nil && leafTensor == nil, "\(name) is still held")
    }

    @Test("after a backward pass and without one", arguments: [true, false])
    func freed(backward: Bool) throws {
        let functions: [(String, ([Tensor]) throws -> Tensor)] = [
            ("relu", { try $0[0].relu() }), ("exp", { try $0[0].exp() }),
            ("sqrt", { try $0[0].sqrt() }), ("sigmoid", { try $0[0].sigmoid() }),
            ("tanh", { try $0[0].tanh() }), ("softmax", { try $0[0].softmax(1) }),
            ("log_softmax", { try $0[0].logSoftmax(1) }), ("mul", { try $0[0].mul($0[0]) }),
            ("div", { try $0[0].div($0[0]) }), ("conv2d", { try $0[0].conv2d($0[1]) }),
            ("max_pool2d", { try $0[0].maxPool2d(kernel: Pair(2, 2)) }), ("max", { try $0[0].max(1).values }),
            ("max of all", { try $0[0].max() }), ("clamp", { try $0[0].clamp(0, 1) }),
            ("maximum", { try $0[0].maximum($0[0]) }), ("pow", { try $0[0].pow(3) }),
            ("log", { try $0[0].log() }), ("abs", { try $0[0].abs() }),
            ("matmul", { try $0[0].matmul($0[0]) }),
            ("linear", { try $0[0].linear($0[0].reshape([16, 4])) }),
            ("dropout", { try $0[0].dropout(0.5, training: true, Generator(seed: 1)) }),
            ("a long way", { try $0[0].relu().permute([3, 2, 1, 0]).exp().tanh().reshape([-1]).clone() }),
            ("a result kept by a view", { try $0[0].exp().select(0, 1) }),
        ]
        for (name, function) in functions { try expectFreed(name, backward: backward, function) }
    }

    @Test("a failed backward pass frees as well")
    func afterFailure() throws {
        try expectFreed("mul", backward: false) { inputs in
            let y = try inputs[0].mul(inputs[0]).mul(inputs[0])
            GradMode.set(false) { inputs[0].storage.willChange() }
            #expect(throws: TensorError.self) { try y.sum().backward() }
            return y
        }
    }

    @Test("a chain of 200,000 operations is built, gone through and freed", arguments: [true, false])
    func longChain(backward: Bool) throws {
        let x = try Tensor([1] as [Float], [1]).requireGrad()
        var y = x
        for _ in 0..<200_000 {
            let next = y.detach()
            Tensor.record(Step(), [y], [next])
            y = next
        }
        if backward {
            try y.backward()
            #expect(try x.grad?.item() == 1)
        }
    }

    @Test("a chain that branches and joins again 5,000 times")
    func ladder() throws {
        let x = try Tensor([1] as [Float], [1]).requireGrad()
        var y = try x.mul(1)
        for _ in 0..<5_000 { y = try y.mul(0.5).add(y.mul(0.5)) }
        try y.backward()
        #expect(try x.grad?.item() == 1)
    }
}
