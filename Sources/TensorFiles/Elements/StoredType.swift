import Tensors

/// A type of elements as files have them, by the name that safetensors gives it, and what it becomes in a tensor.
///
/// F64, F32, I64, I32, I16, I8, U8 and BOOL are taken as they are. What tensors have not is widened where that is exact:
/// F16, BF16 and the floating-point types of 8 bits to float32, U16 and U32 to int64, and U64 to int64 where all
/// elements are below 2^63. The rest is known by its size, so that a file which holds it can be opened and its other
/// tensors read.
enum StoredType: String {
    case bool = "BOOL"
    case f4 = "F4"
    case f6e2m3 = "F6_E2M3"
    case f6e3m2 = "F6_E3M2"
    case u8 = "U8"
    case i8 = "I8"
    case f8e5m2 = "F8_E5M2"
    case f8e4m3 = "F8_E4M3"
    case f8e8m0 = "F8_E8M0"
    case f8e4m3fnuz = "F8_E4M3FNUZ"
    case f8e5m2fnuz = "F8_E5M2FNUZ"
    case i16 = "I16"
    case u16 = "U16"
    case f16 = "F16"
    case bf16 = "BF16"
    case i32 = "I32"
    case u32 = "U32"
    case f32 = "F32"
    case c64 = "C64"
    case f64 = "F64"
    case i64 = "I64"
    case u64 = "U64"

    /// The type that a tensor's elements are stored as.
    init(_ dtype: DType) {
        switch dtype {
        case .float64: self = .f64
        case .float32: self = .f32
        case .int64: self = .i64
        case .int32: self = .i32
        case .int16: self = .i16
        case .int8: self = .i8
        case .uint8: self = .u8
        case .bool: self = .bool
        }
    }

    /// Bits of one element.
    var bits: Int {
        switch self {
        case .f4: 4
        case .f6e2m3, .f6e3m2: 6
        case .bool, .u8, .i8, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz: 8
        case .i16, .u16, .f16, .bf16: 16
        case .i32, .u32, .f32: 32
        case .c64, .f64, .i64, .u64: 64
        }
    }

    /// What the elements become in a tensor; nil where there is nothing sensible.
    var dtype: DType? {
        switch self {
        case .f64: .float64
        case .f32, .f16, .bf16, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz: .float32
        case .i64, .u64, .u32, .u16: .int64
        case .i32: .int32
        case .i16: .int16
        case .i8: .int8
        case .u8: .uint8
        case .bool: .bool
        case .f4, .f6e2m3, .f6e3m2, .c64: nil
        }
    }

    /// Whether a tensor holds the elements byte for byte as the file does.
    var isStoredAsHeld: Bool { self != .bool && dtype.map { StoredType($0) == self } ?? false }

    /// Where the Python library places tensors of this type: those with the highest rank come first.
    static func writingRank(_ dtype: DType) -> Int {
        switch dtype {
        case .bool: 0
        case .uint8: 1
        case .int8: 2
        case .int16: 3
        case .int32: 4
        case .float32: 5
        case .float64: 6
        case .int64: 7
        }
    }
}
