import Datasets
import Files
import Testing

@Test("arrays of one to four dimensions are read, plain and packed")
func shapes() throws {
    for shape in [[6], [2, 3], [1, 2, 3], [1, 3, 1, 2]] {
        let content = idx(shape, [1, 2, 3, 4, 5, 6])
        let array = try IDX(content, name: "x")
        #expect(array.shape == shape)
        #expect(array.elements == [1, 2, 3, 4, 5, 6])
    }
    #expect(try IDX(idx([0, 28, 28], []), name: "x").elements == [])
    let directory = try TemporaryDirectory()
    try directory.write("plain", idx([3], [7, 8, 9]))
    try directory.write("packed", gzip(idx([3], [7, 8, 9])))
    #expect(try IDX(path: directory.path + "/plain") == IDX(path: directory.path + "/packed"))
    #expect(try IDX(path: directory.path + "/packed").elements == [7, 8, 9])
}

@Test(
    "what is no whole IDX file of bytes is refused",
    arguments: [
        ([], "not an IDX file"),
        (Array("hello".utf8), "not an IDX file"),
        ([0, 0, 8], "not an IDX file"),
        (idx([2], [1, 2], type: 10), "IDX elements of type 10, of which there is none (8, 9, 11 to 14 are read)"),
        ([0, 0, 8, 0], "an IDX array of 0 dimensions, 1 to 255 are read"),
        (idx([2], [1, 2], type: 13), "8 bytes of labels expected, got 2"),
        ([0, 0, 8, 3, 0, 0, 0, 1], "truncated: a header of 16 bytes expected, got 8"),
        (idx([60000, 28, 28], [UInt8](repeating: 0, count: 1000)), "47040000 bytes of images expected, got 1000"),
        (idx([3], [1, 2, 3, 4]), "3 bytes of labels expected, got 4"),
        (
            [0, 0, 8, 4] + [UInt8](repeating: 255, count: 16),
            "4294967295 x 4294967295 x 4294967295 x 4294967295 elements of uint8 promised, at most 2147483648 bytes are taken"
        ),
    ])
func refused(_ content: [UInt8], _ reason: String) {
    #expect(
        text { try IDX(content, name: "train-images-idx3-ubyte") } == "cannot read 'train-images-idx3-ubyte': \(reason)"
    )
}

/// Python's gzip.compress(b"nightjar " * 40, 9, mtime=0).
private let packed: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0xcb, 0x4c, 0xcf, 0x28, 0xc9, 0x4a, 0x2c,
    0x52, 0xc8, 0x1b, 0x65, 0xd0, 0x92, 0x01, 0x00, 0x0f, 0x08, 0x11, 0x9b, 0x68, 0x01, 0x00, 0x00,
]
private let unpackedText = [UInt8](String(repeating: "nightjar ", count: 40).utf8)

@Test("gzip data unpacks, in several members too, and zeros may follow")
func unpacking() throws {
    #expect(try gunzip(packed, name: "x", limit: 1000) == unpackedText)
    #expect(
        try gunzip(packed + gzip([1, 2]) + packed, name: "x", limit: 1000) == unpackedText + [1, 2] + unpackedText)
    #expect(try gunzip(packed + [0, 0, 0], name: "x", limit: 1000) == unpackedText)
    let long = (0..<60000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    let members = Array(repeatElement(gzip(long), count: 7).joined())
    #expect(try gunzip(members, name: "x", limit: 420_000) == Array(repeatElement(long, count: 7).joined()))
}

@Test("gzip data that is cut, damaged, followed by something or too long names the file")
func damagedPacking() {
    for count in 2..<packed.count {
        #expect(
            text { try gunzip(Array(packed[..<count]), name: "x.gz", limit: 1000) }
                == "cannot read 'x.gz': truncated: its gzip data ends early", "\(count) bytes")
    }
    var spoiled = packed
    spoiled[packed.count - 5] ^= 1
    #expect(
        text { try gunzip(spoiled, name: "x.gz", limit: 1000) }
            == "cannot read 'x.gz': damaged: incorrect data check")
    #expect(
        text { try gunzip(packed + [9], name: "x.gz", limit: 1000) }
            == "cannot read 'x.gz': damaged: 1 bytes follow its gzip data")
    #expect(
        text { try gunzip(packed, name: "x.gz", limit: 359) }
            == "cannot read 'x.gz': it unpacks to more than 359 bytes")
    #expect(text { try gunzip(packed, name: "x.gz", limit: 360) } == "no error")
}
