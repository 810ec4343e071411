import Files
import Foundation
import TestSupport
import Testing

/// What scripts/publish.lua does once a version is published.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct AfterwardsTests {
    let scratch: ScratchDirectory
    let server: FakeGitLab
    let listener: Recorder

    init() throws {
        scratch = try ScratchDirectory()
        server = try FakeGitLab()
        listener = try Recorder()
        try Nightjar.makeKnownNetwork(in: scratch, metadata: #"{ data = "MNIST" }"#)
        _ = try scratch.write("metrics.json", #"{ "accuracy": 97.12, "images": 10000, "data": "MNIST" }"#)
        server.add("metrics.json", #"{ "accuracy": 96.8, "images": 10000, "data": "MNIST" }"#, version: "0.9.0")
        server.add("manifest.json", "{}", version: "0.9.0")
    }

    private func publish(_ environment: [String: String] = [:]) throws -> Nightjar.Run {
        let job = [
            "CI_API_V4_URL": "\(server.url)/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-verysecret",
            "VERSION": "1.0.0", "NOTIFY_MATTERMOST": "\(listener.url)/hook",
        ]
        let run = try Nightjar.run(
            joinPath(Nightjar.root, "scripts/publish.lua"),
            ["--metrics", "metrics.json", "--annotations", "annotations.json"], in: scratch.path,
            environment: job.merging(environment) { $1 })
        #expect(!(run.output + run.errors).contains("verysecret"), "the token is in the output")
        return run
    }

    private func annotations() throws -> String { try readText(scratch.file("annotations.json")) }

    @Test("others are told once, with the figures; the link is on the page of every job")
    func tells() throws {
        let first = try publish()
        try #require(first.status == 0 && first.errors == "", "\(first.errors)")
        let page = "\(server.url)/group/app/-/packages/"
        let body = try #require(listener.bodies["POST /hook"])
        #expect(body.hasPrefix(#"{"text":"[mnist-cnn 1.0.0](\#(page)"#), "\(body)")
        #expect(body.contains(#"- Accuracy: 97.12 % (0.9.0: 96.80 %, +0.32)\n"#), "\(body)")
        #expect(try annotations().contains(#""label": "Package mnist-cnn 1.0.0""#))
        #expect(try annotations().contains(page))
        try removeFile(scratch.file("annotations.json"))
        #expect(try publish().status == 0)
        #expect(listener.log == ["POST /hook"], "it is known already")
        #expect(try annotations().contains(page))
    }

    @Test("what fails afterwards does not fail the publish")
    func failures() throws {
        listener.answers = ["POST /hook": (500, "")]
        let run = try publish()
        #expect(run.status == 0)
        #expect(run.errors == "not notified (Mattermost): the server answered 500 Internal Server Error\n")
        #expect(server.names.contains("model.safetensors"))
    }

    @Test("where nothing was published nobody is told")
    func nothing() throws {
        server.change { $0.canWrite = false }
        #expect(try publish().status == 1)
        #expect(listener.log.isEmpty)
        #expect(FileStatus(of: scratch.file("annotations.json")) == nil)
    }
}
