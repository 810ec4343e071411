import Files

/// The message of the error that `body` throws; "no error" where it throws none.
func text<T>(_ body: () throws -> T) -> String {
    do {
        _ = try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}

/// An IDX file's content.
func idx(_ shape: [Int], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
    var content: [UInt8] = [0, 0, type, UInt8(shape.count)]
    for size in shape { for shift in [24, 16, 8, 0] { content.append(UInt8(size >> shift & 255)) } }
    return content + elements
}

/// One gzip member that holds up to 65,535 bytes as they are.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
    var crc = UInt32.max
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? 0xedb8_8320 ^ crc >> 1 : crc >> 1 }
    }
    let length = UInt32(bytes.count)
    return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(length, 2) + little(~length, 2) + bytes
        + little(~crc, 4) + little(length, 4)
}

/// A directory that goes with its last reference.
final class TemporaryDirectory {
    let path = "/tmp/nightjar-datasets-\(UInt64.random(in: 0 ... .max))"
    private var made: [String] = []

    init() throws { try makeDirectory(path) }

    deinit {
        for file in (try? expandGlob("\(path)/{*,*/*,*/*/*,*/*/*/*}")) ?? [] { try? removeFile(file) }
        for folder in made.reversed() { removeDirectory(folder) }
        removeDirectory(path)
    }

    /// Writes a file and the folder it is in.
    func write(_ name: String, _ content: [UInt8]) throws {
        let folder = directoryName(joinPath(path, name))
        if folder != path {
            try makeDirectory(folder)
            var folders = [folder]
            while let outer = folders.first.map(directoryName), outer.count > path.count {
                folders.insert(outer, at: 0)
            }
            made += folders.filter { !made.contains($0) }
        }
        try writeFile(joinPath(path, name), content)
    }
}
