import Tensors

/// A tensor and its name, "conv1.weight".
public typealias NamedTensor = (name: String, tensor: Tensor)

/// What a file says of one tensor, or what a network expects of it.
public typealias TensorDescription = (name: String, shape: [Int], dtype: DType)

/// Why a file is not what it should be; the caller adds which file.
struct Malformed: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// A name out of a file as it may stand in a message: cut where it is long, without control characters.
package func quoted(_ name: String) -> String {
    let visible = name.unicodeScalars.prefix(80).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: "\u{fffd}"
        default: String(Character(scalar))
        }
    }
    return "'\(visible.joined())\(name.unicodeScalars.count > 80 ? "..." : "")'"
}
