import TensorSupport
import Testing

@testable import Tensors

/// A tensor as a list of sizes and a function from an index to a number: what views are held against.
private struct Model {
    let shape: Shape
    let at: ([Int]) -> Float

    var values: [Float] {
        var result: [Float] = []
        func visit(_ index: [Int]) {
            if index.count == shape.count { return result.append(at(index)) }
            for i in 0..<shape[index.count] { visit(index + [i]) }
        }
        visit([])
        return result
    }
}

private func model(_ tensor: Tensor) -> Model {
    Model(shape: tensor.shape) { index in
        let place = zip(index, tensor.strides).reduce(tensor.offset) { $0 + $1.0 * $1.1 }
        return tensor.storage.pointer.assumingMemoryBound(to: Float.self)[place]
    }
}

@Suite("Views show the right elements")
struct ViewTests {
    /// The same numbers as a 2x3x4 in order, in another order, as a part of a larger one, and repeated.
    private func sources() throws -> [Tensor] {
        [
            try counting([2, 3, 4]), try counting([4, 3, 2]).permute([2, 1, 0]),
            try counting([4, 5, 6]).narrow(0, start: 1, length: 2).narrow(1, start: 2, length: 3)
                .narrow(2, start: 1, length: 4),
            try counting([3, 1]).expand([2, 3, 4]),
        ]
    }

    private func expect(
        _ got: Tensor, _ shape: Shape, at location: SourceLocation = #_sourceLocation,
        _ at: @escaping ([Int]) -> Float
    ) throws {
        try expectClose(got, shape, Model(shape: shape, at: at).values, tolerance: 0, at: location)
    }

    @Test("permute and transpose")
    func permute() throws {
        for x in try sources() {
            let m = model(x)
            try expect(x.permute([2, 0, 1]), [4, 2, 3]) { m.at([$0[1], $0[2], $0[0]]) }
            try expect(x.permute([-1, -3, -2]), [4, 2, 3]) { m.at([$0[1], $0[2], $0[0]]) }
            try expect(x.transpose(0, 2), [4, 3, 2]) { m.at([$0[2], $0[1], $0[0]]) }
            try expect(x.transpose(1, 1), [2, 3, 4]) { m.at($0) }
            #expect(try x.permute([2, 0, 1]).storage === x.storage)
        }
        #expect(try Tensor.scalar(3).permute([]).item() == 3)
    }

    @Test("narrow and select")
    func parts() throws {
        for x in try sources() {
            let m = model(x)
            try expect(x.narrow(1, start: 1, length: 2), [2, 2, 4]) { m.at([$0[0], $0[1] + 1, $0[2]]) }
            try expect(x.narrow(-1, start: 4, length: 0), [2, 3, 0]) { _ in 0 }
            try expect(x.select(2, 1), [2, 3]) { m.at([$0[0], $0[1], 1]) }
            try expect(x.select(0, -1), [3, 4]) { m.at([1, $0[0], $0[1]]) }
            try expect(x.select(0, 1).select(0, 2).select(0, 3), []) { _ in m.at([1, 2, 3]) }
        }
    }

    @Test("squeeze, unsqueeze and expand")
    func sizesOfOne() throws {
        for x in try sources() {
            let m = model(x)
            try expect(x.unsqueeze(0), [1, 2, 3, 4]) { m.at(Array($0[1...])) }
            try expect(x.unsqueeze(-1), [2, 3, 4, 1]) { m.at(Array($0[..<3])) }
            try expect(x.unsqueeze(2).squeeze(2), [2, 3, 4]) { m.at($0) }
            try expect(x.unsqueeze(0).unsqueeze(2).squeeze(), [2, 3, 4]) { m.at($0) }
            try expect(x.squeeze(1), [2, 3, 4]) { m.at($0) }
            try expect(x.unsqueeze(1).expand([2, 2, 3, -1]), [2, 2, 3, 4]) { m.at([$0[0], $0[2], $0[3]]) }
            try expect(x.select(1, 0).unsqueeze(1).expand([5, 2, 3, 4]), [5, 2, 3, 4]) { m.at([$0[1], 0, $0[3]]) }
        }
        try expect(Tensor.ones([1]).expand([0]), [0]) { _ in 0 }
        try expect(Tensor.ones([]).expand([2, 2]), [2, 2]) { _ in 1 }
    }

    @Test("reshape, view and flatten")
    func reshape() throws {
        for x in try sources() {
            let values = model(x).values
            for shape: Shape in [[24], [6, 4], [2, -1], [-1, 1, 12], [2, 3, 4], [1, 2, 2, 3, 2, 1]] {
                let known = shape.filter { $0 != -1 }.reduce(1, *)
                try expectClose(x.reshape(shape), Shape(shape.map { $0 == -1 ? 24 / known : $0 }), values, tolerance: 0)
            }
            try expectClose(x.flatten(), [24], values, tolerance: 0)
            try expectClose(x.flatten(start: 1), [2, 12], values, tolerance: 0)
            try expectClose(x.flatten(start: -3, end: -2), [6, 4], values, tolerance: 0)
            try expectClose(x.contiguous(), [2, 3, 4], values, tolerance: 0)
            try expectClose(x.clone(), [2, 3, 4], values, tolerance: 0)
            #expect(try x.contiguous().isContiguous && x.clone().storage !== x.storage)
        }
        let x = try counting([2, 6])
        #expect(try x.view([3, 4]).storage === x.storage)
        #expect(try Tensor.scalar(3).flatten().shape == [1])
        #expect(try Tensor.scalar(3).reshape([1, -1]).shape == [1, 1])
        #expect(try Tensor.zeros([0, 3]).reshape([3, -1]).shape == [3, 0])
        #expect(try Tensor.zeros([0, 3]).reshape([0]).shape == [0])
    }

    @Test("sizes of one do not matter to the order of elements")
    func contiguity() throws {
        #expect(try counting([3, 4]).unsqueeze(0).transpose(0, 1).isContiguous)
        #expect(try counting([1, 4]).expand([1, 4]).isContiguous)
        #expect(try counting([3, 4]).narrow(0, start: 1, length: 1).isContiguous)
        #expect(try !counting([3, 4]).narrow(1, start: 1, length: 1).isContiguous)
        #expect(try counting([3, 4]).narrow(1, start: 1, length: 0).isContiguous)
        #expect(try !counting([3]).expand([2, 3]).isContiguous)
    }

    @Test("a change in place shows in every view, and only in its part")
    func changes() throws {
        let x = try counting([2, 3])
        try x.transpose(0, 1).select(0, 1).fillInPlace(9)
        #expect(try x.floatArray() == [0, 9, 2, 3, 9, 5])
        try x.transpose(0, 1).narrow(0, start: 1, length: 2).copyInPlace(Tensor([7, 8] as [Float], [2]))
        #expect(try x.floatArray() == [0, 7, 7, 3, 8, 8])
        try x.select(1, 0).addInPlace(1, alpha: 10)
        #expect(try x.floatArray() == [10, 7, 7, 13, 8, 8])
        try x.select(0, 1).mulInPlace(2).divInPlace(4)
        #expect(try x.floatArray() == [10, 7, 7, 6.5, 4, 4])
    }

    @Test("a tensor may be copied onto a part of itself")
    func overlap() throws {
        let x = try counting([3, 3])
        try x.copyInPlace(x.transpose(0, 1))
        #expect(try x.floatArray() == [0, 3, 6, 1, 4, 7, 2, 5, 8])
        let y = try counting([5])
        try y.narrow(0, start: 1, length: 4).copyInPlace(y.narrow(0, start: 0, length: 4))
        #expect(try y.floatArray() == [0, 0, 1, 2, 3])
        try y.addInPlace(y)
        #expect(try y.floatArray() == [0, 0, 2, 4, 6])
        try y.addInPlace(y.narrow(0, start: 4, length: 1))
        #expect(try y.floatArray() == [6, 6, 8, 10, 12])
    }

    @Test("a single window, however far the next one would be")
    func singleWindow() throws {
        let windows = try counting([2, 3]).unfold(0, size: 2, step: .max)
        #expect(windows.shape == [1, 3, 2])
        #expect(try windows.floatArray() == [0, 3, 1, 4, 2, 5])
    }
}
