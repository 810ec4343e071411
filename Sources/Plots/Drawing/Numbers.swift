/// A number with at most so many digits behind the point, without noughts at its end: "0.25", "3", "-12.5".
func decimal(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard let scaled = Int(exactly: (abs(value) * scale).rounded()), scaled < 1 << 53 else { return "\(value)" }
    let unit = Int(scale)
    var text = "\(scaled / unit)"
    let fraction = scaled % unit
    if fraction > 0 {
        let places = "\(fraction)"
        text += "." + String(repeating: "0", count: digits - places.utf8.count) + places
        while text.utf8.last == UInt8(ascii: "0") { text.removeLast() }
    }
    return value < 0 && scaled > 0 ? "-" + text : text
}

/// A number in a few characters, for people: "0.0123", "97.2", "1.5e-06", "12,000" as "12000".
public func shortNumber(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return "\(value)" }
    let size = abs(value)
    if size == 0 { return "0" }
    if size >= 1e7 || size < 1e-4 {
        // One digit before the point, and an exponent.
        var (mantissa, exponent) = (size, 0)
        while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        let text = decimal(mantissa, digits: max(0, digits - 2))
        return (value < 0 ? "-" : "") + text + "e\(exponent)"
    }
    var places = digits - 1
    var limit = 10.0
    while size >= limit, places > 0 { (limit, places) = (limit * 10, places - 1) }
    if size < 1 { places = digits }
    return decimal(value, digits: places)
}
