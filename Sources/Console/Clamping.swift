extension Int {
    /// The whole part of a number, or the nearest integer that there is; 0 for NaN. `Int(_:)` ends the process for
    /// numbers that no integer holds.
    init(clamping value: Double) {
        // The greatest integer is no Double: the next one, 2^63, is already too large.
        if value.isNaN {
            self = 0
        } else if value >= 0x1p63 {
            self = .max
        } else if value <= -0x1p63 {
            self = .min
        } else {
            self = Int(value)
        }
    }
}
