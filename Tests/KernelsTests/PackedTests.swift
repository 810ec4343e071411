import Kernels
import TestSupport
import Testing

@Suite("Kernels with packed weights, of every instruction set")
struct PackedTests {
    @Test("convolutions, alone and with what may follow", arguments: tableNames, ungroupedCases)
    func convolution(name: String, test: ConvolutionCase) throws {
        let (kernels, s) = (try table(name), test.shape)
        let (x, w) = (guardedFormula(test.inputCount, 0), guardedFormula(test.weightCount, 1))
        let b = guardedFormula(s.outChannels, 2)
        for biased in [true, false] {
            var sums = (0..<test.outputCount).map { place in
                biased ? Double(b.pointer[place / s.outPixels % s.outChannels]) : 0
            }
            test.forEachProduct { sums[$0] += Double(x.pointer[$1]) * Double(w.pointer[$2]) }
            for (isPooled, isRectified) in [(false, false), (false, true), (true, false), (true, true)] {
                let canPool = [s.rows, s.columns].allSatisfy { $0.stride == 1 && $0.dilation == 1 }
                if isPooled && !(canPool && s.outHeight > 1 && s.outWidth > 1) { continue }
                let packed = PackedConvolution(
                    s, weight: w.constant, bias: biased ? b.constant : nil, isPooled: isPooled, isRectified: isRectified
                )
                var expected = isPooled ? pooled(sums, test) : sums
                if isRectified { expected = expected.map { max($0, 0) } }
                let (y, scratch) = (Guarded(count: expected.count), Guarded(count: packed.scratchSize))
                kernels.convolve(packed, x.constant, y.pointer, scratch: scratch.pointer, images: test.images)
                let what = "\(name) \(test.testDescription) \(biased) \(isPooled) \(isRectified)"
                expectClose(y, expected, tolerance: 5e-5, what)
                #expect(scratch.isIntactAround, "\(what): scratch outside")
            }
        }
    }

    private func pooled(_ values: [Double], _ test: ConvolutionCase) -> [Double] {
        let (height, width) = (test.shape.outHeight, test.shape.outWidth)
        return (0..<test.images * test.shape.outChannels).flatMap { plane in
            (0..<height / 2).flatMap { y in
                (0..<width / 2).map { x in
                    let at = plane * height * width + 2 * y * width + 2 * x
                    return max(max(values[at], values[at + 1]), max(values[at + width], values[at + width + 1]))
                }
            }
        }
    }

    @Test(
        "linear layers, of a weight by rows and by columns", arguments: tableNames,
        [(1, 1), (2, 3), (5, 4), (7, 8), (16, 10), (17, 16), (33, 17), (320, 50), (50, 10), (64, 48), (3, 65)])
    func linear(name: String, sizes: (inputs: Int, outputs: Int)) throws {
        let (kernels, inputs, outputs) = (try table(name), sizes.inputs, sizes.outputs)
        let (w, b) = (guardedFormula(inputs * outputs, 1), guardedFormula(outputs, 2))
        for rows in [1, 2, 3, 5, 8, 16, 19] {
            let x = guardedFormula(rows * inputs, 0)
            for (byRow, isRectified) in [(true, false), (false, true)] {
                let (outputStep, inputStep) = byRow ? (inputs, 1) : (1, outputs)
                let packed = PackedLinear(
                    inputs: inputs, outputs: outputs, weight: w.constant, outputStep: outputStep, inputStep: inputStep,
                    bias: byRow ? b.constant : nil, isRectified: isRectified)
                let expected = (0..<rows * outputs).map { place in
                    let (row, output) = (place / outputs, place % outputs)
                    var sum = byRow ? Double(b.pointer[output]) : 0
                    for i in 0..<inputs {
                        sum +=
                            Double(x.pointer[row * inputs + i])
                            * Double(w.pointer[output * outputStep + i * inputStep])
                    }
                    return isRectified ? max(sum, 0) : sum
                }
                let y = Guarded(count: rows * outputs)
                kernels.multiply(packed, x.constant, y.pointer, rows: rows)
                expectClose(y, expected, tolerance: 5e-5, "\(name) \(sizes) \(rows) rows, \(byRow)")
            }
        }
    }
}
