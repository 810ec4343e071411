import Files
import Host
import Plugins
import Signing
import TestSupport
import Testing

/// What `nightjar.registry` sends of provenance and signature.
@Suite("registry, run files")
struct RunFileTests {
    let scratch: ScratchDirectory
    let server: FakeGitLab
    let keys: TestSupport.JSON

    init() throws {
        scratch = try ScratchDirectory()
        server = try FakeGitLab()
        keys = try TestSupport.JSON.reference("signing.json")["keys"]
        for name in ["P-256", "another"] { _ = try scratch.write("\(name).pem", keys[name]["private"].string) }
        _ = try scratch.write("weights", "weights")
    }

    /// Publishes a package of two files, or writes it to a directory.
    private func publish(key: String = "P-256", model: String = "weights", script: String = "a.lua", _ call: String)
        throws
    {
        _ = try evaluate(
            """
            local registry = nj.registry
            local place = registry.gitlab { url = "\(server.url)", project = "42", job_token = "glcbt-verysecret" }
            local package = registry.package {
              name = "mnist-cnn", version = "1.0.0",
              files = { ["model.bin"] = "\(scratch.file(model))", ["INSTRUCTION.md"] = registry.text "# How" },
              provenance = nj.signing.provenance { script = "\(script)" },
              key = nj.signing.private_key "\(scratch.file("\(key).pem"))",
            }
            package:\(call)
            """)
    }

    /// Publishes all but the manifest.
    private func beginPublishing() throws {
        server.fail("PUT manifest.json", .answer(403))
        #expect(failure { try publish("publish(place)") }.contains("403"))
        #expect(server.names.last == "model.sig")
    }

    private func failure(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    private func stored(_ name: String) -> [UInt8] { server.files.last { $0.name == name }?.content ?? [] }

    private var content: [FileDigest] {
        ["INSTRUCTION.md", "model.bin"].map { .init(name: $0, sha256: SHA256.hexDigest(of: stored($0))) }
    }

    @Test("a folder holds both, and verifies whole")
    func folder() throws {
        let out = scratch.file("out")
        try publish("write '\(out)'")
        let names = ["INSTRUCTION.md", "manifest.json", "model.bin", "model.sig", "provenance.json"]
        #expect(try directoryEntries(out) == names)
        let key = try PublicKey(pem: Array(keys["P-256"]["public"].string.utf8))
        let signature = try ModelSignature.verify(folder: out, publicKey: key)
        #expect(signature.files.map(\.name) == ["INSTRUCTION.md", "model.bin"])
        #expect(signature.folderName == "mnist-cnn-1.0.0")
        let statement = try readFile(joinPath(out, "provenance.json"))
        #expect(Provenance.isStatement(statement, about: signature.files))
        let manifest = try readText(joinPath(out, "manifest.json"))
        for name in ["model.sig", "provenance.json"] { #expect(manifest.contains("\"\(name)\"")) }
    }

    @Test("they go after the content and before the manifest")
    func order() throws {
        try publish("publish(place)")
        #expect(server.names.suffix(3) == ["provenance.json", "model.sig", "manifest.json"])
        #expect(server.names.count { $0 == "model.sig" } == 1)
    }

    @Test("those of an earlier run are kept where they hold, though this run would make others")
    func kept() throws {
        try beginPublishing()
        let (signature, statement) = (stored("model.sig"), stored("provenance.json"))
        try publish(script: "b.lua", "publish(place)")
        #expect(server.names.count { $0 == "model.sig" } == 1 && server.names.count { $0 == "provenance.json" } == 1)
        #expect(stored("model.sig") == signature && stored("provenance.json") == statement)
        #expect(server.names.last == "manifest.json")
        let manifest = String(decoding: stored("manifest.json"), as: UTF8.self)
        #expect(manifest.contains(SHA256.hexDigest(of: signature)))
    }

    @Test("a signature of another key is not kept")
    func anotherKey() throws {
        try beginPublishing()
        try publish(key: "another", "publish(place)")
        let key = try PublicKey(pem: Array(keys["another"]["public"].string.utf8))
        try ModelSignature(decoding: stored("model.sig")).verify(content, publicKey: key)
        #expect(server.names.count { $0 == "provenance.json" } == 1)
    }
}
