import Files
import Foundation
import TestSupport
import Testing

/// scripts/train.lua as a user runs it, on a small slice of data.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct TrainTests {
    let scratch: ScratchDirectory
    static let script = joinPath(Nightjar.root, "scripts/train.lua")

    init() throws { scratch = try ScratchDirectory() }

    /// No cache, no network: the program draws its digits.
    private var environment: [String: String] { ["XDG_CACHE_HOME": scratch.file("cache")] }

    private func run(_ arguments: [String], meanwhile: (Process) -> Void = { _ in }) throws -> Nightjar.Run {
        try Nightjar.run(
            program: Nightjar.executable ?? "", [Self.script] + arguments, in: scratch.path, environment: environment,
            meanwhile: meanwhile)
    }

    private func run(_ arguments: String...) throws -> Nightjar.Run { try run(arguments) }

    /// The first line of what went wrong, without the directory of the script: "train.lua:N: ...".
    private func firstError(_ run: Nightjar.Run) -> String {
        let line = run.errors.split(separator: "\n").first.map(String.init) ?? ""
        return line.replacing(joinPath(Nightjar.root, "scripts/"), with: "").replacing(/\.lua:\d+/, with: ".lua:N")
    }

    private var model: String { scratch.file("model.safetensors") }

    @Test("Without MNIST it trains on digits of its own, and says so beside every figure")
    func generated() throws {
        let result = try run("--limit", "700", "--epochs", "2", "--log-interval", "5")
        #expect(result.status == 0)
        #expect(result.errors == "")
        let lines = result.output.split(separator: "\n").map(String.init)
        let first = try #require(lines.first)
        #expect(first.hasPrefix("MNIST cannot be had here ("))
        #expect(first.hasSuffix("): training on generated digits, not MNIST"))
        #expect(lines.last == "saved model.safetensors")
        let remark = "  (generated digits, not MNIST)"
        let figures = lines.dropFirst().dropLast()
        let shapes = figures.map {
            $0.replacing(/\d+\.\d+/, with: "#").replacing(/: \d+\/700 \(\d+%\)/, with: ": #/700 (%)")
        }
        let test = "Test set: Avg. loss: #, Accuracy: #/700 (%)\(remark)"
        #expect(
            shapes == [
                test, "Train Epoch: 1 [320/700 (46%)]  Loss: #\(remark)",
                "Train Epoch: 1 [640/700 (91%)]  Loss: #\(remark)", test,
                "Train Epoch: 2 [320/700 (46%)]  Loss: #\(remark)",
                "Train Epoch: 2 [640/700 (91%)]  Loss: #\(remark)", test,
            ])
        #expect(scratch.names.filter { $0.hasPrefix("model") } == ["model.safetensors", "model.training.safetensors"])
    }

    @Test("The model's file keeps which data it was trained on, with their digests")
    func dataDigests() throws {
        #expect(try run("--limit", "20", "--epochs", "1").status == 0)
        let show = try scratch.write(
            "show.lua",
            """
            package.path = "\(Nightjar.root)/scripts/?.lua;" .. package.path
            local nj = require "nightjar"
            local _, kept = nj.checkpoint.load("model.safetensors", require("models.mnist").Net())
            local digests = nj.data.generated_digits { limit = 20 }:digests()
            assert(kept["data.images.sha256"] == digests.images and kept["data.labels.sha256"] == digests.labels)
            print(kept.data, kept["data.images"], #digests.images, digests.images ~= digests.labels)
            """)
        let shown = try Nightjar.run(show, in: scratch.path)
        #expect(shown == .init(output: "generated digits, not MNIST\t20\t64\ttrue\n"))
    }

    @Test("The last, smaller batch does not count more images than there are")
    func lastBatch() throws {
        let output = try run("--limit", "600", "--epochs", "1").output
        #expect(output.contains("\nTrain Epoch: 1 [600/600 (100%)]  Loss: "))
    }

    @Test("One batch of everything, however large it may be")
    func largestBatch() throws {
        let most = "\(Int.max)"
        let result = try run(
            "--limit", "20", "--epochs", "1", "--log-interval", "1", "--batch-size", most, "--test-batch-size", most)
        #expect(result.status == 0 && result.errors == "")
        #expect(result.output.contains("Train Epoch: 1 [20/20 (100%)]"))
    }

    @Test("One run is like the other")
    func repeats() throws {
        let first = try run("--limit", "200", "--epochs", "1", "--log-interval", "2")
        let file = try readFile(model)
        let second = try run("--limit", "200", "--epochs", "1", "--log-interval", "2")
        #expect(first == second)
        #expect(try readFile(model) == file)
        #expect(try run("--limit", "200", "--epochs", "1", "--log-interval", "2", "--seed", "1") != first)
    }

    @Test(
        "Mistakes on the command line",
        arguments: [
            (["--epoch", "3"], "unknown option '--epoch' (did you mean '--epochs'?)"),
            (["--epochs", "x"], "--epochs: integer expected, got 'x'"),
            (["--epochs", "1.5"], "--epochs: integer expected, got '1.5'"),
            (["--epochs", "-1"], "--epochs: integer of at least 0 expected, got -1"),
            (["--epochs"], "--epochs: value missing"),
            (["--batch-size", "0"], "--batch-size: integer of at least 1 expected, got 0"),
            (["--test-batch-size", "0"], "--test-batch-size: integer of at least 1 expected, got 0"),
            (["--lr", "-1"], "--lr: number of at least 0 expected, got -1"),
            (["--lr", "nan"], "--lr: number expected, got 'nan'"),
            (["--momentum", "-0.5"], "--momentum: number of at least 0 expected, got -0.5"),
            (["--seed", "-1"], "--seed: integer of at least 0 expected, got -1"),
            (["--save-interval", "-1"], "--save-interval: number of at least 0 expected, got -1"),
            (["--log-interval", "0"], "--log-interval: integer of at least 1 expected, got 0"),
            (["--limit", "0"], "--limit: integer of at least 1 expected, got 0"),
            (["--data", "/nowhere"], "--data: directory expected, got '/nowhere' (No such file or directory)"),
            (["here"], "unexpected argument 'here'"),
        ] as [([String], String)])
    func usage(arguments: [String], message: String) throws {
        #expect(try run(arguments) == .init(status: 2, errors: "train.lua: \(message)\n"))
        #expect(scratch.names == [])
    }

    @Test("Help lists every option")
    func help() throws {
        let help = try run("--help")
        #expect(help.status == 0)
        for option in [
            "--epochs N ", "--batch-size N ", "--test-batch-size N ", "--lr X ", "--momentum X ", "--seed N ",
            "--log-interval N ", "--save-interval X ", "--data DIR ", "--limit N ", "--out TEXT ", "--runs TEXT ",
            "--resume ",
        ] { #expect(help.output.contains("\n  \(option)"), "\(option)") }
        #expect(help.output.contains("(default: 0.01, at least 0)"))
    }

    @Test("A loss that is not a number ends the run; what was saved last is whole")
    func notANumber() throws {
        let result = try run("--limit", "640", "--lr", "1e30")
        #expect(result.status == 1)
        #expect(
            firstError(result)
                == "train.lua:N: the loss is not a number at step 2 of epoch 1; the last save is in model.safetensors. Try a smaller --lr"
        )
        #expect(try loads())
    }

    /// Whether the model file can be read.
    private func loads(_ name: String = "model.safetensors") throws -> Bool {
        let check = try scratch.write(
            "check.lua",
            """
            package.path = "\(Nightjar.root)/scripts/?.lua;" .. package.path
            local nj = require "nightjar"
            local _, kept = nj.checkpoint.load("\(name)", require("models.mnist").Net())
            print(kept.data)
            """)
        let result = try Nightjar.run(check, in: scratch.path)
        return result == .init(output: "generated digits, not MNIST\n") || result == .init(output: "MNIST\n")
    }

    /// Presses Ctrl-C once the model was saved, and some time later; ends a run that does not heed it.
    private func interrupt(_ process: Process, after seconds: Double = 0) {
        for _ in 0..<6000 where FileStatus(of: model) == nil { usleep(10_000) }
        usleep(UInt32(seconds * 1e6))
        process.interrupt()
        for _ in 0..<6000 where process.isRunning { usleep(10_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    @Test("Ctrl-C ends the run with the last save whole")
    func interrupt() throws {
        let result = try run(["--limit", "2000", "--epochs", "1000", "--log-interval", "1"]) {
            interrupt($0)
        }
        #expect(result.status == 130)
        let errors = result.errors.replacing(/^(interrupted\n)\d+( steps? (is|are) saved)/) { "\($0.1)N\($0.2)" }
        let command = "\(Nightjar.executable ?? "") \(Self.script) --limit 2000 --epochs 1000 --log-interval 1 --resume"
        #expect(
            errors.replacing("N step is", with: "N steps are")
                == "interrupted\nN steps are saved in model.safetensors; this goes on from there:\n    \(command)\n")
        #expect(try loads())
        #expect(scratch.names.filter { $0.hasPrefix("model") } == ["model.safetensors", "model.training.safetensors"])
    }

    @Test("A reader that goes away ends the run without a word")
    func closedPipe() throws {
        let command = """
            "$0" "$1" --limit 6400 --epochs 50 --log-interval 1 2>errors | head -n 2 >lines; echo ${PIPESTATUS[0]}
            """
        var words = ["/bin/bash", "-c", command, Nightjar.executable ?? "", Self.script]
        #if os(Linux)
            // Who runs the tests may ignore the signal, and what they start inherits that.
            words.insert("--default-signal=PIPE", at: 0)
        #endif
        let result = try Nightjar.run(
            program: "/usr/bin/env", words, in: scratch.path, environment: environment)
        // 141: ended by SIGPIPE.
        #expect(result == .init(output: "141\n"))
        #expect(try readText(scratch.file("errors")) == "")
        #expect(try readText(scratch.file("lines")).hasPrefix("MNIST cannot be had here"))
    }

    #if os(Linux)
        @Test("On a terminal the training is one line that changes")
        func terminal() throws {
            let (status, output) = try Nightjar.runOnTerminal(
                Self.script, ["--limit", "640", "--epochs", "2", "--log-interval", "1"], in: scratch.path,
                environment: environment)
            #expect(status == 0)
            let lines = output.split(separator: "\r\n", omittingEmptySubsequences: true)
            let training = lines.filter { $0.contains("Train Epoch") }
            #expect(training.count == 2)
            for (epoch, line) in zip(1..., training) {
                #expect(line.hasPrefix("\rTrain Epoch: \(epoch) ["))
                let last = line.split(separator: "\r").last ?? ""
                #expect(last.hasPrefix("Train Epoch: \(epoch) [640/640 (100%)]  Loss: "))
                #expect(last.hasSuffix("\u{1B}[K"))
            }
            #expect(lines.last == "saved model.safetensors")
        }
    #endif

    @Test("Data that is broken, or not there, is named")
    func brokenData() throws {
        let directory = scratch.file("data")
        try makeDirectory(directory)
        let missing = try run("--data", "data")
        #expect(missing.status == 1)
        #expect(
            firstError(missing).hasPrefix(
                "plugins/digit_sets.lua:N: data.mnist: cannot find MNIST's training images in 'data': "))
        for name in ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"] {
            try writeFile(joinPath(directory, name), [0, 0, 8, 3, 0, 0])
        }
        let broken = try run("--data", "data")
        #expect(broken.status == 1)
        #expect(
            firstError(broken).hasPrefix(
                "plugins/digit_sets.lua:N: data.mnist: cannot read 'data/train-images-idx3-ubyte': "))
        #expect(broken.output == "")
    }

    @Test("A place where nothing can be written is named, and what is there stays")
    func unwritable() throws {
        let result = try run("--limit", "64", "--epochs", "1", "--out", "none/model.safetensors")
        #expect(result.status == 1)
        #expect(
            firstError(result)
                == "train.lua:N: checkpoint.save: cannot write 'none/model.safetensors': No such file or directory")
        // Before the first step, and before the untrained network was tested.
        #expect(result.output.split(separator: "\n").count == 1)
        #expect(scratch.names.filter { $0 != "cache" } == [])
        // Nothing but a regular file is replaced.
        for (out, reason) in [
            ("/dev/null", "the end of its name says what it becomes, and has to be one of .safetensors"),
            ("null.safetensors", "it is no regular file, and a training needs one"),
        ] {
            if out == "null.safetensors" { #expect(symlink("/dev/null", scratch.file(out)) == 0) }
            let device = try run("--limit", "64", "--epochs", "1", "--out", out)
            #expect(device.status == 1)
            #expect(firstError(device) == "train.lua:N: checkpoint.save: cannot write '\(out)': \(reason)")
        }
        #expect(try readFile("/dev/null") == [])
    }

    @Test("The untrained network's first line, and the first losses, are PyTorch's", .enabled(if: realMNIST != nil))
    func realData() throws {
        let data = ["--data", realMNIST ?? ""]
        let untrained = try run(data + ["--epochs", "0"])
        #expect(
            untrained
                == .init(
                    output:
                        "\nTest set: Avg. loss: 2.3168, Accuracy: 664/10000 (7%)\n\nno epoch is left to be trained\n"))

        let training = try run(data + ["--log-interval", "1"]) {
            interrupt($0, after: 2)
        }
        #expect(training.status == 130)
        let reference = try #require(
            try JSON.referenceCases("train_curve.json").first { $0["name"].string == "test loader shuffle=True" })
        let lines = training.output.split(separator: "\n").filter { $0.hasPrefix("Train") }.prefix(20)
        #expect(!lines.isEmpty)
        for ((step, line), loss) in zip(lines.enumerated(), reference["losses"].floats) {
            let head = "Train Epoch: 1 [\(64 * (step + 1))/60000 (0%)]  Loss: "
            let number = try #require(Float(line.dropFirst(head.count)))
            #expect((number - loss).magnitude < 1e-4 * loss, "step \(step + 1)")
            if step < 4 { #expect(line.hasPrefix(head)) }
        }
    }

    @Test(
        "A full disk ends the run; the model that was there stays",
        .enabled(if: environmentVariable("NIGHTJAR_SMALL_DISK") != nil, "set NIGHTJAR_SMALL_DISK to a small tmpfs"))
    func fullDisk() throws {
        let disk = try #require(environmentVariable("NIGHTJAR_SMALL_DISK"))
        let (out, filler) = (joinPath(disk, "train.safetensors"), joinPath(disk, "train.filler"))
        defer {
            for path in [out, filler, joinPath(disk, "train.training.safetensors")] { try? removeFile(path) }
        }
        #expect(try run("--limit", "64", "--epochs", "1", "--out", out).status == 0)
        let before = try readFile(out)
        let rest = FileManager.default.createFile(atPath: filler, contents: nil)
        #expect(rest)
        let handle = try #require(FileHandle(forWritingAtPath: filler))
        while (try? handle.write(contentsOf: Data(count: 16384))) != nil {}
        try handle.close()
        let result = try run("--limit", "64", "--epochs", "1", "--out", out, "--seed", "5")
        #expect(result.status == 1)
        #expect(
            firstError(result).hasPrefix(
                "train.lua:N: checkpoint.save: cannot write '\(joinPath(disk, "train.training.safetensors"))': No space left on device\n"
            ))
        #expect(try readFile(out) == before)
    }
}
