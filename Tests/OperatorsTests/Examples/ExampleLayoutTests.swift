import TensorSupport
import Testing

@Suite("Declared examples do not mind how elements lie in memory")
struct ExampleLayoutTests {
    private func expectSame(
        _ operation: Operator, tolerance: Double, plain: (Tensor) throws -> Tensor = { $0 },
        _ seen: (Tensor) throws -> Tensor
    ) throws {
        for example in operation.examples {
            let call = try ExampleCall(operation, example)
            let expected = try call.differentiated(seen: plain)
            let got = try call.differentiated(seen: seen)
            for (place, (a, b)) in zip(got.results, expected.results).enumerated() {
                #expect(a.shape == b.shape && a.dtype == b.dtype)
                expectClose(try a.doubles(), try b.doubles(), tolerance: tolerance, "\(call), result \(place)")
            }
            for (place, (a, b)) in zip(got.gradients, expected.gradients).enumerated() {
                #expect((a == nil) == (b == nil) && a?.shape == b?.shape)
                guard let a, let b else { continue }
                expectClose(try a.doubles(), try b.doubles(), tolerance: tolerance, "\(call), gradient \(place)")
            }
        }
    }

    @Test("seen out of order", arguments: Operators.all)
    func scattered(operation: Operator) throws {
        guard Exceptions.dependsOnLayout[operation.schema.name] == nil else { return }
        try expectSame(operation, tolerance: 1e-5) { try $0.seenOutOfOrder() }
    }

    @Test("seen inside another tensor", arguments: Operators.all)
    func inside(operation: Operator) throws {
        try expectSame(operation, tolerance: 0) { tensor in
            try Tensor.stack([.ones(tensor.shape, dtype: tensor.dtype), tensor], 0).select(0, 1)
        }
    }

    @Test("with a row repeated", arguments: Operators.all)
    func repeated(operation: Operator) throws {
        func repeated(_ tensor: Tensor) throws -> Tensor {
            if tensor.dim == 0 || tensor.shape[0] == 0 { return tensor }
            return try tensor.narrow(0, start: 0, length: 1).expand(tensor.shape)
        }
        guard Exceptions.dependsOnLayout[operation.schema.name] == nil else { return }
        try expectSame(operation, tolerance: 1e-5, plain: { try repeated($0).clone() }, repeated)
    }

    @Test("and leave their arguments as they were", arguments: Operators.all)
    func unchanged(operation: Operator) throws {
        for example in operation.examples {
            let call = try ExampleCall(operation, example)
            let before = try call.tensors.map { try $0.bits() }
            _ = try call.differentiated()
            _ = try call.onCopies(of: call.tensors)()
            #expect(try call.tensors.map { try $0.bits() } == before, "\(call)")
        }
    }
}
