import Files

/// The bytes of a request's body, handed out piece by piece.
final class BodySource {
    let size: Int
    private let content: Content
    private let shownURL: String
    private var offset = 0
    private var hash = SHA256()

    private enum Content {
        case bytes([UInt8])
        case file(ReadableFile, sha256: String?)
    }

    /// Nil where the request has no body. - Throws: `FileError`, or `HTTPError` of kind `.fileChanged`.
    init?(_ request: HTTPRequest) throws {
        shownURL = request.url.description
        size = request.body.size
        switch request.body {
        case .none: return nil
        case .bytes(let bytes): content = .bytes(bytes)
        case .file(let path, let size, let sha256):
            let file = try ReadableFile(path)
            content = .file(file, sha256: sha256)
            guard file.size == size else { throw changed(path, "it has \(file.size) bytes, \(size) were announced") }
        }
    }

    /// Whether no byte was handed out.
    var isUntouched: Bool { offset == 0 }

    /// Whether all bytes were handed out.
    var isExhausted: Bool { offset == size }

    /// Puts the next bytes into `buffer` and answers how many; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = min(buffer.count, size - offset)
        guard wanted > 0 else { return 0 }
        switch content {
        case .bytes(let bytes):
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + wanted]))
            }
        case .file(let file, let sha256):
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            let count = try file.read(into: piece)
            guard count == wanted else {
                throw changed(file.path, "it ended after \(offset + count) of \(size) bytes")
            }
            if sha256 != nil { hash.update(UnsafeRawBufferPointer(piece)) }
            if offset + wanted == size { try checkEnd(file, sha256) }
        }
        offset += wanted
        return wanted
    }

    /// Before the last bytes are handed out: a server does not store what is not complete.
    private func checkEnd(_ file: ReadableFile, _ sha256: String?) throws {
        var more: UInt8 = 0
        let grown = try withUnsafeMutableBytes(of: &more) { try file.read(into: $0) }
        guard grown == 0 else { throw changed(file.path, "it has more than the announced \(size) bytes") }
        if let sha256, hash.hexDigest() != sha256 { throw changed(file.path, "its content is another") }
    }

    /// Goes back, for libcurl begins anew where a proxy or server asked for it.
    func seek(to target: Int) throws {
        // Only the start: the digest cannot be taken up in the middle.
        guard target == 0 else { throw HTTPError(.other, url: shownURL, "the upload cannot go back to byte \(target)") }
        if case .file(let file, _) = content { try file.seek(to: 0) }
        offset = 0
        hash = SHA256()
    }

    private func changed(_ path: String, _ how: String) -> HTTPError {
        HTTPError(.fileChanged, url: "", "'\(path)' changed while it was being sent: \(how)")
    }
}
