import TensorSupport
import Testing

@testable import Tensors

@Suite("A tensor comes to look at its elements in another way")
struct ShapeChangeTests {
    private func leaf() throws -> Tensor { try Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3]).requireGrad() }

    @Test("and its history goes on")
    func history() throws {
        let x = try leaf()
        let y = try x * 2
        try y.changeView { try $0.transpose(0, 1) }
        #expect(y.shape == [3, 2] && !y.isContiguous)
        try y.mulInPlace(Tensor([1, 10] as [Float], [2]))
        try (y * y).sum().backward()
        #expect(try y.floatArray() == [2, 80, 4, 100, 6, 120])
        #expect(try x.grad?.floatArray() == [8, 16, 24, 3200, 4000, 4800])
    }

    @Test("and views that were made before still lead to their places")
    func views() throws {
        let x = try leaf()
        let y = try x * 1
        let row = try y.select(0, 1)
        for _ in 0..<2 { try y.changeView { try $0.transpose(0, 1) } }
        try y.changeView { try $0.unsqueeze(0) }
        try row.mulInPlace(10)
        #expect(try y.floatArray() == [1, 2, 3, 40, 50, 60] && y.shape == [1, 2, 3])
        try y.mulInPlace(3)
        try (row.sum() + y.sum()).backward()
        #expect(try row.floatArray() == [120, 150, 180])
        #expect(try x.grad?.floatArray() == [3, 3, 3, 60, 60, 60])
    }

    @Test("but not what an operation keeps for its gradient")
    func kept() throws {
        let y = try leaf() * 1
        let z = try (y * y).sum()
        try y.changeView { try $0.transpose(0, 1) }
        expectError(
            "a [3, 2] tensor that the backward pass needs was changed in place after its use; use the operation that "
                + "makes a new tensor instead"
        ) { try z.backward() }
    }

    @Test("nor a leaf, outside of no_grad")
    func leaves() throws {
        let x = try leaf()
        expectError(
            "the shape of a tensor that requires a gradient cannot be changed in place; use the method without the "
                + "underscore, or do it under no_grad"
        ) { try x.changeView { try $0.transpose(0, 1) } }
        #expect(x.shape == [2, 3])
        try GradMode.set(false) { _ = try x.changeView { try $0.transpose(0, 1) } }
        try (x * x).sum().backward()
        #expect(x.isLeaf && x.grad?.shape == [3, 2])
    }

    @Test("as often as one likes")
    func often() throws {
        let x = try Tensor([1, 2] as [Float], [2])
        for _ in 0..<3000 {
            try x.changeView { try $0.unsqueeze(0) }
            try x.changeView { try $0.squeeze() }
        }
        #expect(x.shape == [2])
    }
}
