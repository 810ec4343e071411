/// The type of a tensor's elements; the names are PyTorch's.
public enum DType: String, Sendable, CaseIterable {
    case float32, float64, int64, int32, int16, int8, uint8, bool

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .int16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    public var isFloatingPoint: Bool { self == .float32 || self == .float64 }

    /// The type that arithmetic on such elements is done in. The smaller integers are reduced to their own width when
    /// a result is stored, which for sums, differences and products comes to the same.
    public var computeType: ComputeType {
        switch self {
        case .float32: .float
        case .float64: .double
        default: .integer
        }
    }
}

/// The three types that kernels calculate in: `Float`, `Double` and `Int64`.
public enum ComputeType: Sendable {
    case float, double, integer

    /// The element type of the same width and kind.
    public var dtype: DType {
        switch self {
        case .float: .float32
        case .double: .float64
        case .integer: .int64
        }
    }
}
