import Files
import Tensors

/// A safetensors file whose header has been read and checked; tensors are read when they are asked for.
///
/// The file may come from anywhere. Every byte of it must belong to the header or to exactly one tensor, and sizes
/// must agree with shapes; then nothing is taken in that the file does not have.
public final class SafeTensorsFile {
    /// What the header says of one tensor.
    public struct Entry: Sendable {
        public let name: String
        public let shape: [Int]
        /// The type of the file's elements as the file names it: "F16".
        public let storedType: String
        /// The type that the tensor will have; nil where the type cannot be read.
        public let dtype: DType?
        let stored: StoredType
        let count: Int
        let start: Int
    }

    public let path: String
    /// The tensors in the order of their data.
    public let entries: [Entry]
    public let metadata: [String: String]
    private let file: ReadableFile
    /// The file in memory, where it is worth that and can be had.
    private var mapping: FileMapping?
    private var wasMapped = false
    private let dataStart: Int
    private let places: [ExactName: Int]

    /// Reads the header.
    ///
    /// - Throws: `FileError` where the file cannot be read or is not a sound safetensors file.
    public init(_ path: String) throws {
        self.path = path
        file = try ReadableFile(path, kind: .regular)
        do {
            let bytes = try Self.headerBytes(file)
            let header = try SafeTensorsHeader(bytes)
            dataStart = 8 + bytes.count
            entries = try Self.checked(header.entries, dataSize: file.size - dataStart)
            metadata = header.metadata
        } catch let error as Malformed {
            throw unsound(path, error)
        }
        places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { (ExactName($1.name), $0) })
    }

    /// Whether a file that begins so is one: a length that can be, and an object behind it.
    static func isOne(_ start: [UInt8]) -> Bool {
        guard start.count > 8, start[8] == UInt8(ascii: "{") else { return false }
        return start[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } <= SafeTensorsHeader.limit
    }

    /// The tensors in the order of their data, none of them read.
    func stored() -> [(name: String, tensor: StoredTensor)] {
        entries.map { entry in
            (entry.name, StoredTensor(shape: entry.shape, dtype: entry.dtype) { try self.tensor(entry) })
        }
    }

    /// Reads one tensor.
    ///
    /// - Throws: `FileError` where there is none of that name, its type has no counterpart or reading fails.
    public func tensor(_ name: String) throws -> Tensor {
        guard let place = places[ExactName(name)] else {
            throw FileError(path: path, action: "read", reason: "it has no tensor \(quoted(name))")
        }
        return try tensor(entries[place])
    }

    /// Reads every tensor, in the order of their data.
    public func tensors() throws -> [NamedTensor] { try entries.map { ($0.name, try tensor($0)) } }

    /// What the file holds, without reading it.
    ///
    /// - Throws: `FileError` where a tensor's type has no counterpart.
    public func descriptions() throws -> [TensorDescription] {
        try entries.map { entry in
            guard let dtype = entry.dtype else { throw unreadableType(entry) }
            return (entry.name, entry.shape, dtype)
        }
    }

    private func tensor(_ entry: Entry) throws -> Tensor {
        guard let dtype = entry.dtype else { throw unreadableType(entry) }
        do {
            if let tensor = try mapped(entry, dtype) { return tensor }
            try file.seek(to: dataStart + entry.start)
            let tensor = try Tensor(uninitialized: Shape(entry.shape), dtype: dtype)
            try tensor.withUnsafeMutableBytes { try file.readElements(entry.stored, count: entry.count, into: $0) }
            return tensor
        } catch let error as Malformed {
            throw FileError(path: path, action: "read", reason: "the tensor \(quoted(entry.name)): \(error.reason)")
        } catch let error as TensorError {
            throw FileError(
                path: path, action: "read", reason: "the tensor \(quoted(entry.name)): \(error.description)")
        }
    }

    /// The files whose tensors are looked at in place, instead of being read.
    static let mappedSize = 4 << 20

    /// A tensor that looks at the file's own bytes, which become the tensor's where it is changed.
    private func mapped(_ entry: Entry, _ dtype: DType) throws -> Tensor? {
        guard file.size >= Self.mappedSize, entry.stored.isStoredAsHeld, entry.count > 0,
            (dataStart + entry.start) % dtype.size == 0
        else { return nil }
        if !wasMapped {
            wasMapped = true
            mapping = FileMapping(file)
        }
        guard let mapping else { return nil }
        let start = dataStart + entry.start
        let bytes = UnsafeMutableRawBufferPointer(rebasing: mapping.bytes[start..<start + entry.count * dtype.size])
        let shape = Shape(entry.shape)
        return Tensor(
            storage: try Storage(bytes, of: mapping), offset: 0, shape: shape, strides: rowMajorStrides(shape),
            dtype: dtype)
    }

    private func unreadableType(_ entry: Entry) -> FileError {
        FileError(
            path: path, action: "read",
            reason: "the tensor \(quoted(entry.name)) is of type \(entry.storedType), which has no counterpart here")
    }

    private static func headerBytes(_ file: ReadableFile) throws -> [UInt8] {
        guard file.size >= 8 else { throw Malformed("it has only \(plural(file.size, "byte"))") }
        var length: UInt64 = 0
        let got = try withUnsafeMutableBytes(of: &length) { try file.read(into: $0) }
        length = UInt64(littleEndian: length)
        guard length <= SafeTensorsHeader.limit else {
            throw Malformed("its header would have \(length) bytes, at most \(SafeTensorsHeader.limit) are taken")
        }
        guard got == 8, length <= file.size - 8 else {
            throw Malformed("its header would have \(length) bytes, but only \(max(0, file.size - 8)) follow")
        }
        let bytes = try [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard bytes.count == Int(length) else { throw Malformed("it became shorter while it was read") }
        return bytes
    }

    /// The entries in the order of their data, if that leaves no byte unaccounted for.
    private static func checked(_ entries: [SafeTensorsHeader.Entry], dataSize: Int) throws -> [Entry] {
        var end = 0
        let sorted = entries.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        let result = try sorted.map { entry in
            var name: String { quoted(entry.name) }
            guard let stored = StoredType(rawValue: entry.dtype) else {
                throw Malformed("the tensor \(name) is of the unknown type \(quoted(entry.dtype))")
            }
            let (count, bytes) = try size(of: entry, stored)
            var range: String { "\(entry.start)..\(entry.end)" }
            guard entry.end >= entry.start, entry.end - entry.start == bytes else {
                throw Malformed(
                    "the tensor \(name), \(entry.dtype) of shape \(describe(entry.shape)), needs "
                        + "\(plural(bytes, "byte")), its offsets are \(range)")
            }
            guard entry.start == end else {
                throw Malformed(
                    entry.start < end
                        ? "the tensor \(name) at \(range) overlaps the one before, which ends at \(end)"
                        : "no tensor owns the bytes \(end)..\(entry.start) before \(name)")
            }
            end = entry.end
            return Entry(
                name: entry.name, shape: entry.shape, storedType: entry.dtype, dtype: stored.dtype, stored: stored,
                count: count, start: entry.start)
        }
        guard end <= dataSize else {
            throw Malformed(
                "its tensors need \(plural(end, "byte")), it has \(dataSize): it was cut off or is still being copied")
        }
        guard end == dataSize else {
            throw Malformed("its last tensor is followed by \(plural(dataSize - end, "byte")) too many")
        }
        return result
    }

    private static func size(of entry: SafeTensorsHeader.Entry, _ stored: StoredType) throws -> (Int, Int) {
        // Sizes of 0 are left out first: strides are products of the others.
        var product = stored.bits
        for size in entry.shape where size != 0 {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow else {
                throw Malformed(
                    "the tensor \(quoted(entry.name)) has shape \(describe(entry.shape)), more than there can be")
            }
            product = next
        }
        if entry.shape.contains(0) { return (0, 0) }
        guard product % 8 == 0 else {
            throw Malformed("the tensor \(quoted(entry.name)) does not end at a whole byte")
        }
        return (product / stored.bits, product / 8)
    }
}

private func unsound(_ path: String, _ error: Malformed) -> FileError {
    FileError(path: path, action: "read", reason: "it is not a sound safetensors file: \(error.reason)")
}
