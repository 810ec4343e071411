import Foundation
import Kernels
import TestSupport
import Testing

/// The optimisers' kernels against PyTorch's steps, in `Tests/Reference/sgd.json`.
@Suite("Optimiser kernels of every instruction set give PyTorch's numbers")
struct OptimizerTests {
    @Test("six steps", arguments: tableNames, try JSON.referenceCases("sgd.json"))
    func steps(name: String, test: JSON) throws {
        let kernels = try table(name)
        let args = test["args"]
        func number(_ key: String) -> Float { Float(args[key].double ?? 0) }
        let parameter = Guarded(formulaValues(5, 0))
        let (first, second) = (Guarded([Float](repeating: 0, count: 5)), Guarded([Float](repeating: 0, count: 5)))
        for step in 1...6 {
            let gradient = guardedFormula(5, step)
            if test["name"].string.hasPrefix("sgd") {
                kernels.sgd(
                    SGDStep(
                        count: 5, parameter: parameter.pointer, gradient: gradient.constant,
                        velocity: number("momentum") == 0 ? nil : first.pointer, isFirst: step == 1,
                        learningRate: number("lr"), momentum: number("momentum"), dampening: number("dampening"),
                        weightDecay: number("weight_decay"), nesterov: args["nesterov"].bool))
            } else {
                let (beta1, beta2) = (args["betas"][0].double ?? 0, args["betas"][1].double ?? 0)
                let isDecoupled = test["name"].string == "adamw"
                let (rate, decay) = (Double(args["lr"].double ?? 0), args["weight_decay"].double ?? 0)
                kernels.adam(
                    AdamStep(
                        count: 5, parameter: parameter.pointer, gradient: gradient.constant, mean: first.pointer,
                        square: second.pointer, beta1: Float(beta1), beta2: Float(beta2), epsilon: number("eps"),
                        stepSize: Float(rate / (1 - pow(beta1, Double(step)))),
                        squareCorrection: Float((1 - pow(beta2, Double(step))).squareRoot()),
                        weightDecay: isDecoupled ? 0 : Float(decay),
                        shrink: isDecoupled ? Float(1 - rate * decay) : 1))
            }
            let expected = test["after_each_step"][step - 1].array.compactMap(\.double)
            expectClose(parameter, expected, tolerance: 1e-6, "\(name) \(test["name"].string), step \(step)")
            #expect(first.isIntactAround && second.isIntactAround)
        }
    }

    @Test("a step over any number of parameters is the step over each", arguments: tableNames)
    func counts(name: String) throws {
        let kernels = try table(name)
        for count in [0, 1, 7, 8, 17, 100] {
            let (p, g, v) = (guardedFormula(count, 1), guardedFormula(count, 2), guardedFormula(count, 3))
            let expected = (0..<count).map { i -> Double in
                let gradient = Double(g.pointer[i]) + 0.1 * Double(p.pointer[i])
                let velocity = 0.9 * Double(v.pointer[i]) + 0.8 * gradient
                return Double(p.pointer[i]) - 0.5 * (gradient + 0.9 * velocity)
            }
            kernels.sgd(
                SGDStep(
                    count: count, parameter: p.pointer, gradient: g.constant, velocity: v.pointer, isFirst: false,
                    learningRate: 0.5, momentum: 0.9, dampening: 0.2, weightDecay: 0.1, nesterov: true))
            expectClose(p, expected, tolerance: 1e-6, "\(name): \(count)")
            #expect(v.isIntactAround)
        }
    }
}
