import TensorSupport
import Testing

@testable import Tensors

private let changing = Operators.all.filter { $0.faces.contains(.inPlace) }

@Suite("What changes a tensor gives what the operator gives")
struct ExampleInPlaceTests {
    /// The call in the type that an operator needs to take its own result back.
    private func call(_ operation: Operator, _ example: Example) throws -> ExampleCall {
        let call = try ExampleCall(operation, example)
        let result = try call().results()[0].dtype
        return result == .float64 ? try ExampleCall(operation, example, dtype: .float64) : call
    }

    /// The arguments with the first tensor replaced by a copy; nil where the first argument is a number.
    private func copied(_ call: ExampleCall, _ copy: (Tensor) throws -> Tensor) throws -> (ExampleCall, Tensor)? {
        guard case .object(let object)? = call.arguments[0], let tensor = object as? Tensor else { return nil }
        let target = try copy(tensor)
        var changed = call
        changed.arguments[0] = .object(target)
        return (changed, target)
    }

    @Test("elements, in whatever order they lie", arguments: changing)
    func values(operation: Operator) throws {
        var tried = 0
        for example in operation.examples {
            let call = try call(operation, example)
            let plain = try call().results()[0]
            for copy in [{ try $0.clone() }, { try $0.seenOutOfOrder() }] as [(Tensor) throws -> Tensor] {
                guard let (changed, target) = try copied(call, copy) else { continue }
                let version = target.storage.version
                guard plain.shape == target.shape, target.dtype.canHold(plain.dtype) else {
                    #expect(throws: TensorError.self) { try changed.inPlace() }
                    continue
                }
                try changed.inPlace()
                tried += 1
                #expect(target.storage.version > version)
                expectClose(try target.doubles(), try plain.to(target.dtype).doubles(), tolerance: 1e-6, "\(call)")
            }
        }
        #expect(tried > 0)
    }

    @Test("gradients, of a tensor and of a part of one", arguments: changing)
    func gradients(operation: Operator) throws {
        var isRefused = false
        defer { #expect(isRefused == (Exceptions.inPlaceGradients[operation.schema.name] != nil)) }
        for example in operation.examples {
            let call = try call(operation, example)
            guard case .object(let object)? = call.arguments[0], let tensor = object as? Tensor,
                tensor.dtype.isFloatingPoint
            else { continue }
            let plain = try call.differentiated()
            guard plain.results[0].shape == tensor.shape, plain.results[0].requiresGrad else { continue }
            for isPart in [false, true] {
                let leaves = try call.tensors.map { $0.dtype.isFloatingPoint ? try $0.leaf() : $0 }
                // A part of a larger tensor that was made by an operation, or a copy.
                let whole = isPart ? try Tensor.stack([leaves[0], leaves[0].detach()], 0) : try leaves[0].clone()
                let target = isPart ? try whole.select(0, 0) : whole
                try call.replacing([target] + leaves.dropFirst()).inPlace()
                let result = isPart ? try whole.select(0, 0) : whole
                do {
                    try #require(try weightedSum([result])).backward()
                } catch let error as TensorError {
                    isRefused = true
                    if Exceptions.inPlaceGradients[operation.schema.name] == nil { throw error }
                    continue
                }
                for (place, leaf) in leaves.enumerated() {
                    guard let gradient = plain.gradients[place] else { continue }
                    expectClose(
                        try leaf.grad?.doubles() ?? [], try gradient.doubles(), tolerance: 1e-6,
                        "\(call), gradient \(place)\(isPart ? " of a part" : "")")
                }
            }
        }
    }

    @Test("a leaf that wants a gradient is not changed", arguments: changing)
    func leaves(operation: Operator) throws {
        for example in operation.examples {
            let call = try call(operation, example)
            guard let (changed, target) = try copied(call, { try $0.clone() }), target.dtype.isFloatingPoint else {
                continue
            }
            try target.requireGrad()
            let before = try target.bits()
            #expect(throws: TensorError.self) { try changed.inPlace() }
            #expect(try target.bits() == before, "\(call)")
        }
    }
}
