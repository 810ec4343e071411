import TensorSupport
import Testing

@Suite("Operators do not mind how elements lie in memory")
struct StrideTests {
    @Test("dropout draws in the order in which the elements lie, as PyTorch does")
    func dropoutOrder() throws {
        let x = try formula([3, 4])
        let dense = try x.dropout(0.5, training: true, Generator(seed: 1))
        let turned = try x.transpose(0, 1).dropout(0.5, training: true, Generator(seed: 1))
        try expectClose(turned.transpose(0, 1), [3, 4], dense.floatArray(), tolerance: 0)
    }

    @Test("many dimensions, with an outer one repeated and an inner one cut")
    func manyDimensions() throws {
        let a = try counting([2, 1, 3, 1, 4]).expand([2, 2, 3, 2, 4]).narrow(4, start: 1, length: 2)
        let b = try counting([2, 3, 1, 1]).expand([2, 3, 2, 2]).permute([0, 1, 3, 2])
        let sum = try a.add(b)
        let dense = try a.clone().add(b.clone())
        try expectClose(sum, [2, 2, 3, 2, 2], dense.floatArray(), tolerance: 0)
        #expect(try sum.select(0, 1).select(0, 1).select(0, 2).select(0, 1).floatArray() == [26, 27])
    }
}
