@_exported import enum KernelInterface.DType

extension DType {
    /// The type that two operands of tensors take together (`torch.promote_types`).
    public func promoted(with other: DType) -> DType {
        if self == other { return self }
        if isFloatingPoint || other.isFloatingPoint {
            if isFloatingPoint && other.isFloatingPoint { return .float64 }
            return isFloatingPoint ? self : other
        }
        if self == .bool { return other }
        if other == .bool { return self }
        // An unsigned and a signed byte both fit into 16 bits only.
        if self == .uint8 || other == .uint8 {
            let signed = self == .uint8 ? other : self
            return signed == .int8 ? .int16 : signed
        }
        return size > other.size ? self : other
    }

    /// Operands of which those that take part without having a say, numbers and tensors without dimensions, are as a
    /// small integer type holds them: reduced to its width.
    func wrapping(_ operands: [Operand]) throws -> [Operand] {
        if isFloatingPoint || self == .int64 || self == .bool { return operands }
        return try operands.map { operand in
            switch operand {
            case .integer(let value): .integer(Int(wrapped(Int64(value))))
            case .tensor(let tensor) where tensor.dtype.size > size: .tensor(try tensor.to(self))
            default: operand
            }
        }
    }

    /// An integer reduced to the width of an integer type.
    private func wrapped(_ value: Int64) -> Int64 {
        switch self {
        case .int32: Int64(Int32(truncatingIfNeeded: value))
        case .int16: Int64(Int16(truncatingIfNeeded: value))
        case .int8: Int64(Int8(truncatingIfNeeded: value))
        case .uint8: Int64(UInt8(truncatingIfNeeded: value))
        default: value
        }
    }

    /// Whether a result of this other type may be put into a tensor of this one (`torch.can_cast`).
    public func canHold(_ other: DType) -> Bool { category >= other.category }

    /// 0 for truth values, 1 for integers, 2 for floating-point numbers.
    fileprivate var category: Int { self == .bool ? 0 : isFloatingPoint ? 2 : 1 }
}

extension DType {
    /// What an integer type can hold.
    public var integers: ClosedRange<Int>? {
        switch self {
        case .int64: .min ... .max
        case .int32: Int(Int32.min)...Int(Int32.max)
        case .int16: Int(Int16.min)...Int(Int16.max)
        case .int8: Int(Int8.min)...Int(Int8.max)
        case .uint8: 0...Int(UInt8.max)
        case .bool, .float32, .float64: nil
        }
    }

    /// - Throws: `TensorError` where an integer type has no such number. Negative ones are what they wrap to in uint8.
    public func expectToHold(_ number: Int) throws {
        guard let integers, !integers.contains(number) else { return }
        if self != .uint8 || !(-255...0).contains(number) { throw TensorError("\(rawValue) cannot hold \(number)") }
    }
}

/// The type that the operands of an operation take together, as PyTorch finds it: tensors with dimensions decide, one
/// without dimensions counts only where it is of a higher kind (floating-point above integer above truth value), and a
/// number that a script wrote counts only where it is of a higher kind than both.
struct ResultType {
    private var withDimensions: DType?
    private var withoutDimensions: DType?
    private var number: DType?

    mutating func add(_ operand: Operand) {
        switch operand {
        case .tensor(let tensor):
            if tensor.dim > 0 { add(tensor.dtype, &withDimensions) } else { add(tensor.dtype, &withoutDimensions) }
        case .number: add(.float32, &number)
        case .integer: add(.int64, &number)
        case .boolean: add(.bool, &number)
        }
    }

    private func add(_ dtype: DType, _ found: inout DType?) { found = found.map { $0.promoted(with: dtype) } ?? dtype }

    var dtype: DType { combined(combined(withDimensions, withoutDimensions), number) ?? .float32 }

    private func combined(_ higher: DType?, _ lower: DType?) -> DType? {
        guard let higher, let lower else { return higher ?? lower }
        return higher.category >= lower.category ? higher : higher.promoted(with: lower)
    }
}

extension [Operand] {
    /// The type that they take together (`torch.result_type`).
    public var resultType: DType {
        var found = ResultType()
        for operand in self { found.add(operand) }
        return found.dtype
    }
}

/// What an operation works on: a tensor, or a number that a script wrote.
public enum Operand {
    case tensor(Tensor)
    case number(Double)
    case integer(Int)
    case boolean(Bool)

    public var tensor: Tensor? {
        if case .tensor(let tensor) = self { return tensor }
        return nil
    }

    /// A tensor without dimensions for a number.
    public func asTensor() throws -> Tensor {
        switch self {
        case .tensor(let tensor): tensor
        case .number(let value): try .full([], value)
        case .integer(let value): try Tensor([Int64(value)], [])
        case .boolean(let value): try .full([], value ? 1 : 0, dtype: .bool)
        }
    }

    package var number: Double {
        switch self {
        case .tensor: 0
        case .number(let value): value
        case .integer(let value): Double(value)
        case .boolean(let value): value ? 1 : 0
        }
    }
}
