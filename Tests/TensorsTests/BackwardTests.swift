import TensorSupport
import Testing

@testable import Tensors

@Suite("The backward pass")
struct BackwardTests {
    private func leaf(_ values: [Float]) throws -> Tensor { try Tensor(values, [values.count]).requireGrad() }

    @Test("adds up what reaches a leaf on several ways")
    func severalWays() throws {
        let x = try leaf([1, 2, 3])
        let y = try x.mul(x)
        try y.add(y).add(x).sum().backward()
        #expect(try x.grad?.floatArray() == [5, 9, 13])
    }

    @Test("gives two leaves gradients that do not share memory")
    func sharedGradients() throws {
        let (a, b) = (try leaf([1, 2]), try leaf([3, 4]))
        try a.add(b).sum().backward()
        try #require(a.grad).fillInPlace(7)
        #expect(try b.grad?.floatArray() == [1, 1])
        let c = try leaf([1, 2])
        try c.add(c).sum().backward()
        #expect(try c.grad?.floatArray() == [2, 2])
        let (d, given) = (try leaf([1, 2]), try Tensor([5, 6] as [Float], [2]))
        try d.reshape([2, 1]).squeeze().backward(given)
        try given.fillInPlace(0)
        #expect(try d.grad?.floatArray() == [5, 6])
        let e = try leaf([1, 2])
        try e.backward(given)
        try given.fillInPlace(9)
        #expect(try e.grad?.floatArray() == [0, 0])
    }

    @Test("adds to the gradients of an earlier one")
    func twoPasses() throws {
        let x = try leaf([1, 2])
        for _ in 0..<2 { try x.mul(3).sum().backward() }
        #expect(try x.grad?.floatArray() == [6, 6])
        let before = try #require(x.grad)
        try x.mul(1).sum().backward()
        #expect(try before.floatArray() == [6, 6])
        #expect(try x.grad?.floatArray() == [7, 7])
    }

    @Test("uses a history up unless it is told to retain it")
    func retaining() throws {
        let x = try leaf([2])
        let y = try x.mul(x)
        try y.backward(retainGraph: true)
        try y.backward()
        #expect(try x.grad?.floatArray() == [8])
        expectError("the history was used up by an earlier backward; say retain_graph = true there to use it twice") {
            try y.backward()
        }
        #expect(try x.grad?.floatArray() == [8])
    }

    @Test("says what is missing")
    func refusals() throws {
        let x = try leaf([1, 2])
        expectError(
            "only a tensor with one element has a backward pass without a gradient, this one is [2]; use sum or mean, "
                + "or give a gradient"
        ) { try x.mul(2).backward() }
        let none =
            "this tensor has no history to go back through: nothing it was made from requires a gradient, or it was "
            + "made under no_grad"
        expectError(none) { try Tensor.ones([]).backward() }
        expectError(none) { try x.detach().sum().backward() }
        expectError(none) { try GradMode.set(false) { try x.sum() }.backward() }
        expectError("a float32 gradient of shape [2] expected, got float32 [3]") {
            try x.mul(2).backward(.ones([3]))
        }
        expectError("a float32 gradient of shape [2] expected, got int64 [2]") {
            try x.mul(2).backward(.ones([2], dtype: .int64))
        }
    }

    @Test("takes a gradient for a tensor of several elements")
    func givenGradient() throws {
        let x = try leaf([1, 2])
        try x.mul(x).backward(Tensor([10, 100] as [Float], [2]))
        #expect(try x.grad?.floatArray() == [20, 400])
    }

    @Test("works on a leaf itself")
    func onLeaf() throws {
        let x = try Tensor([3] as [Float], []).requireGrad()
        try x.backward()
        #expect(try x.grad?.item() == 1)
    }

    @Test("leaves nothing at what does not require it, and records nothing itself")
    func constants() throws {
        let (x, constant) = (try leaf([1, 2]), try Tensor([3, 4] as [Float], [2]))
        try x.mul(constant).div(constant).sum().backward()
        #expect(constant.grad == nil)
        #expect(x.grad?.requiresGrad == false)
        #expect(GradMode.isEnabled)
    }

    @Test("stops at detach and under no_grad")
    func stops() throws {
        let x = try leaf([1, 2])
        try x.mul(x.mul(5).detach()).sum().backward()
        #expect(try x.grad?.floatArray() == [5, 10])
        GradMode.set(false) {
            #expect(!GradMode.isEnabled)
            GradMode.set(true) { #expect(GradMode.isEnabled) }
        }
        #expect(try GradMode.set(false) { try x.mul(2) }.requiresGrad == false)
        #expect(throws: TensorError.self) { try GradMode.set(false) { throw TensorError("") } }
        #expect(GradMode.isEnabled)
    }

    @Test("notices that a value it needs was changed in place")
    func changedValues() throws {
        let message =
            "a [2] tensor that the backward pass needs was changed in place after its use; use the operation that "
            + "makes a new tensor instead"
        let (x, factor) = (try leaf([1, 2]), try Tensor([3, 4] as [Float], [2]))
        let product = try x.mul(factor)
        try factor.narrow(0, start: 0, length: 1).fillInPlace(0)
        expectError(message) { try product.sum().backward() }
        let y = try x.exp()
        let loss = try y.sum()
        try GradMode.set(false) { _ = try y.mulInPlace(2) }
        expectError(message) { try loss.backward() }
        let z = try x.relu()
        try z.detach().withUnsafeMutableBytes { $0[0] = 0 }
        expectError(message) { try z.sum().backward() }
        // What the pass does not need may change.
        let addend = try Tensor([3, 4] as [Float], [2])
        let sum = try x.add(addend)
        try addend.fillInPlace(0)
        x.grad = nil
        try sum.sum().backward()
        #expect(try x.grad?.floatArray() == [1, 1])
    }

    @Test("requireGrad is for floating-point leaves")
    func requiring() throws {
        expectError("only a floating-point tensor can have a gradient, this one is int64") {
            try Tensor.zeros([1], dtype: .int64).requireGrad()
        }
        let x = try leaf([1])
        let y = try x.mul(2)
        #expect(try y.requireGrad() === y && x.isLeaf && !y.isLeaf)
        expectError("the result of an operation keeps its history; use detach") { try y.requireGrad(false) }
        #expect(try x.requireGrad(false).requiresGrad == false)
        #expect(try x.mul(2).requiresGrad == false)
    }

    @Test("equal elements share the gradient of a maximum")
    func ties() throws {
        let (a, b) = (try leaf([1, 5, 2]), try leaf([1, 2, 5]))
        try a.maximum(b).sum().backward()
        #expect(try a.grad?.floatArray() == [0.5, 1, 0])
        #expect(try b.grad?.floatArray() == [0.5, 0, 1])
        let c = try leaf([4, 1, 4, 4, 4])
        try c.max().backward()
        #expect(try c.grad?.floatArray() == [0.25, 0, 0.25, 0.25, 0.25])
        c.grad = nil
        try c.max(0).values.backward()
        #expect(try c.grad?.floatArray() == [1, 0, 0, 0, 0])
    }
}
