import Files
import Host
import Plugins
import TestSupport
import Testing

/// `nightjar.signing` as scripts meet it.
@Suite("signing")
struct SigningModuleTests {
    let scratch: ScratchDirectory
    let keys: TestSupport.JSON

    init() throws {
        scratch = try ScratchDirectory()
        keys = try TestSupport.JSON.reference("signing.json")["keys"]
        for (name, key) in [("key", "P-256"), ("another", "another"), ("encrypted", "encrypted")] {
            _ = try scratch.write("\(name).pem", keys[key]["private"].string)
            _ = try scratch.write("\(name).pub", keys[key]["public"].string)
        }
        try makeDirectory(scratch.file("model"))
        _ = try scratch.write("model/a.txt", "a")
        _ = try scratch.write("model/manifest.json", "{}")
    }

    private func run(_ source: String) throws -> String {
        try evaluate("local signing, folder, at = nj.signing, '\(scratch.file("model"))', '\(scratch.path)/' " + source)
    }

    private func error(_ source: String) -> String {
        failure("local signing, folder, at = nj.signing, '\(scratch.file("model"))', '\(scratch.path)/' " + source)
    }

    @Test("signs a folder and verifies it, with a key or its path")
    func both() throws {
        #expect(
            try run("return signing.sign(folder, signing.private_key(at .. 'key.pem'))")
                == scratch.file("model/model.sig"))
        #expect(try run("return table.concat(signing.verify(folder, at .. 'key.pub'), ' ')") == "a.txt")
        #expect(try run("return #signing.verify(folder, signing.private_key(at .. 'key.pem'):public_key())") == "1")
        #expect(
            try run(
                "signing.sign(folder, signing.private_key(at .. 'key.pem'), { out = at .. 'x.sig' }) "
                    + "return #signing.verify(folder, at .. 'key.pub', { signature = at .. 'x.sig' })") == "1")
        #expect(
            error("signing.verify(folder, at .. 'another.pub')").contains(
                "signing.verify: the signature was made with another key: "))
        _ = try scratch.write("model/a.txt", "b")
        #expect(
            error("signing.verify(folder, at .. 'key.pub')")
                .hasSuffix("signing.verify: the files are not those that were signed: changed: a.txt"))
    }

    @Test("keys tell what they are and show no secret")
    func keyValues() throws {
        #expect(try run("return signing.private_key(at .. 'key.pem')") == "private key on P-256")
        #expect(try run("return signing.public_key(at .. 'key.pub')").hasPrefix("public key on P-256, "))
        #expect(try run("return signing.public_key(at .. 'key.pub'):pem()") == keys["P-256"]["public"].string)
        #expect(
            error("signing.private_key(at .. 'encrypted.pem', { password = 'hunter2' })")
                .hasSuffix(
                    "signing.private_key: the private key in '\(scratch.file("encrypted.pem"))' cannot be decrypted: the "
                        + "password is wrong, or the file is damaged"))
        #expect(error("signing.private_key(at .. 'none.pem')").hasSuffix("none.pem': No such file or directory"))
        #expect(try run("return signing.key_from_environment()") == "nil")
    }

    @Test("a model card is written from tables, and what is wrong in them is told")
    func modelCard() throws {
        let card = try run(
            """
            return signing.model_card("m", "1", {
              model = folder .. "/a.txt", users = { "me" }, properties = { lr = 0.5, seed = 1 },
              datasets = { { name = "d", digests = { images = ("0"):rep(64) } } },
              metrics = { { type = "accuracy", value = 0.5, lower = 0.4, upper = 0.6 } },
            })
            """)
        for part in [
            "\"content\": \"\(SHA256.hexDigest(of: [0x61]))\"", "\"value\": \"0.5\"", "\"lowerBound\": \"0.4\"",
            "\"name\": \"nightjar:lr\"", "\"ref\": \"data:d\"", "\"name\": \"images\"",
        ] { #expect(card.contains(part), "\(part)") }
        let start = "signing.model_card: "
        for (options, words) in [
            ("metrics = { { type = 'a' } }", "'metrics' item 1 needs 'value'"),
            (
                "metrics = { { type = 'a', valeu = 1 } }",
                "'metrics' item 1 has no 'valeu' (did you mean 'value'?): its fields are type, value, slice, lower, upper"
            ),
            ("metrics = { type = 'a' }", "bad argument 'metrics' (list of tables expected, got a table)"),
            ("metrics = { 'accuracy' }", "'metrics' item 1 must be a table with names"),
            (
                "datasets = { { name = 'd', digests = { images = 'x' } } }",
                "'datasets' item 1: 'digests': 'images' must be a SHA-256: 64 lower-case hexadecimal digits"
            ),
            ("risks = { { name = {}, mitigation = 'm' } }", "'risks' item 1: 'name' must be a text or number"),
            ("properties = { a = {} }", "'properties': 'a' must be a text or number"),
            ("properties = { a = print }", "properties.a: a function has no JSON form"),
        ] {
            let found = error("signing.model_card('m', '1', { \(options) })")
            #expect(found.hasSuffix(start + words), "\(found)")
        }
    }

    @Test("the provenance of a folder names its files, but for those of the run")
    func provenance() throws {
        let statement = try run(
            """
            return signing.provenance {
              script = "train.lua", hyperparameters = { lr = 0.5 },
              datasets = { { name = "d", url = "https://e.org/", digests = { images = ("0"):rep(64) } } },
            }:statement(folder)
            """)
        for part in ["\"name\": \"a.txt\"", "\"lr\": 0.5", "\"script\": \"train.lua\"", "\"name\": \"d/images\""] {
            #expect(statement.contains(part), "\(part)")
        }
        #expect(!statement.contains("manifest.json"))
    }
}
