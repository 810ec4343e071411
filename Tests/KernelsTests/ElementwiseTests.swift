import Foundation
import Kernels
import TestSupport
import Testing

@Suite("Elementwise kernels of every instruction set")
struct ElementwiseTests {
    private static let counts = [0, 1, 3, 7, 8, 16, 31, 33, 100]

    private func expected(_ operation: UnaryOperation, _ x: Double) -> Double {
        switch operation {
        case .negate: -x
        case .absolute: abs(x)
        case .exponential: exp(x)
        case .logarithm: log(x)
        case .squareRoot: x.squareRoot()
        case .reciprocal: 1 / x
        case .relu: x < 0 ? 0 : x
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: tanh(x)
        }
    }

    private func expected(_ operation: BinaryOperation, _ a: Double, _ b: Double) -> Double {
        switch operation {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
        case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
        case .power: pow(a, b)
        case .keepWherePositive: b <= 0 ? 0 : a
        case .sigmoidGradient: a * b * (1 - b)
        case .tanhGradient: a * (1 - b * b)
        }
    }

    private func values(_ count: Int, _ k: Int) -> [Float] {
        let special: [Float] = [0, -0.0, .nan, .infinity, -.infinity, 1, -1, 1e-30, -1e15]
        return formulaValues(count, k).enumerated().map { i, value in
            i % 5 == 4 ? special[(i / 5 + k) % special.count] : value
        }
    }

    @Test("of one number", arguments: tableNames, UnaryOperation.allCases)
    func unary(name: String, operation: UnaryOperation) throws {
        let kernels = try table(name)
        for count in Self.counts {
            let (x, y) = (Guarded(values(count, 1)), Guarded(count: count))
            let want = x.values.map { expected(operation, Double($0)) }.map { Double(Float($0)) }
            kernels.unary(operation, count, x.constant, y.pointer)
            expectClose(y, want, tolerance: 1e-6, "\(name) \(operation) of \(count)")
            // Onto itself.
            kernels.unary(operation, count, x.constant, x.pointer)
            expectClose(x, want, tolerance: 1e-6, "\(name) \(operation) of \(count), in place")
        }
    }

    @Test("of two numbers, repeated or not", arguments: tableNames, BinaryOperation.allCases)
    func binary(name: String, operation: BinaryOperation) throws {
        let kernels = try table(name)
        for count in Self.counts {
            for (aStep, bStep) in [(1, 1), (0, 1), (1, 0), (0, 0)] {
                let (a, b) = (Guarded(values(max(1, count), 1)), Guarded(values(max(1, count), 2)))
                let want = (0..<count).map { i in
                    let result = expected(operation, Double(a.pointer[i * aStep]), Double(b.pointer[i * bStep]))
                    return Double(Float(result))
                }
                let y = Guarded(count: count)
                func apply(to result: UnsafeMutablePointer<Float>) {
                    kernels.binary(
                        operation,
                        Binary(count: count, a: a.constant, aStep: aStep, b: b.constant, bStep: bStep, result: result))
                }
                apply(to: y.pointer)
                expectClose(y, want, tolerance: 1e-6, "\(name) \(operation) of \(count), steps \(aStep) and \(bStep)")
                guard count > 0 && aStep == 1 else { continue }
                apply(to: a.pointer)
                expectClose(a, want, tolerance: 1e-6, "\(name) \(operation) of \(count), in place")
            }
        }
    }

    @Test("sums are accurate, and of their own values only", arguments: tableNames)
    func sum(name: String) throws {
        let kernels = try table(name)
        for count in Self.counts + [4095, 4096, 4097, 8191, 8193, 12_289, 100_003] {
            let x = guardedFormula(count, 3)
            let exact = x.values.reduce(0) { $0 + Double($1) }
            #expect(abs(Double(kernels.sum(count, x.constant)) - exact) < 1e-3, "\(name): \(count)")
        }
        // Added one after the other in float32, these would stop at 2^24.
        let count = (1 << 24) + 5000
        let ones = UnsafeMutablePointer<Float>.allocate(capacity: count)
        defer { ones.deallocate() }
        ones.initialize(repeating: 1, count: count)
        #expect(kernels.sum(count, ones) == Float(count))
    }

    @Test("the same sum, bit by bit, with every instruction set")
    func sameSums() {
        let x = guardedFormula(50_021, 3)
        #expect(Set(usableKernels.map { $0.sum(x.count, x.constant).bitPattern }).count == 1)
    }
}
