import Files
import TestSupport
import Testing

@testable import Runs

@Suite("Histories of runs")
struct HistoryTests {
    @Test("A table is read as it was logged, but for a line that is not complete")
    func reading() throws {
        let text = "step,loss,\"a, \"\"b\"\"\"\n1,0.5,\n2,nan,3\nx,1,1\n3,4\n4,-inf,5\n5,0."
        let history = try RunHistory(Array(text.utf8), path: "metrics.csv")
        #expect(history.curves.map(\.name) == ["loss", "a, \"b\""])
        #expect(history.curves[0].steps == [1, 2, 4])
        #expect(history.curves[0].values.map { "\($0)" } == ["0.5", "nan", "-inf"])
        #expect(history.curves[1].values == [3, 5])
        #expect(history.lastStep == 4)
        #expect(history.curves[0].best(.lower)?.step == 4)
        #expect(history.curves[0].best(.higher)?.value == 0.5)
        for wrong in ["", "loss,step\n", "\u{0}\n"] {
            #expect(
                throws: RunError("'metrics.csv' is no table of a run: its first line does not begin with 'step'")
            ) { try RunHistory(Array(wrong.utf8), path: "metrics.csv") }
        }
    }

    @Test("Changed tables and descriptions are read or refused, and nothing worse")
    func mutations() throws {
        let scratch = try ScratchDirectory()
        let folder = scratch.file("run")
        let position: RunPosition
        do {
            let run = try Run(beginning: folder, RunDescription(options: [.init("lr", .number(0.1))], changed: ["lr"]))
            for step in 1...8 {
                try run.log(step: step, [("loss", .number(1 / Double(step))), ("n, \"x\"", .integer(step))])
            }
            position = try run.position()
        }
        let table = try readFile(RunFiles.metrics(folder))
        let description = try readFile(RunFiles.description(folder))
        var noise: UInt64 = 3
        func next(_ limit: Int) -> Int {
            noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(noise >> 33) % limit
        }
        func mutated(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            for _ in 0...next(4) where !bytes.isEmpty {
                let place = next(bytes.count)
                switch next(4) {
                case 0: bytes[place] = UInt8(next(256))
                case 1: bytes.insert(Array("\",\n0e-{}[".utf8)[next(9)], at: place)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + next(8)))
                default: bytes.removeLast(next(bytes.count))
                }
            }
            return bytes
        }
        var (read, resumed) = (0, 0)
        for _ in 0..<3000 {
            let changed = mutated(table)
            if let history = try? RunHistory(changed, path: "x") {
                read += 1
                for curve in history.curves { #expect(curve.steps.count == curve.values.count) }
            }
            // A table that is taken for the position's is that table.
            try writeFile(RunFiles.metrics(folder), changed)
            if let run = try? Run(resuming: folder, at: position, RunDescription()) {
                resumed += 1
                #expect(try readFile(RunFiles.metrics(run.folder)) == table)
            }
            try writeFile(RunFiles.description(folder), mutated(description))
            _ = try? RunDescription(folder: folder)
        }
        #expect(read > 500 && resumed < 300)
    }

    @Test("The best of several runs is found by what a name means")
    func best() throws {
        let scratch = try ScratchDirectory()
        for (name, accuracy, loss) in [("a", 90.0, 0.3), ("b", 95, 0.2), ("c", .nan, 0.1)] {
            let run = try Run(beginning: scratch.file(name), RunDescription())
            try run.log(
                step: 1, [("accuracy", .number(99)), ("test/accuracy", .number(accuracy)), ("loss", .number(loss))])
            try run.log(step: 2, [("test/accuracy", .number(1)), ("rate", .number(1))])
        }
        try makeDirectory(scratch.file("none"))
        let runs = try RunSummary.all(in: scratch.path)
        #expect(runs.map(\.name) == ["a", "b", "c"])
        let accuracy = try RunSummary.best(of: runs, metric: "accuracy")
        #expect(
            accuracy.run.name == "b" && accuracy.curve == "test/accuracy" && accuracy.value == 95 && accuracy.step == 1)
        #expect(try RunSummary.best(of: runs, metric: "loss").run.name == "c")
        #expect(try RunSummary.best(of: runs, metric: "loss", direction: .higher).run.name == "a")
        #expect(throws: RunError("'rate' does not say whether more or less of it is better: say --lowest or --highest"))
        {
            try RunSummary.best(of: runs, metric: "rate")
        }
        #expect(
            throws: RunError("no run has logged 'f1' (there are: accuracy, loss, rate, test/accuracy)")
        ) { try RunSummary.best(of: runs, metric: "f1") }
        #expect(throws: RunError("there is no run in '\(scratch.file("none"))': it has no metrics.csv")) {
            try RunSummary(folder: scratch.file("none"))
        }
        #expect(RunSummary.title(of: "2026-11-28_11-56-52_lr=0.05") == "lr=0.05")
        #expect(RunSummary.title(of: "2026-11-28_11-56-52") == "2026-11-28_11-56-52")
    }
}
