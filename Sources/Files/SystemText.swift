import CLibrary

// Names of files, arguments and variables are bytes, mostly UTF-8 but not always. Here a String holds any of them:
// a byte that is no part of UTF-8 becomes two of the noncharacters U+FDD0 to U+FDEF, which Unicode keeps for a
// program's own use and no text has: U+FDD0 and its upper half, U+FDE0 and its lower half. Bytes that are themselves
// such noncharacters are taken one by one too, so that all bytes come back as they were.

extension String {
    /// Text of the system, no byte lost.
    public init(systemBytes bytes: UnsafeRawBufferPointer) {
        if !holdsNoncharacters(bytes), let text = String(validating: bytes, as: UTF8.self) {
            self = text
        } else {
            self = escaped(bytes)
        }
    }

    /// Text of the system, no byte lost.
    public init(systemBytes bytes: [UInt8]) { self = bytes.withUnsafeBytes { String(systemBytes: $0) } }

    /// The text of a C string, no byte lost.
    public init(systemText text: UnsafePointer<CChar>) {
        self.init(systemBytes: UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    /// Lends the bytes that the text stands for: its UTF-8 unless it came from other bytes.
    public func withSystemBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        var text = self
        return try text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            guard holdsNoncharacters(bytes) else { return try body(bytes) }
            return try unescaped(bytes).withUnsafeBytes(body)
        }
    }

    /// The bytes that the text stands for.
    public var systemBytes: [UInt8] { withSystemBytes { Array($0) } }
}

/// Lends a path as the system's functions take it.
///
/// - Parameter action: what is attempted, as it reads after "cannot".
/// - Throws: `FileError` where the path holds a NUL byte, at which these functions would end it.
public func withSystemPath<Result>(
    _ path: String, action: String, _ body: (UnsafePointer<CChar>) throws(FileError) -> Result
) throws(FileError) -> Result {
    let bytes = path.systemBytes.map { CChar(bitPattern: $0) }
    guard !bytes.contains(0) else {
        throw FileError(path: path, action: action, reason: "a file's name cannot hold a NUL byte")
    }
    return try body(bytes + [0])
}

// The noncharacters are EF B7 90 to EF B7 AF in UTF-8.
private let lead: UInt8 = 0xEF
private let second: UInt8 = 0xB7
private let thirds: ClosedRange<UInt8> = 0x90...0xAF

/// Whether three bytes of a noncharacter stand at a place.
private func isNoncharacter(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Bool {
    place + 2 < bytes.count && bytes[place] == lead && bytes[place + 1] == second && thirds.contains(bytes[place + 2])
}

private func holdsNoncharacters(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress else { return false }
    var place = 0
    while let found = memchr(start + place, Int32(lead), bytes.count - place) {
        place = UnsafeRawPointer(found) - start
        if isNoncharacter(bytes, at: place) { return true }
        place += 1
    }
    return false
}

private func escaped(_ bytes: UnsafeRawBufferPointer) -> String {
    var utf8: [UInt8] = []
    var place = 0
    while place < bytes.count {
        let count = sequenceLength(bytes[place])
        let sequence = bytes[place..<min(place + count, bytes.count)]
        if count > 0, !isNoncharacter(bytes, at: place), String(validating: sequence, as: UTF8.self) != nil {
            utf8 += sequence
            place += count
        } else {
            utf8 += [lead, second, 0x90 + bytes[place] >> 4, lead, second, 0xA0 + bytes[place] & 15]
            place += 1
        }
    }
    return String(decoding: utf8, as: UTF8.self)
}

/// How many bytes a sequence of UTF-8 has by its first; 0 where none begins so.
private func sequenceLength(_ first: UInt8) -> Int {
    switch first {
    case 0..<0x80: 1
    case 0xC2..<0xE0: 2
    case 0xE0..<0xF0: 3
    case 0xF0..<0xF5: 4
    default: 0
    }
}

private func unescaped(_ utf8: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count)
    var place = 0
    while place < utf8.count {
        if isNoncharacter(utf8, at: place), isNoncharacter(utf8, at: place + 3), utf8[place + 2] < 0xA0,
            utf8[place + 5] >= 0xA0
        {
            bytes.append((utf8[place + 2] - 0x90) << 4 | (utf8[place + 5] - 0xA0))
            place += 6
        } else {
            bytes.append(utf8[place])
            place += 1
        }
    }
    return bytes
}
