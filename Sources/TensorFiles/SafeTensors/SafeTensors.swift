import Files
import Tensors

/// Files of named tensors in the safetensors format: a length, a JSON header, the numbers. They hold no code.
public enum SafeTensors {
    /// Reads a whole file; `SafeTensorsFile` reads single tensors.
    ///
    /// What tensors have not is widened: F16, BF16 and F8 to float32, U16, U32 and U64 to int64.
    ///
    /// - Returns: the tensors in the order of their data.
    /// - Throws: `FileError` where the file cannot be read or is not a sound safetensors file.
    public static func read(_ path: String) throws -> (tensors: [NamedTensor], metadata: [String: String]) {
        let file = try SafeTensorsFile(path)
        return (try file.tensors(), file.metadata)
    }

    /// Writes a file as Python's safetensors library does: larger element types first, then by name, and the metadata
    /// (sorted here; the library leaves its order open). The file appears whole or not at all.
    ///
    /// - Parameter durable: whether to wait until the disk has it. Default: false.
    /// - Throws: `FileError` where it cannot be written or a name stands twice; what was there before is as it was.
    public static func write(
        _ tensors: [NamedTensor], metadata: [String: String] = [:], to path: String, durable: Bool = false
    ) throws {
        try prepare(tensors, metadata: metadata, to: path, durable: durable).commit()
    }

    /// The same without putting the file in its place, which `commit` of what is returned does.
    public static func prepare(
        _ tensors: [NamedTensor], metadata: [String: String] = [:], to path: String, durable: Bool = false
    ) throws -> AtomicFile {
        var names: Set = [ExactName("__metadata__")]
        for (name, _) in tensors where !names.insert(ExactName(name)).inserted {
            throw FileError(
                path: path, action: "write",
                reason: name == "__metadata__"
                    ? "no tensor can be named '__metadata__'" : "two tensors are named \(quoted(name))")
        }
        let ordered = tensors.sorted { a, b in
            let (rankA, rankB) = (StoredType.writingRank(a.tensor.dtype), StoredType.writingRank(b.tensor.dtype))
            return rankA == rankB ? a.name.precedesInBytes(b.name) : rankA > rankB
        }
        let header = encodeHeader(ordered, metadata)
        guard header.count <= SafeTensorsHeader.limit else {
            throw FileError(
                path: path, action: "write",
                reason: "names and metadata take \(header.count) bytes, at most \(SafeTensorsHeader.limit) are possible"
            )
        }
        let file = try AtomicFile(path, durable: durable)
        try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
        try file.write(header)
        for (name, tensor) in ordered {
            do {
                try tensor.withUnsafeBytes { try file.write($0) }
            } catch let error as TensorError {
                throw FileError(
                    path: path, action: "write", reason: "the tensor \(quoted(name)): \(error.description)")
            }
        }
        return file
    }

    /// The header without its length: JSON, filled up with spaces so that the numbers start at a multiple of 8.
    private static func encodeHeader(_ tensors: [NamedTensor], _ metadata: [String: String]) -> [UInt8] {
        var fields: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key.precedesInBytes($1.key) }.map { "\(json($0.key)):\(json($0.value))" }
            fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for (name, tensor) in tensors {
            let end = offset + tensor.count * tensor.dtype.size
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            fields.append(
                "\(json(name)):{\"dtype\":\"\(StoredType(tensor.dtype).rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = Array("{\(fields.joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        return header
    }

    /// A JSON string; only what must be escaped is, as serde_json does it.
    private static func json(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{08}": result += "\\b"
            case "\u{0c}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{00}"..<"\u{10}": result += "\\u000" + String(scalar.value, radix: 16)
            case "\u{10}"..<"\u{20}": result += "\\u00" + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
