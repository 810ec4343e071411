import Kernels
import TestSupport
import Testing

struct PoolingCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: Pooling

    init(_ name: String, _ height: Int, _ width: Int, _ rows: Window, _ columns: Window) {
        testDescription = name
        shape = Pooling(height: height, width: width, rows: rows, columns: columns)
    }

    /// The places in its plane that each window sees.
    func windows() -> [[Int]] {
        (0..<shape.outHeight * shape.outWidth).map { out in
            let (oy, ox) = (out / shape.outWidth, out % shape.outWidth)
            return (0..<shape.rows.size * shape.columns.size).compactMap { tap in
                let (ky, kx) = (tap / shape.columns.size, tap % shape.columns.size)
                let y = oy * shape.rows.stride + ky * shape.rows.dilation - shape.rows.padding
                let x = ox * shape.columns.stride + kx * shape.columns.dilation - shape.columns.padding
                return y >= 0 && y < shape.height && x >= 0 && x < shape.width ? y * shape.width + x : nil
            }
        }
    }

    var inside: Int { shape.height * shape.width }
    var outside: Int { shape.outHeight * shape.outWidth }
}

private let cases: [PoolingCase] = [
    .init("2x2", 24, 24, Window(size: 2, stride: 2), Window(size: 2, stride: 2)),
    .init("2x2, odd sizes", 9, 35, Window(size: 2, stride: 2), Window(size: 2, stride: 2)),
    .init("2x2, one column", 2, 3, Window(size: 2, stride: 2), Window(size: 2, stride: 2)),
    .init("2x2, overlapping", 5, 20, Window(size: 2), Window(size: 2)),
    .init("3x3, padded", 9, 20, Window(size: 3, stride: 2, padding: 1), Window(size: 3, stride: 2, padding: 1)),
    .init("2x3", 7, 11, Window(size: 2, stride: 3), Window(size: 3, stride: 1, padding: 1)),
    .init("the whole plane", 4, 5, Window(size: 4), Window(size: 5)),
]

private let dilated = PoolingCase(
    "dilated", 9, 12, Window(size: 3, stride: 1, padding: 1, dilation: 2),
    Window(size: 2, stride: 2, padding: 1, dilation: 3))

private let planes = 3

@Suite("Pooling kernels of every instruction set")
struct PoolingTests {
    /// With ties, infinities and NaNs among the values.
    private func input(_ count: Int, special: Bool) -> [Float] {
        var values = formulaValues(count, 4).map { ($0 * 3).rounded() }
        guard special else { return values }
        for i in stride(from: 5, to: count, by: 17) { values[i] = .nan }
        for i in stride(from: 3, to: count, by: 7) { values[i] = -.infinity }
        return values
    }

    @Test("where the gradients of maxima go is where the written gradient is not 0", arguments: tableNames, cases)
    func nonzeroMaxima(name: String, test: PoolingCase) throws {
        let (kernels, shape) = (try table(name), test.shape)
        guard [shape.rows, shape.columns].allSatisfy({ $0.stride >= $0.size }) else { return }
        let (words, windows) = ((test.inside + 63) / 64, planes * test.outside)
        let (x, y) = (Guarded(input(planes * test.inside, special: false)), Guarded(count: windows))
        let gradient = Guarded(formulaValues(windows, 3).enumerated().map { $0 % 3 == 1 ? 0 : $1 })
        let dx = Guarded(count: planes * test.inside)
        var indices = [Int32](repeating: 0, count: windows)
        kernels.maxPool(.float, shape, x.constant, y.pointer, indices: &indices, 0..<planes)
        kernels.maxPoolBackward(.float, shape, gradient.constant, indices: indices, dx.pointer, 0..<planes)
        var (expected, bits) = (
            [UInt64](repeating: .max, count: planes * words), [UInt64](repeating: .max, count: planes * words)
        )
        var sums = [Float](repeating: 12345, count: planes)
        let all = kernels.nonzeros(dx.constant, pixels: test.inside, bits: &expected, sums: &sums, 0..<planes)
        expectPlaneSums(sums, gradient.values, "\(name), written")
        var counts = 0
        for plane in (0..<planes).reversed() {
            let found = kernels.nonzeroMaxima(
                shape, gradient.constant, mask: nil, indices: indices, bits: &bits, sums: &sums, plane..<plane + 1,
                of: planes)
            #expect(found.isFinite)
            counts += found.count
        }
        #expect(bits == expected && counts == all.count, "\(name)")
        expectPlaneSums(sums, gradient.values, "\(name)")
        // With a mask it is as if the gradient were 0 where the mask is not above 0.
        let mask = Guarded((0..<windows).map { $0 % 5 == 2 ? .nan : $0 % 2 == 0 ? -1 : 0.5 })
        let masked = Guarded(zip(gradient.values, mask.values).map { $1 <= 0 ? 0 : $0 })
        var maskedSums = sums
        let first = kernels.nonzeroMaxima(
            shape, masked.constant, mask: nil, indices: indices, bits: &expected, sums: &sums, 0..<planes, of: planes)
        let second = kernels.nonzeroMaxima(
            shape, gradient.constant, mask: mask.constant, indices: indices, bits: &bits, sums: &maskedSums, 0..<planes,
            of: planes)
        #expect(bits == expected && first.count == second.count && sums == maskedSums, "\(name)")
        gradient.pointer[windows - 1] = .infinity
        let last = kernels.nonzeroMaxima(
            shape, gradient.constant, mask: nil, indices: indices, bits: &bits, sums: &sums, 0..<planes, of: planes)
        #expect(!last.isFinite)
        // What the mask leaves out need not be finite.
        mask.pointer[windows - 1] = 0
        let hidden = kernels.nonzeroMaxima(
            shape, gradient.constant, mask: mask.constant, indices: indices, bits: &bits, sums: &sums, 0..<planes,
            of: planes)
        #expect(hidden.isFinite)
    }

    private func expectPlaneSums(_ sums: [Float], _ values: [Float], _ comment: Comment) {
        for (plane, sum) in sums.enumerated() {
            let size = values.count / sums.count
            let exact = values[plane * size..<(plane + 1) * size].reduce(0.0) { $0 + Double($1) }
            #expect(abs(Double(sum) - exact) < 1e-4, comment)
        }
    }

    @Test(
        "coded maxima are the maxima, and their codes say where", arguments: tableNames, [2, 3, 7, 15, 16, 24, 33, 70])
    func codedMaxima(name: String, width: Int) throws {
        let window = Window(size: 2, stride: 2)
        let test = PoolingCase("", width == 2 ? 2 : 9, width, window, window)
        let (kernels, shape, windows) = (try table(name), test.shape, planes * test.outside)
        // 32 floats behind the last plane can be read.
        let values = input(planes * test.inside, special: true)
        let x = Guarded(values + [Float](repeating: .nan, count: 32))
        let (y, expected) = (Guarded(count: windows), Guarded(count: windows))
        var indices = [Int32](repeating: -7, count: windows)
        kernels.maxPool(.float, shape, x.constant, expected.pointer, indices: &indices, 0..<planes)
        for rectified in [false, true] {
            var codes = [UInt8](repeating: 99, count: windows + 1)
            kernels.codedMaxima(
                shape, rectified: rectified, x.constant, y.pointer, codes: &codes, planes: planes)
            let wanted = expected.values.map { rectified && $0 <= 0 ? 0 : Double($0) }
            expectClose(y, wanted, tolerance: 0, "\(name), \(width)")
            let places = (0..<windows).map { window -> Int32 in
                let (row, column) = (window % test.outside / shape.outWidth, window % shape.outWidth)
                let corner = Int(codes[window] & 3)
                return Int32((2 * row + corner / 2) * width + 2 * column + corner % 2)
            }
            #expect(places == indices && codes[windows] == 99, "\(name), \(width)")
            for (code, value) in zip(codes, expected.values) {
                #expect((code & 4 != 0) == (rectified && value <= 0))
            }
            let gradient = guardedFormula(windows, 3)
            let words = planes * ((test.inside + 63) / 64)
            var (bits, wantedBits) = ([UInt64](repeating: 1, count: words), [UInt64](repeating: 2, count: words))
            var (sums, wantedSums) = ([Float](repeating: 1, count: planes), [Float](repeating: 2, count: planes))
            let mask = rectified ? y.constant : nil
            _ = kernels.nonzeroMaxima(
                shape, gradient.constant, mask: mask, indices: indices, bits: &wantedBits, sums: &wantedSums,
                0..<planes, of: planes)
            _ = kernels.nonzeroMaxima(
                shape, gradient.constant, mask: nil, codes: codes, rectified: rectified, bits: &bits, sums: &sums,
                0..<planes, of: planes)
            #expect(bits == wantedBits && sums == wantedSums, "\(name), \(width)")
        }
    }

    @Test("max: the first of equals, a NaN before all", arguments: tableNames, cases + [dilated])
    func maximum(name: String, test: PoolingCase) throws {
        for special in [false, true] {
            let x = Guarded(input(planes * test.inside, special: special))
            let y = Guarded(count: planes * test.outside)
            var indices = [Int32](repeating: -7, count: planes * test.outside + 16)
            let kernels = try table(name)
            indices.withUnsafeMutableBufferPointer { places in
                guard let places = places.baseAddress else { return }
                for planes in [1..<planes, 0..<1] {
                    kernels.maxPool(.float, test.shape, x.constant, y.pointer, indices: places, planes)
                }
            }
            var (expected, expectedPlaces) = ([Double](), [Int32]())
            for plane in 0..<planes {
                for window in test.windows() {
                    // The last NaN, as PyTorch takes it, or the first of the largest.
                    let values = window.map { x.pointer[plane * test.inside + $0] }
                    let place =
                        values.lastIndex(where: \.isNaN) ?? values.max().flatMap { values.firstIndex(of: $0) } ?? 0
                    expected.append(Double(values[place]))
                    expectedPlaces.append(Int32(window[place]))
                }
            }
            expectClose(y, expected, tolerance: 0, "\(name) \(test.testDescription)")
            #expect(Array(indices[..<expectedPlaces.count]) == expectedPlaces)
            #expect(indices[expectedPlaces.count...].allSatisfy { $0 == -7 })
        }
    }

    @Test("gradients go where the maxima stood, and zeros elsewhere", arguments: tableNames, cases + [dilated])
    func maximumGradient(name: String, test: PoolingCase) throws {
        let kernels = try table(name)
        let x = Guarded(input(planes * test.inside, special: true))
        let (y, g) = (Guarded(count: planes * test.outside), guardedFormula(planes * test.outside, 5))
        let dx = Guarded(count: planes * test.inside)
        var indices = [Int32](repeating: -1, count: planes * test.outside)
        indices.withUnsafeMutableBufferPointer { places in
            guard let places = places.baseAddress else { return }
            kernels.maxPool(.float, test.shape, x.constant, y.pointer, indices: places, 0..<planes)
            kernels.maxPoolBackward(.float, test.shape, g.constant, indices: places, dx.pointer, 0..<planes)
        }
        var expected = [Double](repeating: 0, count: planes * test.inside)
        for (i, place) in indices.enumerated() {
            expected[i / test.outside * test.inside + Int(place)] += Double(g.pointer[i])
        }
        expectClose(dx, expected, "\(name) \(test.testDescription)")
    }

    @Test("average and its gradient", arguments: tableNames, cases)
    func average(name: String, test: PoolingCase) throws {
        let kernels = try table(name)
        let x = guardedFormula(planes * test.inside, 4)
        let y = Guarded(count: planes * test.outside)
        kernels.averagePool(.float, test.shape, x.constant, y.pointer, 0..<planes)
        let size = Double(test.shape.rows.size * test.shape.columns.size)
        let g = guardedFormula(planes * test.outside, 5)
        let dx = Guarded(count: planes * test.inside)
        kernels.averagePoolBackward(.float, test.shape, g.constant, dx.pointer, 0..<planes)
        var expected: [Double] = []
        var expectedGradient = [Double](repeating: 0, count: planes * test.inside)
        for plane in 0..<planes {
            for (i, window) in test.windows().enumerated() {
                let places = window.map { plane * test.inside + $0 }
                expected.append(places.reduce(0) { $0 + Double(x.pointer[$1]) } / size)
                for place in places { expectedGradient[place] += Double(g.pointer[plane * test.outside + i]) / size }
            }
        }
        expectClose(y, expected, "\(name) \(test.testDescription)")
        expectClose(dx, expectedGradient, "\(name) \(test.testDescription), gradient")
    }
}
