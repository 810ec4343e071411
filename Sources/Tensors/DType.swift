/// The type of a tensor's elements; the names are PyTorch's.
public enum DType: String, Sendable, CaseIterable {
    case float32, int64, uint8, bool

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float32: 4
        case .int64: 8
        case .uint8, .bool: 1
        }
    }
}
