import Foundation
import Kernels
import TensorSupport
import TestSupport
import Testing

/// Every declared example against `Tests/Reference/operators.json`, which `make_operators.py` writes.
@Suite("Declared examples give PyTorch's numbers")
struct ExampleReferenceTests {
    /// PyTorch's results by the description of the call.
    private static let stored = Result {
        try Dictionary(JSON.referenceCases("operators.json").map { ($0["call"].string, $0) }) { first, _ in first }
    }

    private static func numbers(_ values: JSON) -> [Double] {
        values.array.map { value in
            if case .bool(let truth) = value { return truth ? 1 : 0 }
            return value.double ?? Double(value.string) ?? .nan
        }
    }

    private static func compare(_ got: Tensor?, _ expected: JSON, _ comment: String) throws {
        if expected.string == "refused" { return }
        // Where nothing depends on a tensor, its gradient may be missing or 0.
        guard case .object = expected else {
            #expect(try got?.doubles().allSatisfy { $0 == 0 } ?? true, "\(comment): no gradient expected")
            return
        }
        let values = numbers(expected["values"])
        guard let got else {
            #expect(values.allSatisfy { $0 == 0 }, "\(comment): missing")
            return
        }
        #expect(got.shape == expected["shape"].ints, "\(comment)")
        #expect(got.dtype.rawValue == expected["dtype"].string, "\(comment)")
        if case .null = expected["values"] { return }
        expectClose(try got.doubles(), values, tolerance: 1e-5, comment)
    }

    private static func compare(_ operation: Operator, _ cases: [String: JSON]) throws {
        for example in operation.examples {
            let call = try ExampleCall(operation, example)
            guard let expected = cases["\(call)"] else {
                Issue.record("\(call): no values of PyTorch's; run Tests/Reference/make_operators.py")
                continue
            }
            let found = try call.differentiated()
            #expect(found.results.count == expected["outputs"].array.count, "\(call)")
            for (place, result) in found.results.enumerated() {
                try compare(result, expected["outputs"][place], "\(call), result \(place)")
            }
            let leaves = zip(call.tensors, found.gradients).filter { $0.0.dtype.isFloatingPoint }
            #expect(leaves.count == expected["gradients"].array.count, "\(call)")
            for (place, leaf) in leaves.enumerated() {
                try compare(leaf.1, expected["gradients"][place], "\(call), gradient \(place)")
            }
        }
    }

    @Test("results, their shapes and types, and gradients", arguments: Operators.all)
    func reference(operation: Operator) throws { try Self.compare(operation, Self.stored.get()) }

    @Test("with every instruction set", arguments: usableKernels.map(\.name))
    func instructionSets(name: String) async {
        // The kernels are chosen once for each process.
        await #expect(processExitsWith: .success) { [name] in
            setenv("NIGHTJAR_ISA", name, 1)
            #expect(kernels.name == name)
            let cases = try Self.stored.get()
            for operation in Operators.all { try Self.compare(operation, cases) }
        }
    }

    @Test("no case is left of an example that is gone")
    func current() throws {
        let calls = try Operators.all.flatMap { operation in
            try operation.examples.map { "\(try ExampleCall(operation, $0))" }
        }
        let stored = try JSON.referenceCases("operators.json").map { $0["call"].string }
        #expect(Set(stored).subtracting(calls).isEmpty)
        #expect(stored.count == calls.count)
    }
}
