import Files
import Foundation
import TestSupport
import Testing

/// The scripts of the pipeline's jobs, word by word and in their order, with the command that users have.
@Suite(
    .enabled(if: Nightjar.built != nil, "scripts/nightjar has not built the command from these sources"),
    .serialized)
struct PipelineTests {
    let scratch: ScratchDirectory
    let server: FakeGitLab
    let releases = ReleaseTests.Releases()

    init() throws {
        scratch = try ScratchDirectory()
        server = try FakeGitLab()
        server.others.withLock { [releases] in $0 = { releases.serve($0) } }
        // scripts/nightjar finds the checkout behind the link.
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("scripts"), withDestinationPath: joinPath(Nightjar.root, "scripts"))
    }

    /// The lines of a job's script; a line that is indented further goes on.
    static func script(_ job: String) throws -> [String] {
        let text = try readText(joinPath(Nightjar.root, ".gitlab-ci.yml"))
        let lines = text.components(separatedBy: "\n")
        let start = try #require(lines.firstIndex(of: "\(job):"), "there is no job \(job)")
        let own = lines[(start + 1)...].prefix { $0.isEmpty || $0.hasPrefix(" ") || $0.hasPrefix("#") }
        let script = own.drop { $0 != "  script:" }.dropFirst().prefix { $0.hasPrefix("    ") }
        return script.reduce(into: []) { found, line in
            let words = line.trimmingCharacters(in: .whitespaces)
            if words.hasPrefix("- ") {
                found.append(String(words.dropFirst(2)))
            } else {
                found[found.count - 1] += " " + words
            }
        }
    }

    private func run(_ job: String, _ variables: [String: String]) throws -> Nightjar.Run {
        let script = try Self.script(job)
        try #require(!script.isEmpty)
        var environment = variables.merging([
            "CI_JOB_NAME": job, "XDG_CACHE_HOME": scratch.file("cache"),
        ]) { $1 }
        // Without MNIST here the digits are drawn: nothing is downloaded in a test.
        environment["NIGHTJAR_DATA"] = realMNIST
        return try Nightjar.run(
            program: "/bin/bash", ["-ec", script.joined(separator: "\n")], in: scratch.path,
            environment: environment.merging(Nightjar.ownHost) { $1 })
    }

    private func names(_ version: String) -> [String] {
        server.files.filter { $0.package == "mnist-cnn" && $0.version == version }.map(\.name).sorted()
    }

    @Test("a first push, a job repeated after a fault, pushes without and with a new version, a tag")
    func pipelines() throws {
        // The first push trains, measures, runs the executable, and publishes it.
        let first = JobTests.variables(server, job: 1)
        for job in ["train", "evaluate", "check"] {
            let done = try run(job, first)
            try #require(done.status == 0, "\(job): \(done.errors) \(done.output.suffix(500))")
        }
        server.fail("PUT model.safetensors", .answer(503, ["Retry-After": "100000"], "busy"))
        #expect(try run("publish", first).status == 75)
        #expect(!names("1.0.0").contains("manifest.json"))
        let again = try run("publish", JobTests.variables(server, job: 2))
        #expect(again.status == 0, "\(again.errors)")
        #expect(names("1.0.0") == JobTests.files)
        // A second push: other content under the same version is left alone; raised, it is published.
        let second = JobTests.variables(server, pipeline: 8, job: 3, commit: "fedcba9876543210")
        #expect(try run("publish", second).status == 73)
        #expect(names("1.0.0") == JobTests.files)
        let raised = second.merging(["VERSION": "1.1.0"]) { $1 }
        let check = try run("check", raised)
        #expect(check.status == 0 && check.output.contains("1.0.0"), "\(check.errors) \(check.output)")
        #expect(try run("publish", raised).status == 0)
        #expect(names("1.1.0") == JobTests.files)
        // A tag has its own version, and a release.
        var tag = JobTests.variables(server, pipeline: 9, job: 4)
        tag["CI_COMMIT_BRANCH"] = nil
        tag.merge(["CI_COMMIT_TAG": "v2.0.0", "CI_COMMIT_REF_NAME": "v2.0.0"]) { $1 }
        for job in ["publish", "release"] {
            let done = try run(job, tag)
            #expect(done.status == 0, "\(job): \(done.errors)")
        }
        #expect(names("2.0.0") == JobTests.files)
        let made = releases.state.withLock { $0.made }
        #expect(Array(made.keys) == ["v2.0.0"])
        #expect(made["v2.0.0"]?.contains("/packages/generic/mnist-cnn/2.0.0/mnist-cnn\"") == true, "\(made)")
        // What was published is what a teammate runs.
        let program = try #require(server.files.last { $0.version == "2.0.0" && $0.name == "mnist-cnn" })
        let path = try scratch.write("fetched", "")
        try writeFile(path, program.content)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let digit = try Nightjar.run(
            program: path, [joinPath(Nightjar.root, "scripts/samples/7.png")], in: scratch.path)
        #expect(digit.status == 0 && digit.output.contains(": 7 ("), "\(digit)")
    }
}
