import TensorFiles
import Files
import Tensors
import TestSupport
import Testing

@Suite("headers that nobody can trust")
struct UntrustedHeaderTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    /// Makes a new file of these bytes: to replace one that is there costs a file system milliseconds.
    private func write(_ bytes: [UInt8]) throws {
        try removeFile(scratch.file("m"))
        try writeFile(scratch.file("m"), bytes)
    }

    /// The reason for which these bytes are refused.
    private func refusal(_ bytes: [UInt8]) throws -> String {
        let path = scratch.file("m")
        try write(bytes)
        let message = failure { _ = try SafeTensors.read(path) }
        let lead = "cannot read '\(path)': it is not a sound safetensors file: "
        #expect(message.hasPrefix(lead), "\(message)")
        return String(message.dropFirst(lead.count))
    }

    private func refusal(_ header: String, data: Int = 0) throws -> String {
        try refusal(fileBytes(header, data: data))
    }

    /// A header with one tensor "a".
    private func header(_ dtype: String, _ shape: String, _ offsets: String) -> String {
        #"{"a":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
    }

    @Test("lengths")
    func lengths() throws {
        #expect(try refusal([]) == "it has only 0 bytes")
        #expect(try refusal([1]) == "it has only 1 byte")
        #expect(try refusal([1, 2, 3, 4, 5, 6, 7]) == "it has only 7 bytes")
        let huge = [UInt8](repeating: 255, count: 8)
        #expect(
            try refusal(huge + [0x7b])
                == "its header would have 18446744073709551615 bytes, at most 100000000 are taken")
        #expect(
            try refusal([1, 0xe1, 0xf5, 5, 0, 0, 0, 0])
                == "its header would have 100000001 bytes, at most 100000000 are taken")
        #expect(try refusal([3, 0, 0, 0, 0, 0, 0, 0, 0x7b]) == "its header would have 3 bytes, but only 1 follow")
        #expect(try refusal("") == "its header does not begin with '{'")
        #expect(
            failure { _ = try SafeTensors.read("/dev/zero") }
                == "cannot read '/dev/zero': a regular file expected, got a pipe or a device")
    }

    @Test(
        "JSON that is not the format's",
        arguments: [
            (" {}", "its header does not begin with '{'"),
            ("[]", "its header does not begin with '{'"),
            ("{", "at byte 1 of its header a string is expected, got the end"),
            ("{}x", "at byte 2 of its header nothing more is expected, got 'x'"),
            ("{}\u{0}", "at byte 2 of its header nothing more is expected, got byte 0"),
            (#"{"a"}"#, "at byte 4 of its header ':' is expected, got '}'"),
            (#"{"a":1}"#, "at byte 5 of its header '{' is expected, got '1'"),
            (#"{"a":[[[[[[["#, "at byte 5 of its header '{' is expected, got '['"),
            (#"{"a":{"a":{"a":{"#, "the tensor 'a' has the unknown field 'a'"),
            (#"{"a":{"dtype":{"#, "at byte 14 of its header a string is expected, got '{'"),
            (#"{"a":{"shape":[["#, "at byte 15 of its header an integer of 0 or more is expected, got '['"),
            (#"{"a":{"shape":[1,]"#, "at byte 17 of its header an integer of 0 or more is expected, got ']'"),
            (#"{"a":{"shape":[1 2]"#, "at byte 17 of its header ',' or ']' is expected, got '2'"),
            (#"{"a":{"shape":[-1]"#, "at byte 15 of its header an integer of 0 or more is expected, got '-'"),
            (#"{"a":{"shape":["1"]"#, "at byte 15 of its header an integer of 0 or more is expected, got '\"'"),
            (#"{"a":{"shape":[1.0]"#, "at byte 16 of its header ',' or ']' is expected, got '.'"),
            (#"{"a":{"shape":[1e3]"#, "at byte 16 of its header ',' or ']' is expected, got 'e'"),
            (#"{"a":{"shape":[01]"#, "at byte 16 of its header a number without leading zeros is expected, got '1'"),
            (
                #"{"a":{"shape":[9223372036854775808]"#,
                "at byte 33 of its header a number of at most 63 bits is expected, got '8'"
            ),
            (#"{"a":{"shape":null"#, "at byte 14 of its header '[' is expected, got 'n'"),
            (#"{"a":{},}"#, "the tensor 'a' has no 'data_offsets'"),
            (#"{"__metadata__":{},}"#, "at byte 19 of its header a string is expected, got '}'"),
            (#"{"__metadata__":{"a":1}}"#, "at byte 21 of its header a string is expected, got '1'"),
            (#"{"__metadata__":{"a":{}}}"#, "at byte 21 of its header a string is expected, got '{'"),
            (#"{"__metadata__":null}"#, "at byte 16 of its header '{' is expected, got 'n'"),
            (#"{"__metadata__":{"a":"b"#, "at byte 23 of its header the end of the string is expected, got the end"),
            ("{\"__metadata__\":{\"a\n", "at byte 19 of its header the end of the string is expected, got byte 10"),
            (#"{"\x"#, "at byte 3 of its header an escape is expected, got 'x'"),
            (#"{"\u12g4"#, "at byte 6 of its header a hexadecimal digit is expected, got 'g'"),
            (#"{"\ud83c""#, "at byte 8 of its header a whole surrogate pair before this is expected, got '\"'"),
            (#"{"\udf19""#, "at byte 8 of its header a whole surrogate pair before this is expected, got '\"'"),
            (#"{"\ud83c\n"#, "at byte 9 of its header the second half of a surrogate pair is expected, got 'n'"),
            (#"{"\ud83cA"#, "at byte 8 of its header a whole surrogate pair before this is expected, got 'A'"),
        ])
    func grammar(header: String, reason: String) throws {
        #expect(try refusal(header) == reason)
    }

    @Test("bytes that are not UTF-8")
    func encoding() throws {
        for bytes: [UInt8] in [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80]] {
            let header = Array("{\"".utf8) + bytes + Array("\":{}}".utf8)
            #expect(try refusal(fileBytes(header)) == "its header is not UTF-8")
        }
    }

    @Test("names, keys and fields that stand twice")
    func duplicates() throws {
        let u8 = #"{"dtype":"U8","shape":[],"data_offsets":[0,1]}"#
        #expect(try refusal(#"{"a":\#(u8),"a":\#(u8)}"#, data: 1) == "it has the tensor 'a' twice")
        #expect(try refusal(#"{"a":\#(u8),"\u0061":\#(u8)}"#, data: 1) == "it has the tensor 'a' twice")
        #expect(
            try refusal(#"{"__metadata__":{},"__metadata__":{}}"#) == "its header has '__metadata__' twice")
        #expect(try refusal(#"{"__metadata__":{"k":"1","k":"1"}}"#) == "its metadata has the key 'k' twice")
        for (key, value) in [("dtype", "\"U8\""), ("shape", "[]"), ("data_offsets", "[0,1]")] {
            #expect(
                try refusal(#"{"a":{"\#(key)":\#(value),"\#(key)":\#(value)}}"#) == "the tensor 'a' has '\(key)' twice")
        }
    }

    @Test("fields that are missing")
    func missing() throws {
        #expect(try refusal(#"{"a":{"shape":[],"data_offsets":[0,1]}}"#) == "the tensor 'a' has no 'dtype'")
        #expect(try refusal(#"{"a":{"dtype":"U8","data_offsets":[0,1]}}"#) == "the tensor 'a' has no 'shape'")
        #expect(try refusal(header("U8", "[]", "[0]")) == "the tensor 'a' needs 2 'data_offsets', got 1")
        #expect(
            try refusal(header("U8", "[]", "[0,1,2]"))
                .hasSuffix("the end of the list (at most 2 numbers) is expected, got '2'"))
        let ones = "[" + [String](repeating: "1", count: 65).joined(separator: ",") + "]"
        #expect(
            try refusal(header("U8", ones, "[0,1]"), data: 1)
                .hasSuffix("the end of the list (at most 64 numbers) is expected, got '1'"))
        #expect(try refusal(header("F33", "[]", "[0,4]"), data: 4) == "the tensor 'a' is of the unknown type 'F33'")
    }

    @Test("sizes that disagree with shapes, and shapes beyond all memory")
    func sizes() throws {
        #expect(
            try refusal(header("F32", "[2,3]", "[0,20]"), data: 20)
                == "the tensor 'a', F32 of shape [2, 3], needs 24 bytes, its offsets are 0..20")
        #expect(
            try refusal(header("F32", "[2]", "[8,0]"), data: 8)
                == "the tensor 'a', F32 of shape [2], needs 8 bytes, its offsets are 8..0")
        #expect(
            try refusal(header("I64", "[0]", "[0,8]"), data: 8)
                == "the tensor 'a', I64 of shape [0], needs 0 bytes, its offsets are 0..8")
        for shape in [
            "[4294967296, 4294967296]", "[9223372036854775807]", "[0, 4611686018427387904, 4611686018427387904]",
            "[4611686018427387904, 4, 0]",
        ] {
            #expect(
                try refusal(header("F32", shape, "[0,0]"))
                    == "the tensor 'a' has shape \(shape), more than there can be")
        }
        #expect(try refusal(header("F4", "[3]", "[0,1]"), data: 1) == "the tensor 'a' does not end at a whole byte")
        #expect(
            try refusal(header("U8", "[1099511627776]", "[0,1099511627776]"), data: 100)
                == "its tensors need 1099511627776 bytes, it has 100: it was cut off or is still being copied")
        #expect(
            try refusal(header("U8", "[]", "[9223372036854775806,9223372036854775807]"), data: 1)
                == "no tensor owns the bytes 0..9223372036854775806 before 'a'")
    }

    @Test("a large dimension beside one of 0 is an error or an empty tensor, never a trap")
    func emptyAndLarge() throws {
        for shape in ["[0,1099511627776]", "[1099511627776,0]"] {
            try writeFile(scratch.file("m"), fileBytes(header("F32", shape, "[0,0]")))
            #expect((try? SafeTensors.read(scratch.file("m")).tensors[0].tensor.count) ?? 0 == 0)
        }
    }

    @Test("offsets that overlap, leave gaps or leave the file")
    func offsets() throws {
        func two(_ first: String, _ second: String) -> String {
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":\#(first)},"#
                + #""b":{"dtype":"U8","shape":[4],"data_offsets":\#(second)}}"#
        }
        #expect(
            try refusal(two("[0,4]", "[3,7]"), data: 7)
                == "the tensor 'b' at 3..7 overlaps the one before, which ends at 4")
        #expect(
            try refusal(two("[0,4]", "[0,4]"), data: 4)
                == "the tensor 'b' at 0..4 overlaps the one before, which ends at 4")
        #expect(try refusal(two("[0,4]", "[5,9]"), data: 9) == "no tensor owns the bytes 4..5 before 'b'")
        #expect(try refusal(two("[1,5]", "[5,9]"), data: 9) == "no tensor owns the bytes 0..1 before 'a'")
        #expect(
            try refusal(two("[0,4]", "[4,8]"), data: 7)
                == "its tensors need 8 bytes, it has 7: it was cut off or is still being copied")
        #expect(try refusal(two("[0,4]", "[4,8]"), data: 9) == "its last tensor is followed by 1 byte too many")
        try writeFile(scratch.file("m"), fileBytes(two("[4,8]", "[0,4]"), data: 8))
        #expect(try SafeTensors.read(scratch.file("m")).tensors.map(\.name) == ["b", "a"])
    }

    @Test("names in messages are cut and cannot steer a terminal")
    func names() throws {
        let long = String(repeating: "n", count: 5000)
        #expect(try refusal(#"{"\#(long)":{}}"#) == "the tensor '\(long.prefix(80))...' has no 'data_offsets'")
        #expect(try refusal(#"{"\u001b[2J\u202e":{}}"#) == "the tensor '\u{fffd}[2J\u{fffd}' has no 'data_offsets'")
    }

    @Test("what JSON allows is taken: white space, any order, escapes")
    func freedom() throws {
        let header =
            "{ \"\\ud83c\\udf19\\u00e9\\/\\b\" :\t{ \"data_offsets\" : [ 0 , 1 ] ,\r\n\"shape\":[ ],\"dtype\":\"U8\"} ,\n"
            + "\"__metadata__\" : { \"a\" : \"b\" } } \n\t\r"
        try writeFile(scratch.file("m"), fileBytes(header, data: 1))
        let (tensors, metadata) = try SafeTensors.read(scratch.file("m"))
        #expect(tensors.map(\.name) == ["🌙é/\u{8}"])
        #expect(metadata == ["a": "b"])
    }

    @Test("a sound file cut anywhere is refused")
    func truncated() throws {
        let whole = try readFile(reference("model.safetensors"))
        for length in whole.indices { #expect(try !refusal(Array(whole[..<length])).isEmpty) }
    }

    @Test("a sound file with any byte changed is refused or read, never a trap")
    func changed() throws {
        let whole = try readFile(reference("model.safetensors"))
        let path = scratch.file("m")
        let generator = Generator(seed: 7)
        func attempt(_ bytes: [UInt8]) throws {
            try write(bytes)
            do {
                _ = try SafeTensors.read(path)
            } catch let error as FileError {
                #expect(error.path == path && error.action == "read")
            }
        }
        for place in whole.indices {
            let replacements = [0, 0xff, 0x22, 0x30, 0x39, 0x5b, 0x7b, 0x7d, whole[place] ^ 1, whole[place] ^ 0x80]
            for byte in replacements where byte != whole[place] {
                var bytes = whole
                bytes[place] = byte
                try attempt(bytes)
            }
        }
        // Several at once, and pieces taken out or doubled.
        for round in 0..<2000 {
            var bytes = whole
            for _ in 0...round % 4 {
                let place = Int(generator.next32()) % bytes.count
                let length = min(Int(generator.next32() % 12), bytes.count - place)
                switch generator.next32() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next32())
                case 1: bytes.removeSubrange(place..<place + length)
                default: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
                }
                if bytes.isEmpty { break }
            }
            try attempt(bytes)
        }
    }

    @Test("a deep or long header costs no more than its bytes")
    func depth() throws {
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(
            try refusal("{\"a\":" + deep) == "at byte 5 of its header '{' is expected, got '['")
        let shape = header("U8", deep, "[0,1]")
        #expect(try refusal(shape).hasSuffix("an integer of 0 or more is expected, got '['"))
    }
}
