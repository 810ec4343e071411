import Foundation
import Kernels
import Synchronization
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
}

@Suite("The thread pool")
struct ThreadPoolTests {
    @Test("runs every part once, again and again, nested loops included")
    func parts() {
        let pool = ThreadPool(threads: 3)
        for round in 2..<2000 {
            let count = 2 + round % 6
            let hits = UnsafeMutablePointer<Int>.allocate(capacity: 8)
            defer { hits.deallocate() }
            hits.initialize(repeating: 0, count: 8)
            pool.run(count) { index in
                pool.run(3) { _ in hits[index] += 1 }
            }
            for index in 0..<8 { #expect(hits[index] == (index < count ? 3 : 0)) }
        }
    }

    @Test("a stopped pool still runs its loops")
    func stopping() {
        for round in 0..<50 {
            let pool = ThreadPool(threads: 1 + round % 4)
            if round % 2 == 0 { pool.run(3) { _ in } }
            pool.stop()
            let sum = Atomic<Int>(0)
            pool.run(10) { sum.wrappingAdd($0, ordering: .relaxed) }
            #expect(sum.load(ordering: .relaxed) == 45)
        }
    }

    @Test("the workers of a stopped pool let go of it")
    func freeing() throws {
        weak var pool: ThreadPool?
        func use() {
            let used = ThreadPool(threads: 3)
            used.run(8) { _ in }
            used.stop()
            pool = used
        }
        use()
        for _ in 0..<2000 where pool != nil { usleep(1000) }
        #expect(pool == nil)
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
