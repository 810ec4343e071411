import Files
import TestSupport
import Testing

@testable import JSON
@testable import Signing

@Suite("Model signatures")
struct ModelSignatureTests {
    let reference: Reference
    let scratch: ScratchDirectory

    init() throws {
        reference = try Reference()
        scratch = try ScratchDirectory()
    }

    /// A signature of ours over the reference's files, read again.
    private func signed(_ key: String = "P-256") throws -> ModelSignature {
        try ModelSignature(
            decoding: ModelSignature.sign(reference.files, folderName: "model", key: reference.privateKey(key)))
    }

    private func changed(_ folder: String, _ name: String, _ content: String = "other") throws {
        try writeFile(joinPath(folder, name), content)
    }

    // MARK: The reference implementation's

    @Test("takes what the reference implementation signed", arguments: Curve.allCases)
    func referenceSignatures(_ curve: Curve) throws {
        let folder = try reference.write(to: scratch)
        try writeFile(joinPath(folder, "model.sig"), reference.signature(curve.rawValue))
        let key = try reference.publicKey(curve.rawValue)
        let signature = try ModelSignature.verify(folder: folder, publicKey: key)
        #expect(signature.folderName == "model")
        #expect(signature.files.map(\.name) == [".hidden", "B.txt", "a.txt", "sub/Z.txt", "sub.txt"])
        #expect(signature.names(reference.files))
        try signature.verify(reference.files, publicKey: key)

        try changed(folder, "sub/Z.txt")
        #expect(
            failure { try ModelSignature.verify(folder: folder, publicKey: key) }
                == "the files are not those that were signed: changed: sub/Z.txt")
    }

    @Test("a signature outside its folder is taken too")
    func outside() throws {
        let folder = try reference.write(to: scratch)
        try writeFile(scratch.file("other.sig"), reference.signature("P-256"))
        let key = try reference.publicKey("P-256")
        try ModelSignature.verify(folder: folder, signature: scratch.file("other.sig"), publicKey: key)
        try writeFile(joinPath(folder, "inside.sig"), reference.signature("P-256"))
        #expect(
            failure { try ModelSignature.verify(folder: folder, signature: scratch.file("other.sig"), publicKey: key) }
                == "the files are not those that were signed: not signed: inside.sig")
        try ModelSignature.verify(folder: folder, signature: joinPath(folder, "inside.sig"), publicKey: key)
    }

    @Test("what the reference can and this cannot is told by name")
    func otherSerializations() {
        #expect(
            failure { try ModelSignature(decoding: reference.signature("shards")) }
                == "no model signature: it is over shards by sha256, which is not supported: only files by sha256")
        #expect(
            failure { try ModelSignature(decoding: reference.signature("blake2")) }
                == "no model signature: it is over files by blake2b, which is not supported: only files by sha256")
    }

    @Test("the statement is the reference's, member by member")
    func sameStatement() throws {
        func statement(_ bytes: [UInt8]) throws -> [UInt8] {
            let payload = try JSONParser.parse(SignatureBundle(decoding: bytes).payload)
            return try JSONWriter(sortsNames: true).text(of: payload)
        }
        let ours = try ModelSignature.sign(
            reference.files, folderName: "model", key: reference.privateKey("P-256"), ignoring: ["manifest.json"])
        // The reference keeps ignored paths in a set, in any order.
        func sorted(_ text: [UInt8]) -> [UInt8] { text.sorted() }
        let (one, other) = try (statement(ours), statement(reference.signature("P-256")))
        #expect(sorted(one) == sorted(other))
        #expect(
            try SignatureBundle(decoding: ours).hint == SignatureBundle(decoding: reference.signature("P-256")).hint)
    }

    // MARK: Ours

    @Test("a signed folder verifies with what a package has beside it", arguments: Curve.allCases)
    func folder(_ curve: Curve) throws {
        let folder = try reference.write(to: scratch)
        let key = try reference.privateKey(curve.rawValue)
        try writeFile(joinPath(folder, "model.sig"), ModelSignature.sign(folder: folder, key: key))
        try changed(folder, "provenance.json", "{}")
        try makeDirectory(joinPath(folder, ".git"))
        try changed(folder, ".git/config")
        try makeDirectory(joinPath(folder, "empty"))
        try ModelSignature.verify(folder: folder + "/", publicKey: key.publicKey)
    }

    @Test("a file that is missing, added or changed is named")
    func files() throws {
        let folder = try reference.write(to: scratch)
        let key = try reference.privateKey("P-256")
        try writeFile(joinPath(folder, "model.sig"), ModelSignature.sign(folder: folder, key: key))
        func outcome() -> String { failure { try ModelSignature.verify(folder: folder, publicKey: key.publicKey) } }
        try changed(folder, "sub/manifest.json")
        #expect(outcome() == "the files are not those that were signed: not signed: sub/manifest.json")
        try removeFile(joinPath(folder, "sub/manifest.json"))
        try removeFile(joinPath(folder, ".hidden"))
        #expect(outcome() == "the files are not those that were signed: missing: .hidden")
        try changed(folder, "a.txt", "hi")
        for number in 1...7 { try changed(folder, "new\(number)") }
        #expect(
            outcome()
                == "the files are not those that were signed: missing: .hidden; not signed: new1, new2, new3, new4, new5 "
                + "and 2 more; changed: a.txt")
    }

    @Test("two names that differ in bytes alone are two files")
    func equivalentNames() throws {
        let key = try reference.privateKey("P-256")
        let digest = SHA256.hexDigest(of: [])
        let (composed, decomposed) = ("\u{e9}", "e\u{301}")
        let files = [FileDigest(name: composed, sha256: digest)]
        let signature = try ModelSignature(decoding: ModelSignature.sign(files, folderName: "m", key: key))
        try signature.verify(files, publicKey: key.publicKey)
        let more = files + [FileDigest(name: decomposed, sha256: digest)]
        #expect(
            failure { try signature.verify(more, publicKey: key.publicKey) }
                == "the files are not those that were signed: not signed: \(decomposed)")
        #expect(!signature.names(more) && !signature.names([more[1]]))
    }

    @Test("links and special files are refused, even among what does not count")
    func links() throws {
        let folder = try reference.write(to: scratch)
        let key = try reference.privateKey("P-256")
        try writeFile(joinPath(folder, "model.sig"), ModelSignature.sign(folder: folder, key: key))
        makeLink(joinPath(folder, "provenance.json"), to: "a.txt")
        #expect(
            failure { try ModelSignature.verify(folder: folder, publicKey: key.publicKey) }
                == "'provenance.json' is a symbolic link, which no signature covers")
        try removeFile(joinPath(folder, "provenance.json"))
        makePipe(joinPath(folder, "pipe"))
        #expect(
            failure { try ModelSignature.sign(folder: folder, key: key) } == "'pipe' is neither a file nor a folder")
        #expect(
            failure { try ModelSignature.verify(folder: scratch.path, publicKey: key.publicKey) }
                == "'\(scratch.path)' is not signed: there is no model.sig in it")
        let nowhere = scratch.file("none")
        #expect(
            failure {
                try ModelSignature.verify(
                    folder: nowhere, signature: joinPath(folder, "model.sig"), publicKey: key.publicKey)
            } == "cannot list '\(nowhere)': there is no such folder")
    }

    @Test("another key is told from a change")
    func anotherKey() throws {
        let signature = try signed()
        let (right, wrong) = try (reference.publicKey("P-256"), reference.publicKey("another"))
        try signature.verify(publicKey: right)
        #expect(
            failure { try signature.verify(publicKey: wrong) }
                == "the signature was made with another key: with \(right.hint), not \(wrong.hint)")
        #expect(
            failure { try signature.verify(publicKey: reference.publicKey("P-384")) }.hasPrefix(
                "the signature was made"))
    }

    @Test("what cannot be signed is told")
    func unsignable() throws {
        let key = try reference.privateKey("P-256")
        func outcome(_ files: [FileDigest]) -> String {
            failure { try ModelSignature.sign(files, folderName: "m", key: key) }
        }
        let digest = SHA256.hexDigest(of: [])
        #expect(outcome([]) == "there are no files to sign")
        #expect(outcome([.init(name: "a", sha256: "AB")]) == "'a' has no SHA-256")
        #expect(outcome([.init(name: "a", sha256: digest.uppercased())]) == "'a' has no SHA-256")
        let one = FileDigest(name: "a", sha256: digest)
        #expect(outcome([one, one]) == "'a' cannot be signed twice")
        for name in ["manifest.json", ".git/config", "model.sig"] {
            #expect(
                outcome([one, .init(name: name, sha256: digest)])
                    == "'\(name)' cannot be signed: a model signature leaves that name out")
        }
    }
}
