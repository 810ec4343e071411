import Archives
import Files
import Tensors

/// NumPy's archives of arrays by name, `.npz`: ZIP archives of `.npy` files, stored or deflated.
enum NumPyArchive {
    private static let ending = ".npy"

    /// Whether an archive is one.
    static func isOne(_ archive: ZipReader) -> Bool { archive.entries.allSatisfy { $0.name.hasSuffix(ending) } }

    /// The arrays in the order of the archive. Their headers are read; elements are when they are asked for.
    ///
    /// - Throws: `FileError` where one cannot be read; see `NumPyFile` for what is taken.
    static func arrays(_ archive: ZipReader, _ path: String) throws -> [(name: String, tensor: StoredTensor)] {
        try archive.entries.map { entry in
            let header = try read(entry, path) { try Self.header(archive.stream(of: entry), entry) }
            let dtype = try read(entry, path) { try header.dtype }
            let tensor = StoredTensor(shape: header.shape, dtype: dtype) {
                try read(entry, path) {
                    let stream = try archive.stream(of: entry)
                    return try Self.header(stream, entry).tensor(stream)
                }
            }
            return (String(decoding: entry.name.utf8.dropLast(ending.utf8.count), as: UTF8.self), tensor)
        }
    }

    private static func header(_ stream: ZipStream, _ entry: ZipEntry) throws -> NumPyHeader {
        let header = try NumPyHeader(stream)
        try header.check(dataSize: entry.size - header.size)
        return header
    }

    private static func read<Result>(_ entry: ZipEntry, _ path: String, _ body: () throws -> Result) throws -> Result {
        func failure(_ reason: String) -> FileError {
            FileError(path: path, action: "read", reason: "\(quoted(entry.name)) in it: \(reason)")
        }
        do {
            return try body()
        } catch let error as Malformed {
            throw failure("it is not a sound .npy file: \(error.reason)")
        } catch let error as TensorError {
            throw failure(error.description)
        }
    }

    /// Writes arrays as `numpy.savez` does, stored. The file appears whole or not at all.
    ///
    /// - Throws: `FileError`, after which the file that was there before is as it was.
    static func write(_ tensors: [NamedTensor], to path: String, durable: Bool) throws {
        let file = try AtomicFile(path, durable: durable)
        let archive = ZipWriter { try file.write($0) }
        for (name, tensor) in tensors {
            do {
                let head = try NumPyHeader.encoded(tensor.shape.array, tensor.dtype)
                try tensor.withUnsafeBytes { try archive.add(name + ending, head: head, stored: $0) }
            } catch let error as TensorError {
                throw FileError(path: path, action: "write", reason: "\(quoted(name)): \(error.description)")
            }
        }
        try archive.finish()
        try file.commit()
    }
}
