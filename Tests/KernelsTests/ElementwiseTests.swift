import Foundation
import Kernels
import TestSupport
import Testing

/// What floating-point programs do not have.
private let ofIntegers: [Primitive] = [.bitNot, .bitAnd, .bitOr, .bitXor]

@Suite("Elementwise kernels of every instruction set")
struct ElementwiseTests {
    private static let counts = [0, 1, 3, 7, 8, 16, 31, 33, 100]

    /// What a primitive makes of its operands, by the C library in float64.
    private func expected(_ primitive: Primitive, _ a: Double, _ b: Double, _ c: Double) -> Double {
        switch primitive {
        case .negate: -a
        case .absolute: abs(a)
        case .exp: exp(a)
        case .expm1: expm1(a)
        case .log: log(a)
        case .log1p: log1p(a)
        case .log2: log2(a)
        case .log10: log10(a)
        case .sqrt: a.squareRoot()
        case .rsqrt: 1 / a.squareRoot()
        case .reciprocal: 1 / a
        case .sin: sin(a)
        case .cos: cos(a)
        case .tan: tan(a)
        case .asin: asin(a)
        case .acos: acos(a)
        case .atan: atan(a)
        case .sinh: sinh(a)
        case .cosh: cosh(a)
        case .tanh: tanh(a)
        case .asinh: asinh(a)
        case .acosh: acosh(a)
        case .atanh: atanh(a)
        case .erf: erf(a)
        case .erfc: erfc(a)
        case .floor: floor(a)
        case .ceil: ceil(a)
        case .round: a.rounded(.toNearestOrEven)
        case .trunc: trunc(a)
        case .sign: a > 0 ? 1 : a < 0 ? -1 : 0
        case .sigmoid: 1 / (1 + exp(-a))
        case .not: a == 0 ? 1 : 0
        case .isNaN: a.isNaN ? 1 : 0
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .power: pow(a, b)
        case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
        case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
        case .atan2: atan2(a, b)
        case .hypot: hypot(a, b)
        case .copySign: Double(signOf: b, magnitudeOf: a)
        case .fmod: fmod(a, b)
        case .remainder: remainder(a, b)
        case .floorDivide: floorDivided(a, b)
        case .reluBackward: b <= 0 ? 0 : a
        case .less: a < b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .equal: a == b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .and: a != 0 && b != 0 ? 1 : 0
        case .or: a != 0 || b != 0 ? 1 : 0
        case .xor: (a != 0) != (b != 0) ? 1 : 0
        case .select: a != 0 ? b : c
        // Floating-point numbers have no bits in this sense.
        case .bitNot, .bitAnd, .bitOr, .bitXor: .nan
        }
    }

    /// With the divisor's sign.
    private func remainder(_ a: Double, _ b: Double) -> Double {
        let rest = fmod(a, b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    }

    /// As PyTorch has it where an operand is infinite.
    private func floorDivided(_ a: Double, _ b: Double) -> Double {
        if b == 0 { return a / b }
        if a.isInfinite || a.isNaN { return .nan }
        return b.isInfinite && a != 0 ? (a < 0) == (b < 0) ? 0 : -1 : floor(a / b)
    }

    private func values(_ count: Int, _ k: Int) -> [Float] {
        let special: [Float] = [0, -0.0, .nan, .infinity, -.infinity, 1, -1, 1e-30, -1e15]
        return formulaValues(count, k).enumerated().map { i, value in
            i % 5 == 4 ? special[(i / 5 + k) % special.count] : value
        }
    }

    /// Runs a program over arrays, each dense or one value.
    private func run(
        _ kernels: any KernelSet, _ program: Program, _ inputs: [(array: Guarded, step: Int)],
        parameters: [Double] = [], into outputs: [Guarded], _ range: Range<Int>
    ) {
        let arguments = inputs.map { PointwiseInput($0.array.pointer, .float32, step: $0.step) }
        let results = outputs.map { PointwiseOutput($0.pointer, .float32) }
        arguments.withUnsafeBufferPointer { arguments in
            results.withUnsafeBufferPointer { results in
                parameters.withUnsafeBufferPointer { parameters in
                    guard let arguments = arguments.baseAddress, let results = results.baseAddress else { return }
                    kernels.pointwise(
                        PointwiseCall(
                            program, .float, inputs: arguments, parameters: parameters.baseAddress, outputs: results),
                        range)
                }
            }
        }
    }

    private func program(_ primitive: Primitive) -> Program {
        let n = primitive.operandCount
        let step = Instruction(primitive, result: n, a: 0, b: n > 1 ? 1 : 0, c: n > 2 ? 2 : 0)
        return Program(inputs: n, parameters: 0, constants: [], instructions: [step], results: [n])
    }

    @Test(
        "every primitive, of dense and of repeated operands", arguments: tableNames,
        Primitive.allCases.filter { !ofIntegers.contains($0) })
    func primitive(name: String, primitive: Primitive) throws {
        let kernels = try table(name)
        let program = program(primitive)
        for count in Self.counts {
            for steps in 0..<1 << primitive.operandCount {
                let inputs = (0..<primitive.operandCount).map {
                    (array: Guarded(values(max(1, count), $0 + 1)), step: steps >> $0 & 1 ^ 1)
                }
                let want = (0..<count).map { i in
                    let x = inputs.map { Double($0.array.pointer[i * $0.step]) } + [0, 0]
                    return Double(Float(expected(primitive, x[0], x[1], x[2])))
                }
                let comment = "\(name) \(primitive) of \(count), steps \(inputs.map(\.step))"
                let y = Guarded(count: count)
                // In two parts, the second first.
                run(kernels, program, inputs, into: [y], count / 2..<count)
                run(kernels, program, inputs, into: [y], 0..<count / 2)
                expectClose(y, want, tolerance: 1e-6, comment)
                guard count > 0 && inputs[0].step == 1 else { continue }
                run(kernels, program, inputs, into: [inputs[0].array], 0..<count)
                expectClose(inputs[0].array, want, tolerance: 1e-6, "\(comment), in place")
            }
        }
    }

    @Test("a program of several steps with two results, an optimiser's, in place", arguments: tableNames)
    func steps(name: String) throws {
        let kernels = try table(name)
        // Registers: p, g, v; rate 3, momentum 4; decay 5, 1 - dampening 6.
        let program = Program(
            inputs: 3, parameters: 2, constants: [0.1, 0.8],
            instructions: [
                Instruction(.multiply, result: 7, a: 5, b: 0), Instruction(.add, result: 8, a: 1, b: 7),
                Instruction(.multiply, result: 9, a: 4, b: 2), Instruction(.multiply, result: 10, a: 6, b: 8),
                Instruction(.add, result: 11, a: 9, b: 10), Instruction(.multiply, result: 12, a: 4, b: 11),
                Instruction(.add, result: 13, a: 8, b: 12), Instruction(.multiply, result: 14, a: 3, b: 13),
                Instruction(.subtract, result: 15, a: 0, b: 14),
            ], results: [11, 15])
        for count in [1, 7, 8, 17, 100, 5000] {
            let (p, g, v) = (guardedFormula(count, 1), guardedFormula(count, 2), guardedFormula(count, 3))
            var (velocities, parameters): ([Double], [Double]) = ([], [])
            for i in 0..<count {
                let gradient = Double(g.pointer[i]) + 0.1 * Double(p.pointer[i])
                velocities.append(0.9 * Double(v.pointer[i]) + 0.8 * gradient)
                parameters.append(Double(p.pointer[i]) - 0.5 * (gradient + 0.9 * velocities[i]))
            }
            run(kernels, program, [(p, 1), (g, 1), (v, 1)], parameters: [0.5, 0.9], into: [v, p], 0..<count)
            expectClose(p, parameters, tolerance: 1e-6, "\(name): \(count)")
            expectClose(v, velocities, tolerance: 1e-6, "\(name): \(count), velocity")
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
