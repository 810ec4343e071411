import TensorSupport
import Testing

private func takers(_ name: String) -> [Operator] {
    Operators.all.filter { $0.schema.parameters.contains { "\($0.name)" == name } }
}

/// Options that mean the same wherever they are.
@Suite("Options that many operators have do what they say")
struct ExampleOptionTests {
    /// The operators' examples with options given.
    private func calls(_ operation: Operator, _ options: [String: Value]) throws -> [ExampleCall] {
        try operation.examples.map { example in
            var call = try ExampleCall(operation, example)
            for (place, parameter) in operation.schema.parameters.enumerated() {
                if let value = options["\(parameter.name)"] { call.arguments[place] = value }
            }
            return call
        }
    }

    @Test("'dtype' is the type of the result", arguments: takers("dtype"))
    func dtype(operation: Operator) throws {
        var given = 0
        for dtype in DType.allCases {
            for call in try calls(operation, ["dtype": .string(dtype.rawValue)]) {
                do {
                    #expect(try call().results()[0].dtype == dtype, "\(call)")
                    given += 1
                } catch is TensorError {}
            }
        }
        #expect(given > 0)
    }

    @Test("'requires_grad' makes a leaf", arguments: takers("requires_grad"))
    func requiresGrad(operation: Operator) throws {
        for call in try calls(operation, ["requires_grad": .boolean(true), "dtype": .string("float32")]) {
            #expect(try call().results()[0].isLeafRequiringGrad, "\(call)")
        }
        for call in try calls(operation, ["requires_grad": .boolean(true), "dtype": .string("int64")]) {
            #expect(throws: TensorError.self, "\(call)") { try call() }
        }
    }

    @Test("'inplace' changes the input", arguments: takers("inplace"))
    func inplace(operation: Operator) throws {
        for call in try calls(operation, ["inplace": .boolean(true)]) {
            var plain = call
            let place = try #require(operation.schema.parameters.firstIndex { "\($0.name)" == "inplace" })
            plain.arguments[place] = .boolean(false)
            let wanted = try plain().results()[0].doubles()
            let target = try call.tensors[0].clone()
            let result = try call.replacing([target] + call.tensors.dropFirst())().results()[0]
            expectClose(try target.doubles(), wanted, tolerance: 0, "\(call)")
            expectClose(try result.doubles(), wanted, tolerance: 0, "\(call)")
        }
    }

    @Test(
        "without 'training' the input is the result",
        arguments: takers("training").filter { $0.schema.name.contains("dropout") })
    func training(operation: Operator) throws {
        for call in try calls(operation, ["training": .boolean(false)]) {
            expectClose(
                try call().results()[0].doubles(), try call.tensors[0].doubles(), tolerance: 0, "\(call)")
        }
    }
}
