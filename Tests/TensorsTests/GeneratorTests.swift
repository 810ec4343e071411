import TensorSupport
import TestSupport
import Testing

@testable import Tensors

/// The generator against PyTorch's draws, in `Tests/Reference/generator.json`.
@Suite("Random numbers are PyTorch's")
struct GeneratorTests {
    @Test("every kind of draw, and how many bits it took", arguments: try JSON.referenceCases("generator.json"))
    func reference(_ test: JSON) throws {
        let name = test["name"].string
        let generator = Generator(seed: UInt64(try #require(test["seed"].double)))
        let shape = Shape(test["shape"].ints)
        let expected = test["values"].array.compactMap(\.double)
        switch name {
        case "uniform":
            #expect(try Tensor.uniform(shape, 0, 1, generator).floatArray() == test["values"].floats)
        case "randperm10":
            #expect(try Tensor.permutation(10, generator).int64Array() == expected.map { Int64($0) })
        case "randperm1000_first16":
            #expect(try Tensor.permutation(1000, generator).int64Array().prefix(16) == expected.map { Int64($0) }[...])
        case "random_int64", "random_int64_vector":
            // The file's numbers went through a float64.
            #expect((0..<3).map { _ in Double(generator.nextInt64()) } == expected)
        case "bernoulli_half": #expect((0..<32).map { _ in generator.bernoulli(0.5) ? 1 : 0 } == expected)
        case "bernoulli_0.3": #expect((0..<32).map { _ in generator.bernoulli(0.3) ? 1 : 0 } == expected)
        case "randn8", "randn40":
            try expectClose(Tensor.normal(shape, generator), shape, test["values"].floats, tolerance: 1e-6, name)
        case "dropout_0.3_ones_2x10":
            let dropped = try Tensor.ones(shape).dropout(0.3, training: true, generator)
            #expect(try dropped.floatArray() == test["values"].floats)
        case "dropout2d_0.5_ones_2x5x2x2":
            let dropped = try Tensor.ones(shape).dropout2d(0.5, training: true, generator)
            #expect(try dropped.floatArray() == test["values"].floats)
        default: Issue.record("\(name) is not tested")
        }
        let after = try Tensor.uniform([2], 0, 1, generator).floatArray()
        #expect(after == test["next_uniforms"].floats, "\(name): draws taken")
    }

    @Test("many truth values at a time are those drawn one by one", arguments: [0, 1, 127, 128, 129, 311, 312, 1000])
    func manyTruthValues(count: Int) {
        let (together, alone) = (Generator(seed: 7), Generator(seed: 7))
        // An odd number of draws before, so that pairs straddle the state's end.
        #expect(together.next32() == alone.next32())
        var values = [Float](repeating: -1, count: count)
        values.withUnsafeMutableBufferPointer { together.fillBernoulli($0, 0.3, value: 2) }
        #expect(values == (0..<count).map { _ in alone.bernoulli(0.3) ? 2 : 0 })
        #expect(together.snapshot == alone.snapshot)
    }
}
