import Tensors
import TestSupport
import Testing

/// A tensor filled by the formula that `make_reference.py` uses.
public func formula(_ shape: Shape, _ k: Int = 0) throws -> Tensor {
    try Tensor(formulaValues(shape.product, k), shape)
}

/// 0, 1, 2, …
public func counting(_ shape: Shape) throws -> Tensor { try Tensor((0..<shape.product).map(Float.init), shape) }

/// Whether both have one shape and their elements agree to `tolerance`, relative to the larger of 1 and the expected
/// one. A NaN agrees with a NaN.
public func expectClose(
    _ got: Tensor, _ shape: Shape, _ expected: [Float], tolerance: Float = 1e-5, _ comment: String = "",
    at location: SourceLocation = #_sourceLocation
) throws {
    #expect(got.shape == shape, "\(comment)", sourceLocation: location)
    let values = try got.floatArray()
    #expect(values.count == expected.count, "\(comment)", sourceLocation: location)
    let wrong = zip(values, expected).enumerated().filter { _, pair in
        let (value, want) = pair
        if value.isNaN || want.isNaN { return value.isNaN != want.isNaN }
        return value != want && !((value - want).magnitude <= tolerance * max(1, want.magnitude))
    }
    if let (index, (value, want)) = wrong.first.map({ ($0.offset, $0.element) }) {
        Issue.record(
            "\(comment): element \(index) is \(value), \(want) expected (\(wrong.count) of \(values.count) are wrong)",
            sourceLocation: location)
    }
}

/// That `body` throws a `TensorError` with this text.
public func expectError(
    _ text: String, at location: SourceLocation = #_sourceLocation, _ body: () throws -> Any
) {
    do {
        _ = try body()
        Issue.record("no error, expected: \(text)", sourceLocation: location)
    } catch let error as TensorError {
        #expect(error.description == text, sourceLocation: location)
    } catch {
        Issue.record("another error: \(error)", sourceLocation: location)
    }
}

extension Tensor {
    /// A copy that gradients are to reach.
    public func leaf() throws -> Tensor { try detach().clone().requireGrad() }

    /// The same values with the same history, in memory that has them in another order.
    public func seenOutOfOrder() throws -> Tensor {
        if dim == 0 { return try clone() }
        if dim == 1 { return try Tensor.stack([self, self], 1).select(1, 0) }
        let order = Shape((0..<dim).reversed())
        return try permute(order).contiguous().permute(order)
    }

    /// The same values without a history, in memory that has them in another order.
    public func scattered() throws -> Tensor { try detach().seenOutOfOrder() }

    public static func scalar(_ value: Double) throws -> Tensor { try .full([], value) }

    public convenience init(_ values: [Float]) throws { try self.init(values, [values.count]) }
}
