import Tensors

/// A type of elements as NumPy's files name it: "<f4".
struct NumPyType {
    let stored: StoredType
    let isBigEndian: Bool

    /// - Parameter name: the `descr` of a file.
    /// - Throws: `Malformed` with what to do where tensors have nothing for the type, or NumPy has no such type.
    init(_ name: String) throws {
        let bytes = Array(name.utf8)
        let order = bytes.first.map { Character(Unicode.Scalar($0)) }
        let code = String(decoding: bytes.dropFirst(), as: UTF8.self)
        guard let order, "<>|".contains(order), !code.isEmpty else { throw Self.unknown(name) }
        guard let stored = Self.types[code] else { throw Self.refusal(name, code) }
        // Only single bytes have no order.
        guard order != "|" || stored.bits == 8 else { throw Self.unknown(name) }
        self.stored = stored
        isBigEndian = order == ">"
    }

    /// The name of a tensor's type, as NumPy writes it on a machine that keeps the lowest byte first.
    static func name(of dtype: DType) -> String {
        let stored = StoredType(dtype)
        let code = types.first { $0.value == stored }?.key ?? ""
        return (stored.bits == 8 ? "|" : "<") + code
    }

    private static let types: [String: StoredType] = [
        "b1": .bool, "i1": .i8, "i2": .i16, "i4": .i32, "i8": .i64, "u1": .u8, "u2": .u16, "u4": .u32, "u8": .u64,
        "f2": .f16, "f4": .f32, "f8": .f64,
    ]

    private static func unknown(_ name: String) -> Malformed {
        Malformed("its elements are of the unknown type \(quoted(name))")
    }

    private static func refusal(_ name: String, _ code: String) -> Malformed {
        func refused(_ what: String, _ way: String) -> Malformed {
            Malformed("its elements are \(what) (\(quoted(name))), which tensors do not have; \(way)")
        }
        switch code.utf8.first.map({ Character(Unicode.Scalar($0)) }) {
        case "O":
            return Malformed(
                "its elements are Python objects (\(quoted(name))), kept as a pickle: nothing of it is run; "
                    + "save numbers, as array.astype(\"float32\") gives them")
        case "S", "a", "U": return refused("texts", "save numbers in their place")
        case "c": return refused("complex numbers", "save array.real and array.imag")
        case "M", "m": return refused("times", "save array.astype(\"int64\")")
        case "V":
            return refused("raw bytes", "save numbers, and bfloat16 as array.astype(\"float32\")")
        case "f" where code == "f16" || code == "f12": return refused("long doubles", "save array.astype(\"float64\")")
        default: return unknown(name)
        }
    }
}
