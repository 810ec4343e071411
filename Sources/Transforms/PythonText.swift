/// Values as Python writes them, of which torchvision's descriptions consist.
enum PythonText {
    /// "0.5", "3.0", "1e-07": the shortest digits that give the number again.
    static func number(_ value: Double) -> String {
        let text = "\(value)"
        // Swift writes the same digits, and leaves out the leading zero of exponents of one digit.
        guard let mark = text.firstIndex(of: "e") else { return text }
        let digits = text[..<mark].hasSuffix(".0") ? text[..<mark].dropLast(2) : text[..<mark]
        let exponent = text[text.index(after: mark)...]
        let sign = exponent.hasPrefix("-") ? "-" : "+"
        let size = exponent.drop { $0 == "-" || $0 == "+" }
        return digits + "e" + sign + (size.count == 1 ? "0" : "") + size
    }

    static func list(_ values: [Double]) -> String { "[" + values.map(number).joined(separator: ", ") + "]" }

    static func tuple(_ values: [Double]) -> String { tuple(values.map(number)) }

    static func tuple(_ values: [Int]) -> String { tuple(values.map { "\($0)" }) }

    private static func tuple(_ texts: [String]) -> String {
        "(" + texts.joined(separator: ", ") + (texts.count == 1 ? ",)" : ")")
    }

    static func bool(_ value: Bool) -> String { value ? "True" : "False" }
}

extension PythonText {
    /// A number that scripts may write with or without a point: a whole one without.
    static func given(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : number(value)
    }
}
