extension StoredType {
    /// Converts whole elements from `source`, lowest byte first, to the start of `target`, which has room for them.
    ///
    /// - Throws: `Malformed` for a number that the tensor's type does not have.
    func convert(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer) throws {
        func each<Stored, Held>(_: Stored.Type, _ map: (Stored) throws -> Held) rethrows {
            let size = MemoryLayout<Held>.size
            for i in 0..<source.count / MemoryLayout<Stored>.size {
                let stored = source.loadUnaligned(fromByteOffset: i * MemoryLayout<Stored>.size, as: Stored.self)
                target.storeBytes(of: try map(stored), toByteOffset: i * size, as: Held.self)
            }
        }
        switch self {
        case .f16: each(UInt16.self, floatFromHalf)
        case .bf16: each(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
        // The upper byte of a half.
        case .f8e5m2: each(UInt8.self) { floatFromHalf(UInt16($0) << 8) }
        case .f8e4m3: each(UInt8.self) { floatFromByte($0, exponentBits: 4, bias: 7) { $0 & 0x7f == 0x7f } }
        case .f8e4m3fnuz: each(UInt8.self) { floatFromByte($0, exponentBits: 4, bias: 8) { $0 == 0x80 } }
        case .f8e5m2fnuz: each(UInt8.self) { floatFromByte($0, exponentBits: 5, bias: 16) { $0 == 0x80 } }
        case .f8e8m0:
            each(UInt8.self) { bits in
                switch bits {
                case 0: Float(0x1p-127)
                case 0xff: Float.nan
                default: Float(bitPattern: UInt32(bits) << 23)
                }
            }
        case .u64:
            try each(UInt64.self) {
                guard let value = Int64(exactly: $0) else {
                    throw Malformed("it holds \($0), which int64, the largest integer type here, does not have")
                }
                return value
            }
        case .u32: each(UInt32.self) { Int64($0) }
        case .u16: each(UInt16.self) { Int64($0) }
        case .bool: each(UInt8.self) { $0 == 0 ? UInt8(0) : 1 }
        default: target.copyMemory(from: source.baseAddress ?? UnsafeRawPointer(target), byteCount: source.count)
        }
    }
}

/// The number that 16 bits stand for in IEEE 754's binary16. (Swift's `Float16` is missing on some platforms.)
func floatFromHalf(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1f)
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0:
        let size = Float(fraction) * 0x1p-24
        return sign == 0 ? size : -size
    case 0x1f: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}

/// The number that a byte with a sign, an exponent and a fraction stands for, in a format without infinities.
private func floatFromByte(_ bits: UInt8, exponentBits: Int, bias: Int, isNaN: (UInt8) -> Bool) -> Float {
    if isNaN(bits) { return .nan }
    let fractionBits = 7 - exponentBits
    let exponent = Int(bits & 0x7f) >> fractionBits
    let fraction = Int(bits) & ((1 << fractionBits) - 1)
    let digits = exponent == 0 ? fraction : fraction + (1 << fractionBits)
    let size = Float(sign: .plus, exponent: max(1, exponent) - bias - fractionBits, significand: Float(digits))
    return bits & 0x80 == 0 ? size : -size
}
