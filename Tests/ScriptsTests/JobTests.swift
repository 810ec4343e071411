import Files
import Foundation
import TestSupport
import Testing

/// The publish job as GitLab runs it, time after time, with the variables that GitLab changes from one to the next.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct JobTests {
    let scratch: ScratchDirectory
    let server: FakeGitLab
    static let files = [
        "7.png", "INSTRUCTION.md", "manifest.json", "mnist-cnn", "model-card.cdx.json", "model.safetensors",
        "provenance.json", "requirements.txt", "run_mnist.lua",
    ]
    /// What belongs to the run, not to the content.
    static let runFiles = ["manifest.json", "provenance.json"]

    init() throws {
        scratch = try ScratchDirectory()
        server = try FakeGitLab()
        try Nightjar.makeKnownNetwork(in: scratch, metadata: #"{ data = "MNIST", ["config.lr"] = 0.01 }"#)
        try measure(latency: 0.25)
    }

    /// What the job before leaves, with times of its own.
    private func measure(latency: Double) throws {
        _ = try scratch.write(
            "metrics.json",
            #"{ "accuracy": 97.12, "images": 10000, "data": "MNIST", "loss": 0.0938, "latency_ms_median": \#(latency), "#
                + #""latency_ms_p99": \#(latency * 2) }"#)
    }

    /// The publish job's script, word by word, with the repository's own command in place of scripts/nightjar's.
    static let script: String = {
        let text = (try? readText(joinPath(Nightjar.root, ".gitlab-ci.yml"))) ?? ""
        let job = text.components(separatedBy: "\npublish:\n").last ?? ""
        let line = job.components(separatedBy: "\n").first { $0.contains("scripts/nightjar") } ?? ""
        return String(line.drop { $0 == " " || $0 == "-" })
    }()

    static func variables(
        _ server: FakeGitLab, pipeline: Int = 7, job: Int, branch: String = "main", commit: String = "0123456789abcdef"
    ) -> [String: String] {
        [
            "CI": "true", "GITLAB_CI": "true", "CI_API_V4_URL": "\(server.url)/api/v4", "CI_PROJECT_ID": "42",
            "CI_JOB_TOKEN": "glcbt-verysecret", "CI_COMMIT_SHA": commit, "CI_COMMIT_REF_NAME": branch,
            "CI_COMMIT_BRANCH": branch, "CI_PROJECT_URL": "https://gitlab.example.com/group/app",
            "CI_PIPELINE_ID": "\(pipeline)",
            "CI_PIPELINE_URL": "https://gitlab.example.com/group/app/-/pipelines/\(pipeline)",
            "CI_JOB_NAME": "publish", "CI_JOB_ID": "\(job)",
            "CI_JOB_URL": "https://gitlab.example.com/group/app/-/jobs/\(job)",
            "CI_RUNNER_ID": "\(job % 5)", "VERSION": "1.0.0",
        ]
    }

    private func run(_ variables: [String: String], _ more: String = "") throws -> Nightjar.Run {
        let command = Self.script.replacing("scripts/nightjar", with: "nightjar")
            .replacing("scripts/publish.lua", with: "'\(Nightjar.root)/scripts/publish.lua'")
        let run = try Nightjar.run(
            program: "/bin/sh", ["-ec", command + more], in: scratch.path,
            environment: variables.merging(["XDG_CACHE_HOME": scratch.file("cache")]) { $1 })
        #expect(!(run.output + run.errors).contains("verysecret"), "the token is in the output")
        return run
    }

    private func names(_ version: String) -> [String] {
        server.files.filter { $0.package == "mnist-cnn" && $0.version == version }.map(\.name).sorted()
    }

    private func manifest(_ version: String) throws -> String {
        let file = server.files.last { $0.version == version && $0.name == "manifest.json" }
        return String(decoding: try #require(file).content, as: UTF8.self)
    }

    @Test("the script is the pipeline's")
    func script() {
        #expect(
            Self.script
                == "scripts/nightjar scripts/publish.lua --model model.safetensors --metrics metrics.json")
    }

    @Test("a first push, and the job repeated after a fault with everything of the run different")
    func repeated() throws {
        let busy = FakeGitLab.Fault.answer(503, ["Retry-After": "0"], "busy")
        server.fail("PUT run_mnist.lua", busy, busy, busy, busy, busy, busy)
        let first = try run(Self.variables(server, job: 1))
        #expect(first.status == 75, "\(first.errors)")
        #expect(!names("1.0.0").contains("manifest.json"))
        // Another runner, another time, measured anew.
        try measure(latency: 0.9)
        let second = try run(Self.variables(server, job: 2, branch: "main-again"))
        #expect(second.status == 0, "\(second.errors)")
        #expect(names("1.0.0") == Self.files)
        let text = try manifest("1.0.0")
        #expect(text.contains("/-/jobs/2\""))
        #expect(text.contains(#""latency_ms_median" : "0.9""#))
        for file in server.files where file.package == "mnist-cnn" && !Self.runFiles.contains(file.name) {
            let content = String(decoding: file.content, as: UTF8.self)
            for word in ["/-/jobs/", "/-/pipelines/", "main-again", "latency_ms", scratch.path] {
                #expect(!content.contains(word), "\(file.name) has \(word)")
            }
        }
        // Once more, from another pipeline of the same commit: success, and nothing is sent.
        let third = try run(Self.variables(server, pipeline: 8, job: 3))
        #expect(third.status == 0, "\(third.errors)")
        #expect(third.output.contains("mnist-cnn 1.0.0 is already published:\n"))
        #expect(names("1.0.0") == Self.files)
    }

    @Test("a second push without a new version is a warning, with one a version, and a tag names its own")
    func pushes() throws {
        #expect(try run(Self.variables(server, job: 1)).status == 0)
        let before = server.files.count
        let second = Self.variables(server, pipeline: 8, job: 2, commit: "fedcba9876543210")
        let refused = try run(second)
        #expect(refused.status == 73, "\(refused.errors)")
        #expect(
            refused.errors.contains(
                "mnist-cnn 1.0.0 is published already with other content ('INSTRUCTION.md' there: "),
            "\(refused.errors)")
        #expect(
            refused.errors.contains(
                ": nothing was changed; raise the version, or have the next free one taken (--next patch)"))
        #expect(server.files.count == before)
        #expect(try run(second.merging(["VERSION": "1.1.0"]) { $1 }).status == 0)
        #expect(names("1.1.0") == Self.files)
        let tag = Self.variables(server, pipeline: 9, job: 3, commit: "fedcba9876543210")
            .merging(["CI_COMMIT_TAG": "v2.0.0-rc.1", "CI_COMMIT_BRANCH": ""]) { $1 }
        #expect(try run(tag).status == 0)
        #expect(names("2.0.0-rc.1") == Self.files)
    }

    @Test("a version begun with other content is said to be so, and --next takes the next and finishes its own")
    func next() throws {
        let fault = FakeGitLab.Fault.answer(403, [:], "{\"message\":\"403 Forbidden\"}")
        server.fail("PUT manifest.json", fault)
        #expect(try run(Self.variables(server, job: 1)).status == 1)
        let other = Self.variables(server, pipeline: 8, job: 2, commit: "fedcba9876543210")
        let refused = try run(other)
        #expect(refused.status == 1)
        #expect(
            refused.errors.contains(
                ": only that content can complete it; publish this as 1.0.1 (--next patch takes it)\n"),
            "\(refused.errors)")
        server.fail("PUT manifest.json", fault)
        #expect(try run(other, " --next patch").status == 1)
        #expect(names("1.0.1") == Self.files.filter { $0 != "manifest.json" })
        // The repeated job finishes what it began; the one after finds it there.
        let repeated = other.merging(["CI_JOB_ID": "3", "CI_JOB_URL": "https://gitlab.example.com/group/app/-/jobs/3"])
        { $1 }
        #expect(try run(repeated, " --next patch").status == 0)
        #expect(names("1.0.1") == Self.files)
        let third = try run(repeated, " --next patch")
        #expect(
            third.status == 0 && third.output.contains("mnist-cnn 1.0.1 is already published:\n"), "\(third.errors)")
        let minor = Self.variables(server, pipeline: 9, job: 4, commit: "00000000")
        #expect(try run(minor, " --next minor").status == 0)
        #expect(names("1.1.0") == Self.files)
    }

    @Test("--registry takes a directory, and --to refuses to replace another version")
    func directories() throws {
        let variables = Self.variables(server, job: 1)
        #expect(try run(variables, " --registry directory:shelf").status == 0)
        let again = try run(variables, " --registry directory:shelf")
        #expect(again.status == 0 && again.output.contains("is already published:\n"), "\(again.errors)")
        #expect(try directoryEntries(scratch.file("shelf/mnist-cnn/1.0.0")) == Self.files)
        let other = variables.merging(["CI_COMMIT_SHA": "feed"]) { $1 }
        #expect(try run(other, " --registry directory:shelf").status == 73)
        #expect(try run(variables, " --to out").status == 0)
        #expect(try run(other, " --to out").status == 0, "the same version is written anew")
        let refused = try run(other.merging(["VERSION": "1.0.1"]) { $1 }, " --to out")
        #expect(refused.status == 1)
        #expect(
            refused.errors.contains(
                "'out' holds mnist-cnn 1.0.0, which mnist-cnn 1.0.1 would replace: name another directory, or remove it "
                    + "first"), "\(refused.errors)")
        #expect(server.log.isEmpty)
    }
}
