import Files
import Host
import Lua
import TestSupport
import Testing

@testable import Plugins

/// `nightjar.registry` as scripts meet it, with a server that answers as GitLab does.
@Suite("registry")
struct RegistryModuleTests {
    let scratch: ScratchDirectory
    let server: FakeGitLab
    let host: Host

    init() throws {
        scratch = try ScratchDirectory()
        server = try FakeGitLab()
        host = try Host(modules: builtInModules)
    }

    /// A package of two files as `package`, and the server's project as `place`.
    private func prelude(project: String, model: String) throws -> String {
        let path = model.isEmpty ? scratch.file("missing") : try scratch.write("weights", model)
        return """
            local registry = require "nightjar.registry"
            local place = registry.gitlab { url = "\(server.url)", project = "\(project)", job_token = "glcbt-verysecret" }
            local package = registry.package {
              name = "mnist-cnn", version = "1.0.0",
              files = { ["model.bin"] = "\(path)", ["INSTRUCTION.md"] = registry.text "# How" },
            }

            """
    }

    private func run(_ source: String, project: String = "42", model: String = "weights") throws -> String {
        try host.evaluate(prelude(project: project, model: model) + source)
    }

    /// What the script would end with: "STATUS: MESSAGE", with "-" where it asks for no status of its own.
    private func failure(_ source: String, project: String = "42", model: String = "weights") -> String {
        do {
            return "no error, but: \(try run(source, project: project, model: model))"
        } catch {
            let status = (error as? LuaError)?.exitStatus.map { "\($0)" } ?? "-"
            #expect(!"\(error)".contains("verysecret"))
            return "\(status): \(error)"
        }
    }

    private let start = "test.lua:7: Package:publish: "
    private let nothing = "; nothing of mnist-cnn 1.0.0 is there"
    private var base: String { "\(server.url)/api/v4/projects/42/packages/generic/mnist-cnn/1.0.0" }

    @Test("publishes in the order of the names, the manifest last, and tells where the files are")
    func publishes() throws {
        #expect(
            try run("return table.concat(package:publish(place), ' ')")
                == "\(base)/INSTRUCTION.md \(base)/model.bin \(base)/manifest.json")
        #expect(server.names == ["INSTRUCTION.md", "model.bin", "manifest.json"])
        let published = server.files.filter { $0.package == "mnist-cnn" }
        #expect(published.prefix(2).map { String(decoding: $0.content, as: UTF8.self) } == ["# How", "weights"])
        _ = try run("package:publish(place, { download_again = true })")
        #expect(server.names.count == 3, "what is there is not sent again")
    }

    @Test("a dry run asks the server nothing")
    func dryRun() throws {
        #expect(try run("return #package:publish(place, { dry_run = true })") == "3")
        #expect(try run("return package:plan(place)[2]").hasPrefix("  INSTRUCTION.md: 5 bytes, SHA-256 "))
        #expect(server.log.isEmpty)
        #expect(try run("return #package:publish(nil, { dry_run = true, to = '\(scratch.file("out"))' })") == "3")
        #expect(scratch.names == ["weights"])
    }

    @Test("writes to a directory in place of the registry")
    func directory() throws {
        let out = scratch.file("out")
        let paths = "\(out)/INSTRUCTION.md \(out)/model.bin \(out)/manifest.json"
        #expect(try run("return table.concat(package:publish(place, { to = '\(out)' }), ' ')") == paths)
        #expect(try run("return table.concat(package:write '\(out)', ' ')") == paths)
        #expect(try readText("\(out)/model.bin") == "weights")
        #expect(server.log.isEmpty)
        #expect(
            try run("return package:plan('there')[1], package:plan('there')[4]").hasPrefix(
                "mnist-cnn 1.0.0 -> there   there/manifest.json: "))
    }

    @Test("other content under the same name is refused, and added when asked")
    func differing() throws {
        server.add("model.bin", "other")
        #expect(
            failure("package:publish(place)")
                == "1: \(start)mnist-cnn 1.0.0 was begun with other content and is not complete ('model.bin' "
                + "there: 5 bytes with SHA-256 d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa; "
                + "here: 7 bytes with SHA-256 9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c): "
                + "only that content can complete it; publish this as 1.0.1 (--next patch takes it)")
        #expect(server.names == ["model.bin"])
        #expect(try run("return #package:publish(place, { add_differing = true })") == "3")
        #expect(server.names.sorted() == ["INSTRUCTION.md", "manifest.json", "model.bin", "model.bin"])
    }

    @Test("401, 403 and 404 say what to do and end a script with 1")
    func refusals() {
        server.change { $0.canWrite = false }
        #expect(
            failure("package:publish(place)")
                == "1: \(start)claiming mnist-cnn 1.0.0: the server answered 403 Forbidden (403 Forbidden): who started "
                + "the pipeline needs the role Developer in project 42; the project's package registry must be switched "
                + "on\(nothing)")
        #expect(
            failure("package:publish(place)", project: "7")
                == "1: \(start)listing the packages: the server answered 404 Not Found (404 Project Not Found): there is no "
                + "project 7, or the job token of 'job_token' may not see it; a job of another project must be on the "
                + "allowlist of job tokens there")
        server.change { $0.token = "glcbt-another" }
        #expect(
            failure("package:publish(place)")
                == "1: \(start)listing the packages: the server answered 401 Unauthorized (401 Unauthorized): the job token "
                + "of 'job_token' was sent as JOB-TOKEN and not accepted; a job token works only while its job runs")
        #expect(server.names.isEmpty)
    }

    @Test("500 and no answer end a script with 75")
    func transient() throws {
        server.fail("PUT model.bin", .answer(500, [:], "{\"message\":\"500 Internal Server Error\"}"))
        #expect(
            failure("package:publish(place, { attempts = 1 })")
                == "75: \(start)uploading 'model.bin': the server answered 500 Internal Server Error (500 Internal Server "
                + "Error); mnist-cnn 1.0.0 is incomplete (there: INSTRUCTION.md; perhaps there: model.bin; not there: "
                + "manifest.json): publishing it again continues")
        // The first on a connection that was used before, which is no failure yet.
        server.fail("GET packages", .drop(stores: false), .drop(stores: false))
        #expect(
            failure("package:publish(place, { attempts = 1 })")
                == "75: \(start)listing the packages: \(server.url)/api/v4/projects/42/packages?...: the server closed the "
                + "connection without an answer")
        #expect(try run("return #package:publish(place)") == "3")
        #expect(server.names.sorted() == ["INSTRUCTION.md", "manifest.json", "model.bin"])
    }

    @Test("a script that catches a failure and raises its words again gives its status on")
    func raisedAgain() {
        server.fail("GET packages", .answer(503), .answer(503), .answer(503))
        let caught = "local done, message = pcall(package.publish, package, place, { attempts = 1 })\n"
        #expect(
            failure(caught + "error('not published: ' .. message, 0)")
                == "75: not published: test.lua:7: Package:publish: listing the packages: the server answered 503 Service "
                + "Unavailable")
        #expect(failure(caught + "error('something else')") == "-: test.lua:8: something else")
        #expect(failure(caught + "package:publish(place, { to = '/dev/null/x' })").hasPrefix("-: test.lua:8: "))
    }

    @Test(
        "what cannot be published is refused before the first request",
        arguments: [
            (
                "registry.package { name = 'a b', version = '1', files = {} }",
                "1: test.lua:7: registry.package: the package name 'a b' has a space: only the letters a to z and A to Z, "
                    + "digits and . _ - + are allowed"
            ),
            (
                "registry.package { name = 'a', version = 'release/1', files = {} }",
                "1: test.lua:7: registry.package: the package version 'release/1' has '/', which GitLab does not accept: "
                    + "for a branch or a tag use CI_COMMIT_REF_SLUG"
            ),
            (
                "registry.package { name = 'a', version = '1', files = {} }",
                "1: test.lua:7: registry.package: the package has no files"
            ),
            (
                "registry.package { name = 'a', version = '1', files = { 'x' } }",
                "-: test.lua:7: registry.package: bad argument 'files' (table of contents by file name expected, got a "
                    + "list)"
            ),
            (
                "registry.package { name = 'a', version = '1', files = { x = 1 } }",
                "-: test.lua:7: registry.package: bad argument 'files' (path or registry.text(...) for 'x' expected, got "
                    + "something else)"
            ),
            (
                // A table whose parts are shared has no end where each is looked at.
                "local t = { 1 } for _ = 1, 60 do t = { t, t } end "
                    + "registry.package { name = 'a', version = '1', files = { x = t } }",
                "-: test.lua:7: registry.package: bad argument 'files' (path or registry.text(...) for 'x' expected, got "
                    + "something else)"
            ),
            (
                "registry.package { name = 'a', version = '1', files = { [1.5] = 'x' } }",
                "-: test.lua:7: registry.package: bad argument 'files' (table with file names as keys expected, got "
                    + "another key in it)"
            ),
            (
                "registry.package { name = 'a', versoin = '1', files = {} }",
                "-: test.lua:7: registry.package: unknown option 'versoin' (did you mean 'version'?)"
            ),
            (
                "registry.gitlab { url = 'https://gitlab.example.com', project = '1' }",
                "1: test.lua:7: registry.gitlab: exactly one of 'token', 'job_token', 'deploy_token' and "
                    + "'bearer_token' is needed, got 0"
            ),
            (
                "registry.gitlab { url = 'http://gitlab.example.com', project = '1', token = 'verysecret' }",
                "1: test.lua:7: registry.gitlab: http://gitlab.example.com would get the token unencrypted: use https"
            ),
        ])
    func refused(source: String, expected: String) { #expect(failure(source) == expected) }

    @Test("a file that is missing or empty is named, and nothing is sent")
    func missingFile() {
        let path = scratch.file("missing")
        #expect(
            failure("package:publish(place)", model: "")
                == "1: \(start)mnist-cnn 1.0.0 cannot be published: 'model.bin': cannot open '\(path)': No such file or "
                + "directory")
        #expect(server.log.isEmpty)
    }

    @Test("objects say what they are, and not the token")
    func words() throws {
        #expect(
            try run("return package, place, #registry.text 'abc'")
                == "mnist-cnn 1.0.0 project 42 at \(server.url)/api/v4, with the job token of 'job_token' 3")
        #expect(
            try host.evaluate("return require('nightjar').sha256 '\(scratch.write("abc", "abc"))'")
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
