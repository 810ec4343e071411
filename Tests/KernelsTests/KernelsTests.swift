import Foundation
import Kernels
import TestSupport
import Testing

@Suite("The kernels of every instruction set this processor has")
struct KernelsTests {
    @Test("a matrix product is the sum of its products, whatever the shape", arguments: usableKernels.map(\.name))
    func products(name: String) throws {
        let table = try #require(usableKernels.first { $0.name == name })
        for (m, n, k) in [(1, 1, 1), (6, 32, 4), (7, 33, 5), (13, 17, 300), (100, 40, 257), (3, 1100, 2), (2, 2, 0)] {
            for transposed in [false, true] {
                let (a, b) = (formulaValues(m * k + 1, 1), formulaValues(k * n + 1, 2))
                var c = formulaValues(m * n, 3)
                let expected = (0..<m * n).map { at in
                    (0..<k).reduce(Double(c[at])) { total, p in
                        let (i, j) = (at / n, at % n)
                        let left = transposed ? a[p * m + i] : a[i * k + p]
                        let right = transposed ? b[j * k + p] : b[p * n + j]
                        return total + Double(left) * Double(right)
                    }
                }
                c.withUnsafeMutableBufferPointer { c in
                    a.withUnsafeBufferPointer { a in
                        b.withUnsafeBufferPointer { b in
                            guard let c = c.baseAddress, let a = a.baseAddress, let b = b.baseAddress else { return }
                            table.gemm(
                                Gemm(
                                    m: m, n: n, k: k, a: a, aRow: transposed ? 1 : k, aColumn: transposed ? m : 1,
                                    b: b, bRow: transposed ? 1 : n, bColumn: transposed ? k : 1, c: c, cRow: n,
                                    accumulate: true))
                        }
                    }
                }
                for (got, want) in zip(c, expected) { #expect(abs(Double(got) - want) < 1e-3) }
            }
        }
    }

    @Test("the loop that only multiplies and adds says how much it does, which grows with its rounds")
    func multiplyAdd() {
        for kernels in usableKernels {
            let one = kernels.multiplyAdd(rounds: 1)
            #expect(one >= 24 && kernels.multiplyAdd(rounds: 1000) == 1000 * one && kernels.multiplyAdd(rounds: 0) == 0)
        }
        let lanes = usableKernels.map { $0.multiplyAdd(rounds: 1) / 24 }
        #expect(lanes == [4, 8, 16].prefix(lanes.count).map(\.self))
    }

    #if os(Linux) && arch(x86_64)
        @Test("the processor says what /proc/cpuinfo says")
        func processor() throws {
            let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
            func value(_ key: String) -> String? {
                text.split(separator: "\n").first { $0.hasPrefix("\(key)\t") }.map {
                    String($0.drop { $0 != ":" }.dropFirst(2))
                }
            }
            #expect(value("model name") == Processor.name)
            #expect(value("cpu family") == Processor.family.map { "\($0)" })
        }
    #endif
}
