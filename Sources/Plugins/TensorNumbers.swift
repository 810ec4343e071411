import Host
import Tensors

/// How many elements of a tensor are taken at once: a view may have more than memory.
private let mostNumbers = 1 << 26

/// The elements of a tensor that a script gave.
///
/// - Throws: an error that names the argument, for a tensor with too many elements.
func plainNumbers(_ tensor: Tensor, _ call: Call, _ name: StaticString) throws -> [Double] {
    guard tensor.count <= mostNumbers else {
        throw call.badArgument(name, expected: "at most \(mostNumbers) elements", got: "\(tensor.count)")
    }
    return try elements(tensor)
}

/// The elements of a tensor in row-major order; booleans as 0 and 1.
func elements(_ tensor: Tensor) throws -> [Double] {
    try tensor.withUnsafeBytes { bytes in
        switch tensor.dtype {
        case .float32: bytes.bindMemory(to: Float.self).map { Double($0) }
        case .float64: Array(bytes.bindMemory(to: Double.self))
        case .int64: bytes.bindMemory(to: Int64.self).map { Double($0) }
        case .int32: bytes.bindMemory(to: Int32.self).map { Double($0) }
        case .int16: bytes.bindMemory(to: Int16.self).map { Double($0) }
        case .int8: bytes.bindMemory(to: Int8.self).map { Double($0) }
        case .uint8, .bool: bytes.map { Double($0) }
        }
    }
}
