import TensorSupport
import Testing

@testable import Tensors

private let nan = Float.nan
private let infinity = Float.infinity

/// NaN, infinity and the limits of types, as PyTorch treats them.
@Suite("Special values")
struct SpecialValueTests {
    private func tensor(_ values: Float...) throws -> Tensor { try Tensor(values, [values.count]) }

    @Test("a NaN is not lost")
    func notLost() throws {
        let x = try tensor(1, nan, -2, 3)
        try expectClose(x.relu(), [4], [1, nan, 0, 3])
        try expectClose(x.maximum(tensor(0, 0, nan, 9)), [4], [1, nan, nan, 9])
        try expectClose(x.minimum(tensor(0, 0, nan, 9)), [4], [0, nan, nan, 3])
        try expectClose(x.clamp(0, 2), [4], [1, nan, 0, 2])
        #expect(try x.max().item().isNaN && x.min().item().isNaN && x.sum().item().isNaN)
        let (value, index) = try tensor(1, nan, 5, nan).max(0)
        #expect(try value.item().isNaN && index.item() == 1)
        #expect(try tensor(nan, 7).argmax().item() == 0)
        let image = try Tensor([1, 2, nan, 9, 3, 4, 0, 0], [1, 1, 2, 4])
        try expectClose(image.maxPool2d(kernel: Pair(2, 2)), [1, 1, 1, 2], [4, nan])
        try expectClose(image.maxPool2d(kernel: Pair(2, 3), stride: Pair(1, 1)), [1, 1, 1, 2], [nan, nan])
        let wide = try Tensor(
            [Float](repeating: 1, count: 23) + [nan] + [Float](repeating: 2, count: 24), [1, 1, 2, 24])
        try expectClose(
            wide.maxPool2d(kernel: Pair(2, 2)), [1, 1, 1, 12], [Float](repeating: 2, count: 11) + [nan])
        try expectClose(tensor(nan, 1).softmax(0), [2], [nan, nan])
    }

    @Test("a NaN's gradient passes relu as in PyTorch")
    func gradient() throws {
        let x = try tensor(-1, nan, 2, 0).requireGrad()
        try x.relu().backward(tensor(1, 2, 3, 4))
        #expect(try x.grad?.floatArray() == [0, 2, 3, 0])
    }

    @Test("equal extremes share their gradient, NaNs too where all elements are reduced")
    func extremes() throws {
        func gradient(_ x: Tensor, _ name: String, _ order: Double? = nil) throws -> [Float] {
            try x.requireGrad()
            try x.call(name, order).backward()
            return try #require(x.grad).floatArray()
        }
        for name in ["max", "min", "median"] {
            #expect(try gradient(tensor(nan, 1, 2), name) == [1, 0, 0], "\(name)")
        }
        #expect(try gradient(tensor(nan, 1, 2), "amax").allSatisfy(\.isNaN))
        for name in ["max", "min", "amax", "amin"] {
            #expect(try gradient(tensor(2, 2, 2, 2), name) == [0.25, 0.25, 0.25, 0.25], "\(name)")
        }
        #expect(try gradient(tensor(infinity, nan, 1), "norm", .infinity) == [0, 0, 0])
    }

    @Test("log_sum_exp's gradient is each element's exponential below the result")
    func logarithms() throws {
        func gradient(_ values: Float...) throws -> [Float] {
            let x = try Tensor(values, [values.count]).requireGrad()
            try x.call("logsumexp", 0).backward()
            return try #require(x.grad).floatArray()
        }
        // So far from 0 the logarithm of 2 is lost in rounding, and PyTorch gives each of both the whole gradient.
        #expect(try gradient(3e38, 3e38, 1) == [1, 1, 0])
        #expect(try gradient(1, 1) == [0.5, 0.5])
        #expect(try gradient(-infinity, 2) == [0, 1])
        #expect(try gradient(infinity, 2)[1] == 0 && gradient(-infinity, -infinity)[0].isNaN)
    }

    @Test("a share between infinite elements is taken from the nearer one")
    func quantiles() throws {
        #expect(try tensor(infinity, -infinity, 0).call("quantile", 0.3).item() == -.infinity)
        #expect(try tensor(infinity, -infinity, 0).call("quantile", 0.2).item().isNaN)
        let x = try tensor(nan, 1, 2).requireGrad()
        try x.call("quantile", 0.3).backward()
        #expect(try x.grad?.floatArray() == [1, 0, 0])
    }

    @Test("a NaN compares as unequal to everything")
    func comparison() throws {
        let x = try tensor(nan, 1)
        for (comparison, expected) in [
            ("eq", [0, 1] as [Float]), ("ne", [1, 0]), ("lt", [0, 0]), ("le", [0, 1]),
            ("gt", [0, 0]), ("ge", [0, 1]),
        ] {
            #expect(try x.call(comparison, x).to(.float32).floatArray() == expected, "\(comparison)")
        }
    }

    @Test("integers compare with numbers that they cannot be", arguments: [DType.int64, .uint8])
    func fractions(type: DType) throws {
        let x = try tensor(1, 2, 3).to(type)
        func compare(_ comparison: String, _ value: Double) throws -> [Float] {
            try x.call(comparison, value).to(.float32).floatArray()
        }
        #expect(try compare("lt", 2.5) == [1, 1, 0])
        #expect(try compare("ge", 2.5) == [0, 0, 1])
        #expect(try compare("eq", 2.5) == [0, 0, 0])
        #expect(try compare("eq", 2) == [0, 1, 0])
        #expect(try compare("gt", -1) == [1, 1, 1])
        #expect(try compare("lt", 300) == [1, 1, 1])
        #expect(try compare("lt", .infinity) == [1, 1, 1])
        #expect(try compare("ne", .nan) == [1, 1, 1])
    }

    @Test("large integers keep all their bits")
    func largeIntegers() throws {
        let large: Int64 = 1 << 60
        let x = try Tensor([large, large + 1, large - 1], [3])
        #expect(try x.argmax().item() == 1)
        let (values, indices) = try x.min(0)
        #expect(try values.int64Array() == [large - 1] && indices.item() == 2)
        #expect(try x.sum().int64Array() == [3 * large])
        #expect(try x.call("eq", Tensor([large], [1])).to(.int64).int64Array() == [1, 0, 0])
        #expect(try Tensor([Int64.max, 1], [2]).sum().int64Array() == [.min])
    }

    @Test("infinity")
    func infinities() throws {
        try expectClose(tensor(-infinity, 0, -infinity).softmax(0), [3], [0, 1, 0])
        try expectClose(tensor(-infinity, 0).logSoftmax(0), [2], [-infinity, 0])
        try expectClose(tensor(-infinity, -infinity).softmax(0), [2], [nan, nan])
        try expectClose(tensor(1000, 0, -1000).softmax(0), [3], [1, 0, 0])
        try expectClose(tensor(1000, 0).logSoftmax(0), [2], [0, -1000])
        try expectClose(tensor(-1000, 1000).sigmoid(), [2], [0, 1])
        try expectClose(tensor(-1000, 1000, infinity).tanh(), [3], [-1, 1, 1])
        try expectClose(tensor(1, -1, 0).div(0), [3], [infinity, -infinity, nan])
        try expectClose(tensor(0, -1).log(), [2], [-infinity, nan])
        try expectClose(tensor(-1, infinity).sqrt(), [2], [nan, infinity])
        let low = try Tensor([Float](repeating: -infinity, count: 9), [1, 1, 3, 3])
        try expectClose(
            low.maxPool2d(kernel: Pair(2, 2), stride: Pair(1, 1)), [1, 1, 2, 2], .init(repeating: -infinity, count: 4))
    }

    @Test("conversions cut towards zero and stop at the limits")
    func conversions() throws {
        let x = try tensor(-1.9, 1.9, nan, infinity, -infinity, 1e30)
        #expect(try x.to(.int64).int64Array() == [-1, 1, 0, .max, .min, .max])
        #expect(try x.to(.bool).to(.int64).int64Array() == [1, 1, 1, 1, 1, 1])
        #expect(try tensor(0, -0.0, 0.5).to(.bool).to(.int64).int64Array() == [0, 0, 1])
        #expect(try Tensor([Int64(256), -1, 255], [3]).to(.uint8).to(.int64).int64Array() == [0, 255, 255])
        #expect(try Tensor.full([1], .nan, dtype: .int64).item() == 0)
        #expect(try Tensor.full([1], 1e300, dtype: .uint8).item() == 255)
        #expect(try Tensor.full([1], -3, dtype: .bool).item() == 1)
    }
}
