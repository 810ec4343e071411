import Files
import Foundation
import TestSupport
import Testing

/// scripts/publish.lua as a job and a user run it, against a server that answers as GitLab does.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct PublishTests {
    let scratch: ScratchDirectory
    let server: FakeGitLab
    static let script = joinPath(Nightjar.root, "scripts/publish.lua")
    static let files = [
        "7.png", "INSTRUCTION.md", "mnist-cnn", "model-card.cdx.json", "model.safetensors", "requirements.txt",
        "run_mnist.lua", "provenance.json", "manifest.json",
    ]

    init() throws {
        scratch = try ScratchDirectory()
        server = try FakeGitLab()
        try Nightjar.makeKnownNetwork(
            in: scratch, metadata: #"{ data = "MNIST", ["config.lr"] = 0.01, ["config.out"] = "/home/me/secret.st" }"#)
        _ = try scratch.write(
            "metrics.json", #"{ "accuracy": 97.12, "images": 10000, "data": "MNIST", "loss": 0.0938 }"#)
    }

    /// What GitLab tells a job, and VERSION.
    private var job: [String: String] {
        [
            "CI_API_V4_URL": "\(server.url)/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-verysecret",
            "CI_COMMIT_SHA": "0123456789abcdef", "CI_PROJECT_URL": "https://gitlab.example.com/group/app",
            "VERSION": "1.0.0",
        ]
    }

    private func publish(
        _ arguments: String..., metrics: Bool = true, environment: [String: String]
    ) throws -> Nightjar.Run {
        let run = try Nightjar.run(
            Self.script, (metrics ? ["--metrics", "metrics.json"] : []) + arguments, in: scratch.path,
            environment: environment.merging(["XDG_CACHE_HOME": scratch.file("cache")]) { $1 })
        #expect(!(run.output + run.errors).contains("verysecret"), "the token is in the output")
        return run
    }

    /// The content of a file of the server.
    private func stored(_ name: String) throws -> String {
        String(decoding: try #require(server.files.last { $0.name == name }).content, as: UTF8.self)
    }

    /// The first line of what went wrong, the script's line as N: people edit it. The lines after it are the traceback.
    private func words(_ run: Nightjar.Run) -> String {
        String(run.errors.prefix { $0 != "\n" }).replacing(/publish\.lua:[0-9]+:/, with: "publish.lua:N:")
    }

    @Test("a job publishes the whole package, and publishing it again changes nothing")
    func publishes() throws {
        var first = try publish(environment: job)
        try #require(first.status == 0, "\(first.errors)")
        // The last line is for people.
        let page = #/its page: http://127\.0\.0\.1:\d+/group/app/-/packages/\d+\n$/#
        #expect(first.output.contains(page))
        first.output.replace(page, with: "")
        // The first opens the version, the manifest completes it; between them several go at once.
        #expect(server.names.sorted() == Self.files.sorted())
        #expect(server.names.first == Self.files.first && server.names.last == Self.files.last)
        let sizes = Dictionary(server.files.map { ($0.name, $0.size) }) { $1 }
        let base = "\(server.url)/api/v4/projects/42/packages/generic/mnist-cnn/1.0.0"
        let head = "mnist-cnn 1.0.0 -> project 42 at \(server.url)/api/v4, with the job token of CI_JOB_TOKEN\n"
        let places = Self.files.map { "  \(base)/\($0)\n" }.joined()
        let tail =
            "  comparing sizes and digests\n  verified by the registry's listing\nmnist-cnn 1.0.0 is published:\n"
        #expect(first.output.hasPrefix(head) && first.output.hasSuffix(tail + places), "\(first.output)")
        #expect(
            first.output.dropFirst(head.count).dropLast((tail + places).count).split(separator: "\n").sorted()
                == Self.files.flatMap { ["  \($0): uploading \(sizes[$0] ?? 0) bytes", "  \($0): uploaded"] }.map {
                    $0[...]
                }
                .sorted())
        #expect(first.errors == "")
        #expect(
            try stored("model.safetensors")
                == String(decoding: readFile(scratch.file("model.safetensors")), as: UTF8.self))

        var second = try publish(environment: job)
        second.output.replace(page, with: "")
        #expect(
            second
                == .init(
                    output: head + Self.files.map { "  \($0): there already\n" }.joined()
                        + "mnist-cnn 1.0.0 is already published:\n" + places))
        #expect(server.names.count == Self.files.count)
    }

    @Test("INSTRUCTION.md and requirements.txt say what the package is")
    func texts() throws {
        try #require(publish(environment: job).status == 0)
        let digest = try SHA256.hexDigest(ofFile: scratch.file("model.safetensors"))
        let instruction = try stored("INSTRUCTION.md")
        for line in [
            "# mnist-cnn 1.0.0", "- Accuracy: 97.12 % of 10000 test images (MNIST)",
            "- Negative log-likelihood: 0.0938 (MNIST)", "echo '\(digest)  model.safetensors' | sha256sum --check",
            "nightjar run_mnist.lua 7.png", "- Trained on: MNIST",
            "curl --fail --location --remote-name-all \(server.url)/api/v4/projects/42/packages/generic/mnist-cnn/1.0.0/"
                + "mnist-cnn \(server.url)/api/v4/projects/42/packages/generic/mnist-cnn/1.0.0/7.png && "
                + "chmod +x mnist-cnn && ./mnist-cnn 7.png",
            "The package's page: <https://gitlab.example.com/group/app/-/packages?type=generic&search[]=mnist-cnn>",
            "- Settings: lr = 0.01.",
            "- Training: on MNIST; complete epochs: 3, steps in all: 2814.",
            "- Commit: 0123456789abcdef", "- Project: https://gitlab.example.com/group/app",
        ] { #expect(instruction.contains("\n\(line)\n") || instruction.hasPrefix("\(line)\n"), "\(line)") }
        #expect(!instruction.contains("/home/me"), "a place on the machine that trained")
        #expect(!instruction.contains("${"), "a fact is missing")
        let requirements = try stored("requirements.txt").split(separator: "\n")
        #expect(requirements.allSatisfy { $0.hasPrefix("#") }, "pip would look for what it does not know")
        let version = try nightjarVersion()
        #expect(requirements.contains { $0.contains("the command nightjar \(version) or later") })
        #expect(requirements.contains { $0.contains("mnist-cnn (the executable): nothing.") })
        // The first thing to read is how to run it.
        #expect(try #require(instruction.firstRange(of: "```sh\ncurl ")).lowerBound.utf16Offset(in: instruction) < 200)
    }

    @Test("What is in the package is a function of commit and data: nothing of the job is in it")
    func sameForEveryJob() throws {
        let run = [
            "CI_JOB_URL": "https://gitlab.example.com/group/app/-/jobs/77", "CI_JOB_ID": "77", "CI_PIPELINE_ID": "78",
            "CI_PIPELINE_URL": "https://gitlab.example.com/group/app/-/pipelines/78", "CI_JOB_NAME": "publish-it",
            "CI_COMMIT_REF_NAME": "branch-of-mine", "CI_RUNNER_ID": "79",
            "CI_PIPELINE_CREATED_AT": "2026-01-31T12:00:00Z",
        ]
        let metrics =
            #"{ "accuracy": 97.1, "images": 10000, "data": "MNIST", "latency_ms_p99": 9, "latency_ms_median": "#
        for (folder, median, more) in [("one", "0.111", [:]), ("two", "0.222", run)] {
            _ = try scratch.write("metrics.json", metrics + "\(median) }")
            let made = try publish("--to", folder, environment: job.merging(more) { $1 })
            try #require(made.status == 0, "\(made.errors)")
        }
        for name in Self.files where !JobTests.runFiles.contains(name) {
            let (one, two) = (try readFile(scratch.file("one/\(name)")), try readFile(scratch.file("two/\(name)")))
            #expect(one == two, "\(name)")
        }
    }

    private func nightjarVersion() throws -> String {
        let words = try Nightjar.run("--version", in: scratch.path).output.split(separator: " ")
        return try String(#require(words.count > 1 ? words[1] : nil))
    }

    @Test("a package is fetched and runs by its own instructions", .enabled(if: Self.curl != nil, "there is no curl"))
    func runsElsewhere() throws {
        try #require(publish(environment: job).status == 0)
        let blocks = try stored("INSTRUCTION.md").blocks(between: "```sh\n", and: "```")
        try #require(blocks.count == 2)
        // One command, in an empty folder. The server is not public; .curlrc has what the text says to add.
        let elsewhere = try ScratchDirectory()
        _ = try elsewhere.write(".curlrc", "header = \"JOB-TOKEN: glcbt-verysecret\"\nsilent\n")
        let home = ["HOME": elsewhere.path, "CURL_HOME": elsewhere.path]
        let first = try Nightjar.run(
            program: "/bin/sh", ["-e", "-c", blocks[0]], in: elsewhere.path, environment: home)
        #expect(first == .init(output: "stand-in 7.png\n"))
        // With the command, from all files of the package.
        for file in server.files { try writeFile(elsewhere.file(file.name), file.content) }
        let second = try Nightjar.run(
            program: "/bin/sh", ["-e", "-c", blocks[1]], in: elsewhere.path, environment: [:])
        #expect(second.output.hasPrefix("model.safetensors: OK\n7.png: "))
        #expect(second.status == 0 && second.errors == "")
    }

    private static let curl = ["/usr/bin/curl", "/usr/local/bin/curl"].first { FileStatus(of: $0) != nil }

    @Test("a dry run shows what would go where, and asks the server nothing")
    func dryRun() throws {
        let run = try publish("--dry-run", environment: job)
        let lines = run.output.split(separator: "\n")
        #expect(
            lines.first == "mnist-cnn 1.0.0 -> project 42 at \(server.url)/api/v4, with the job token of CI_JOB_TOKEN")
        #expect(
            lines.contains(
                "    PUT \(server.url)/api/v4/projects/42/packages/generic/mnist-cnn/1.0.0/model.safetensors"))
        #expect(lines.last == "dry run: nothing was sent")
        #expect(run.status == 0 && run.errors == "" && server.log.isEmpty)
    }

    @Test("without a registry it writes to dist, and with --to where that says")
    func directories() throws {
        let run = try publish(environment: [:])
        let folder = "dist/mnist-cnn-0.0.0-dev"
        #expect(
            run.output.hasPrefix(
                "no registry is configured (see --help): writing to a folder\nmnist-cnn 0.0.0-dev -> \(folder)\n"
                    + "  \(folder)/7.png: "))
        #expect(run.status == 0 && run.errors == "")
        for name in Self.files { #expect(FileStatus(of: scratch.file("\(folder)/\(name)")) != nil, "\(name)") }
        #expect(try publish("--to", "out", environment: job).output.hasPrefix("mnist-cnn 1.0.0 -> out\n"))
        #expect(FileStatus(of: scratch.file("out/manifest.json")) != nil)
        #expect(server.log.isEmpty)
    }

    @Test("a refusal ends with status 1 and its reason, and is not repeated")
    func refusals() throws {
        server.change { $0.canWrite = false }
        let forbidden = try publish(environment: job)
        #expect(forbidden.status == 1)
        #expect(
            words(forbidden).hasSuffix(
                "publish.lua:N: Package:publish: claiming mnist-cnn 1.0.0: the server answered 403 Forbidden (403 "
                    + "Forbidden): who started the pipeline needs the role Developer in project 42; the project's package "
                    + "registry must be switched on; nothing of mnist-cnn 1.0.0 is there"
            ))
        #expect(server.log.filter { $0.hasPrefix("PUT") } == ["PUT claim"])
        server.change { $0.token = "glcbt-another" }
        let unauthorized = try publish(environment: job)
        #expect(unauthorized.status == 1)
        #expect(
            words(unauthorized).hasSuffix(
                "listing the packages: the server answered 401 Unauthorized (401 Unauthorized): the job token of "
                    + "CI_JOB_TOKEN was sent as JOB-TOKEN and not accepted; a job token works only while its job runs"))
        #expect(server.names.isEmpty)
    }

    @Test("a server that fails or is gone ends with status 75")
    func tryAgainLater() throws {
        server.fail("PUT model.safetensors", .answer(502, [:], "<html>"))
        let failed = try publish("--attempts", "1", environment: job)
        #expect(failed.status == 75)
        // What else went at the same time is there or not.
        #expect(words(failed).contains("; perhaps there: model.safetensors; not there: "), "\(failed.errors)")
        #expect(words(failed).hasSuffix("manifest.json): publishing it again continues"), "\(failed.errors)")
        let gone = try publish(
            "--attempts", "2", environment: job.merging(["CI_API_V4_URL": "http://127.0.0.1:1/api/v4"]) { $1 })
        #expect(gone.status == 75)
        #expect(words(gone).hasSuffix("127.0.0.1 refused the connection on port 1; given up after 2 attempts"))
        // What was begun is completed.
        #expect(try publish(environment: job).status == 0)
        #expect(server.names.sorted() == Self.files.sorted())
    }

    #if os(Linux)
        @Test("Ctrl-C ends with status 130 and says how far it came")
        func interrupted() throws {
            server.fail("PUT requirements.txt", .stall)
            // SwiftPM ignores the signal, and what it starts inherits that.
            let run = try Nightjar.run(
                program: "/usr/bin/env",
                ["--default-signal=INT", Nightjar.executable ?? "", Self.script, "--metrics", "metrics.json"],
                in: scratch.path, environment: job
            ) { process in
                // The others that go at the same time have arrived.
                while process.isRunning && !(server.log.contains("PUT requirements.txt") && server.names.count == 6) {
                    usleep(10_000)
                }
                usleep(200_000)
                process.interrupt()
            }
            #expect(run.status == 130)
            #expect(
                run.errors.hasPrefix(
                    "uploading 'requirements.txt': \(server.url)/api/v4/projects/42/packages/generic/mnist-cnn/1.0.0"
                        + "/requirements.txt?...: interrupted; mnist-cnn 1.0.0 is incomplete (there: 7.png, "
                        + "INSTRUCTION.md, mnist-cnn, model-card.cdx.json, model.safetensors, run_mnist.lua; perhaps "
                        + "there: requirements.txt; not there: provenance.json, manifest.json): "
                ),
                "\(run.errors)")
            #expect(run.errors.hasSuffix("publishing it again continues\ninterrupted\n"), "\(run.errors)")
        }
    #endif

    @Test("what is half configured or has no version is refused before the first request")
    func configuration() throws {
        let noVersion = try publish(environment: job.filter { $0.key != "VERSION" })
        #expect(noVersion.status == 1)
        #expect(
            words(noVersion).hasSuffix(
                "publish.lua:N: a version is needed for project 42 at \(server.url)/api/v4, with the job token of "
                    + "CI_JOB_TOKEN: give --version or --next, or set VERSION"))
        let illegal = try publish("--version", "release/1", environment: job)
        #expect(illegal.status == 1)
        #expect(words(illegal).contains("the package version 'release/1' has '/', which GitLab does not accept"))
        let half = try publish(environment: ["GITLAB_URL": server.url])
        #expect(half.status == 1)
        #expect(
            words(half).hasSuffix(
                "registry.from_environment: the registry is only half configured: GITLAB_URL is set, but GITLAB_PROJECT "
                    + "(the project's number or path) is not"))
        let misspelt = try publish("--verison", "1", environment: job)
        #expect(misspelt.status == 2)
        #expect(words(misspelt) == "publish.lua: unknown option '--verison' (did you mean '--version'?)")
        #expect(server.log.isEmpty)
    }

    @Test("a model file that is missing, damaged or another network's is never published")
    func badModels() throws {
        let whole = try readFile(scratch.file("model.safetensors"))
        try writeFile(scratch.file("cut"), Array(whole.dropLast(100)))
        _ = try scratch.write(
            "other.lua",
            """
            local nj = require "nightjar"
            nj.checkpoint.save("other.safetensors", { model = nj.nn.Linear(3, 2) })
            """)
        try #require(Nightjar.run("other.lua", in: scratch.path).status == 0)
        for (model, reason) in [("missing", "No such file"), ("cut", "cut"), ("other.safetensors", "fc1.weight")] {
            let run = try publish("--model", model, environment: job)
            #expect(run.status == 1)
            #expect(words(run).contains("publish.lua:N: checkpoint.load: "), "\(words(run))")
            #expect(run.errors.contains(reason), "\(run.errors)")
        }
        #expect(server.log.isEmpty)
    }

    @Test("figures are those of this very model")
    func metrics() throws {
        _ = try scratch.write(
            "metrics.json", #"{ "accuracy": 97.1, "images": 10000, "data": "MNIST", "model_sha256": "00" }"#)
        let other = try publish(environment: job)
        #expect(other.status == 1)
        #expect(words(other).hasSuffix("metrics.json was measured with another model than model.safetensors"))
        _ = try scratch.write("metrics.json", #"{ "accuracy": "high" }"#)
        let foreign = try publish(environment: job)
        #expect(foreign.status == 1)
        #expect(words(foreign).hasSuffix("metrics.json has no 'accuracy' as evaluate.lua --json writes it"))
        #expect(server.log.isEmpty)
    }

    @Test("generated digits are named beside every figure")
    func generated() throws {
        try Nightjar.makeKnownNetwork(in: scratch, metadata: #"{ data = "generated digits, not MNIST" }"#)
        #expect(try publish("--to", "out", environment: [:]).status == 0)
        let text = try readText(scratch.file("out/INSTRUCTION.md"))
        let trained = "; trained on generated digits, not MNIST)"
        #expect(text.contains("\n- Accuracy: 97.12 % of 10000 test images (MNIST\(trained)\n"))
        #expect(text.contains("\n- Negative log-likelihood: 0.0938 (MNIST\(trained)\n"))
    }

    @Test("without figures it measures them where data are at hand, and else says that it did not")
    func measures() throws {
        // Four pictures, two light and two dark; three labels are what the network says.
        try makeDirectory(scratch.file("data"))
        let pixels = [255, 0, 255, 0].flatMap { [UInt8](repeating: $0, count: 784) }
        try writeFile(
            scratch.file("data/t10k-images-idx3-ubyte"), [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 28, 0, 0, 0, 28] + pixels)
        try writeFile(scratch.file("data/t10k-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 4, 7, 1, 7, 3])
        #expect(try publish("--data", "data", "--to", "out", metrics: false, environment: [:]).status == 0)
        let text = try readText(scratch.file("out/INSTRUCTION.md"))
        #expect(text.contains("\n- Accuracy: 75.00 % of 4 test images (MNIST)\n"))
        let offline = try publish("--to", "out", metrics: false, environment: [:])
        #expect(offline.status == 0, "\(offline.errors)")
        #expect(offline.output.hasPrefix("the accuracy is not measured: "))
        #expect(try readText(scratch.file("out/INSTRUCTION.md")).contains("\n- Accuracy: not measured\n"))
        try writeFile(scratch.file("data/t10k-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 4, 7])
        let damaged = try publish("--data", "data", "--to", "none", metrics: false, environment: [:])
        #expect(damaged.status == 1 && damaged.errors.contains("t10k-labels-idx1-ubyte"))
        #expect(FileStatus(of: scratch.file("none")) == nil)
    }
}

extension String {
    /// The parts between two marks.
    fileprivate func blocks(between start: String, and end: String) -> [String] {
        var (parts, rest) = ([String](), self[...])
        while let from = rest.firstRange(of: start), let to = rest[from.upperBound...].firstRange(of: end) {
            parts.append(String(rest[from.upperBound..<to.lowerBound]))
            rest = rest[to.upperBound...]
        }
        return parts
    }
}
