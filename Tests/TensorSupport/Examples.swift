import TestSupport
import Testing

extension Operator: CustomTestStringConvertible {
    public var testDescription: String { schema.name }
}

extension Outcome {
    /// What the call gave, as tensors.
    public func results() throws -> [Tensor] {
        switch self {
        case .boolean(let value): [try .full([], value ? 1 : 0, dtype: .bool)]
        case .integer(let value): [try Tensor([Int64(value)], [])]
        default: tensors
        }
    }
}

extension Tensor {
    /// A tensor of the same form with other elements.
    public func with(_ values: [Double]) throws -> Tensor { try .of(values, shape, dtype) }

    /// The bits of all elements, in row-major order.
    public func bits() throws -> [UInt8] { try detach().withUnsafeBytes { Array($0) } }
}

/// The numbers that results are weighted with before they are added up, by the place of the result; those of
/// `make_operators.py`.
public func weights(_ result: Tensor, _ place: Int) throws -> Tensor {
    try formula(result.shape, 9 + place).to(result.dtype)
}

/// The sum of all floating-point results' elements, weighted.
public func weightedSum(_ results: [Tensor]) throws -> Tensor? {
    var total: Tensor?
    for (place, result) in results.enumerated() where result.dtype.isFloatingPoint {
        let sum = try (result * weights(result, place)).sum()
        total = try total.map { try $0 + sum } ?? sum
    }
    return total
}

/// The results of an example's call, and the gradients of their weighted sum.
public struct Derivatives {
    public let results: [Tensor]
    /// By the tensors among the arguments; nil where none arrived.
    public let gradients: [Tensor?]
}

extension ExampleCall {
    /// For each of the tensors the operator and the parameter it is given for: "linear.weight".
    public var tensorNames: [String] {
        zip(operation.schema.parameters, arguments.indices).flatMap { parameter, place in
            var alone = self
            for other in arguments.indices where other != place { alone.arguments[other] = nil }
            return alone.tensors.map { _ in "\(operation.schema.name).\(parameter.name)" }
        }
    }

    /// Calls with tensors that gradients are to reach, and has them come.
    ///
    /// - Parameter seen: how the call sees its tensors.
    public func differentiated(seen: (Tensor) throws -> Tensor = { $0 }) throws -> Derivatives {
        let leaves = try tensors.map { $0.dtype.isFloatingPoint ? try $0.leaf() : $0 }
        let results = try onCopies(of: leaves.map(seen))().results()
        if let sum = try weightedSum(results), sum.requiresGrad { try sum.backward() }
        return Derivatives(results: results, gradients: leaves.map(\.grad))
    }

    /// The same call with other tensors; an operator that changes the first of them, as one whose name ends in an
    /// underscore does, gets a copy.
    public func onCopies(of tensors: [Tensor]) throws -> ExampleCall {
        guard operation.schema.name.hasSuffix("_"), let first = tensors.first else { return replacing(tensors) }
        return replacing([try first.clone()] + tensors.dropFirst())
    }

    /// The same call in float64, or in float32 where the operator is made for nothing else.
    public static func precise(_ operation: Operator, _ example: Example) throws -> ExampleCall {
        let call = try ExampleCall(operation, example, dtype: .float64)
        do {
            _ = try call()
            return call
        } catch let error as TensorError where error.description.contains("float32 expected") {
            return try ExampleCall(operation, example)
        }
    }
}

/// Whether two lists of numbers agree to `tolerance`, relative to the larger of 1 and the expected one; a NaN agrees
/// with a NaN.
public func expectClose(
    _ got: [Double], _ expected: [Double], tolerance: Double, _ comment: @autoclosure () -> String,
    at location: SourceLocation = #_sourceLocation
) {
    guard got.count == expected.count else {
        Issue.record("\(comment()): \(got.count) numbers, \(expected.count) expected", sourceLocation: location)
        return
    }
    for (place, (value, want)) in zip(got, expected).enumerated() {
        if value == want || value.isNaN && want.isNaN { continue }
        if (value - want).magnitude <= tolerance * max(1, want.magnitude) { continue }
        Issue.record("\(comment()): element \(place) is \(value), \(want) expected", sourceLocation: location)
        return
    }
}
