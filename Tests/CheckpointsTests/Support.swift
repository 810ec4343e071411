import Files
import TensorFiles
import Tensors

/// What is thrown, as text.
func failure(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}

/// The tensors of the tutorial's network, 21,840 numbers.
func tutorialModel(_ value: Double = 1) throws -> [NamedTensor] {
    let shapes: [(String, Shape)] = [
        ("conv1.weight", [10, 1, 5, 5]), ("conv1.bias", [10]), ("conv2.weight", [20, 10, 5, 5]), ("conv2.bias", [20]),
        ("fc1.weight", [50, 320]), ("fc1.bias", [50]), ("fc2.weight", [10, 50]), ("fc2.bias", [10]),
    ]
    return try shapes.map { ($0, try Tensor.full($1, value)) }
}

/// Everything that decides what a tensor is.
func contents(_ tensor: Tensor) throws -> String {
    let bytes = try tensor.withUnsafeBytes { Array($0) }
    return "\(tensor.dtype.rawValue) \(tensor.shape) \(SHA256.hexDigest(of: bytes))"
}
