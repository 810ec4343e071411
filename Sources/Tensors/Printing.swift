import CLibrary

extension Tensor: CustomStringConvertible {
    /// The elements in nested brackets, as PyTorch prints them, down to the spaces; of more than 1000 elements only the
    /// first and last three of each dimension. Names and truth values are as scripts write them.
    public var description: String {
        var suffixes: [String] = []
        if count == 0 && dim != 1 { suffixes.append("size=\(shape)") }
        if ![.float32, .int64, .bool].contains(dtype) || count == 0 && dtype != .float32 {
            suffixes.append("dtype=\(dtype.rawValue)")
        }
        if let history {
            suffixes.append("grad_fn=<\(history.node.name)>")
        } else if requiresGrad {
            suffixes.append("requires_grad=true")
        }
        var result = "tensor("
        if count == 0 {
            result += "[]"
        } else {
            let printer = Printer(self)
            printer.write(0, 0, indent: Printer.start, into: &result)
        }
        // PyTorch counts one more than the line has; the line breaks follow it.
        var length = result.distance(from: result.lastIndex(of: "\n") ?? result.startIndex, to: result.endIndex) + 1
        for suffix in suffixes {
            if length + suffix.count + 2 > Printer.lineWidth {
                result += ",\n" + String(repeating: " ", count: Printer.start) + suffix
                length = Printer.start + suffix.count
            } else {
                result += ", " + suffix
                length += suffix.count + 2
            }
        }
        return result + ")"
    }
}

/// Writes the elements of one tensor, all to one width.
private struct Printer {
    /// Columns that "tensor(" takes.
    static let start = 7
    static let lineWidth = 80
    /// What is shown at each end of a dimension that is not shown whole.
    static let edge = 3

    private let tensor: Tensor
    private let isShortened: Bool
    private var style = Style.whole
    private var width = 1

    private enum Style {
        /// Integers; floats among them end in a point.
        case whole
        case decimals, exponent
    }

    init(_ tensor: Tensor) {
        self.tensor = tensor
        isShortened = tensor.count > 1000
        var places: [Int] = []
        visit(0, 0) { places.append($0) }
        if tensor.dtype.isFloatingPoint {
            // PyTorch's width and style are those of the other numbers.
            places = places.filter { tensor.element(at: $0).isFinite && tensor.element(at: $0) != 0 }
            let shown = places.map { tensor.element(at: $0) }
            if let least = shown.map(\.magnitude).min(), let most = shown.map(\.magnitude).max() {
                if most / least > 1000 || most > 1e8 || least < 1e-4 {
                    style = .exponent
                } else if shown.contains(where: { $0 != $0.rounded() }) {
                    style = .decimals
                }
            }
        }
        for place in places { width = max(width, text(place).count) }
    }

    private func text(_ offset: Int) -> String {
        switch tensor.dtype {
        case .bool: return tensor.integer(at: offset) == 0 ? "false" : "true"
        case .float32, .float64: break
        // A double would not hold every int64.
        default: return String(tensor.integer(at: offset))
        }
        let value = tensor.element(at: offset)
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return switch style {
        case .whole: format("%.0f.", value)
        case .decimals: format("%.4f", value)
        case .exponent: format("%.4e", value)
        }
    }

    private func padded(_ offset: Int) -> String {
        let text = text(offset)
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func places(_ dimension: Int) -> [Int?] {
        let size = tensor.shape[dimension]
        guard isShortened && size > 2 * Self.edge else { return Array(0..<size) }
        return Array(0..<Self.edge) + [nil] + Array(size - Self.edge..<size)
    }

    private func visit(_ dimension: Int, _ offset: Int, _ body: (Int) -> Void) {
        if dimension == tensor.dim { return body(offset) }
        for case let place? in places(dimension) {
            visit(dimension + 1, offset + place * tensor.strides[dimension], body)
        }
    }

    func write(_ dimension: Int, _ offset: Int, indent: Int, into result: inout String) {
        if dimension == tensor.dim {
            result += padded(offset)
            return
        }
        let isRow = dimension == tensor.dim - 1
        let inLine = isRow ? max(1, (Self.lineWidth - indent) / (width + 2)) : 1
        let newLines = String(repeating: "\n", count: max(1, tensor.dim - 1 - dimension))
        let newLine = "," + newLines + String(repeating: " ", count: indent + 1)
        result += "["
        for (i, place) in places(dimension).enumerated() {
            if i > 0 { result += i % inLine == 0 ? newLine : ", " }
            if let place {
                write(dimension + 1, offset + place * tensor.strides[dimension], indent: indent + 1, into: &result)
            } else {
                result += isRow ? " ..." : "..."
            }
        }
        result += "]"
    }
}

/// A number as C's `printf` writes it.
private func format(_ pattern: String, _ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    let length = withVaList([value]) { vsnprintf(&buffer, buffer.count, pattern, $0) }
    return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
