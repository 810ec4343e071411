import Testing

@testable import Console

@Suite("The progress line")
struct ProgressLineTests {
    /// A line with a clock that the test moves and a place for what it writes.
    private final class Bench {
        var time = 0.0
        var output = ""
        var columns: Int?
        var line: ProgressLine!

        init(columns: Int?, label: String = "", total: Int? = nil, unit: String = "") {
            self.columns = columns
            line = ProgressLine(
                label: label, total: total, unit: unit, columns: { [unowned self] in self.columns },
                clock: { [unowned self] in time }, write: { [unowned self] in output += $0 })
        }

        /// What was written since the last time.
        func written() -> String {
            defer { output = "" }
            return output
        }
    }

    @Test("On a terminal the line changes in place")
    func terminal() {
        let bench = Bench(columns: 50, total: 1000, unit: "images")
        bench.time = 2
        bench.line.update(100, "Epoch 1\tLoss 2.3")
        #expect(bench.written() == "\rEpoch 1 Loss 2.3           50 images/s  0:18 left\u{1B}[K")
        bench.columns = 30
        bench.time = 4
        bench.line.update(500, "Epoch 1\tLoss 2.2")
        #expect(bench.written() == "\rEpoch 1 Loss 2.2\u{1B}[K")
        bench.columns = 12
        bench.time = 5
        bench.line.update(600, "Epoch 1\tLoss 2.1")
        #expect(bench.written() == "\rEpoch 1 Los\u{1B}[K")
        bench.columns = 50
        bench.line.finish()
        #expect(bench.written() == "\rEpoch 1 Loss 2.1          120 images/s  0:04 left\u{1B}[K\n")
        bench.line.finish()
        #expect(bench.written() == "")
    }

    @Test("A terminal is drawn on twenty times a second; the last text is not lost")
    func rate() {
        let bench = Bench(columns: 80)
        for step in 1...100 {
            bench.time += 0.001
            bench.line.update(step, "step \(step)")
        }
        #expect(bench.written().split(separator: "\r").count == 2)
        bench.line.finish()
        #expect(bench.written().contains("step 100"))
    }

    @Test("Lines that stay go above the changing one")
    func log() {
        let bench = Bench(columns: 20)
        bench.line.log("first")
        #expect(bench.written() == "first\n")
        bench.line.update(0, "working")
        _ = bench.written()
        bench.line.log("second")
        #expect(bench.written() == "\r\u{1B}[Ksecond\n\rworking\u{1B}[K")
        bench.line.finish("done")
        #expect(bench.written() == "\r\u{1B}[Kdone\n")
    }

    @Test("Elsewhere each of the script's texts is a line, and its own come every ten seconds and at the end")
    func plain() {
        let bench = Bench(columns: nil, label: "train", total: 300)
        bench.line.update(1, "a\tb")
        bench.line.update(2, "c")
        #expect(bench.written() == "a\tb\nc\n")
        for step in 1...25 {
            bench.time += 1
            bench.line.update(step * 10)
        }
        #expect(bench.written() == "train  100/300  33%\ntrain  200/300  66%\n")
        bench.line.finish()
        #expect(bench.written() == "train  250/300  83%\n")
        bench.line.finish()
        #expect(bench.written() == "")
    }

    @Test("Downloads")
    func bytes() {
        let bench = Bench(columns: 60, label: "train-images")
        bench.time = 1
        bench.line.updateBytes(4_200_000, of: 9_912_422)
        #expect(bench.written().hasPrefix("\rtrain-images  4.2/9.9 MB  42%"))
        bench.time = 2
        bench.line.updateBytes(999, of: nil)
        #expect(bench.written() == "\rtrain-images  999 B                                 499 B/s\u{1B}[K")
    }

    @Test("Units and durations")
    func words() {
        #expect(sizes(0, 10) == "0/10 B")
        #expect(sizes(1_500, nil) == "1.5 kB")
        #expect(sizes(50_000, 2_000_000_000) == "0.0/2.0 GB")
        #expect(duration(0) == "0:00")
        #expect(duration(59.2) == "1:00")
        #expect(duration(3723) == "1:02:03")
        #expect(duration(.infinity) == "277777:46:40")
    }

    @Test("Numbers beyond all measure are shown, not fatal")
    func extremes() {
        let bench = Bench(columns: 1 << 62, label: "x", total: 1)
        bench.time = 1e-9
        bench.line.update(.max)
        let line = bench.written()
        #expect(line.hasPrefix("\rx  9223372036854775807/1  9223372036854775807%  "))
        #expect(line.hasSuffix("  9223372036854775807/s\u{1B}[K") && line.count == 1 + 4095 + 3)
        bench.time = 1
        bench.line.updateBytes(.max, of: .max)
        #expect(bench.written().contains("9223372036.9/9223372036.9 GB  100%"))
        bench.columns = .min
        bench.time = 2
        bench.line.update(1)
        #expect(bench.written() == "\r\u{1B}[K")
        bench.line.finish()
    }
}
