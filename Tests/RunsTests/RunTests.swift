import Files
import JSON
import TestSupport
import Testing

@testable import Runs

/// What is thrown, as text.
private func failure(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}

@Suite("Run folders")
struct RunTests {
    let scratch: ScratchDirectory
    var folder: String { scratch.file("run") }

    init() throws { scratch = try ScratchDirectory() }

    private func table() throws -> String { try readText(RunFiles.metrics(folder)) }

    @Test("Every call is a line, and a new name a column at the right")
    func lines() throws {
        let run = try Run(beginning: folder, RunDescription())
        #expect(try table() == "step\n")
        try run.log(step: 10, [("loss", .number(0.5)), ("lr", .number(0.01))])
        try run.log(step: 20, [("lr", .integer(1))])
        try run.log(step: 20, [("test, \"all\"", .number(.nan)), ("loss", .number(-.infinity))])
        #expect(
            try table() == """
                step,loss,lr,"test, ""all\"""
                10,0.5,0.01,
                20,,1,
                20,-inf,,nan

                """)
    }

    @Test("A resumed run writes what an uninterrupted one writes, wherever it was interrupted")
    func resume() throws {
        func write(_ run: Run, _ steps: Range<Int>) throws {
            for step in steps {
                try run.log(step: step, [("loss", .number(1 / Double(step + 1)))])
                if step % 4 == 3 { try run.log(step: step, [("accuracy", .integer(step)), ("loss", .number(0))]) }
                if step == 9 { try run.log(step: step, [("late", .number(1)), ("later", .number(2))]) }
            }
        }
        let whole = scratch.file("whole")
        do { try write(try Run(beginning: whole, RunDescription()) { 7 }, 0..<20) }
        let expected = try readFile(RunFiles.metrics(whole))
        let events = try readFile(joinPath(whole, "events.out.tfevents.7.nightjar"))
        for stop in 0...15 {
            for overrun in [0, 1, 5] {
                let folder = scratch.file("run-\(stop)-\(overrun)")
                let position: RunPosition
                do {
                    let run = try Run(beginning: folder, RunDescription()) { 7 }
                    try write(run, 0..<stop)
                    position = try run.position()
                    try write(run, stop..<stop + overrun)
                }
                try write(try Run(resuming: folder, at: position, RunDescription()) { 7 }, stop..<20)
                #expect(try readFile(RunFiles.metrics(folder)) == expected, "\(stop) \(overrun)")
                #expect(try readFile(joinPath(folder, position.events)) == events, "\(stop) \(overrun)")
            }
        }
    }

    @Test("What a killed process leaves half written is taken off")
    func tornLines() throws {
        let position: RunPosition
        do {
            let run = try Run(beginning: folder, RunDescription())
            try run.log(step: 1, [("loss", .number(0.5))])
            position = try run.position()
        }
        try AppendedFile(RunFiles.metrics(folder)).append(Array("2,0.2".utf8))
        try AppendedFile(joinPath(folder, position.events)).append([1, 2, 3])
        let run = try Run(resuming: folder, at: position, RunDescription())
        try run.log(step: 2, [("loss", .number(0.25))])
        #expect(try table() == "step,loss\n1,0.5\n2,0.25\n")
        #expect(run.description.resumed == 1)
    }

    @Test("Folders that cannot be gone on with are refused in words")
    func refusals() throws {
        let position: RunPosition
        do {
            let run = try Run(beginning: folder, RunDescription())
            try run.log(step: 1, [("loss", .number(0.5))])
            position = try run.position()
            #expect(
                failure { _ = try Run(resuming: folder, at: position, RunDescription()) }
                    == "the run in '\(folder)' is being written already: end that training first, or name another folder"
            )
        }
        #expect(
            failure { _ = try Run(beginning: folder, RunDescription()) }
                == "the folder '\(folder)' has a run already: name another, or give `resume` to go on with it, or "
                + "`overwrite = true` to begin it anew")
        #expect(
            failure { _ = try Run(resuming: scratch.path, at: position, RunDescription()) }
                == "there is no run in '\(scratch.path)' to go on with: put the folder back, or begin another run without "
                + "`resume`")
        try writeFile(RunFiles.metrics(folder), "step,loss\n1,0.7\n")
        #expect(
            failure { _ = try Run(resuming: folder, at: position, RunDescription()) }
                == "'\(RunFiles.metrics(folder))' does not begin with the 1 lines that it had when the state was saved (it was "
                + "changed, or is another run's): put it back, or go on without `resume` in another folder")
        try writeFile(RunFiles.metrics(folder), "step,loss\n1,0.5\n")
        var other = position
        other.eventsBytes = 1 << 30
        #expect(
            failure { _ = try Run(resuming: folder, at: other, RunDescription()) }
                .hasPrefix("'\(folder)/\(position.events)' is not there or has fewer than the 1073741824 bytes"))
        other.events = "events.out.tfevents./../../x"
        #expect(
            failure { _ = try Run(resuming: folder, at: other, RunDescription()) }
                == "the state names 'events.out.tfevents./../../x', which is no file of events")
    }

    @Test("Overwriting removes the run's files and nothing else")
    func overwrite() throws {
        do {
            let run = try Run(beginning: folder, RunDescription()) { 7 }
            try run.log(step: 1, [("loss", .number(0.5))])
        }
        try writeFile(joinPath(folder, "notes.txt"), "mine")
        let run = try Run(beginning: folder, RunDescription(), overwrite: true) { 8 }
        #expect(try table() == "step\n")
        #expect(
            try directoryEntries(run.folder) == [
                ".lock", "events.out.tfevents.8.nightjar", "metrics.csv", "notes.txt", "options.json", "run.json",
            ])
    }

    @Test("What cannot name a column is refused, and nothing is written")
    func names() throws {
        let run = try Run(beginning: folder, RunDescription())
        for name in ["", "step", "a\nb", "a\u{9b}2J", "=1", String(repeating: "x", count: 201)] {
            #expect(failure { try run.log(step: 0, [(name, .integer(1))]) }.contains("cannot name a column"))
        }
        let many = (0...mostColumns).map { (name: "n\($0)", value: MetricValue.integer($0)) }
        let alike = [(name: "\u{e9}", value: MetricValue.integer(1)), (name: "e\u{301}", value: .integer(2))]
        #expect(failure { try run.log(step: 0, alike) }.contains("look alike"))
        #expect(CSV.fields(of: CSV.field("a,\u{301}\"\u{301}")) == ["a,\u{301}\"\u{301}"])
        #expect(failure { try run.log(step: 0, many) } == "at most 1000 names are taken, 'n0' would be one more")
        #expect(try table() == "step\n")
    }

    @Test("What is no regular file is not written")
    func devices() throws {
        try makeDirectory(joinPath(folder, "metrics.csv"))
        #expect(failure { _ = try Run(beginning: folder, RunDescription(), overwrite: true) } != "no error")
        #expect(failure { _ = try AppendedFile("/dev/null") } == "cannot write '/dev/null': it is no regular file")
    }

    @Test("What a run is comes back from its files")
    func description() throws {
        let options: [JSONValue.Member] = [.init("lr", .number(0.1)), .init("data", .string("ü/\u{1}"))]
        let run = try Run(
            beginning: folder,
            RunDescription(
                options: options, changed: ["lr"], environment: [.init("threads", .integer(2))],
                data: [.init("name", .string("MNIST"))]))
        try run.finish()
        let read = try RunDescription(folder: folder)
        #expect(read.options == options)
        #expect(read.changed == ["lr"])
        #expect(read.environment == [.init("threads", .integer(2))])
        #expect(read.data == [.init("name", .string("MNIST"))])
        #expect(read.begun?.count == 19)
        #expect(read.finished == run.description.finished)
    }

    @Test("Folders are named by the time and what was changed, and never twice")
    func folderNames() throws {
        let root = scratch.file("runs")
        let changed = [
            (name: "lr", value: "0.1"), (name: "out", value: "../a b/ü.safetensors"), (name: "x", value: ""),
        ]
        let first = try RunName.makeFolder(in: root, changed: changed, now: 1e9)
        #expect(baseName(first).hasSuffix("_lr=0.1_out=..-a-b--.safetensors_x="))
        #expect(try RunName.makeFolder(in: root, changed: changed, now: 1e9) == first + "-2")
        #expect(try RunName.makeFolder(in: root, changed: changed, now: 1e9) == first + "-3")
        let long = (0..<100).map { (name: "option\($0)", value: String(repeating: "v", count: 100)) }
        #expect(try baseName(RunName.makeFolder(in: root, changed: long)).utf8.count <= 120)
    }
}
