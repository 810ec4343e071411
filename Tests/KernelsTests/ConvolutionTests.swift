import Kernels
import TestSupport
import Testing

/// One shape, with a name to find it by.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: Convolution
    let images: Int

    init(
        _ name: String, images: Int = 2, _ channels: Int, _ height: Int, _ width: Int, out: Int, _ rows: Window,
        _ columns: Window, groups: Int = 1
    ) {
        testDescription = name
        self.images = images
        shape = Convolution(
            inChannels: channels, height: height, width: width, outChannels: out, rows: rows, columns: columns,
            groups: groups)
    }

    /// Every product of one output with one input and one weight, in places of their arrays.
    func forEachProduct(_ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void) {
        let s = shape
        let (inGroup, outGroup) = (s.inChannels / s.groups, s.outChannels / s.groups)
        for n in 0..<images {
            for o in 0..<s.outChannels {
                for oy in 0..<s.outHeight {
                    for ox in 0..<s.outWidth {
                        for c in 0..<inGroup {
                            for ky in 0..<s.rows.size {
                                for kx in 0..<s.columns.size {
                                    let y = oy * s.rows.stride + ky * s.rows.dilation - s.rows.padding
                                    let x = ox * s.columns.stride + kx * s.columns.dilation - s.columns.padding
                                    guard y >= 0, y < s.height, x >= 0, x < s.width else { continue }
                                    let channel = o / outGroup * inGroup + c
                                    body(
                                        ((n * s.outChannels + o) * s.outHeight + oy) * s.outWidth + ox,
                                        ((n * s.inChannels + channel) * s.height + y) * s.width + x,
                                        ((o * inGroup + c) * s.rows.size + ky) * s.columns.size + kx)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    var inputCount: Int { images * shape.inChannels * shape.height * shape.width }
    var weightCount: Int { shape.outChannels * shape.taps }
    var outputCount: Int { images * shape.outChannels * shape.outPixels }
}

private func window(_ size: Int, _ stride: Int = 1, _ padding: Int = 0, _ dilation: Int = 1) -> Window {
    Window(size: size, stride: stride, padding: padding, dilation: dilation)
}

private let named: [ConvolutionCase] = [
    .init("one pixel", 1, 1, 1, out: 1, window(1), window(1)),
    .init("the first of the tutorial", images: 1, 1, 28, 28, out: 10, window(5), window(5)),
    .init("the second of the tutorial", images: 3, 10, 12, 12, out: 20, window(5), window(5)),
    .init("1x1", 5, 7, 9, out: 13, window(1), window(1)),
    .init("3x3 padded", 3, 6, 7, out: 8, window(3, 1, 1), window(3, 1, 1)),
    .init("3x3 padded, narrow", 4, 6, 3, out: 5, window(3, 1, 1), window(3, 1, 1)),
    .init("3x3 padded, one column", 4, 9, 1, out: 2, window(3, 1, 1), window(3, 1, 1)),
    .init("3x3 padded, wide", 2, 5, 35, out: 3, window(3, 1, 1), window(3, 1, 1)),
    .init("padded in rows only", 3, 5, 6, out: 4, window(5, 1, 2), window(1)),
    .init("padded in columns only", 3, 5, 6, out: 4, window(1), window(5, 1, 2)),
    .init("padding beyond the image", 2, 2, 3, out: 3, window(3, 1, 4), window(3, 1, 5)),
    .init("eight columns and padding", 2, 8, 8, out: 2, window(3, 1, 1), window(3, 1, 1)),
    .init("sixteen columns and padding", 3, 4, 16, out: 7, window(3, 1, 2), window(3, 1, 1)),
    .init("stride 2", 3, 9, 10, out: 6, window(3, 2), window(3, 2)),
    .init("stride 2 padded", 3, 9, 18, out: 6, window(3, 2, 1), window(3, 2, 1)),
    .init("stride beyond the kernel", 2, 11, 11, out: 3, window(2, 4), window(1, 3)),
    .init("dilated", 2, 9, 12, out: 3, window(3, 1, 2, 2), window(2, 1, 3, 3)),
    .init("dilated and strided", 2, 12, 13, out: 3, window(3, 2, 1, 2), window(3, 3, 2, 3)),
    .init("groups", 6, 7, 8, out: 4, window(3, 1, 1), window(3, 1, 1), groups: 2),
    .init("depthwise", 5, 7, 9, out: 10, window(3, 1, 1), window(3), groups: 5),
    .init("wide kernel", 2, 4, 40, out: 3, window(2), window(17)),
    .init("kernel as wide as a vector", 2, 4, 20, out: 3, window(3, 1, 1), window(8, 1, 3)),
    .init("more rows than a tile", 2, 5, 6, out: 100, window(3), window(3)),
    .init("the whole image", 3, 6, 7, out: 5, window(6), window(7)),
    .init("no channels", 0, 4, 4, out: 2, window(3), window(3)),
]

/// Rows of every length around halves, wholes and pairs of vectors.
private let widths = (2...34).map { width in
    ConvolutionCase(
        "rows of \(width)", 2, 4, width, out: 7, window(2), window(3, 1, width % 2))
}

/// Numbers of output channels around one, two and three vectors.
private let outputs = [1, 3, 4, 5, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 40, 48, 49].map { out in
    ConvolutionCase("\(out) output channels", 3, 5, 6, out: out, window(3), window(3, 1, 1))
}

private let cases = named + widths + outputs

@Suite("Convolution kernels of every instruction set")
struct ConvolutionTests {
    @Test("forward, with a bias and without", arguments: tableNames, cases)
    func forward(name: String, test: ConvolutionCase) throws {
        let kernels = try table(name)
        let (x, w) = (guardedFormula(test.inputCount, 0), guardedFormula(test.weightCount, 1))
        let b = guardedFormula(test.shape.outChannels, 2)
        for biased in [true, false] {
            var expected = (0..<test.outputCount).map { place in
                biased ? Double(b.pointer[place / test.shape.outPixels % test.shape.outChannels]) : 0
            }
            test.forEachProduct { expected[$0] += Double(x.pointer[$1]) * Double(w.pointer[$2]) }
            for kind in ConvolutionKind.anyOrFastest {
                guard let method = kernels.convolution(test.shape, images: test.images, kind) else { continue }
                let y = Guarded(count: test.outputCount)
                method.runAll(x, weight: w, bias: biased ? b : nil, into: y)
                expectClose(y, expected, tolerance: 5e-5, "\(name) \(test.testDescription) \(method)")
            }
        }
    }

    @Test("gradient of the input", arguments: tableNames, cases)
    func backwardInput(name: String, test: ConvolutionCase) throws {
        let kernels = try table(name)
        let (g, w) = (guardedFormula(test.outputCount, 3), guardedFormula(test.weightCount, 1))
        var expected = [Double](repeating: 0, count: test.inputCount)
        test.forEachProduct { expected[$1] += Double(g.pointer[$0]) * Double(w.pointer[$2]) }
        for kind in ConvolutionKind.anyOrFastest {
            guard let method = kernels.convolutionInputGradient(test.shape, images: test.images, kind) else { continue }
            let dx = Guarded(count: test.inputCount)
            method.runAll(g, weight: w, bias: nil, into: dx)
            expectClose(dx, expected, tolerance: 5e-5, "\(name) \(test.testDescription) \(method)")
        }
    }

    @Test("gradient of the weight", arguments: tableNames, cases)
    func backwardWeight(name: String, test: ConvolutionCase) throws {
        let kernels = try table(name)
        let (g, x) = (guardedFormula(test.outputCount, 3), guardedFormula(test.inputCount, 0))
        var expected = [Double](repeating: 0, count: test.weightCount)
        test.forEachProduct { expected[$2] += Double(g.pointer[$0]) * Double(x.pointer[$1]) }
        for kind in WeightGradientKind.anyOrFastest {
            guard let method = kernels.convolutionWeightGradient(test.shape, images: test.images, kind) else { continue }
            let dw = Guarded(count: test.weightCount)
            method.runAll(g, input: x, into: dw)
            expectClose(dw, expected, tolerance: 5e-5, "\(name) \(test.testDescription) \(method)")
        }
    }

    @Test("no images give no weight gradient", arguments: tableNames)
    func noImages(name: String) throws {
        let test = cases[4]
        let (g, x) = (guardedFormula(test.outputCount, 3), guardedFormula(test.inputCount, 0))
        for kind in WeightGradientKind.anyOrFastest {
            guard let method = try table(name).convolutionWeightGradient(test.shape, images: 0, kind) else { continue }
            let dw = Guarded(count: test.weightCount)
            method.runAll(g, input: x, into: dw)
            expectClose(dw, .init(repeating: 0, count: test.weightCount), "\(name) \(method)")
        }
    }
}

extension CaseIterable where Self: Sendable {
    /// Each of them, and nil, which leaves the choice to the kernels.
    fileprivate static var anyOrFastest: [Self?] { allCases.map { $0 } + [nil] }
}

extension ConvolutionMethod {
    /// Runs the parts one after the other, the last first.
    fileprivate func runAll(_ input: Guarded, weight: Guarded, bias: Guarded?, into output: Guarded) {
        let packed = Guarded(count: packedSize)
        for part in (0..<packParts).reversed() { pack(weight.constant, into: packed.pointer, part: part) }
        for part in (0..<parts).reversed() {
            run(input.constant, packed: packed.constant, bias: bias?.constant, output: output.pointer, part: part)
        }
        #expect(packed.isIntactAround, "\(self): packed outside")
    }
}

extension WeightGradientMethod {
    fileprivate func runAll(_ gradient: Guarded, input: Guarded, into output: Guarded) {
        let sums = Guarded(count: max(1, parts) * sumsSize)
        for part in (0..<parts).reversed() {
            run(gradient.constant, input: input.constant, sums: sums.pointer + part * sumsSize, part: part)
        }
        for part in (0..<finishParts).reversed() { finish(sums.pointer, weightGradient: output.pointer, part: part) }
        #expect(sums.isIntactAround, "\(self): sums outside")
    }
}
