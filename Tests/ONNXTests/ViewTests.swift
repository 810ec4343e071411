import Networks
import ONNX
import TensorSupport
import Tensors
import TestSupport
import Testing

@Suite("Views in ONNX files")
struct ViewTests {
    /// A random view of a tensor, which does the same for every size of the batch; `batch` is that dimension.
    private func view(_ x: Tensor, _ batch: Int, _ random: Generator) throws -> (Tensor, Int)? {
        func pick(_ count: Int) -> Int { Int(random.next32()) % max(1, count) }
        let others = x.shape.indices.filter { $0 != batch }
        guard let d = others.isEmpty ? nil : others[pick(others.count)] else { return nil }
        let size = x.shape[d]
        switch pick(9) {
        case 0:
            var order = Array(x.shape.indices)
            for i in order.indices.reversed() { order.swapAt(i, pick(i + 1)) }
            return (try x.permute(Shape(order)), order.firstIndex(of: batch) ?? 0)
        case 1:
            let start = pick(size)
            return (try x.narrow(d, start: start, length: 1 + pick(size - start)), batch)
        case 2: return (try x.slice(d, pick(size), step: 1 + pick(3)), batch)
        case 3 where x.dim > 2: return (try x.select(d, pick(size)), d < batch ? batch - 1 : batch)
        case 4 where x.dim < 6:
            let place = pick(x.dim + 1)
            return (try x.unsqueeze(place), place <= batch ? batch + 1 : batch)
        case 5:
            guard let one = others.first(where: { x.shape[$0] == 1 }) else { return nil }
            var target = x.shape
            target[one] = 3
            return (try x.expand(target), batch)
        case 6 where x.dim < 6 && size > 1: return (try x.unfold(d, size: 1 + pick(size), step: 1 + pick(2)), batch)
        case 7 where size % 2 == 0 && x.dim < 6:
            let target = Shape(x.shape[..<d]) + [2, size / 2] + Shape(x.shape[(d + 1)...])
            return (try x.reshape(target), d < batch ? batch + 1 : batch)
        case 8 where x.dim > 2:
            // A copy in a new order.
            let kept = Shape(x.shape[..<batch]) + Shape(x.shape[(batch + 1)...])
            let target: Shape = [x.shape[batch], kept.product]
            return (try x.transpose(0, batch).reshape(target), 0)
        default: return nil
        }
    }

    @Test("Chains of views give the same elements for every size of the batch")
    func chains() throws {
        var count = 0
        for seed in 0..<400 {
            let net = try FunctionNet { inputs, _ in
                let random = Generator(seed: UInt64(seed))
                var (x, batch) = (inputs[0], 0)
                for _ in 0..<6 { if let next = try self.view(x, batch, random) { (x, batch) = next } }
                return [x]
            }
            let shape: Shape = [[2, 3, 4, 5], [2, 6, 1], [2, 4, 4], [2, 2, 3, 2]][seed % 4]
            let model = try exported(net, .sizes(shape))
            for images in [1, 2, 5] {
                let x = try formula([images] + shape.dropFirst(), seed)
                let (expected, found) = (try net([x], scope).tensors[0], try model(x)[0])
                #expect(found.shape == expected.shape, "seed \(seed), \(images) images")
                #expect(try found.floatArray() == expected.floatArray(), "seed \(seed), \(images) images")
            }
            count += model.nodes.count
        }
        // Else nothing was tried.
        #expect(count > 800)
    }

    @Test("What is only looked at in another way is one node")
    func short() throws {
        func kinds(_ shape: Shape, _ body: @escaping (Tensor) throws -> Tensor) throws -> [String] {
            try exported(FunctionNet { x, _ in [try body(x[0])] }, .sizes(shape)).kinds
        }
        #expect(try kinds([1, 2, 3, 4]) { try $0.flatten(start: 1) } == ["Reshape"])
        #expect(try kinds([1, 2, 3, 4]) { try $0.permute([0, 2, 3, 1]) } == ["Transpose"])
        #expect(try kinds([1, 6, 3, 4]) { try $0.narrow(1, start: 2, length: 3) } == ["Slice"])
        #expect(try kinds([1, 6, 3, 4]) { try $0.slice(3, 0, step: 2) } == ["Slice"])
        #expect(try kinds([1, 6, 3]) { try $0.select(1, 2) } == ["Slice", "Reshape"])
        #expect(try kinds([1, 3]) { try $0.transpose(0, 1).transpose(0, 1) } == ["Identity"])
    }
}
