import Tensors
import Tracing

/// What flows between nodes: a name, with the sizes and the type of what it stands for.
struct Wire: Hashable {
    var name: String
    var shape: [Extent]
    var dtype: DType
}

extension Wire {
    /// Sizes that do not depend on the batch; nil where one does.
    var sizes: [Int]? { shape.allSatisfy { $0.slope == 0 } ? shape.map(\.base) : nil }
}

extension DType {
    /// `TensorProto.DataType` (onnx/onnx.proto).
    var onnxType: Int {
        switch self {
        case .float32: 1
        case .uint8: 2
        case .int8: 3
        case .int16: 5
        case .int32: 6
        case .int64: 7
        case .bool: 9
        case .float64: 11
        }
    }
}
