import Files

/// The record that an archive ends with, and ZIP64's where there is one.
struct ZipEnd {
    /// Where the list of files ends.
    let place: Int
    let count: Int
    /// Where the list begins, and its size.
    let start: Int
    let size: Int
    let comment: [UInt8]

    init(_ file: ReadableFile) throws {
        let fixed = ZipRecord.end.size
        guard file.size >= fixed else { throw Unsound("its end is missing") }
        let tailSize = min(file.size, fixed + Int(UInt16.max))
        let tail = try file.bytes(at: file.size - tailSize, count: tailSize)
        guard tail.count == tailSize, let found = Self.find(tail) else { throw Unsound("its end is missing") }
        let numbers = (0..<4).map { tail.little(UInt16.self, at: found + 4 + 2 * $0) }
        comment = Array(tail[(found + fixed)...])
        let here = file.size - tailSize + found
        guard numbers[0] == numbers[1], numbers[2] == numbers[3], numbers[0] == 0 || numbers[0] == .max else {
            throw Unsound("it is a part of an archive in several files")
        }
        let (size, start) = (tail.little(UInt32.self, at: found + 12), tail.little(UInt32.self, at: found + 16))
        // Some writers add ZIP64's record even where nothing needs it: the list then ends before that.
        guard try numbers[2] == .max || size == .max || start == .max || Self.hasLocator(file, before: here) else {
            (place, count, self.size, self.start) = (here, Int(numbers[2]), Int(size), Int(start))
            return
        }
        (place, count, self.size, self.start) = try Self.wide(file, before: here)
        let agree =
            (numbers[2] == .max || Int(numbers[2]) == count) && (size == .max || Int(size) == self.size)
            && (start == .max || Int(start) == self.start)
        guard agree else { throw Unsound("its end is damaged") }
    }

    private static func hasLocator(_ file: ReadableFile, before end: Int) throws -> Bool {
        let size = ZipRecord.locator64.size
        guard end >= size else { return false }
        let found = try file.bytes(at: end - size, count: 4)
        return found.count == 4 && found.little(UInt32.self, at: 0) == ZipRecord.locator64.signature
    }

    /// The last place of a record whose comment reaches just to the end.
    private static func find(_ tail: [UInt8]) -> Int? {
        let fixed = ZipRecord.end.size
        for place in stride(from: tail.count - fixed, through: 0, by: -1)
        where tail[place] == 0x50 && tail.little(UInt32.self, at: place) == ZipRecord.end.signature {
            if place + fixed + Int(tail.little(UInt16.self, at: place + 20)) == tail.count { return place }
        }
        return nil
    }

    private static func wide(_ file: ReadableFile, before end: Int) throws -> (Int, Int, Int, Int) {
        let damaged = Unsound("its end is damaged")
        let (locatorSize, recordSize) = (ZipRecord.locator64.size, ZipRecord.end64.size)
        guard end >= locatorSize + recordSize else { throw damaged }
        let locator = try file.bytes(at: end - locatorSize, count: locatorSize)
        guard locator.count == locatorSize, locator.little(UInt32.self, at: 0) == ZipRecord.locator64.signature,
            let place = Int(exactly: locator.little(UInt64.self, at: 8)), place >= 0,
            place <= end - locatorSize - recordSize
        else { throw damaged }
        let record = try file.bytes(at: place, count: recordSize)
        guard record.count == recordSize, record.little(UInt32.self, at: 0) == ZipRecord.end64.signature,
            record.little(UInt64.self, at: 24) == record.little(UInt64.self, at: 32),
            let count = Int(exactly: record.little(UInt64.self, at: 32)),
            let size = Int(exactly: record.little(UInt64.self, at: 40)),
            let start = Int(exactly: record.little(UInt64.self, at: 48))
        else { throw damaged }
        return (place, count, size, start)
    }
}
