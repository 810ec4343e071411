import Kernels
import TestSupport
import Testing

/// What a test's gradients are like.
enum Gradients: Sendable, CaseIterable {
    case dense, sparse, zero

    /// `sparse` leaves one element in seven, and none at all in some planes.
    func values(_ count: Int, plane: Int) -> Guarded {
        Guarded(
            formulaValues(count, 3).enumerated().map { i, value in
                switch self {
                case .dense: value
                case .sparse: i * 5 % 7 == 3 && i / plane % 5 != 2 ? value : i % 2 == 0 ? 0 : -0.0
                case .zero: 0
                }
            })
    }
}

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
    .init("depthwise, several images a frame", images: 7, 3, 7, 7, out: 3, window(3, 1, 1), window(3, 1, 1), groups: 3),
    .init("depthwise, 5x5", images: 3, 2, 14, 14, out: 2, window(5, 1, 2), window(5, 1, 2), groups: 2),
    .init("depthwise, 7x7", images: 1, 2, 20, 20, out: 2, window(7, 1, 3), window(7, 1, 3), groups: 2),
    .init("depthwise, stride 2", images: 5, 3, 14, 14, out: 3, window(5, 2, 2), window(5, 2, 2), groups: 3),
    .init("depthwise, stride 2, odd", images: 3, 3, 9, 7, out: 3, window(3, 2, 1), window(3, 2, 1), groups: 3),
    .init("depthwise, stride 3, dilated", images: 3, 2, 13, 16, out: 4, window(3, 3, 1, 2), window(2, 3), groups: 2),
    .init("depthwise, stride beyond the kernel", 3, 11, 11, out: 3, window(2, 4), window(1, 3), groups: 3),
    .init("depthwise, stride beyond the padding", 2, 6, 7, out: 2, window(3, 2, 5), window(3, 1, 6), groups: 2),
    .init(
        "depthwise, more rows than a frame", images: 2, 2, 90, 61, out: 2, window(3, 1, 1), window(3, 1, 1), groups: 2),
    .init(
        "depthwise, the same with stride 2", images: 2, 2, 91, 70, out: 2, window(3, 2, 1), window(5, 2, 2), groups: 2),
    .init("many groups of three to five", images: 3, 60, 6, 7, out: 100, window(3, 1, 1), window(3, 1, 1), groups: 20),
    .init("groups of eight", images: 2, 16, 14, 14, out: 16, window(3, 1, 1), window(3, 1, 1), groups: 2),
    .init("wide kernel", 2, 4, 40, out: 3, window(2), window(17)),
    .init("kernel as wide as a vector", 2, 4, 20, out: 3, window(3, 1, 1), window(8, 1, 3)),
    .init("more rows than a tile", 2, 5, 6, out: 100, window(3), window(3)),
    .init("the whole image", 3, 6, 7, out: 5, window(6), window(7)),
    .init("several images a part", images: 18, 3, 6, 5, out: 4, window(3), window(2)),
    .init("blocks of channels", images: 1, 40, 5, 7, out: 3, window(3, 1, 1), window(3, 1, 1)),
    .init("blocks of several vectors", images: 1, 130, 4, 5, out: 3, window(1), window(1)),
    .init("images of a part that are packed one by one", images: 18, 17, 36, 40, out: 1, window(1), window(1)),
    .init("rows that end within vectors", images: 3, 5, 13, 11, out: 9, window(3, 1, 1), window(3, 1, 1)),
    .init("rows that end within vectors, stride 2", images: 2, 3, 21, 35, out: 5, window(3, 2, 1), window(3, 2, 1)),
    .init(
        "depthwise, more planes than are worked on at a time", images: 3, 7, 6, 5, out: 7, window(3, 1, 1),
        window(3, 1, 1), groups: 7),
    .init("depthwise, wide, stride 2", images: 2, 3, 9, 45, out: 3, window(5, 2, 2), window(5, 2, 2), groups: 3),
    .init("channels one beyond a vector", images: 1, 17, 6, 6, out: 19, window(2), window(3)),
    .init("more sums than registers", images: 1, 18, 9, 8, out: 3, window(7, 1, 3), window(7, 1, 3)),
    .init("colours", images: 1, 3, 20, 20, out: 5, window(7, 2, 3), window(7, 2, 3)),
    .init("large kernel", images: 1, 3, 24, 25, out: 3, window(11, 2, 2), window(11, 2, 2)),
    .init("larger than the first cache", images: 1, 10, 24, 36, out: 2, window(3, 1, 1), window(3, 1, 1)),
    .init("parts of output channels", images: 3, 5, 5, 5, out: 70, window(2), window(2)),
    .init("tiles of several images", images: 9, 5, 7, 7, out: 20, window(3, 1, 1), window(3, 1, 1)),
    .init("tiles of many images", images: 60, 3, 2, 3, out: 4, window(1), window(1)),
    .init("small images with a stride", images: 7, 6, 5, 5, out: 9, window(3, 2, 1), window(3, 2, 1)),
    .init("channels in several blocks", images: 3, 50, 4, 6, out: 70, window(3, 1, 1), window(3, 1, 1)),
    .init("wide rows and channels in several blocks", images: 1, 45, 5, 18, out: 9, window(3, 1, 1), window(3, 1, 1)),
    .init("1x1 and channels in several blocks", images: 5, 200, 3, 5, out: 130, window(1), window(1)),
    .init("rows in several blocks", images: 1, 2, 70, 33, out: 3, window(3, 2, 1), window(5, 1, 2)),
    .init("more output channels than a block", images: 2, 3, 6, 6, out: 200, window(2, 2), window(2, 2)),
    .init("1x1 with a stride", images: 2, 6, 9, 11, out: 5, window(1, 2), window(1, 2)),
    .init("1x1 padded", images: 2, 3, 4, 5, out: 5, window(1, 1, 1), window(1, 1, 2)),
    .init("the last rows unseen", images: 2, 2, 10, 12, out: 3, window(2, 4), window(3, 5)),
    .init("stride 2 and dilated", images: 2, 3, 12, 20, out: 4, window(3, 2, 2, 2), window(3, 2, 2, 2)),
    .init("many channels", 40, 7, 7, out: 140, window(3, 1, 1), window(3, 1, 1)),
    .init("tiles of several images in a block", images: 5, 20, 5, 4, out: 36, window(3, 1, 1), window(3, 1, 1)),
    .init("images that end inside a block", images: 9, 3, 9, 13, out: 4, window(3, 1, 1), window(3, 1, 1)),
    .init("rows longer than a block", images: 1, 2, 3, 301, out: 3, window(3, 1, 1), window(3, 1, 1)),
    .init("3x3, two pixels of padding", 17, 4, 6, out: 5, window(3, 1, 2), window(3, 1)),
    .init("strips of rows", images: 1, 40, 20, 30, out: 3, window(3, 1, 1), window(2, 1, 1)),
    .init("strips of rows, stride 2", images: 1, 7, 21, 33, out: 5, window(5, 2, 2), window(3, 2, 1)),
    .init("strips of rows, dilated", images: 1, 5, 24, 26, out: 18, window(3, 1, 3, 3), window(2, 1, 1, 2)),
    .init("few parts of many channels", images: 1, 20, 6, 6, out: 70, window(3, 1, 1), window(3, 1, 1)),
    .init("more channels than a list's group", images: 2, 140, 4, 6, out: 300, window(1), window(1)),
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
/// Those that packed convolutions take.
let ungroupedCases = cases.filter { $0.shape.groups == 1 }

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
            guard let method = kernels.convolutionWeightGradient(test.shape, images: test.images, kind) else {
                continue
            }
            let dw = Guarded(count: test.weightCount)
            method.runAll(g, input: x, into: dw)
            expectClose(dw, expected, tolerance: 5e-5, "\(name) \(test.testDescription) \(method)")
        }
    }

    @Test("gradients of input and weight from sparse gradients", arguments: tableNames, cases)
    func sparse(name: String, test: ConvolutionCase) throws {
        let kernels = try table(name)
        let (x, w) = (guardedFormula(test.inputCount, 0), guardedFormula(test.weightCount, 1))
        for kind in Gradients.allCases {
            let g = kind.values(test.outputCount, plane: test.shape.outPixels)
            var inputGradient = [Double](repeating: 0, count: test.inputCount)
            var weightGradient = [Double](repeating: 0, count: test.weightCount)
            test.forEachProduct {
                inputGradient[$1] += Double(g.pointer[$0]) * Double(w.pointer[$2])
                weightGradient[$2] += Double(g.pointer[$0]) * Double(x.pointer[$1])
            }
            let found = Nonzeros(g, test, kernels)
            #expect(found.count == g.values.count { $0 != 0 } && found.isFinite)
            for (nonzeros, order) in [(found, "in order"), (found.reversed(test), "reversed")] {
                let text = "\(name) \(test.testDescription) \(kind) \(order)"
                for method in kernels.sparseInputGradients(test.shape, images: test.images) {
                    let dx = Guarded(count: test.inputCount)
                    #expect(method.runAll(nonzeros, weight: w, into: dx))
                    expectClose(dx, inputGradient, tolerance: 5e-5, "\(text) \(type(of: method))")
                }
                if let method = kernels.sparseWeightGradient(test.shape, images: test.images, nonzeros: nil) {
                    let dw = Guarded(count: test.weightCount)
                    #expect(method.runAll(nonzeros, input: x, into: dw))
                    expectClose(dw, weightGradient, tolerance: 5e-5, text)
                }
            }
        }
    }

    @Test("what is not finite is found where zeros are not multiplied", arguments: tableNames, cases)
    func notFinite(name: String, test: ConvolutionCase) throws {
        let kernels = try table(name)
        let g = Gradients.sparse.values(test.outputCount, plane: test.shape.outPixels)
        let places = Nonzeros(g, test, kernels)
        func ends(_ count: Int) -> [Int] { count == 0 ? [] : [0, count / 2, count - 1] }
        for value in [Float.nan, .infinity, -.infinity] {
            for at in ends(test.inputCount) {
                let x = guardedFormula(test.inputCount, 0)
                x.pointer[at] = value
                let dw = Guarded(count: test.weightCount)
                let method = kernels.sparseWeightGradient(test.shape, images: test.images, nonzeros: nil)
                #expect(method?.runAll(places, input: x, into: dw) != true, "\(name) \(test) \(at)")
            }
            for at in ends(test.weightCount) {
                let w = guardedFormula(test.weightCount, 1)
                w.pointer[at] = value
                let dx = Guarded(count: test.inputCount)
                for method in kernels.sparseInputGradients(test.shape, images: test.images) {
                    #expect(!method.runAll(places, weight: w, into: dx), "\(name) \(test) \(at)")
                }
            }
            for at in ends(test.outputCount) {
                let g = Gradients.zero.values(test.outputCount, plane: test.shape.outPixels)
                g.pointer[at] = value
                let places = Nonzeros(g, test, kernels)
                #expect(places.count == 1 && !places.isFinite, "\(name) \(test) \(at)")
            }
        }
    }

    @Test("a value that is not finite stays where it is seen", arguments: tableNames)
    func nonFinite(name: String) throws {
        let kernels = try table(name)
        let shape = Convolution(
            inChannels: 20, height: 9, width: 8, outChannels: 36, rows: window(3, 1, 1), columns: window(3, 1, 1),
            groups: 1)
        let test = ConvolutionCase("not finite", 20, 9, 8, out: 36, window(3, 1, 1), window(3, 1, 1))
        let (inputs, weights) = (formulaValues(test.inputCount, 0), formulaValues(test.weightCount, 1))
        let gradients = formulaValues(test.outputCount, 3)
        /// The values with one of them in the middle replaced.
        func replaced(_ values: [Float], by value: Float) -> [Float] {
            var values = values
            values[values.count / 2 + 3] = value
            return values
        }
        for value in [Float.nan, .infinity, -.infinity, 0x1p100] {
            let tolerance = 5e-5
            for (x, w) in [(replaced(inputs, by: value), weights), (inputs, replaced(weights, by: value))] {
                var expected = [Double](repeating: 0, count: test.outputCount)
                test.forEachProduct { expected[$0] += Double(x[$1]) * Double(w[$2]) }
                let y = Guarded(count: test.outputCount)
                let method = try #require(kernels.convolution(shape, images: test.images, .winograd))
                method.runAll(Guarded(x), weight: Guarded(w), bias: nil, into: y)
                expectClose(y, expected, tolerance: tolerance, "\(name) forward \(value)")
            }
            for (g, w) in [(replaced(gradients, by: value), weights), (gradients, replaced(weights, by: value))] {
                var expected = [Double](repeating: 0, count: test.inputCount)
                test.forEachProduct { expected[$1] += Double(g[$0]) * Double(w[$2]) }
                let dx = Guarded(count: test.inputCount)
                let method = try #require(kernels.convolutionInputGradient(shape, images: test.images, .winograd))
                method.runAll(Guarded(g), weight: Guarded(w), bias: nil, into: dx)
                expectClose(dx, expected, tolerance: tolerance, "\(name) input \(value)")
            }
            for (g, x) in [(replaced(gradients, by: value), inputs), (gradients, replaced(inputs, by: value))] {
                var expected = [Double](repeating: 0, count: test.weightCount)
                test.forEachProduct { expected[$2] += Double(g[$0]) * Double(x[$1]) }
                let dw = Guarded(count: test.weightCount)
                let method = try #require(kernels.convolutionWeightGradient(shape, images: test.images, .winograd))
                method.runAll(Guarded(g), input: Guarded(x), into: dw)
                expectClose(dw, expected, tolerance: tolerance, "\(name) weight \(value)")
            }
        }
    }

    @Test("minimal filtering stays close over many channels", arguments: tableNames)
    func accuracy(name: String) throws {
        let kernels = try table(name)
        let test = ConvolutionCase("512 channels", images: 1, 512, 6, 7, out: 16, window(3, 1, 1), window(3, 1, 1))
        let (x, w) = (guardedFormula(test.inputCount, 0), guardedFormula(test.weightCount, 1))
        let (y, g) = (Guarded(count: test.outputCount), guardedFormula(test.outputCount, 3))
        let dw = Guarded(count: test.weightCount)
        try #require(kernels.convolution(test.shape, images: 1, .winograd)).runAll(x, weight: w, bias: nil, into: y)
        try #require(kernels.convolutionWeightGradient(test.shape, images: 1, .winograd)).runAll(g, input: x, into: dw)
        var (expected, gradients) = (
            [Double](repeating: 0, count: test.outputCount), [Double](repeating: 0, count: test.weightCount)
        )
        test.forEachProduct { expected[$0] += Double(x.pointer[$1]) * Double(w.pointer[$2]) }
        test.forEachProduct { gradients[$2] += Double(g.pointer[$0]) * Double(x.pointer[$1]) }
        for (got, want) in [(y, expected), (dw, gradients)] {
            let largest = want.map(\.magnitude).max() ?? 0
            let error = zip(got.values, want).map { (Double($0) - $1).magnitude }.max() ?? .infinity
            #expect(error < 5e-6 * largest, "\(name): \(error) of \(largest)")
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

/// Where a gradient is not 0.
private struct Nonzeros {
    let values: Guarded
    let places: [Int32]
    let valuesAPlane: Int
    let bits: [UInt64]
    let count: Int
    let isFinite: Bool

    init(_ gradient: Guarded, _ test: ConvolutionCase, _ kernels: any KernelSet) {
        let (planes, pixels) = (test.images * test.shape.outChannels, test.shape.outPixels)
        values = gradient
        places = (0..<pixels).map { Int32($0) }
        valuesAPlane = pixels
        var bits = [UInt64](repeating: .max, count: planes * ((pixels + 63) / 64))
        (count, isFinite) = bits.withUnsafeMutableBufferPointer { bits in
            bits.baseAddress.map { kernels.nonzeros(gradient.constant, pixels: pixels, bits: $0, 0..<planes) } ?? (
                0, true
            )
        }
        self.bits = bits
    }

    private init(_ values: Guarded, _ places: [Int32], _ found: Nonzeros, valuesAPlane: Int) {
        (self.values, self.places, self.valuesAPlane) = (values, places, valuesAPlane)
        (bits, count, isFinite) = (found.bits, found.count, found.isFinite)
    }

    /// The same with the values of each plane in reverse order, and one more before them.
    func reversed(_ test: ConvolutionCase) -> Nonzeros {
        let pixels = test.shape.outPixels
        var values: [Float] = []
        for plane in 0..<test.images * test.shape.outChannels {
            values += [.nan] + self.values.values[plane * pixels..<(plane + 1) * pixels].reversed()
        }
        return Nonzeros(Guarded(values), places.map { Int32(pixels) - $0 }, self, valuesAPlane: pixels + 1)
    }

    /// Calls a method with what it works from.
    func callAsFunction<Result>(_ body: (SparseGradient) -> Result) -> Result? {
        bits.withUnsafeBufferPointer { bits in
            places.withUnsafeBufferPointer { places in
                guard let bits = bits.baseAddress, let sources = places.baseAddress else { return nil }
                return body(
                    SparseGradient(
                        values: values.constant, valuesAPlane: valuesAPlane, places: sources, bits: bits))
            }
        }
    }
}

extension SparseInputGradientMethod {
    /// Runs the parts one after the other, the last first. - Returns: whether the weight is finite.
    fileprivate func runAll(_ gradient: Nonzeros, weight: Guarded, into output: Guarded) -> Bool {
        let packed = Guarded(count: packedSize)
        var isFinite = true
        for part in (0..<packParts).reversed() where !pack(weight.constant, into: packed.pointer, part: part) {
            isFinite = false
        }
        gradient { gradient in
            for part in (0..<parts).reversed() {
                run(gradient, packed: packed.constant, output: output.pointer, part: part)
            }
        }
        #expect(packed.isIntactAround, "\(self): packed outside")
        return isFinite
    }
}

extension SparseWeightGradientMethod {
    fileprivate func runAll(_ gradient: Nonzeros, input: Guarded, into output: Guarded) -> Bool {
        let (packed, sums) = (Guarded(count: packedSize), Guarded(count: parts * sumsSize))
        var isFinite = true
        for part in (0..<packParts).reversed() where !pack(input.constant, into: packed.pointer, part: part) {
            isFinite = false
        }
        gradient { gradient in
            for part in (0..<parts).reversed() {
                let sums = sums.pointer + part * sumsSize
                if !run(gradient, input: input.constant, packed: packed.pointer, sums: sums, part: part) {
                    isFinite = false
                }
            }
        }
        for part in (0..<finishParts).reversed() {
            finish(sums.constant, weightGradient: output.pointer, part: part)
        }
        #expect(packed.isIntactAround && sums.isIntactAround, "\(self): outside")
        return isFinite
    }
}
