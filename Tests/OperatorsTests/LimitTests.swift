import TensorSupport
import Testing

@testable import Tensors

/// Numbers that scripts can give must end in an error, never in an overflow, which would end the process.
@Suite("Absurd numbers are errors")
struct LimitTests {
    @Test("sizes beyond memory")
    func sizes() throws {
        let large = 1 << 40
        expectError("[1099511627776, 1099511627776] is more than memory can hold") { try Tensor.zeros([large, large]) }
        expectError("[0, 1099511627776, 1099511627776] is more than memory can hold") {
            try Tensor.zeros([0, large, large])
        }
        expectError("[9223372036854775807] is more than memory can hold") { try Tensor.zeros([.max]) }
        expectError("a size cannot be negative: [-9223372036854775808]") { try Tensor.zeros([.min]) }
        expectError("cannot allocate 70368744177664 bytes") { try Tensor.zeros([1 << 43], dtype: .int64) }
        expectError("cannot allocate 35184372088832 bytes: the system has no more memory") {
            try Tensor.zeros([1 << 43])
        }
        expectError("cannot allocate 8796093022208 bytes: the system has no more memory") {
            try Tensor.permutation(1 << 40, Generator(seed: 1))
        }
        let one = try Tensor.ones([1])
        expectError("[1099511627776, 1099511627776] is more than memory can hold") { try one.expand([large, large]) }
        #expect(try one.expand([large]).count == large)
        expectError("cannot see the 1 element of [1] as [4294967296, 4294967296]") {
            try one.reshape([1 << 32, 1 << 32])
        }
        expectError("cannot see the 0 elements of [0] as [4294967296, 4294967296]") {
            try Tensor.zeros([0]).reshape([1 << 32, 1 << 32])
        }
        expectError("cannot see the 1 element of [1] as [4294967296, 4294967296, -1]") {
            try one.reshape([1 << 32, 1 << 32, -1])
        }
        let wide = try one.expand([1 << 21])
        expectError("a dimension is named twice in [0, 0, 0, 0]") { try wide.mean([0, 0, 0, 0]) }
    }

    @Test("convolutions beyond memory")
    func convolutions() throws {
        let (image, weight) = (try Tensor.ones([1, 1, 4, 4]), try Tensor.ones([1, 1, 3, 3]))
        #expect(throws: TensorError.self) {
            try image.conv2d(weight, nil, .init(padding: Pair(1 << 20, 1 << 20)))
        }
        expectError("a kernel of 3x3 does not fit into an input of 4x4 (padding [0, 0], dilation [1048576, 1])") {
            try image.conv2d(weight, nil, .init(dilation: Pair(1 << 20, 1)))
        }
        #expect(try image.conv2d(weight, nil, .init(stride: Pair(1 << 20, 1 << 20))).shape == [1, 1, 1, 1])
        let none = try Tensor.ones([1, 0, 4, 4])
        #expect(throws: TensorError.self) {
            try none.conv2d(.ones([0, 5, 3, 3]), nil, .init(groups: .max))
        }
        let narrow = try Tensor.ones([0, 1, 1, 1]).expand([0, 1, 1 << 40, 1])
        expectError("heights and widths below 2^31 expected, got [0, 1, 1099511627776, 1] and [1, 1, 3, 3]") {
            try narrow.conv2d(weight)
        }
    }

    @Test("options drawn at random, from small to absurd")
    func fuzz() throws {
        let generator = Generator(seed: 20)
        let absurd = [
            .min, .min + 1, -(1 << 40), -2, -1, 0, 0, 1, 1, 2, 2, 3, 4, 7, 1 << 20, 1 << 21, 1 << 32, 1 << 62, .max - 1,
            .max,
        ]
        func number() -> Int { absurd[Int(generator.next32()) % absurd.count] }
        func pair() -> Pair { Pair(number(), number()) }
        func few() -> Int { { $0 == 1 << 20 ? 3 : $0 }(number()) }
        func small() -> Int { [0, 1, 1, 2, 3, 5][Int(generator.next32()) % 6] }
        var (worked, refused) = (0, 0)
        func attempt(_ body: () throws -> Tensor) {
            do {
                let result = try body()
                // Its elements can be read, where they are not too many.
                if result.count < 10_000 { _ = try result.to(.float32).floatArray() }
                worked += 1
            } catch { refused += 1 }
        }
        for _ in 0..<3000 {
            let x = try Tensor.ones([small(), small(), small(), small()]).requireGrad()
            let weight = try Tensor.ones([small(), small(), small(), small()]).requireGrad()
            let (a, b, c) = (number(), number(), number())
            // A padding that gives a result of gigabytes would be slow, not wrong.
            let (stride, dilation, kernel) = (pair(), pair(), pair())
            let padding = Pair(few(), few())
            attempt {
                let y = try x.conv2d(
                    weight, nil, .init(stride: stride, padding: padding, dilation: dilation, groups: a))
                try y.sum().backward()
                return y
            }
            attempt {
                let y = try x.maxPool2d(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
                try y.sum().backward()
                return y
            }
            attempt {
                let y = try x.avgPool2d(kernel: kernel, stride: stride, padding: padding)
                try y.sum().backward()
                return y
            }
            attempt { try x.narrow(a, start: b, length: c) }
            attempt { try x.select(a, b) }
            attempt { try x.reshape([a, b, c]) }
            attempt { try x.reshape([a, b]) }
            attempt { try x.view([c]) }
            attempt { try x.expand([a, b, c, a, b]) }
            attempt { try x.permute([a, b, c, 0]) }
            attempt { try x.transpose(a, b) }
            attempt { try x.flatten(start: a, end: b) }
            attempt { try x.squeeze(a).unsqueeze(b) }
            attempt { try x.sum([a, b]) }
            attempt { try x.mean([a, a]) }
            attempt { try x.max(a).indices }
            attempt { try x.softmax(a) }
            attempt { try Tensor.zeros([a, b, 0]) }
            attempt { try Tensor.stack([x, x], a) }
            attempt { try Tensor.cat([x, x], a) }
            attempt { try x.indexSelect(a, Tensor([Int64(b), Int64(c)], [2])) }
            attempt { try Tensor.ones([2, 3]).nllLoss(Tensor([Int64(a), Int64(b)], [2])) }
            attempt { try x.detach().to(.int64).call("lt", Double(a)) }
            attempt { try x.pow(Double(a)).clamp(Double(b), Double(c)) }
        }
        #expect(worked > 5000 && refused > 5000)
    }

    @Test("a window that lies in the padding has the smallest value and no gradient")
    func emptyWindow() throws {
        let x = try Tensor.ones([2, 1, 4, 4]).requireGrad()
        let y = try x.maxPool2d(kernel: Pair(2, 2), stride: Pair(1, 1), padding: Pair(1, 1), dilation: Pair(5, 5))
        #expect(try y.floatArray() == [-.infinity, -.infinity])
        try y.sum().backward()
        #expect(try x.grad?.floatArray() == [Float](repeating: 0, count: 32))
    }
}
