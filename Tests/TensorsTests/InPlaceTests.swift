import TensorSupport
import Testing

@Suite("Changes in place go on with the history")
struct InPlaceTests {
    private func leaf(_ values: Float...) throws -> Tensor { try Tensor(values).requireGrad() }

    @Test("of what is put in")
    func putIn() throws {
        let x = try leaf(1, 2)
        let sum = try Tensor.ones([2]).addInPlace(x, alpha: 3)
        #expect(sum.requiresGrad && !sum.isLeaf)
        try (sum * Tensor([10, 100] as [Float])).sum().backward()
        #expect(try x.grad?.floatArray() == [30, 300])

        let y = try leaf(5, 6)
        let copy = try Tensor.zeros([2]).copyInPlace(y)
        try (copy * copy).sum().backward()
        #expect(try copy.floatArray() == [5, 6] && y.grad?.floatArray() == [10, 12])
    }

    @Test("of the changed tensor itself")
    func itself() throws {
        let x = try leaf(1, 2)
        let y = try x * 3
        try y.addInPlace(1)
        try (y * Tensor([10, 100] as [Float])).sum().backward()
        #expect(try y.floatArray() == [4, 7] && x.grad?.floatArray() == [30, 300])
    }

    @Test("through a view, into the tensor it looks at")
    func views() throws {
        let (x, part) = (try leaf(1, 2, 3), try leaf(7))
        let y = try x * 2
        let view = try y.narrow(0, start: 1, length: 1)
        try view.copyInPlace(part * 5)
        #expect(try y.floatArray() == [2, 35, 6] && view.floatArray() == [35])
        try (y * Tensor([1, 10, 100] as [Float])).sum().backward()
        #expect(try x.grad?.floatArray() == [2, 0, 200])
        #expect(try part.grad?.floatArray() == [50])
    }

    @Test("a view sees what was put into its tensor, with its history")
    func laterViews() throws {
        let (x, other) = (try leaf(1, 2), try leaf(3, 4))
        let y = try x * 2
        let view = try y.select(0, 1)
        try y.addInPlace(other)
        try view.backward()
        #expect(try view.item() == 8)
        #expect(try x.grad?.floatArray() == [0, 2] && other.grad?.floatArray() == [0, 1])
    }

    @Test("and the history of the elements before ends where others take their place")
    func unchangedRest() throws {
        let x = try leaf(1, 2)
        let y = try x * 2
        try y.select(0, 0).fillInPlace(9)
        try (y * Tensor([10, 100] as [Float])).sum().backward()
        #expect(try y.floatArray() == [9, 4] && x.grad?.floatArray() == [0, 200])
    }
}
