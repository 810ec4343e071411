import Kernels
import Networks
import Plans
import TensorSupport
import TestSupport
import Testing

@testable import Tensors

/// The layers of the tutorial's network.
private func digits() throws -> Module {
    try chain([
        layer("Conv2d", 1, 10, 5), layer("MaxPool2d", 2), layer("ReLU"), layer("Conv2d", 10, 20, 5),
        layer("Dropout2d"), layer("MaxPool2d", 2), layer("ReLU"), layer("Flatten"), layer("Linear", 320, 50),
        layer("ReLU"), layer("Dropout"), layer("Linear", 50, 10), layer("LogSoftmax", 1),
    ])
}

@Suite("Compiled plans", .serialized)
struct PlanTests {
    @Test("The digit network is five steps")
    func steps() throws {
        #expect(
            try compiled(digits(), [1, 1, 28, 28]).description == """
                Plan(
                  input [n, 1, 28, 28]
                  conv2d 1->10, 5x5 + max_pool2d 2x2 + relu -> [10, 12, 12]
                  conv2d 10->20, 5x5 + max_pool2d 2x2 + relu -> [20, 4, 4]
                  linear 320->50 + relu -> [50]
                  linear 50->10 -> [10]
                  log_softmax -> [10]
                  output [n, 10]
                )
                """)
    }

    @Test("A plan gives what the network gives")
    func digitNetwork() throws {
        let net = try digits()
        try expectSame(net, compiled(net, [1, 1, 28, 28]), [1, 28, 28], batches: [1, 2, 7, 1000, 1])
        try expectSame(net, compiled(net, [64, 1, 28, 28]), [1, 28, 28])
    }

    @Test("Results do not depend on threads, nor on the batch that an image is in")
    func threads() throws {
        let before = ThreadPool.shared.threads
        defer { ThreadPool.setThreads(before) }
        let plan = try compiled(digits(), [1, 1, 28, 28])
        let x = try formula([300, 1, 28, 28], 1)
        var first: [UInt32] = []
        for threads in [1, 2, 3] {
            ThreadPool.setThreads(threads)
            let bits = try plan(x)[0].floatArray().map(\.bitPattern)
            if first.isEmpty { first = bits }
            #expect(bits == first, "\(threads) threads")
        }
        let alone = try plan(x.narrow(0, start: 299, length: 1))[0].floatArray().map(\.bitPattern)
        #expect(alone == Array(first.suffix(10)))
    }

    @Test("Batch norms go into the convolutions before them, whatever activation follows")
    func residual() throws {
        let (conv1, norm1) = (
            try layer("Conv2d", 3, 16, 3, 1, 1, options: ["bias": false]), try layer("BatchNorm2d", 16)
        )
        let (conv2, norm2) = (try layer("Conv2d", 16, 16, 3, 1, 1), try layer("BatchNorm2d", 16))
        let (short, head) = (try layer("Conv2d", 3, 16, 1), try layer("Linear", 16, 5))
        let net = try FunctionNet([conv1, norm1, conv2, norm2, short, head]) { x, _ in
            let inner = try norm1(conv1(x)).relu()
            let sum = try (norm2(conv2(inner)) + short(x)).relu()
            return [try head(sum.mean([2, 3]))]
        }
        let plan = try compiled(net, [4, 3, 16, 16])
        #expect(plan.description.contains("conv2d 3->16, 3x3 + relu -> [16, 16, 16]"))
        #expect(plan.description.contains("add + relu -> [16, 16, 16]"))
        #expect(!plan.description.contains("affine"))
        try expectSame(net, plan, [3, 16, 16])
    }

    @Test("What follows a convolution in another order is done at once too, and what cannot be is done by itself")
    func orders() throws {
        let relu = try chain([layer("Conv2d", 2, 7, 3, 1, 1), layer("ReLU"), layer("MaxPool2d", 2)])
        let plan = try compiled(relu, [1, 2, 9, 11])
        #expect(plan.description.contains("conv2d 2->7, 3x3 + max_pool2d 2x2 + relu -> [7, 4, 5]"))
        try expectSame(relu, plan, [2, 9, 11])
        let others = try chain([
            layer("Conv2d", 4, 8, 3, 2, 1, options: ["groups": 2]), layer("ReLU"), layer("MaxPool2d", 3, 2, 1),
            layer("SiLU"), layer("AvgPool2d", 2), layer("Flatten"), layer("Softmax", 1),
        ])
        try expectSame(others, compiled(others, [2, 4, 20, 20]), [4, 20, 20])
    }

    @Test("Large convolutions and those in groups see the whole batch")
    func batches() throws {
        let net = try chain([
            layer("Conv2d", 4, 32, 3, 1, 1), layer("BatchNorm2d", 32), layer("ReLU"),
            layer("Conv2d", 32, 32, 3, 1, 1, options: ["groups": 32]), layer("ReLU"),
            layer("Conv2d", 32, 48, 3, 1, 1, options: ["bias": false]), layer("BatchNorm2d", 48), layer("ReLU"),
            layer("MaxPool2d", 2), layer("Conv2d", 48, 150, 1), layer("Conv2d", 150, 3, 1),
        ])
        let plan = try compiled(net, [1, 4, 20, 20])
        try expectSame(net, plan, [4, 20, 20], batches: [1, 2, 7, 40, 2, 1], tolerance: 3e-5)
        // A NaN in an image stays one behind the rectifiers.
        let x = try formula([2, 4, 20, 20], 1)
        x.floats[0] = .nan
        #expect(try plan(x)[0].floatArray()[0].isNaN)
    }

    @Test("Operators that no kernel knows run as they are")
    func general() throws {
        let norm = try layer("GroupNorm", 2, 4)
        let net = try FunctionNet([norm]) { x, _ in
            let y = try norm(x)
            let parts = try Tensor.cat([y.narrow(1, start: 0, length: 2), (y * y).narrow(1, start: 1, length: 3)], 1)
            return [try parts.transpose(1, 2).contiguous().flatten(start: 1).softmax(1)]
        }
        try expectSame(net, compiled(net, [1, 4, 5, 6]), [4, 5, 6])
    }

    @Test("A network that has the batch's size in it takes that size only")
    func fixed() throws {
        let conv = try layer("Conv2d", 1, 4, 3)
        let net = try FunctionNet([conv]) { x, _ in [try conv(x).relu().view([2, 144])] }
        let plan = try compiled(net, [2, 1, 8, 8])
        #expect(plan.batchSize == 2)
        try expectSame(net, plan, [1, 8, 8], batches: [2])
        let error = #expect(throws: TensorError.self) { try plan(Tensor.zeros([3, 1, 8, 8])) }
        #expect(error?.description == "an input [2, 1, 8, 8] expected, got [3, 1, 8, 8]")
    }

    @Test("A result is the caller's: the next call leaves it alone, and later training does not change the plan")
    func results() throws {
        let net = try digits()
        let plan = try compiled(net, [1, 1, 28, 28])
        let x = try formula([1, 1, 28, 28], 1)
        let first = try plan(x)[0]
        let values = try first.floatArray()
        _ = try plan(formula([1, 1, 28, 28], 2))
        #expect(try first.floatArray() == values)
        for (_, parameter) in net.namedParameters() { parameter.fillWithoutCheck(0) }
        #expect(try plan(x)[0].floatArray() == values)
    }

    @Test("After the first call nothing is allocated but the result")
    func memory() async {
        // In a process of its own, where no other test holds memory.
        await #expect(processExitsWith: .success) {
            let plan = try compiled(digits(), [1, 1, 28, 28])
            for images in [1, 40] {
                let x = try formula([images, 1, 28, 28], 1)
                _ = try plan(x)
                let (before, requests) = (Storage.liveBytes, Storage.systemRequests)
                let result = try plan(x)[0]
                let grown = Storage.liveBytes - before
                #expect(Storage.systemRequests - requests <= 1)
                let twin = try Tensor.zeros([images, 10])
                #expect(Storage.liveBytes - before == 2 * grown, "batch of \(images)")
                withExtendedLifetime((result, twin)) {}
                #expect(result.shape == [images, 10])
            }
        }
    }

    @Test("A NaN in an image is one in its results, and in no other image's")
    func notNumbers() throws {
        let plan = try compiled(digits(), [1, 1, 28, 28])
        let x = try formula([3, 1, 28, 28], 1)
        x.floats[28 * 28 + 14 * 28 + 14] = .nan
        let values = try plan(x)[0].floatArray()
        #expect(values[10..<20].allSatisfy { $0.isNaN })
        #expect((values[..<10] + values[20...]).allSatisfy { $0.isFinite })
    }
}

@Suite("What cannot be compiled")
struct PlanRefusalTests {
    private func refusal(_ net: Module, _ input: Shape = [1, 2]) -> String {
        do { return "no error, but \(try net.compiled(input: input, scope))" } catch { return "\(error)" }
    }

    @Test("Training mode")
    func training() throws {
        let net = try Sequential([layer("Linear", 2, 2), layer("Dropout")])
        #expect(
            refusal(net) == "a network for evaluation expected, but the network is in training mode; call eval() before"
        )
        net.train(false)
        net.children[1].module.train()
        #expect(refusal(net) == "a network for evaluation expected, but '1' is in training mode; call eval() before")
    }

    @Test("Random numbers")
    func random() throws {
        let net = try FunctionNet { x, scope in [try x.dropout(0.5, training: true, scope.context.generator)] }
        #expect(refusal(net) == "forward draws random numbers, but a plan gives the same for the same input")
    }

    @Test("What depends on elements")
    func elements() throws {
        let net = try FunctionNet { x, _ in [try x.sum().item() > 0 ? x : -x] }
        #expect(
            refusal(net)
                == "in Net: a plan does the same for every input, but forward reads the elements of a [] tensor "
                + "here, on which what it does may depend")
    }

    @Test("Changes of what is not the pass's own")
    func changes() throws {
        let kept = try Tensor.zeros([1, 2])
        let net = try FunctionNet { x, _ in [try kept.assign(x.narrow(0, start: 0, length: 1)) + x] }
        #expect(
            refusal(net)
                == "in Net: forward changes a [1, 2] tensor that it has not calculated from its input, which the next "
                + "call would find changed")
    }

    @Test("Inputs of other sizes and types")
    func inputs() throws {
        let net = try chain([layer("Linear", 2, 2)])
        #expect(refusal(net, [0, 2]) == "an input's sizes, all at least 1, expected, got [0, 2]")
        let plan = try net.compiled(input: [1, 2], scope)
        #expect(throws: TensorError("an input [n, 2] expected, got [1, 3]")) { try plan(Tensor.zeros([1, 3])) }
        #expect(throws: TensorError("float32 expected, got int64; convert with float()")) {
            try plan(Tensor([1, 2] as [Int64], [1, 2]))
        }
        #expect(try plan(Tensor.zeros([0, 2]))[0].shape == [0, 2])
    }
}
