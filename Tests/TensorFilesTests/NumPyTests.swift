import Files
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("NumPy's .npy files")
struct NumPyTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    /// A file that NumPy wrote; see `Reference/make_numpy.py`.
    private func stored(_ name: String) -> String { reference("numpy/\(name).npy") }

    private func values(_ tensor: Tensor) throws -> [Double] {
        try tensor.to(.float64).withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    }

    @Test(
        "every type in either order of bytes",
        arguments: [
            ("b1-byte", DType.bool), ("i1-byte", .int8), ("u1-byte", .uint8),
            ("i2-little", .int16), ("i2-big", .int16), ("i4-little", .int32), ("i4-big", .int32),
            ("i8-little", .int64), ("i8-big", .int64), ("u2-little", .int64), ("u2-big", .int64),
            ("u4-little", .int64), ("u4-big", .int64), ("u8-little", .int64), ("u8-big", .int64),
            ("f2-little", .float32), ("f2-big", .float32), ("f4-little", .float32), ("f4-big", .float32),
            ("f8-little", .float64), ("f8-big", .float64), ("version2", .float32), ("version3", .float32),
        ])
    func types(name: String, dtype: DType) throws {
        let file = try NumPyFile(stored(name))
        #expect(file.shape == [2, 3] && file.dtype == dtype)
        let tensor = try file.tensor()
        #expect(tensor.dtype == dtype && tensor.shape == [2, 3])
        #expect(try values(tensor) == (dtype == .bool ? [0, 1, 0, 1, 0, 1] : [0, 1, 2, 3, 4, 5]))
    }

    @Test("arrays that are stored by columns become rows")
    func fortran() throws {
        for (name, dtype) in [("fortran", DType.int32), ("fortran-half-big", .float32)] {
            let tensor = try NumPy.read(stored(name))
            #expect(tensor.dtype == dtype && tensor.shape == [2, 3, 4] && tensor.isContiguous)
            #expect(try values(tensor) == (0..<24).map { Double($0) })
        }
    }

    @Test("a number, a row and an array without elements")
    func extremes() throws {
        let number = try NumPy.read(stored("number"))
        #expect(try number.shape == [] && number.item() == 7)
        let empty = try NumPy.read(stored("empty"))
        #expect(empty.shape == [0, 3] && empty.count == 0)
        #expect(try NumPy.read(stored("row")).floatArray() == [0, 1, 2, 3, 4])
    }

    @Test(
        "what is written is what NumPy writes, byte for byte",
        arguments: [
            "b1-byte", "i1-byte", "u1-byte", "i2-little", "i4-little", "i8-little", "f4-little", "f8-little",
            "number", "empty", "row",
        ])
    func writing(name: String) throws {
        try NumPy.write(NumPy.read(stored(name)), to: scratch.file("x.npy"))
        #expect(try readFile(scratch.file("x.npy")) == readFile(stored(name)))
    }

    @Test("headers just as long as the padding wants them")
    func padding() throws {
        for dimensions in 0...mostDimensions {
            let shape = Shape(repeating: 1, count: dimensions)
            try NumPy.write(.full(shape, 3), to: scratch.file("x.npy"))
            let bytes = try readFile(scratch.file("x.npy"))
            #expect((bytes.count - 4) % 64 == 0)
            #expect(try NumPy.read(scratch.file("x.npy")).shape == shape)
        }
    }

    @Test("views are written as they look")
    func views() throws {
        let tensor = try Tensor([0, 1, 2, 3, 4, 5] as [Float], [2, 3])
        try NumPy.write(tensor.transpose(0, 1), to: scratch.file("x.npy"))
        #expect(try NumPy.read(scratch.file("x.npy")).floatArray() == [0, 3, 1, 4, 2, 5])
    }

    // MARK: What is refused

    private func refusal(_ bytes: [UInt8]) throws -> String {
        try writeFile(scratch.file("x.npy"), bytes)
        return refusal(scratch.file("x.npy"))
    }

    private func refusal(_ path: String) -> String {
        let message = failure { _ = try NumPy.read(path) }
        let lead = "cannot read '\(path)': it is not a sound .npy file: "
        return message.hasPrefix(lead) ? String(message.dropFirst(lead.count)) : message
    }

    private func file(_ header: String, data: Int = 0, version: UInt8 = 1) -> [UInt8] {
        let header = Array(header.utf8)
        return [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(header.count & 255), UInt8(header.count >> 8)]
            + (version == 1 ? [] : [0, 0]) + header + [UInt8](repeating: 0, count: data)
    }

    @Test(
        "types that tensors do not have",
        arguments: [
            (
                "objects",
                "its elements are Python objects ('|O'), kept as a pickle: nothing of it is run; save numbers, as "
                    + "array.astype(\"float32\") gives them"
            ),
            ("records", "its elements are records of several fields; save each as an array of its own"),
            ("texts", "its elements are texts ('<U1'), which tensors do not have; save numbers in their place"),
            ("bytes", "its elements are texts ('|S1'), which tensors do not have; save numbers in their place"),
            (
                "complex",
                "its elements are complex numbers ('<c8'), which tensors do not have; save array.real and array.imag"
            ),
            (
                "times",
                "its elements are times ('<M8[s]'), which tensors do not have; save array.astype(\"int64\")"
            ),
            (
                "long-doubles",
                "its elements are long doubles ('<f16'), which tensors do not have; save array.astype(\"float64\")"
            ),
            (
                "voids",
                "its elements are raw bytes ('|V2'), which tensors do not have; save numbers, and bfloat16 as "
                    + "array.astype(\"float32\")"
            ),
        ])
    func refusedTypes(name: String, reason: String) {
        #expect(refusal(stored("refused-\(name)")) == reason)
    }

    @Test(
        "headers that NumPy does not write",
        arguments: [
            ("", "at byte 0 of its header '{' is expected, got the end"),
            ("{}", "its header has no 'descr'"),
            ("{'descr': '<f4', 'shape': ()}", "its header has no 'fortran_order'"),
            ("{'descr': '<f4', 'fortran_order': False}", "its header has no 'shape'"),
            (
                "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
                "at byte 34 of its header a text, a tuple, True or False is expected, got '0'"
            ),
            (
                "{'descr': '<f4', 'fortran_order': (), 'shape': ()}",
                "its header's 'fortran_order' is a tuple of 0"
            ),
            (
                "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}",
                "its header has 'descr' twice"
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': True}",
                "its header has the unknown entry 'x'"
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3)}",
                "at byte 52 of its header ',' is expected, got ')'"
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
                "at byte 51 of its header a size is expected, got '-'"
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808,)}",
                "at byte 69 of its header a size is expected, got '8'"
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
                "it has shape [4294967296, 4294967296], more than there can be"
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4611686018427387904)}",
                "it has shape [0, 4611686018427387904, 4611686018427387904], more than there can be"
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,)}",
                "an array of shape [99999999999] needs 399999999996 bytes, it has 0: it was cut off or is still being copied"
            ),
            ("{'descr': '|f4', 'fortran_order': False, 'shape': ()}", "its elements are of the unknown type '|f4'"),
            ("{'descr': 'f4', 'fortran_order': False, 'shape': ()}", "its elements are of the unknown type 'f4'"),
            ("{'descr': '<q9', 'fortran_order': False, 'shape': ()}", "its elements are of the unknown type '<q9'"),
            (
                "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': ()}",
                "at byte 10 of its header a text, a tuple, True or False is expected, got '_'"
            ),
        ])
    func refusedHeaders(header: String, reason: String) throws {
        #expect(try refusal(file(header)) == reason)
    }

    @Test("beginnings, versions and sizes")
    func beginnings() throws {
        #expect(try refusal([]) == "it ends within its header")
        #expect(try refusal(Array("not NumPy's file".utf8)) == "it does not begin as NumPy's files do")
        #expect(
            try refusal([0x93] + Array("NUMPY".utf8) + [4, 0, 1, 0])
                == "it is of version 4.0; 1.0, 2.0 and 3.0 are known")
        #expect(
            try refusal([0x93] + Array("NUMPY".utf8) + [2, 0, 255, 255, 255, 255])
                == "its header would have 4294967295 bytes, at most 10000 are taken")
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}"
        #expect(
            try refusal(file(header, data: 7))
                == "an array of shape [2] needs 8 bytes, it has 7: it was cut off or is still being copied")
        #expect(try refusal(file(header, data: 9)) == "its array is followed by 1 byte too many")
        try writeFile(
            scratch.file("x.npy"), file("{ \"shape\" : ( 2L , ) ,'fortran_order':True,'descr':'<f4'}\n", data: 8))
        #expect(try NumPy.read(scratch.file("x.npy")).floatArray() == [0, 0])
        let large = try NumPy.unsigned(.max)
        #expect(
            try refusal(large)
                == "it holds 18446744073709551615, which int64, the largest integer type here, does not have")
    }

    @Test("pipes and devices are refused before they are read")
    func devices() throws {
        #expect(refusal("/dev/zero") == "cannot read '/dev/zero': a regular file expected, got a pipe or a device")
    }

    @Test("damaged files are refused or read, never a trap, and never as another shape")
    func damaged() throws {
        let mutations = Mutations(seed: 11)
        for name in ["f4-little", "fortran-half-big", "u8-big", "number", "version3"] {
            let whole = try readFile(stored(name))
            for length in whole.indices { #expect(try !refusal(Array(whole[..<length])).isEmpty) }
            for _ in 0..<800 {
                let bytes = mutations.mutated(whole)
                let path = scratch.file("m")
                try removeFile(path)
                try writeFile(path, bytes)
                do {
                    let tensor = try NumPy.read(path)
                    #expect(tensor.count <= bytes.count)
                } catch let error as FileError {
                    #expect(error.path == path)
                }
            }
        }
    }
}

extension NumPy {
    /// A file of one unsigned number.
    fileprivate static func unsigned(_ value: UInt64) throws -> [UInt8] {
        let whole = try readFile(reference("numpy/u8-little.npy"))
        return Array(whole.dropLast(8)) + withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
