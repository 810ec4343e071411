import Files
import Foundation
import TestSupport
import Testing

/// scripts/pull.lua, scripts/promote.lua and `registry:` models, as a team uses them.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct PullTests {
    let scratch: ScratchDirectory
    let server: FakeGitLab

    init() throws {
        scratch = try ScratchDirectory()
        server = try FakeGitLab()
        try Nightjar.makeKnownNetwork(in: scratch, metadata: #"{ data = "MNIST" }"#)
        _ = try scratch.write("metrics.json", #"{ "accuracy": 97.12, "images": 10000, "data": "MNIST", "loss": 0.09 }"#)
    }

    private var published: [FakeGitLab.File] { server.files.filter { $0.package == "mnist-cnn" } }
    private var place: String { "project 42 at \(server.url)/api/v4" }

    /// Runs one of the scripts, as a job of the project or with other variables.
    private func run(
        _ script: String, _ arguments: String..., environment: [String: String]? = nil
    ) throws -> Nightjar.Run {
        let job = [
            "CI_API_V4_URL": "\(server.url)/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-verysecret",
            "GITLAB_USER_LOGIN": "ann",
        ]
        let variables = (environment ?? job).merging(["XDG_CACHE_HOME": scratch.file("cache")]) { $1 }
        let run = try Nightjar.run(
            joinPath(Nightjar.root, "scripts/\(script).lua"), arguments, in: scratch.path, environment: variables)
        #expect(!(run.output + run.errors).contains("verysecret"), "the token is in the output")
        return run
    }

    private func publish(_ version: String, _ more: String...) throws {
        let run = try Nightjar.run(
            joinPath(Nightjar.root, "scripts/publish.lua"),
            ["--metrics", "metrics.json", "--version", version] + more, in: scratch.path,
            environment: [
                "CI_API_V4_URL": "\(server.url)/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-verysecret",
                "GITLAB_USER_LOGIN": "ann",
            ])
        try #require(run.status == 0, "\(run.errors)")
    }

    /// The first line of what went wrong, without the script's line, for people edit it.
    private func words(_ run: Nightjar.Run) -> String {
        String(run.errors.prefix { $0 != "\n" }).replacing(#/^.*lua:[0-9]+: /#, with: "")
    }

    @Test("what was published is pulled into a folder, verified, and with one request where nothing is new")
    func pulls() throws {
        try publish("1.0.0")
        let files = published.filter { $0.name != "manifest.json" }
        let first = try run("pull", "mnist-cnn@latest", "--to", "model")
        #expect(first.status == 0 && first.errors == "")
        var lines = first.output.split(separator: "\n").map { String($0) }
        #expect(lines.removeFirst() == "mnist-cnn 1.0.0 <- \(place), with the job token of CI_JOB_TOKEN")
        #expect(lines.removeLast() == "mnist-cnn 1.0.0 is in model")
        #expect(Set(lines) == Set(files.map { "  \($0.name): \($0.size) bytes" }))
        for file in published { #expect(try readFile(scratch.file("model/\(file.name)")) == file.content) }

        let before = server.log.count
        let start = ContinuousClock.now
        let again = try run("pull", "mnist-cnn@latest", "--to", "model")
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(again == .init(output: "mnist-cnn 1.0.0 is in model: nothing new\n"))
        #expect(server.log.dropFirst(before) == ["GET packages"])

        try publish("1.1.0")
        #expect(try run("pull", "mnist-cnn", "--to", "model").output.hasSuffix("mnist-cnn 1.1.0 is in model\n"))
        #expect(try run("pull", "mnist-cnn", "--list").output == "1.1.0\n1.0.0\n")
    }

    @Test("what is public is pulled without a token; publishing says that it takes one")
    func anonymous() throws {
        try publish("1.0.0")
        let address = "\(server.url)/group/app"
        let closed = try run("pull", "mnist-cnn", "--registry", address, environment: [:])
        #expect(closed.status == 1)
        #expect(
            words(closed).hasSuffix(
                "401 Unauthorized (401 Unauthorized): this takes a token: set GITLAB_TOKEN, GITLAB_DEPLOY_TOKEN or "
                    + "GITLAB_BEARER_TOKEN"), "\(closed.errors)")
        server.change { $0.isPublic = true }
        let open = try run("pull", "mnist-cnn", "--registry", address, "--to", "public", environment: [:])
        #expect(open.status == 0 && open.output.hasSuffix("mnist-cnn 1.0.0 is in public\n"), "\(open.errors)")
        #expect(open.output.hasPrefix("mnist-cnn 1.0.0 <- project group/app at \(server.url)/api/v4, with no token\n"))
        let refused = try Nightjar.run(
            joinPath(Nightjar.root, "scripts/publish.lua"),
            ["--metrics", "metrics.json", "--version", "2.0.0", "--registry", address], in: scratch.path,
            environment: [:])
        #expect(refused.status == 1)
        #expect(refused.errors.contains(": this takes a token: set GITLAB_TOKEN, "), "\(refused.errors)")
    }

    @Test("a channel is moved by publishing or promoting, listed, followed and rolled back")
    func channels() throws {
        try publish("1.0.0", "--channel", "prod")
        try publish("1.1.0")
        #expect(
            try run("promote", "mnist-cnn", "latest", "prod")
                == .init(output: "channel prod of mnist-cnn is at 1.1.0\n"))
        #expect(
            try run("promote", "mnist-cnn", "1.1.0", "prod")
                == .init(output: "channel prod of mnist-cnn is at 1.1.0 already\n"))
        #expect(try run("pull", "mnist-cnn@prod", "--to", "out").output.hasSuffix("mnist-cnn 1.1.0 is in out\n"))
        #expect(try run("promote", "mnist-cnn", "1.0.0", "prod").status == 0)
        #expect(try run("pull", "mnist-cnn@prod", "--to", "out").output.hasSuffix("mnist-cnn 1.0.0 is in out\n"))
        #expect(
            try run("promote", "mnist-cnn", "prod", "staging").output
                == "channel staging of mnist-cnn is at 1.0.0\n")
        let times = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/
        #expect(
            try run("pull", "mnist-cnn", "--channels").output.replacing(times, with: "T")
                == "prod: 1.0.0 (moved T by ann)\nstaging: 1.0.0 (moved T by ann)\n")
        #expect(
            try run("promote", "--history", "mnist-cnn", "prod").output.replacing(times, with: "T")
                == "T  - -> 1.0.0  by ann\nT  1.0.0 -> 1.1.0  by ann\nT  1.1.0 -> 1.0.0  by ann\n")
        #expect(server.names.filter { $0 == "model.safetensors" }.count == 2)
        let missing = try run("promote", "mnist-cnn", "9.0.0", "prod")
        #expect(missing.status == 1)
        #expect(words(missing) == "registry.promote: there is no mnist-cnn 9.0.0 in \(place)")
        let few = try run("promote", "mnist-cnn", "prod")
        #expect(
            few == .init(status: 2, errors: "promote.lua: NAME VERSION CHANNEL expected, got mnist-cnn prod\n"))
    }

    @Test("a model of a registry is run and evaluated, also without the registry")
    func models() throws {
        try publish("1.0.0")
        try removeFile(scratch.file("model.safetensors"))
        #expect(
            try run("run_mnist", "light.png", "--model", "registry:mnist-cnn@latest")
                == .init(output: "light.png: 7 (99.8 %)\n"))
        let gone = [
            "CI_API_V4_URL": "http://127.0.0.1:1/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-verysecret",
        ]
        let exact = try run("run_mnist", "dark.png", "--model", "registry:mnist-cnn@1.0.0")
        #expect(exact == .init(output: "dark.png: 1 (94.3 %)\n"))
        let unknown = try run("pull", "mnist-cnn", "--attempts", "1", environment: gone)
        #expect(unknown.status == 75)
        #expect(
            words(unknown).hasPrefix("registry.pull: listing the versions of mnist-cnn: http://127.0.0.1:1/api/v4/"))
        server.fail("GET packages", .answer(503))
        let cached = try run("run_mnist", "dark.png", "--model", "registry:mnist-cnn")
        #expect(cached.output == "dark.png: 1 (94.3 %)\n")
        #expect(
            cached.errors
                == "the registry cannot be reached (listing the versions of mnist-cnn: the server answered 503 Service "
                + "Unavailable): mnist-cnn 1.0.0 is taken, the newest in the cache that fits latest\n")
        #expect(
            try run("pull", "mnist-cnn", "--offline")
                .errors == "offline: mnist-cnn 1.0.0 is taken, the newest in the cache that fits latest\n")

        try makeDirectory(scratch.file("data"))
        let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28]
        try writeFile(scratch.file("data/t10k-images-idx3-ubyte"), header + [UInt8](repeating: 0, count: 784))
        try writeFile(scratch.file("data/t10k-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 1, 1])
        let evaluated = try run(
            "evaluate", "--model", "registry:mnist-cnn@^1", "--data", "data", "--latency-runs", "1", "--json",
            "out.json")
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let digest = try #require(server.files.last { $0.name == "model.safetensors" }).sha256
        #expect(try readText(scratch.file("out.json")).contains(digest))
    }

    @Test("a directory is a registry as well, by option or by variable")
    func directory() throws {
        let published = try run(
            "publish", "--metrics", "metrics.json", "--version", "1.0.0", "--registry", "directory:shelf", "--channel",
            "prod", environment: [:])
        #expect(published.status == 0, "\(published.errors)")
        #expect(published.output.hasSuffix("channel prod of mnist-cnn is at 1.0.0\n"))
        let pulled = try run("pull", "mnist-cnn@prod", "--registry", "directory:shelf", "--to", "a", environment: [:])
        #expect(pulled.output.hasSuffix("mnist-cnn 1.0.0 is in a\n"), "\(pulled.errors)")
        #expect(
            try run(
                "run_mnist", "light.png", "--model", "registry:mnist-cnn@prod",
                environment: ["NIGHTJAR_REGISTRY": "directory:\(scratch.file("shelf"))"])
                == .init(output: "light.png: 7 (99.8 %)\n"))
    }

    @Test("what cannot be had says so in one line")
    func refusals() throws {
        try publish("1.0.0")
        let none = try run("pull", "mnist-cnn", environment: [:])
        #expect(none.status == 1)
        #expect(
            words(none)
                == "registry.pull: no registry is configured: name one (directory:PATH, or a project's web address), or set "
                + "NIGHTJAR_REGISTRY, or GITLAB_URL, GITLAB_PROJECT and GITLAB_TOKEN")
        #expect(
            words(try run("pull", "mnist-cnn@^2"))
                == "registry.pull: no version of mnist-cnn fits ^2; there are: 1.0.0")
        #expect(
            try run("pull", "mnist-cnn", "other")
                == .init(status: 2, errors: "pull.lua: one package is fetched at a time, got mnist-cnn, other\n"))
        server.fail("GET model.safetensors", .answer(200, [:], "else"))
        let flipped = try run("pull", "mnist-cnn", "--to", "out")
        #expect(flipped.status == 1)
        #expect(
            words(flipped).hasPrefix("registry.pull: fetching 'model.safetensors' of mnist-cnn 1.0.0: 4 bytes with"))
        #expect(!scratch.names.contains("out"))
        try makeDirectory(scratch.file("mine"))
        _ = try scratch.write("mine/notes", "x")
        #expect(
            words(try run("pull", "mnist-cnn", "--to", "mine"))
                == "registry.pull: '\(scratch.file("mine"))' is not replaced, as it is no unchanged pull of mnist-cnn: it has "
                + "no manifest.json; name another folder")
        let file = try run("run_mnist", "light.png", "--model", "registry:mnist-cnn@^x.y")
        #expect(words(file).hasPrefix("registry.locate: '^x.y' is no version, range or channel"))
    }
}
