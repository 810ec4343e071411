import Archives
import Files
import Tensors

/// A `.pth` or `.pt` file as `torch.save` writes it since PyTorch 1.6: a ZIP archive with a pickle, `data.pkl`, and an
/// entry for each storage. The pickle is read when the file is opened, storages when their tensors are asked for.
///
/// The file may come from anywhere. Of the pickle only what state dicts, optimizers' included, are made of is known
/// (see `TorchObjects`); anything else is refused by name, and nothing is ever run. Tensors that share a storage there
/// share it here. Where a tensor was kept ("cuda:0") makes no difference.
final class TorchFile {
    let path: String
    private let archive: ZipReader
    /// What the names of all entries begin with: "archive/".
    private let prefix: String
    private let isBigEndian: Bool
    private let root: PickleValue
    /// Storages that were read, as long as tensors look at them.
    private var storages: [StorageKey: KnownStorage] = [:]

    private struct StorageKey: Hashable {
        let key: ExactName
        let stored: StoredType
    }

    private struct KnownStorage {
        weak var storage: Storage?
    }

    /// - Throws: `FileError` where it cannot be read or holds something else.
    convenience init(_ path: String) throws { try self.init(ZipReader(ReadableFile(path, kind: .regular)), path) }

    init(_ archive: ZipReader, _ path: String) throws {
        self.path = path
        self.archive = archive
        do {
            let entry = try Self.pickle(archive)
            prefix = String(entry.name.dropLast("data.pkl".count))
            isBigEndian = try Self.isBigEndian(archive, prefix)
            guard entry.size <= PickleReader.limit else {
                throw Malformed("its pickle has \(entry.size) bytes, at most \(PickleReader.limit) are taken")
            }
            root = try PickleReader.read(archive.content(of: entry), TorchObjects())
        } catch let error as Malformed {
            throw Self.unsound(path, error)
        }
    }

    /// Whether an archive is such a file, or looks like one.
    static func isOne(_ archive: ZipReader) -> Bool { archive.entries.contains { isPickle($0.name) } }

    private static func isPickle(_ name: String) -> Bool {
        name.hasSuffix("/data.pkl") && name.utf8.count { $0 == UInt8(ascii: "/") } == 1
    }

    private static func pickle(_ archive: ZipReader) throws -> ZipEntry {
        let found = archive.entries.filter { isPickle($0.name) }
        guard let entry = found.first, found.count == 1 else {
            throw Malformed("it has \(found.isEmpty ? "no" : "more than one") 'data.pkl'")
        }
        let folder = entry.name.dropLast("data.pkl".count)
        let isScript = archive.entries.contains {
            $0.name == folder + "constants.pkl" || $0.name.hasPrefix(folder + "code/")
        }
        guard !isScript else {
            throw Malformed(
                "it is TorchScript (torch.jit.save), which is a program: "
                    + "save its state dict, torch.save(torch.jit.load(path).state_dict(), path)")
        }
        return entry
    }

    /// PyTorch has noted the order of bytes since 2.1; before, all files had the lowest first.
    private static func isBigEndian(_ archive: ZipReader, _ prefix: String) throws -> Bool {
        guard let entry = archive.entry(prefix + "byteorder") else { return false }
        switch try String(decoding: archive.content(of: entry, limit: 16), as: UTF8.self) {
        case "little": return false
        case "big": return true
        case let other: throw Malformed("its order of bytes is \(quoted(other)); 'little' and 'big' are known")
        }
    }

    /// What the file holds.
    ///
    /// - Throws: `FileError` for what has no counterpart here, or where values that stand in several places come to too
    ///   many.
    func value() throws -> StoredValue {
        var total = Total()
        do {
            return try value(root, &total)
        } catch let error as Malformed {
            throw Self.unsound(path, error)
        }
    }

    private func value(_ value: PickleValue, _ total: inout Total) throws -> StoredValue {
        // A value may stand in several places, so that a small pickle stands for a large tree.
        try total.add(values: 1)
        switch value {
        case .none: return .none
        case .truth(let truth): return .truth(truth)
        case .integer(let integer): return .integer(integer)
        case .number(let number): return .number(number)
        case .text(let text):
            try total.add(bytes: text.utf8.count)
            return .text(text)
        case .bytes(let bytes):
            try total.add(bytes: bytes.count)
            return .bytes(bytes)
        case .sequence(let sequence): return .list(try sequence.items.map { try self.value($0, &total) })
        case .dictionary(let dictionary):
            return .dictionary(
                try dictionary.pairs.map { key, value in
                    if case .text(let name) = key { try total.add(bytes: name.text.utf8.count) }
                    return (Self.key(key), try self.value(value, &total))
                })
        case .global(let global):
            guard TorchTypes.dtype(global.name) != nil else {
                throw Malformed("it holds \(quoted(global.name)) itself")
            }
            return .text(String(global.name.dropFirst("torch.".count)))
        case .object(let object):
            guard let tensor = object as? TorchTensor else { throw Malformed("it holds a storage without a tensor") }
            return .tensor(stored(tensor))
        }
    }

    /// How much a value comes to, wherever its parts stand.
    private struct Total {
        private static let mostValues = 4 << 20
        private static let mostBytes = 256 << 20
        private var values = 0
        private var bytes = 0

        mutating func add(values count: Int = 0, bytes size: Int = 0) throws {
            values += count
            bytes += size
            guard values <= Self.mostValues else { throw Malformed("it holds more than \(Self.mostValues) values") }
            guard bytes <= Self.mostBytes else {
                throw Malformed("its texts come to more than \(Self.mostBytes) bytes")
            }
        }
    }

    private static func key(_ key: PickleDictionary.Key) -> StoredValue.Key {
        switch key {
        case .text(let name): .text(name.text)
        case .integer(let integer): .integer(integer)
        }
    }

    // MARK: Tensors

    private func stored(_ tensor: TorchTensor) -> StoredTensor {
        StoredTensor(shape: tensor.shape, dtype: tensor.stored.dtype) { try self.tensor(tensor) }
    }

    private func tensor(_ described: TorchTensor) throws -> Tensor {
        do {
            let storage = try storage(described.storage, described.stored)
            guard let dtype = described.stored.dtype else { throw Self.withoutCounterpart(described.stored) }
            return Tensor(
                storage: storage, offset: described.offset, shape: Shape(described.shape),
                strides: Shape(described.strides), dtype: dtype)
        } catch let error as Malformed {
            throw Self.unsound(path, error)
        } catch let error as TensorError {
            throw FileError(path: path, action: "read", reason: error.description)
        }
    }

    private static func withoutCounterpart(_ stored: StoredType) -> Malformed {
        Malformed("it holds elements of type \(stored.rawValue), which has no counterpart here")
    }

    private func storage(_ described: TorchStorage, _ stored: StoredType) throws -> Storage {
        let key = StorageKey(key: ExactName(described.key), stored: stored)
        if let known = storages[key]?.storage { return known }
        let name = "\(prefix)data/\(described.key)"
        guard let entry = archive.entry(name) else { throw Malformed("it lacks \(quoted(name))") }
        let size = stored.bits / 8
        let (bytes, tooMany) =
            described.stored == nil ? (described.count, false) : described.count.multipliedReportingOverflow(by: size)
        guard !tooMany, entry.size == bytes else {
            throw Malformed(
                "\(quoted(name)) has \(plural(entry.size, "byte")), its storage \(described.count) elements")
        }
        guard let dtype = stored.dtype else { throw Self.withoutCounterpart(stored) }
        let count = bytes / size
        let tensor = try Tensor(uninitialized: [count], dtype: dtype)
        let stream = try archive.stream(of: entry)
        try tensor.withUnsafeMutableBytes {
            try stream.readElements(stored, count: count, isBigEndian: isBigEndian, into: $0)
        }
        // To the end, where the checksum is compared.
        var rest = [UInt8](repeating: 0, count: bytes - count * size)
        if !rest.isEmpty { try rest.withUnsafeMutableBytes { try stream.fill($0) } }
        storages[key] = KnownStorage(storage: tensor.storage)
        return tensor.storage
    }

    static func unsound(_ path: String, _ error: Malformed) -> FileError {
        FileError(path: path, action: "read", reason: "it is not a sound PyTorch file: \(error.reason)")
    }
}

extension ZipStream: ByteSource {}
