import Kernels
import TestSupport
import Testing

@Suite("Convolution kernels of every instruction set")
struct ConvolutionTests {
    @Test("forward, with a bias and without", arguments: tableNames, convolutionCases)
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

    @Test("gradient of the input", arguments: tableNames, convolutionCases)
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

    @Test("gradient of the weight", arguments: tableNames, convolutionCases)
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

    @Test("gradients of input and weight from sparse gradients", arguments: tableNames, convolutionCases)
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

    @Test("what is not finite is found where zeros are not multiplied", arguments: tableNames, convolutionCases)
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
        let test = convolutionCases[4]
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
        var sums = [Float](repeating: .nan, count: planes)
        (count, isFinite) = kernels.nonzeros(gradient.constant, pixels: pixels, bits: &bits, sums: &sums, 0..<planes)
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
