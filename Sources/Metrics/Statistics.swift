/// The mean of a list.
///
/// - Throws: `MetricsError` where the list is empty.
public func mean(_ values: [Double]) throws -> Double {
    guard !values.isEmpty else { throw MetricsError("the list is empty") }
    return values.reduce(0, +) / Double(values.count)
}

/// The value below which `p` percent of a list lie, interpolated between the neighbours where the place is between
/// two, as NumPy's `percentile` does it. NaN where the list or `p` has one.
///
/// - Parameter p: from 0 to 100; 50 gives the median.
/// - Throws: `MetricsError` where the list is empty, or `p` is out of range.
public func percentile(_ values: [Double], _ p: Double) throws -> Double {
    guard !values.isEmpty else { throw MetricsError("the list is empty") }
    guard !p.isNaN, !values.contains(where: \.isNaN) else { return .nan }
    guard (0...100).contains(p) else { throw MetricsError("a percentage from 0 to 100 expected, got \(p)") }
    let sorted = values.sorted()
    let place = p / 100 * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
}
