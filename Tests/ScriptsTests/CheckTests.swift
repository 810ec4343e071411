import Files
import Foundation
import TestSupport
import Testing

/// scripts/check.lua: the gate before publishing, with programs whose answers and speed are known.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct CheckTests {
    let scratch: ScratchDirectory
    static let script = joinPath(Nightjar.root, "scripts/check.lua")

    init() throws {
        scratch = try ScratchDirectory()
        // Ten images, light and dark by turns, of the classes 7 and 1.
        try makeDirectory(scratch.file("data"))
        let pixels = (0..<10).flatMap { [UInt8](repeating: $0 % 2 == 0 ? 255 : 0, count: 784) }
        try writeFile(
            scratch.file("data/t10k-images-idx3-ubyte"), [0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 28, 0, 0, 0, 28] + pixels)
        try writeFile(
            scratch.file("data/t10k-labels-idx1-ubyte"),
            [0, 0, 8, 1, 0, 0, 0, 10] + (0..<10).map { $0 % 2 == 0 ? 7 : 1 })
    }

    /// A program that answers as run_mnist.lua --json does, after a time: it is right with its first images.
    private func program(_ name: String, right: Int, pause: Double = 0) throws {
        let path = try scratch.write(
            name,
            """
            #!/bin/bash
            # --json --image PATH
            sleep \(pause)
            files=("$3")
            [[ ! -d $3 ]] || files=("$3"/*.png)
            for file in "${files[@]}"; do
                [[ -f $file ]] || exit 1
                number=$((10#$(basename "$file" .png)))
                digit=$((number % 2 == 0 ? 7 : 1))
                ((number < \(right))) || digit=0
                echo "{\\"image\\": \\"$file\\", \\"digit\\": $digit, \\"probability\\": 1}"
            done
            """)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    private func check(_ arguments: String..., environment: [String: String] = [:]) throws -> Nightjar.Run {
        try Nightjar.run(
            Self.script, ["--data", "data", "--runs", "2"] + arguments, in: scratch.path, environment: environment)
    }

    /// What stands on standard error, with numbers that differ from run to run as T.
    private func words(_ run: Nightjar.Run) -> String {
        run.errors.replacing(/[0-9.]+ ms/, with: "T ms").replacing(/, [0-9.]+ times/, with: ", N times")
    }

    @Test("an executable is made and run as a process")
    func packed() throws {
        try Nightjar.makeKnownNetwork(in: scratch)
        let run = try check(
            "--min-accuracy", "100", "--json", "check.json", environment: Nightjar.ownHost)
        #expect(run.status == 0 && run.errors == "", "\(run.errors)")
        #expect(run.output.hasPrefix("the executable: 10 of 10 right (100.00 %); the first image takes "))
        #expect(run.output.hasSuffix("\nthere is no version before to compare with\n"))
        let written = try Data(readFile(scratch.file("check.json")))
        let figures = try JSONSerialization.jsonObject(with: written) as? [String: Any]
        #expect(figures?["accuracy"] as? Double == 100 && figures?["images"] as? Int == 10)
        #expect((figures?["start_ms"] as? Double ?? 0) > 0)
    }

    @Test("fixed limits: accuracy, the first image, one of all")
    func limits() throws {
        try program("good", right: 9, pause: 0.05)
        #expect(try check("--program", "good", "--min-accuracy", "90").status == 0)
        let run = try check(
            "--program", "good", "--min-accuracy", "90.5", "--max-start-ms", "20", "--max-image-ms", "1000")
        #expect(run.status == 1)
        #expect(
            words(run)
                == "check.lua: not to be published: accuracy 90.00 % is below --min-accuracy 90.5; the first image "
                + "takes T ms, more than --max-start-ms 20\n")
    }

    @Test("what is worse than the version before by more than the margin is not to be published")
    func before() throws {
        try program("before", right: 9, pause: 0.05)
        try program("now", right: 8, pause: 0.05)
        let run = try check("--program", "now", "--before", "before")
        #expect(run.status == 1)
        #expect(
            run.errors
                == "check.lua: not to be published: accuracy 80.00 % is 10.00 points below that of before (90.00 "
                + "%), more than --max-drop 0.5\n")
        #expect(try check("--program", "now", "--before", "before", "--max-drop", "10").status == 0)
        #expect(try check("--program", "before", "--before", "now").status == 0, "better is no failure")
    }

    @Test("slower than the version before, on the same machine, is not to be published either")
    func slower() throws {
        try program("before", right: 9, pause: 0.02)
        try program("now", right: 9, pause: 0.5)
        let run = try check("--program", "now", "--before", "before")
        #expect(run.status == 1)
        #expect(
            words(run).contains("the first image takes T ms, N times that of before (T ms), more than --max-slowdown 2")
        )
    }

    @Test("the version before comes from the registry: the newest complete one below this")
    func fromRegistry() throws {
        let server = try FakeGitLab()
        let figures = { (accuracy: Double) in #"{ "accuracy": \#(accuracy), "images": 10, "data": "MNIST" }"# }
        for (version, accuracy, isComplete) in [
            ("1.9.0", 70.0, true), ("1.10.0", 95.0, true), ("1.11.0", 99.0, false), ("2.1.0", 99.0, true),
        ] {
            server.add("metrics.json", figures(accuracy), version: version)
            if isComplete { server.add("manifest.json", "{}", version: version) }
        }
        try program("now", right: 9)
        let job = [
            "CI_API_V4_URL": "\(server.url)/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-verysecret",
            "VERSION": "2.0.0",
        ]
        let run = try check("--program", "now", "--package", "mnist-cnn", environment: job)
        #expect(run.status == 1)
        #expect(
            run.errors == "check.lua: not to be published: accuracy 90.00 % is 5.00 points below that of 1.10.0 (95.00 "
                + "%), more than --max-drop 0.5\n")
        let first = try check(
            "--program", "now", "--package", "mnist-cnn", "--version", "1.0.0", environment: job)
        #expect(first.status == 0)
        #expect(first.output.hasSuffix("there is no version before to compare with\n"))
    }

    @Test("the program of the version before is fetched and run here, where it is what its manifest says")
    func runsPublished() throws {
        let server = try FakeGitLab()
        try program("before", right: 10)
        try program("now", right: 9)
        let script = try readText(scratch.file("before"))
        func publish(_ version: String, digest: String) {
            server.add("mnist-cnn", script, version: version)
            server.add(
                "metrics.json", #"{ "accuracy": 91.0, "images": 10, "data": "MNIST" }"#, version: version)
            server.add(
                "manifest.json", #"{ "files": [{ "name": "mnist-cnn", "size": 1, "sha256": "\#(digest)" }] }"#,
                version: version)
        }
        publish("1.0.0", digest: SHA256.hexDigest(of: Array(script.utf8)))
        publish("1.1.0", digest: "00")
        let job = [
            "CI_API_V4_URL": "\(server.url)/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-verysecret",
        ]
        func check(_ version: String) throws -> Nightjar.Run {
            try self.check("--program", "now", "--package", "mnist-cnn", "--version", version, environment: job)
        }
        let run = try check("1.1.0")
        #expect(run.status == 1)
        #expect(run.output.contains("\n1.0.0: accuracy 100.00 %; the first image takes "), "\(run.output)")
        #expect(run.errors.contains("accuracy 90.00 % is 10.00 points below that of 1.0.0 (100.00 %)"), "\(run.errors)")
        let altered = try check("1.2.0")
        #expect(
            altered.output.contains(
                "\n1.1.0 was not run: 'mnist-cnn' of mnist-cnn 1.1.0 is not what its manifest says\n"),
            "\(altered.output)")
        #expect(altered.errors.contains("points below that of 1.1.0 (91.00 %)"), "\(altered.errors)")
    }

    @Test("figures of other images are not compared, and say so")
    func incomparable() throws {
        try program("now", right: 9)
        _ = try scratch.write("before.json", #"{ "accuracy": 99.0, "images": 10000, "data": "MNIST" }"#)
        let run = try check("--program", "now", "--before", "before.json")
        #expect(run.status == 0)
        #expect(run.output.hasSuffix("not compared with before.json: that was measured on 10000 images (MNIST)\n"))
    }

    @Test("a program that fails, or does not answer for every image, is not to be published")
    func broken() throws {
        _ = try scratch.write("broken", "#!/bin/sh\nexit 3\n")
        _ = try scratch.write("silent", "#!/bin/sh\ntrue\n")
        for name in ["broken", "silent"] {
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: scratch.file(name))
        }
        let broken = try check("--program", "broken")
        #expect(broken.status == 1 && broken.errors.contains("ended with status 3"), "\(broken.errors)")
        let silent = try check("--program", "silent")
        #expect(silent.status == 1 && silent.errors.contains("silent answered for 0 of 10 images"), "\(silent.errors)")
    }
}
