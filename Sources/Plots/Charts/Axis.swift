import CLibrary

/// How numbers lie along an axis, and which of them are written there.
struct Axis {
    let low: Double
    let high: Double
    let isLogarithmic: Bool
    let ticks: [(value: Double, label: String)]
    /// Larger numbers leave no room for what is computed with them.
    private static let limit = 1e300

    /// An axis that holds all of some numbers; those that it cannot hold (not finite, or on a logarithmic one not above
    /// 0) are left out.
    ///
    /// - Parameter marks: about how many ticks there is room for.
    init(_ values: some Sequence<Double>, isLogarithmic: Bool = false, marks: Int = 6) {
        self.isLogarithmic = isLogarithmic
        let shown = values.lazy.filter { $0.isFinite && (!isLogarithmic || $0 > 0) && abs($0) < Self.limit }
        var (least, most) = (Double.infinity, -Double.infinity)
        for value in shown { (least, most) = (min(least, value), max(most, value)) }
        if least > most { (least, most) = isLogarithmic ? (1, 10) : (0, 1) }
        (low, high, ticks) =
            isLogarithmic ? Self.logarithmic(least, most) : Self.linear(least, most, max(2, marks))
    }

    /// The part of the way from the low to the high end; nil for what the axis cannot hold.
    func part(_ value: Double) -> Double? {
        guard value.isFinite, abs(value) < Self.limit else { return nil }
        if !isLogarithmic { return (value - low) / (high - low) }
        return value > 0 ? (log10(value) - log10(low)) / (log10(high) - log10(low)) : nil
    }

    /// The value at a part of the way.
    func value(at part: Double) -> Double {
        isLogarithmic ? pow(10, log10(low) + (log10(high) - log10(low)) * part) : low + (high - low) * part
    }

    /// Steps of 1, 2 or 5 times a power of ten (Heckbert, "Nice Numbers for Graph Labels", 1990).
    private static func linear(
        _ least: Double, _ most: Double, _ marks: Int
    ) -> (Double, Double, [(value: Double, label: String)]) {
        var (least, most) = (least, most)
        // Numbers that are all one stand in the middle.
        if most - least <= abs(most) * 1e-12 {
            let room = least == 0 ? 1 : abs(least) * 0.1
            (least, most) = (least - room, most + room)
        }
        let rough = (most - least) / Double(marks)
        let power = pow(10, log10(rough).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
        let (first, last) = ((least / step).rounded(.down), (most / step).rounded(.up))
        // The ends are ticks unless that would leave much of the room empty.
        let low = least - first * step < step * 0.6 ? first * step : least
        let high = last * step - most < step * 0.6 ? last * step : most
        var ticks: [(value: Double, label: String)] = []
        var position = first
        while position <= last, ticks.count < 50 {
            let value = position * step
            if value >= low - step * 1e-6, value <= high + step * 1e-6 { ticks.append((value, label(value, step))) }
            position += 1
        }
        return (low, high, ticks)
    }

    /// A number with as many places as the step between the ticks has.
    private static func label(_ value: Double, _ step: Double) -> String {
        if abs(value) < step / 2 { return "0" }
        if abs(value) >= 1e6 || step < 1e-4 { return shortNumber(value) }
        return decimal(value, digits: max(0, Int(-log10(step * 1.001).rounded(.down))))
    }

    /// Powers of ten, and between few of them 2 and 5 as well.
    private static func logarithmic(
        _ least: Double, _ most: Double
    ) -> (Double, Double, [(value: Double, label: String)]) {
        var (low, high) = (least, most)
        if high / low < 1.5 { (low, high) = (low / 1.5, high * 1.5) }
        let (first, last) = (Int(log10(low).rounded(.down)), Int(log10(high).rounded(.up)))
        let every = max(1, (last - first + 6) / 7)
        let factors = last - first <= 2 ? [1.0, 2, 5] : [1]
        var ticks: [(value: Double, label: String)] = []
        for exponent in stride(from: first, through: last, by: every) {
            for factor in factors {
                let value = factor * pow(10, Double(exponent))
                if value >= low * 0.999, value <= high * 1.001 { ticks.append((value, shortNumber(value))) }
            }
        }
        return (low, high, ticks)
    }
}
