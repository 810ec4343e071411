import Files
import TestSupport
import Testing

/// scripts/plugins/gitea.lua against a server that answers as Gitea does.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct GiteaTests {
    let scratch: ScratchDirectory
    let server: FakeGitea

    init() throws {
        scratch = try ScratchDirectory()
        server = try FakeGitea()
    }

    /// Runs a chunk with the registry of the server's team as `place`, and its functions as `functions`.
    private func run(_ source: String, token: String? = "gitea-verysecret") throws -> Nightjar.Run {
        let script = try scratch.write(
            "use.lua",
            """
            package.path = "\(Nightjar.root)/scripts/plugins/?.lua;" .. package.path
            local nj, gitea = require "nightjar", require "gitea"
            local address = "\(server.url)/team"
            local functions, place = gitea.functions(address), gitea.open(address)
            local _ = { nj, functions, place }
            \(source)
            """)
        let run = try Nightjar.run(
            script, in: scratch.path, environment: token.map { ["GITEA_TOKEN": $0] } ?? [:])
        #expect(!(run.output + run.errors).contains("verysecret"), "the token is in the output")
        return run
    }

    /// The first line of what went wrong, without its place in the test.
    private func words(_ run: Nightjar.Run) -> String { String(run.errors.prefix { $0 != "\n" }) }

    @Test("a file goes up once and comes down again")
    func puts() throws {
        _ = try scratch.write("model", "weights")
        let put = """
            for _ = 1, 2 do
              functions.put({ name = "a.txt", content = "abc", size = 3, sha256 = nj.sha256_text "abc" }, "p", "1.0.0")
              functions.put({ name = "model", path = "model", size = 7, sha256 = nj.sha256 "model" }, "p", "1.0.0")
            end
            for _, name in ipairs { "a.txt", "model", "none" } do print(place:read("p", "1.0.0", name)) end
            print(place, functions.location("a.txt", "p", "1.0.0"))
            """
        let run = try run(put)
        #expect(
            run
                == .init(
                    output: "abc\nweights\nnil\nthe packages of team at \(server.url)\t"
                        + "\(server.url)/api/packages/team/generic/p/1.0.0/a.txt\n"))
        #expect(server.files.map(\.name) == ["a.txt", "model"], "409: there is one of that name")
        let bearers = server.heads.filter { $0.contains("\r\nAuthorization: token gitea-verysecret\r\n") }
        #expect(bearers.count == server.heads.count)
    }

    @Test("a file that changed meanwhile is not stored")
    func changed() throws {
        _ = try scratch.write("model", "weights")
        let run = try run(
            #"functions.put({ name = "model", path = "model", sha256 = nj.sha256_text "other" }, "p", "1.0.0")"#)
        #expect(words(run).hasSuffix("http.request: 'model' changed while it was being sent: its content is another"))
        #expect(server.files.isEmpty)
    }

    @Test("versions are those of that very name, from every page, and files have sizes and digests")
    func lists() throws {
        server.state.withLock { $0.pageSize = 2 }
        for version in ["1.0.0", "1.1.0", "1.2.0"] { server.add("a.txt", "abc", version: version) }
        server.add("a.txt", "abc", package: "mnist-cnn-2")
        let run = try run(
            """
            print(table.concat(place:versions "mnist-cnn", " "))
            local file = place:files("mnist-cnn", "1.1.0")["a.txt"]
            print(file.size, file.sha256 == nj.sha256_text "abc", place:files("mnist-cnn", "9.0.0"))
            """)
        #expect(run == .init(output: "1.0.0 1.1.0 1.2.0\n3\ttrue\tnil\n"))
    }

    @Test("a refusal says what to do, with status 75 where trying again may help")
    func refusals() throws {
        let expired = try run(#"place:versions "p""#, token: "gitea-other-verysecret")
        #expect(expired.status == 1)
        #expect(
            words(expired).hasSuffix(
                "listing the versions of p: the server answered 401 Unauthorized (reqPackageAccess): GITEA_TOKEN was "
                    + "not accepted; it may have expired"), "\(expired.errors)")
        let missing = try run(#"place:versions "p""#, token: nil)
        #expect(words(missing).hasSuffix("(reqPackageAccess): set GITEA_TOKEN to an access token"))
        let put = #"functions.put({ name = "a.txt", content = "abc" }, "p", "1.0.0")"#
        server.fail("PUT", 403, [:], "gitea-verysecret may not")
        let forbidden = try run(put)
        #expect(forbidden.status == 1)
        #expect(
            words(forbidden).hasSuffix(
                "registry.refuse: uploading 'a.txt': the server answered 403 Forbidden ([secret] may not): GITEA_TOKEN "
                    + "needs the scope write:package and the right to publish as team"), "\(forbidden.errors)")
        server.fail("PUT", 502)
        #expect(try run(put).status == 75)
        #expect(try run(#"gitea.open "git.example.com""#).errors.contains("is not like https://git.example.com/owner"))
    }

    @Test(
        "a package is published there as to GitLab: complete, once, and an upload whose answer was lost is not repeated"
    )
    func publishes() throws {
        server.fail("PUT", 502, stores: true)
        let publish = """
            local package = nj.registry.package {
              name = "mnist-cnn", version = "1.0.0", files = { ["a.txt"] = nj.registry.text "abc" },
            }
            package:publish(nj.registry.open("gitea:" .. address))
            """
        let first = try run(publish)
        #expect(first.status == 0, "\(first.errors)")
        let names = { [server] in server.files.filter { $0.package == "mnist-cnn" }.map(\.name) }
        #expect(names() == ["a.txt", "manifest.json"])
        let second = try run(publish)
        #expect(second.status == 0 && second.output.contains("mnist-cnn 1.0.0 is already published:"), "\(second)")
        #expect(second.output.contains("\n  \(server.url)/api/packages/team/generic/mnist-cnn/1.0.0/manifest.json\n"))
        #expect(names() == ["a.txt", "manifest.json"])
        #expect(server.log.filter { $0 == "PUT /api/packages/team/generic/mnist-cnn/1.0.0/a.txt" }.count == 1)
    }

    @Test("public packages are read without a token")
    func publicPackages() throws {
        server.state.withLock { $0.isPublic = true }
        server.add("a.txt", "abc")
        #expect(
            try run(#"print(place:read("mnist-cnn", "1.0.0", "a.txt"))"#, token: nil) == .init(output: "abc\n"))
        #expect(server.heads.allSatisfy { !$0.contains("Authorization") })
    }
}
