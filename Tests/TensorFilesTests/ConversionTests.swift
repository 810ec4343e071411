import Files
import Tensors
import TestSupport
import Testing

@testable import TensorFiles

@Suite("types that only files have")
struct ConversionTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func read<T>(_ type: String, _ values: [T]) throws -> Tensor {
        let bytes = values.withUnsafeBytes { Array($0) }
        let header = #"{"x":{"dtype":"\#(type)","shape":[\#(values.count)],"data_offsets":[0,\#(bytes.count)]}}"#
        try writeFile(scratch.file("m"), fileBytes(header) + bytes)
        return try SafeTensorsFile(scratch.file("m")).tensor("x")
    }

    @Test("floating-point numbers keep their values, F64 its type")
    func floats() throws {
        let halves: [UInt16] = [0x3c00, 0xc000, 0x0001, 0x83ff, 0x7bff, 0x7c00, 0xfc00, 0x0000]
        #expect(
            try read("F16", halves).floatArray() == [1, -2, 0x1p-24, -0x1.ff8p-15, 65504, .infinity, -.infinity, 0])
        let odd = try read("F16", [UInt16(0x7e01), 0x8000]).floatArray()
        #expect(odd[0].isNaN && odd[1] == 0 && odd[1].sign == .minus)
        #expect(try read("BF16", [UInt16(0x3f80), 0xc049]).floatArray() == [1, -3.140_625])
        let doubles = [0.1, -1e300, 1e-300, 0x1.000001p0]
        let kept = try read("F64", doubles)
        #expect(kept.dtype == .float64)
        #expect(try kept.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) } == doubles)
        #expect(try kept.to(.float32).floatArray() == [0.1, -.infinity, 0, 1])
    }

    @Test("every number that binary16 has")
    func allHalves() {
        #if !(arch(x86_64) && canImport(Darwin))
            for bits in UInt16.min ... .max {
                let expected = Float(Float16(bitPattern: bits))
                let got = floatFromHalf(bits)
                if expected.isNaN {
                    #expect(got.isNaN)
                } else if got.bitPattern != expected.bitPattern {
                    Issue.record("\(bits): \(got), expected \(expected)")
                }
            }
        #endif
    }

    @Test("integers keep their values, and their types where tensors have them")
    func integers() throws {
        func values(_ tensor: Tensor, _ dtype: DType) throws -> [Int64] {
            #expect(tensor.dtype == dtype)
            return try tensor.to(.int64).int64Array()
        }
        #expect(try values(read("I32", [Int32.min, -1, .max]), .int32) == [-2_147_483_648, -1, 2_147_483_647])
        #expect(try read("U32", [UInt32.max, 0]).int64Array() == [4_294_967_295, 0])
        #expect(try values(read("I16", [Int16.min, 7]), .int16) == [-32768, 7])
        #expect(try read("U16", [UInt16.max]).int64Array() == [65535])
        #expect(try values(read("I8", [Int8.min, -1, 1]), .int8) == [-128, -1, 1])
        #expect(try read("U8", [UInt8(0), 255]).dtype == .uint8)
    }

    @Test("64 bits without a sign are taken where a sign has room")
    func unsigned() throws {
        #expect(try read("U64", [UInt64(0), 1 << 62, .max >> 1]).int64Array() == [0, 1 << 62, .max])
        #expect(
            failure { _ = try read("U64", [UInt64(1) << 63]) }
                == "cannot read '\(scratch.file("m"))': the tensor 'x': it holds 9223372036854775808, which int64, the "
                + "largest integer type here, does not have")
    }

    /// Values that PyTorch gives for these bytes.
    @Test("floating-point numbers of 8 bits")
    func bytes() throws {
        let bytes: [UInt8] = [0x00, 0x01, 0x08, 0x38, 0x7e, 0x81, 0xb8]
        #expect(
            try read("F8_E4M3", bytes).floatArray() == [0, 0.001_953_125, 0.015_625, 1, 448, -0.001_953_125, -1])
        #expect(try read("F8_E4M3FNUZ", bytes).floatArray() == [0, 0x1p-10, 0x1p-7, 0.5, 224, -0x1p-10, -0.5])
        #expect(try read("F8_E5M2", bytes).floatArray()[..<4] == [0, 0x1p-16, 0x1p-13, 0.5])
        #expect(try read("F8_E5M2FNUZ", bytes).floatArray() == [0, 0x1p-17, 0x1p-14, 0.25, 49152, -0x1p-17, -0.25])
        #expect(try read("F8_E8M0", [UInt8(0), 127, 254]).floatArray() == [0x1p-127, 1, 0x1p127])
        for (type, byte): (String, UInt8) in [
            ("F8_E4M3", 0xff), ("F8_E4M3FNUZ", 0x80), ("F8_E5M2", 0x7d), ("F8_E5M2FNUZ", 0x80), ("F8_E8M0", 0xff),
        ] {
            #expect(try read(type, [byte]).floatArray()[0].isNaN)
        }
    }

    @Test("a bool is 0 or 1, whatever byte stood for it")
    func bools() throws {
        let tensor = try read("BOOL", [UInt8(0), 1, 2, 255])
        #expect(tensor.dtype == .bool)
        #expect(try tensor.withUnsafeBytes { Array($0) } == [0, 1, 1, 1])
    }

    @Test("more elements than are converted at a time")
    func manyElements() throws {
        let values = (0..<100_003).map { UInt16(truncatingIfNeeded: $0 &* 31) }
        #expect(try read("U16", values).int64Array() == values.map { Int64($0) })
    }

    @Test("other types are refused by name, without hindering the tensors beside them")
    func refused() throws {
        for (type, bits, size) in [("C64", 64, 8), ("F4", 4, 1), ("F6_E2M3", 6, 3)] {
            let header =
                #"{"a":{"dtype":"\#(type)","shape":[\#(size * 8 / bits)],"data_offsets":[0,\#(size)]},"#
                + #""b":{"dtype":"U8","shape":[1],"data_offsets":[\#(size),\#(size + 1)]}}"#
            try writeFile(scratch.file("m"), fileBytes(header, data: size + 1))
            let file = try SafeTensorsFile(scratch.file("m"))
            #expect(try file.tensor("b").item() == 0)
            let message =
                "cannot read '\(scratch.file("m"))': the tensor 'a' is of type \(type), which has no counterpart here"
            #expect(failure { _ = try file.tensor("a") } == message)
            #expect(failure { _ = try file.descriptions() } == message)
        }
    }
}
