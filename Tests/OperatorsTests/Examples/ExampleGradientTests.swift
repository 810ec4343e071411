import TensorSupport
import Testing

@testable import Tensors

@Suite("Gradients of declared examples agree with differences")
struct ExampleGradientTests {
    /// How far elements are moved, and how near the slopes come.
    private func precision(_ dtype: DType, _ results: [Tensor]) -> (step: Double, tolerance: Double) {
        dtype == .float64 && !results.contains { $0.dtype == .float32 } ? (1e-5, 1e-6) : (1e-2, 5e-3)
    }

    /// The slope of `function` along each element of a tensor.
    private func slopes(_ tensor: Tensor, _ step: Double, _ function: (Tensor) throws -> Double) throws -> [Double] {
        let values = try tensor.doubles()
        return try values.indices.map { i in
            let ends = try [step, -step].map { step in
                var moved = values
                moved[i] += step
                let changed = try tensor.with(moved)
                // In float32 the step is not quite what it should be.
                return (place: try changed.doubles()[i], value: try function(changed))
            }
            return (ends[0].value - ends[1].value) / (ends[0].place - ends[1].place)
        }
    }

    private func replacing(_ tensors: [Tensor], _ place: Int, _ tensor: Tensor) -> [Tensor] {
        var copy = tensors
        copy[place] = tensor
        return copy
    }

    @Test("the first", arguments: Operators.all)
    func gradients(operation: Operator) throws {
        for example in operation.examples {
            let call = try ExampleCall.precise(operation, example)
            let found = try call.differentiated()
            for (place, tensor) in call.tensors.enumerated()
            where tensor.dtype.isFloatingPoint && Exceptions.gradients[call.tensorNames[place]] == nil {
                let (step, tolerance) = precision(tensor.dtype, found.results)
                let wanted = try slopes(tensor, step) { moved in
                    try GradMode.set(false) {
                        let results = try call.onCopies(of: replacing(call.tensors, place, moved))().results()
                        return try results.enumerated().filter { $1.dtype.isFloatingPoint }.reduce(0) { sum, result in
                            let weights = try weights(result.element, result.offset).doubles()
                            return try zip(result.element.doubles(), weights).reduce(sum) { $0 + $1.0 * $1.1 }
                        }
                    }
                }
                let gradient = found.gradients[place]
                if let gradient { #expect(gradient.shape == tensor.shape && gradient.dtype == tensor.dtype) }
                expectClose(
                    try gradient?.doubles() ?? wanted.map { _ in 0 }, wanted, tolerance: tolerance,
                    "\(call), gradient of tensor \(place)")
            }
        }
    }

    /// The gradients of an example's tensors, weighted and added up, as a function of the tensors and of the weights
    /// of its results.
    private func gradientSum(_ call: ExampleCall, _ tensors: [Tensor], _ weights: [Tensor?]) throws -> Tensor? {
        let results = try call.onCopies(of: tensors)().results()
        var loss: Tensor?
        for (result, weight) in zip(results, weights) {
            guard let weight, result.requiresGrad else { continue }
            let sum = try (result * weight).sum()
            loss = try loss.map { try $0 + sum } ?? sum
        }
        guard let loss else { return nil }
        let leaves = tensors.filter(\.requiresGrad)
        let gradients = try Tensor.gradients(
            of: [loss], [nil], withRespectTo: leaves, createGraph: true)
        var total: Tensor?
        for (place, gradient) in gradients.enumerated() {
            guard let gradient else { continue }
            let sum = try (gradient * formula(gradient.shape, 20 + place).to(gradient.dtype)).sum()
            total = try total.map { try $0 + sum } ?? sum
        }
        return total
    }

    @Test("the second", arguments: Operators.all)
    func secondGradients(operation: Operator) throws {
        var isRefused = false
        for example in operation.examples {
            let call = try ExampleCall.precise(operation, example)
            let tensors = try call.tensors.map { $0.dtype.isFloatingPoint ? try $0.leaf() : $0 }
            let results = try call.onCopies(of: tensors)().results()
            let weights = try results.enumerated().map { place, result in
                result.requiresGrad ? try TensorSupport.weights(result, place).leaf() : nil
            }
            let (step, tolerance) = precision(tensors.first?.dtype ?? .float32, results)
            do {
                guard let sum = try gradientSum(call, tensors, weights), sum.requiresGrad else { continue }
                try sum.backward()
            } catch let error as TensorError {
                isRefused = true
                if Exceptions.refusesSecondGradient[operation.schema.name] == nil { throw error }
                continue
            }
            let all = tensors + weights.compactMap { $0 }
            for (place, tensor) in all.enumerated() where tensor.requiresGrad {
                if place < tensors.count, Exceptions.gradients[call.tensorNames[place]] != nil { continue }
                let wanted = try slopes(tensor.detach(), step) { moved in
                    let changed = replacing(all, place, try moved.requireGrad())
                    var rest = changed[tensors.count...]
                    let others = weights.map { $0 == nil ? nil : rest.popFirst() }
                    return try gradientSum(call, Array(changed.prefix(tensors.count)), others)?.item() ?? 0
                }
                expectClose(
                    try tensor.grad?.doubles() ?? wanted.map { _ in 0 }, wanted, tolerance: 10 * tolerance,
                    "\(call), second gradient of tensor \(place)")
            }
        }
        #expect(isRefused == (Exceptions.refusesSecondGradient[operation.schema.name] != nil))
    }
}
