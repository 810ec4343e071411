import Archives
import Files
import Tensors
import Testing

@testable import TensorFiles

/// A file of the reference folder.
func reference(_ name: String, here: String = #filePath) -> String {
    joinPath(joinPath(directoryName(here), "Reference"), name)
}

/// What is thrown, as text.
func failure(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}

/// A file's bytes: this header behind its length, then as many zeros.
func fileBytes(_ header: String, data: Int = 0) -> [UInt8] { fileBytes(Array(header.utf8), data: data) }

func fileBytes(_ header: [UInt8], data: Int = 0) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
        + [UInt8](repeating: 0, count: data)
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

/// A tensor's elements as numbers, in row-major order.
func numbers(_ tensor: Tensor) throws -> [Double] {
    try tensor.to(.float64).withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
}

/// All that a value holds, as one text.
func contents(_ value: StoredValue) throws -> String {
    switch value {
    case .none: return "None"
    case .truth(let truth): return "\(truth)"
    case .integer(let integer): return "\(integer)"
    case .number(let number): return "\(number) as a number"
    case .text(let text): return "\"\(text)\""
    case .bytes(let bytes): return "\(bytes) as bytes"
    case .list(let items): return "[\(try items.map(contents).joined(separator: ", "))]"
    case .tensor(let tensor): return try contents(tensor.tensor())
    case .dictionary(let pairs):
        return "{\(try pairs.map { "\($0.key): \(try contents($0.value))" }.joined(separator: ", "))}"
    }
}

extension StoredValue {
    /// The value under a name.
    subscript(name: String) -> StoredValue? {
        guard case .dictionary(let pairs) = self else { return nil }
        return pairs.first { if case .text(let text) = $0.key { Array(text.utf8) == Array(name.utf8) } else { false } }?
            .value
    }

    /// The tensor under a name.
    func tensor(_ name: String) throws -> Tensor {
        guard case .tensor(let tensor)? = self[name] else { throw TensorError("no tensor '\(name)'") }
        return try tensor.tensor()
    }
}
