import Files
import Images
import JSON
import Metrics
import TestSupport
import Testing

@testable import Reports
@testable import Runs

@Suite("Reports of runs")
struct ReportTests {
    let scratch: ScratchDirectory
    private let hostile = "<script>alert(1)</script>\" onload='x' & \u{1b}"

    init() throws { scratch = try ScratchDirectory() }

    /// A run's folder with so many lines.
    private func run(_ name: String, steps: Int, lr: Double = 0.1, extra: [JSONValue.Member] = []) throws -> RunSummary
    {
        let folder = scratch.file(name)
        do {
            let run = try Run(
                beginning: folder,
                RunDescription(
                    options: [.init("lr", .number(lr)), .init("seed", .integer(1))] + extra, changed: ["lr"],
                    environment: [.init("processor", .string(hostile))],
                    data: [
                        .init("name", .string(hostile)), .init("digests", .object([.init("images", .string("ab"))])),
                    ]))
            var noise: UInt64 = 1
            for step in 1...max(1, steps) {
                noise = noise &* 6_364_136_223_846_793_005 &+ 1
                let value = Double(noise >> 40) / 16_777_216 / lr
                try run.log(step: step, [("lr", .number(lr)), ("train/loss", .number(value))])
            }
            try run.log(
                step: steps,
                [
                    ("test/accuracy", .number(97.5)), ("test/loss", .number(.nan)),
                    (hostile.filter { $0 != "\u{1b}" }, .integer(1)),
                ])
            try run.finish()
        }
        return try RunSummary(folder: folder)
    }

    private func findings(classes: Int, side: Int, channels: Int = 1) throws -> RunReport.Findings {
        let evaluation = try ClassifierEvaluation(classes: classes, mistakes: 24)
        var noise: UInt64 = 7
        func next() -> Double {
            noise = noise &* 6_364_136_223_846_793_005 &+ 1
            return Double(noise >> 40) / 16_777_216
        }
        let count = 400
        try evaluation.add(
            outputs: (0..<count * classes).map { _ in next() }, labels: (0..<count).map { $0 % classes })
        var findings = RunReport.Findings()
        findings.evaluation = evaluation
        findings.classes = [hostile]
        let pixels = { (0..<side * side * channels).map { _ in UInt8(next() * 255) } }
        for place in 0..<24 {
            findings.pictures[place] = try Image(width: side, height: side, channels: channels, pixels: pixels())
        }
        findings.weights = try (0..<64).map { _ in
            try Image(width: 7, height: 7, channels: 1, pixels: Array(pixels().prefix(49)))
        }
        findings.weightsName = hostile
        return findings
    }

    /// What a page may not hold: a request, or a text of others that became markup.
    private func check(_ html: String, _ comment: Comment? = nil) {
        #expect(html.utf8.count < RunReport.limit, comment)
        #expect(!html.contains("<script>alert"), comment)
        #expect(!html.contains("onload='x'"), comment)
        for word in ["http-equiv=\"refresh\"", "src=\"http", "href=\"http", "url(", "@import", "<link", "innerHTML"] {
            #expect(!html.contains(word), "\(word)")
        }
        // Two words that only a namespace has.
        #expect(!html.replacing("http://www.w3.org/2000/svg").contains("http://"), comment)
        #expect(!html.contains("https://"), comment)
        #expect(html.contains("default-src 'none'"), comment)
    }

    @Test("A page has all its parts and asks for nothing")
    func page() throws {
        let html = RunReport(try run("r", steps: 300), try findings(classes: 10, side: 28)).html
        check(html)
        for heading in [
            "Curves", "Evaluation", "Confusion matrix", "Worst mistakes", "Classes", "Calibration", "First layer",
            "Options",
            "Environment",
        ] { #expect(html.contains("<h2>\(heading)</h2>")) }
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39; &amp; \u{fffd}"))
        #expect(html.contains("<tr class=\"marked\"><td>lr</td><td>0.1</td></tr>"))
        #expect(html.contains("highest, at step 300"))
        #expect(html.components("<img src=\"data:image/png;base64,") == 24 + 64)
    }

    @Test(
        "Whatever a run is like, its page stays below 300 KB",
        arguments: [(2, 28, 1), (47, 64, 3), (300, 128, 3), (1000, 32, 1)])
    func size(classes: Int, side: Int, channels: Int) throws {
        let run = try run(
            "r", steps: 4000, extra: (0..<500).map { .init("o\($0)", .string(String(repeating: "x", count: 500))) })
        let html = RunReport(run, try findings(classes: classes, side: side, channels: channels)).html
        check(html, "\(classes) \(side)")
    }

    @Test("A run without anything has a page, too")
    func empty() throws {
        let folder = scratch.file("empty")
        do { _ = try Run(beginning: folder, RunDescription()) }
        let html = RunReport(try RunSummary(folder: folder)).html
        check(html)
        #expect(html.contains("Nothing was logged."))
    }

    @Test("Comparisons name what differs and what is best")
    func comparison() throws {
        let report = ComparisonReport([
            try run("a", steps: 50), try run("b", steps: 50, lr: 0.2, extra: [.init("x", .bool(true))]),
        ])
        #expect(report.differences.map(\.name) == ["lr", "x"])
        #expect(report.differences.map(\.values) == [["0.1", "0.2"], ["", "true"]])
        let loss = try #require(report.figures.first { $0.name == "train/loss" })
        #expect(loss.best == 1)
        check(report.html)
        #expect(report.html.contains("2 runs compared"))
        let many = try (0..<12).map { try run("many-\($0)", steps: 500, lr: Double($0 + 1)) }
        check(ComparisonReport(many).html)
    }
}

extension String {
    fileprivate func replacing(_ part: String) -> String { split(part).joined() }

    fileprivate func components(_ part: String) -> Int { split(part).count - 1 }

    private func split(_ part: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        let letters = Array(part.utf8)
        var start = rest.startIndex
        var place = rest.startIndex
        while place < rest.endIndex {
            if rest.utf8[place...].starts(with: letters) {
                parts.append(rest[start..<place])
                place = rest.utf8.index(place, offsetBy: letters.count)
                start = place
            } else {
                place = rest.utf8.index(after: place)
            }
        }
        rest = rest[start...]
        return parts + [rest]
    }
}
