import Files
import Foundation
import TestSupport
import Testing

/// `scripts/train.lua --resume`, on a small slice of data.
@Suite("Training that goes on", .enabled(if: Nightjar.executable != nil, "the command is not built"))
struct ResumeTests {
    let scratch: ScratchDirectory
    private static let short = ["--limit", "200", "--epochs", "2", "--log-interval", "1", "--save-interval", "0"]

    init() throws { scratch = try ScratchDirectory() }

    private func run(
        _ arguments: [String], script: String = TrainTests.script, meanwhile: (Process) -> Void = { _ in }
    ) throws -> Nightjar.Run {
        try Nightjar.run(
            program: Nightjar.executable ?? "", [script] + arguments, in: scratch.path,
            environment: ["XDG_CACHE_HOME": scratch.file("cache")], meanwhile: meanwhile)
    }

    /// Lua that stops train.lua after a number of saves, as a kill at that moment would.
    private func stopped(after saves: Int, _ arguments: [String] = short) throws {
        let script = try scratch.write(
            "stopped.lua",
            """
            package.path = "\(Nightjar.root)/scripts/?.lua;\(Nightjar.root)/scripts/plugins/?.lua;" .. package.path
            local checkpoint, left = require("nightjar").checkpoint, \(saves)
            local save = checkpoint.save
            rawset(checkpoint, "save", function(...)
              save(...)
              left = left - 1
              if left == 0 then os.exit(0, false) end
            end)
            dofile "\(TrainTests.script)"
            """)
        #expect(try run(arguments, script: script).status == 0)
    }

    private func lines(_ run: Nightjar.Run) -> [String] {
        run.output.split(separator: "\n").dropFirst().map(String.init)
    }

    private func error(_ run: Nightjar.Run) -> String {
        (run.errors.split(separator: "\n").first.map(String.init) ?? "").replacing(#/^.*train.lua:\d+: /#, with: "")
    }

    private var model: String { scratch.file("model.safetensors") }

    private func metrics() throws -> String {
        let folders = try expandGlob(scratch.file("runs/*"))
        try #require(folders.count == 1)
        return try readText(joinPath(folders[0], "metrics.csv"))
    }

    @Test("resumed at any step it prints, logs and saves what the training does that was not interrupted")
    func everyStep() throws {
        let whole = try run(Self.short)
        #expect(whole.status == 0)
        let (file, wholeMetrics, wholeLines) = (try readFile(model), try metrics(), lines(whole))
        // The first save is that of the untrained network, the sixth that of the first epoch's end.
        for (saves, resumed, printed) in [
            (1, "epoch 1, step 1 of 4", 0), (2, "epoch 1, step 2 of 4", 2), (4, "epoch 1, step 4 of 4", 4),
            (5, "epoch 1, step 4 of 4", 5), (6, "epoch 2, step 1 of 4", 6), (10, "epoch 2, step 4 of 4", 10),
        ] {
            for name in ["model.safetensors", "model.training.safetensors"] { try removeFile(scratch.file(name)) }
            try FileManager.default.removeItem(atPath: scratch.file("runs"))
            try stopped(after: saves)
            let rest = try run(["--resume"])
            #expect(rest.status == 0 && rest.errors == "")
            #expect(lines(rest).first == "resumed at \(resumed), lr 0.01")
            #expect(lines(rest).dropFirst() == wholeLines.dropFirst(printed), "\(saves)")
            #expect(try readFile(model) == file)
            #expect(try metrics() == wholeMetrics)
        }
        #expect(try run(["--resume"]).output.hasSuffix("\nno epoch is left to be trained\n"))
        #expect(try readFile(model) == file)
    }

    @Test("saved options hold unless they are named; the metadata tells what truly trained it")
    func options() throws {
        try stopped(after: 3, Self.short + ["--lr", "0.05", "--momentum", "0.25", "--seed", "7"])
        let show = try scratch.write(
            "show.lua",
            """
            local kept = require("nightjar").checkpoint.metadata("model.safetensors")
            print(kept["config.lr"], kept["config.momentum"], kept["config.seed"], kept["config.epochs"], kept["config.changes"])
            """)
        #expect(try run([], script: show).output == "0.05\t0.25\t7\t2\tnil\n")
        let rest = try run(["--resume", "--lr", "0.125", "--epochs", "3"])
        #expect(lines(rest).first == "resumed at epoch 1, step 3 of 4, lr 0.125")
        #expect(
            try run([], script: show).output
                == "0.125\t0.25\t7\t3\tstep 2: epochs 3 in place of 2, lr 0.125 in place of 0.05\n")
        // What was changed before stays told.
        #expect(try run(["--resume", "--epochs", "4", "--momentum", "0.5"]).status == 0)
        #expect(
            try run([], script: show).output
                == "0.125\t0.5\t7\t4\tstep 2: epochs 3 in place of 2, lr 0.125 in place of 0.05; step 12: epochs 4 in place of 3, momentum 0.5 in place of 0.25\n"
        )
    }

    @Test(
        "options that another training has are refused",
        arguments: [
            (
                ["--batch-size", "32"],
                "--batch-size: the training in 'model.safetensors' began with 64 and cannot go on with 32"
            ),
            (["--seed", "1"], "--seed: the training in 'model.safetensors' began with 42 and cannot go on with 1"),
            (
                ["--limit", "100"],
                "--limit: the training in 'model.safetensors' began with 200 and cannot go on with 100"
            ),
        ])
    func refused(arguments: [String], message: String) throws {
        try stopped(after: 7)
        let before = try readFile(model)
        #expect(try run(["--resume"] + arguments) == .init(status: 2, errors: "train.lua: \(message)\n"))
        let done = try run(["--resume", "--epochs", "0"])
        #expect(done.status == 1)
        #expect(error(done) == "--epochs 0: the training in model.safetensors has done 1")
        #expect(try readFile(model) == before)
    }

    @Test("other data is refused, and so is a resume of nothing")
    func otherData() throws {
        try stopped(after: 2)
        let folder = scratch.file("data")
        try makeDirectory(folder)
        for (name, count) in [("train", 300), ("t10k", 300)] {
            let number = [UInt8(count >> 8), UInt8(count & 255)]
            try writeFile(
                joinPath(folder, "\(name)-images-idx3-ubyte"),
                [0, 0, 8, 3, 0, 0] + number + [0, 0, 0, 28, 0, 0, 0, 28] + [UInt8](repeating: 9, count: count * 784))
            try writeFile(
                joinPath(folder, "\(name)-labels-idx1-ubyte"),
                [0, 0, 8, 1, 0, 0] + number + [UInt8](repeating: 3, count: count))
        }
        let result = try run(["--resume", "--data", "data"])
        #expect(result.status == 1)
        let message = error(result)
        #expect(
            message.hasPrefix(
                "checkpoint.resume: 'model.training.safetensors' was saved with data.images.sha256 "), "\(message)")
        #expect(message.hasSuffix(": a training goes on with what it began with"))
        let none = try run(["--resume", "--out", "none.safetensors"])
        #expect(none.status == 2)
        #expect(
            none.errors.hasSuffix(
                "train.lua: --resume: no training was saved beside 'none.safetensors'; begin one without --resume\n"))
    }

    /// Waits until the model was saved, then does something to a training, and ends it where that did not.
    private func once(_ body: @escaping (Process) -> Void) -> (Process) -> Void {
        { process in
            for _ in 0..<6000 where FileStatus(of: model) == nil { usleep(10_000) }
            body(process)
            for _ in 0..<1000 where process.isRunning { usleep(10_000) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
    }

    @Test("the second of two trainings into one file is refused, and nothing is left when both are gone")
    func second() throws {
        let long = ["--limit", "2000", "--epochs", "1000"]
        var (fresh, resumed) = (Nightjar.Run(), Nightjar.Run())
        var first: Int32 = 0
        let killed = try run(
            long,
            meanwhile: once { process in
                first = process.processIdentifier
                fresh = (try? run(Self.short)) ?? .init()
                resumed = (try? run(["--resume"])) ?? .init()
                kill(first, SIGKILL)
            })
        #expect(killed.status == SIGKILL)
        for other in [fresh, resumed] { #expect(other.status == 1) }
        #expect(
            error(fresh)
                == "checkpoint.save: cannot write 'model.safetensors': process \(first) is training into it")
        #expect(
            error(resumed)
                == "checkpoint.resume: cannot write 'model.safetensors': process \(first) is training into it")
        // The killed one left its lock, which is taken over and removed.
        #expect(scratch.names.contains("model.training.lock"))
        let lock = scratch.file("model.training.lock")
        let last = try run(["--resume"]) { process in
            for _ in 0..<6000 where (try? readText(lock)) != "\(process.processIdentifier)\n" { usleep(10_000) }
            process.interrupt()
        }
        #expect(last.status == 130)
        #expect(
            scratch.names.filter { $0.hasPrefix("model") } == ["model.safetensors", "model.training.safetensors"])
    }

    @Test("SIGTERM ends it as Ctrl-C does: tidied up, told how to go on, and ended by the signal")
    func termination() throws {
        let result = try run(["--limit", "2000", "--epochs", "1000"], meanwhile: once { $0.terminate() })
        #expect(result.status == SIGTERM)
        #expect(result.errors.hasPrefix("terminated\n"))
        #expect(result.errors.hasSuffix(" --limit 2000 --epochs 1000 --resume\n"))
        #expect(
            scratch.names.filter { $0.hasPrefix("model") } == ["model.safetensors", "model.training.safetensors"])
    }
}
