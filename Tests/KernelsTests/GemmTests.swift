import Kernels
import TestSupport
import Testing

/// A matrix product with operands in either order.
struct GemmCase: Sendable, CustomTestStringConvertible {
    let m: Int, n: Int, k: Int
    let isTransposedA: Bool, isTransposedB: Bool
    let accumulates: Bool

    var testDescription: String {
        "\(m)x\(k)\(isTransposedA ? "T" : "") · \(k)x\(n)\(isTransposedB ? "T" : "")\(accumulates ? " added" : "")"
    }

    /// C's rows are longer than the product's.
    var cRow: Int { n + 3 }
    var aRow: Int { isTransposedA ? 1 : k }
    var aColumn: Int { isTransposedA ? m : 1 }
    var bRow: Int { isTransposedB ? 1 : n }
    var bColumn: Int { isTransposedB ? k : 1 }

    func gemm<T>(_ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>) -> Gemm<T> {
        Gemm(
            m: m, n: n, k: k, a: a, aRow: aRow, aColumn: aColumn, b: b, bRow: bRow, bColumn: bColumn, c: c, cRow: cRow,
            accumulate: accumulates)
    }

    /// C as it is to be, what it was before between and behind the rows.
    func expected(_ a: [Float], _ b: [Float], _ c: [Float]) -> [Double] {
        var result = c.map { Double($0) }
        for i in 0..<m {
            for j in 0..<n {
                var total = accumulates ? Double(c[i * cRow + j]) : 0
                for p in 0..<k { total += Double(a[i * aRow + p * aColumn]) * Double(b[p * bRow + j * bColumn]) }
                result[i * cRow + j] = total
            }
        }
        return result
    }
}

/// Around the sizes of tiles, vectors and blocks of every instruction set; with few rows or columns; with nothing.
private let cases: [GemmCase] = [
    (1, 1, 1), (6, 32, 4), (7, 33, 5), (8, 48, 16), (9, 49, 17), (13, 17, 300), (100, 40, 257), (3, 1100, 2), (2, 2, 0),
    (1, 50, 70), (4, 9, 33), (50, 1, 70), (17, 3, 64), (5, 6, 8), (16, 64, 193), (33, 16, 385), (12, 20, 40),
    (800, 5, 3), (40, 31, 31), (41, 95, 9), (2, 300, 700), (9, 2100, 3), (5, 20, 1030),
    (150, 97, 150), (0, 3, 4), (3, 0, 4),
].flatMap { m, n, k in
    [(false, false), (true, false), (false, true), (true, true)].flatMap { a, b in
        [false, true].map {
            GemmCase(m: m, n: n, k: k, isTransposedA: a, isTransposedB: b, accumulates: $0)
        }
    }
}

/// Parts in an order that no thread would take them in.
private func backwards(_ parts: Int, _ body: (Int) -> Void) { for part in (0..<parts).reversed() { body(part) } }

@Suite("Matrix products of every instruction set")
struct GemmTests {
    @Test("are the sums of their products, whatever the shape and the order", arguments: tableNames, cases)
    func products(name: String, test: GemmCase) throws {
        let kernels = try table(name)
        let (a, b) = (guardedFormula(test.m * test.k, 1), guardedFormula(test.k * test.n, 2))
        let c = guardedFormula(test.m * test.cRow, 3)
        let (left, right, before) = (a.values, b.values, c.values)
        kernels.gemm(test.gemm(a.constant, b.constant, c.pointer), backwards)
        expectClose(c, test.expected(left, right, before), tolerance: 1e-4, "\(name) \(test.testDescription)")
    }

    @Test("of doubles likewise", arguments: tableNames, cases)
    func doubles(name: String, test: GemmCase) throws {
        let kernels = try table(name)
        let (left, right) = (formulaValues(test.m * test.k, 1), formulaValues(test.k * test.n, 2))
        let before = formulaValues(test.m * test.cRow, 3)
        let (a, b, c) = (left.map { Double($0) }, right.map { Double($0) }, before.map { Double($0) })
        let result = UnsafeMutablePointer<Double>.allocate(capacity: c.count + 1)
        defer { result.deallocate() }
        for (i, value) in c.enumerated() { result[i] = value }
        (a + [0]).withUnsafeBufferPointer { a in
            (b + [0]).withUnsafeBufferPointer { b in
                guard let a = a.baseAddress, let b = b.baseAddress else { return }
                kernels.gemm(test.gemm(a, b, result), backwards)
            }
        }
        for (i, want) in test.expected(left, right, before).enumerated() {
            #expect(abs(result[i] - want) <= 1e-12 * max(1, abs(want)), "\(name) \(test.testDescription) at \(i)")
        }
    }
}
