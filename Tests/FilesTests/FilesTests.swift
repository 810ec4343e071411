import Files
import Testing

/// Digests by Python's hashlib of 0, 1, 2, … modulo 251.
@Test(
    "SHA-256 of messages of lengths around a block",
    arguments: [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (31, "4f23c2ca8c5c962e50cd31e221bfb6d0adca19111dca8e0c62598ff146dd19c4"),
        (32, "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"),
        (55, "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59"),
        (56, "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562"),
        (63, "29af2686fd53374a36b0846694cc342177e428d1647515f078784d69cdb9e488"),
        (64, "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108"),
        (65, "4bfd2c8b6f1eec7a2afeb48b934ee4b2694182027e6d0fc075074f2fabb31781"),
        (119, "da18797ed7c3a777f0847f429724a2d8cd5138e6ed2895c3fa1a6d39d18f7ec6"),
        (120, "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c"),
        (1000, "4e4c294b331f7a2099a379bec34b9f9fc03dc46ab465d998f4d683da53487e6d"),
        (100000, "cd2df694e424bc7968cc37f47751019e5ca0cd1bdf2e479ea537c3a1c32ee1aa"),
    ])
func digests(length: Int, digest: String) {
    let message = (0..<length).map { UInt8($0 % 251) }
    #expect(SHA256.hexDigest(of: message) == digest)
    var pieces = SHA256()
    for start in stride(from: 0, to: length, by: 37) { pieces.update(Array(message[start..<min(length, start + 37)])) }
    #expect(pieces.hexDigest() == digest)
}

@Test("SHA-256 of large pieces, which libcrypto takes where it is there, is that of small ones")
func sha256LargePieces() {
    let message = (0..<(1 << 20) + 77).map { UInt8(truncatingIfNeeded: $0 * 7919 + $0 / 251) }
    let digest = "fd95519e66e593afd16c8b92574ec8aac233fe58865edbda623de6596da2d74f"
    #expect(SHA256.hexDigest(of: message) == digest)
    // Begun in the middle of a block, and with what was pending before.
    for first in [1, 63, 64, 65, 300 << 10] {
        var hash = SHA256()
        hash.update(Array(message[..<first]))
        hash.update(Array(message[first...]))
        #expect(hash.hexDigest() == digest)
    }
    var small = SHA256()
    for start in stride(from: 0, to: message.count, by: 1000) {
        small.update(Array(message[start..<min(start + 1000, message.count)]))
    }
    #expect(small.hexDigest() == digest)
}
