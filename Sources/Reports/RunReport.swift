import Files
import Images
import JSON
import Metrics
import Plots
import Runs

/// `report.html`: what a run did, in one page of less than 300 KB.
public struct RunReport {
    /// What is known of the network at the end.
    public struct Findings {
        public var evaluation: ClassifierEvaluation?
        /// The worst mistakes that can be shown, by their place among the evaluation's.
        public var pictures: [Int: Image] = [:]
        /// The names of the classes; missing ones are their numbers.
        public var classes: [String] = []
        /// The weights of the first layer as pictures, and what that layer is.
        public var weights: [Image] = []
        public var weightsName = ""

        public init() {}
    }

    /// The most bytes of a page.
    public static let limit = 300_000

    private let run: RunSummary
    private let findings: Findings

    public init(_ run: RunSummary, _ findings: Findings = Findings()) {
        self.run = run
        self.findings = findings
    }

    /// Writes the page into the run's folder. - Returns: its path.
    public func write() throws -> String {
        let path = RunFiles.report(run.folder)
        try writeFile(path, html)
        return path
    }

    public var html: String {
        var page = Page(title: "\(run.name) · Nightjar")
        page.add("<h1>\(escapedMarkup(run.name))</h1>")
        page.add("<p class=\"muted\">\(escapedMarkup(when))</p>")
        page.add(Page.cards(figures))
        page.section(
            "Curves", CurveCharts([(run.name, run.history)]).markup(limit: 110_000))
        if let evaluation = findings.evaluation { addEvaluation(evaluation, to: &page) }
        addWeights(to: &page)
        page.section("Options", options)
        page.section("Environment", environment)
        return page.html
    }

    private func name(_ index: Int) -> String {
        findings.classes.indices.contains(index) ? String(findings.classes[index].prefix(60)) : "\(index)"
    }

    // MARK: The top

    private var when: String {
        let description = run.description
        var words = description.begun.map { "begun \($0)" } ?? ""
        if let finished = description.finished { words += ", finished \(finished)" }
        if description.resumed > 0 { words += ", resumed \(description.resumed) times" }
        return words + (words.isEmpty ? "" : ", ") + "\(run.history.lastStep) steps"
    }

    /// The figures that say most: the best accuracy and the like, and the lowest losses.
    private var figures: [(name: String, value: String, remark: String)] {
        let found = run.history.curves.compactMap { curve -> (name: String, value: String, remark: String)? in
            guard let direction = Direction(of: curve.name), let best = curve.best(direction) else { return nil }
            let word = direction == .lower ? "lowest" : "highest"
            return (curve.name, shortNumber(best.value), "\(word), at step \(best.step)")
        }
        return Array(found.prefix(8))
    }

    // MARK: The network

    private func addEvaluation(_ evaluation: ClassifierEvaluation, to page: inout Page) {
        page.section(
            "Evaluation",
            Page.cards([
                ("loss", shortNumber(evaluation.loss), "\(evaluation.total) examples"),
                ("accuracy", shortNumber(100 * evaluation.confusion.accuracy) + " %", ""),
                ("macro F1", shortNumber(ClassScores(evaluation.confusion).macro.f1), ""),
                ("calibration error", shortNumber(evaluation.calibration.error), "expected, \(bins(evaluation)) bins"),
            ]))
        page.section("Confusion matrix", confusion(evaluation.confusion))
        page.section("Worst mistakes", mistakes(evaluation))
        page.section("Classes", classTable(evaluation.confusion))
        page.section(
            "Calibration",
            "<div class=\"charts\"><figure>"
                + Page.chart(reliabilityChart(evaluation.calibration), width: 440, height: 300)
                + "</figure></div><p class=\"muted\">How often it was right, by how sure it was. On the line of the ideal it is "
                + "as often right as it says.</p>")
    }

    private func bins(_ evaluation: ClassifierEvaluation) -> Int { evaluation.calibration.bins.count }

    private func confusion(_ confusion: ConfusionMatrix) -> String {
        let labels = Labels(x: "predicted", y: "true")
        let worst = confusion.worst(confusion.classes <= 16 ? 0 : 20).map {
            [name($0.truth), name($0.predicted), "\($0.count)"]
        }
        let table = worst.isEmpty ? "" : Page.table(["true", "taken for", "times"], worst, numbersFrom: 2)
        guard confusion.classes <= 256 else {
            return "<p class=\"muted\">Of \(confusion.classes) classes the commonest mistakes:</p>" + table
        }
        let names = (0..<confusion.classes).map { name($0) }
        let chart = MatrixChart(confusion.rows, rowNames: names, columnNames: names, labels)
        if confusion.classes <= 16 {
            let size = chart.usualSize
            return
                "<figure class=\"matrix wide scroll\">\(Page.chart(chart, width: size.width, height: size.height))</figure>"
        }
        let picture = chart.picture().flatMap { try? encodePNG($0) }.map { dataURI($0, type: "image/png") } ?? ""
        return "<figure class=\"matrix\"><img src=\"\(picture)\" alt=\"confusion matrix\">"
            + "<figcaption>A row for each true class, a column for each predicted one.</figcaption></figure>"
            + "<p>The commonest mistakes:</p>\(table)"
    }

    private func mistakes(_ evaluation: ClassifierEvaluation) -> String {
        let mistakes = Array(evaluation.mistakes.prefix(24))
        if mistakes.isEmpty { return "<p class=\"muted\">There are none.</p>" }
        let pictures = Self.fitting(mistakes.indices.map { findings.pictures[$0] }, limit: 80_000)
        guard pictures.contains(where: { $0 != nil }) else {
            let rows = mistakes.map {
                ["\($0.index)", name($0.truth), name($0.predicted), shortNumber($0.confidence), shortNumber($0.loss)]
            }
            return Page.table(["example", "true", "taken for", "confidence", "loss"], rows, numbersFrom: 3)
        }
        let figures = zip(mistakes, pictures).map { mistake, picture -> String in
            let confidence = shortNumber(100 * mistake.confidence, digits: 3)
            let caption = "\(name(mistake.truth)), taken for \(name(mistake.predicted)) (\(confidence) %)"
            return "<figure>\(picture.map { "<img src=\"\($0)\" alt=\"\">" } ?? "")"
                + "<figcaption>\(escapedMarkup(caption))</figcaption></figure>"
        }
        return "<div class=\"images\">\(figures.joined(separator: "\n"))</div>"
    }

    private func classTable(_ confusion: ConfusionMatrix) -> String {
        let scores = ClassScores(confusion)
        func row(_ name: String, _ scores: ClassScores.Scores) -> [String] {
            [name] + [scores.precision, scores.recall, scores.f1].map { shortNumber($0) } + ["\(scores.support)"]
        }
        var rows = scores.classes.enumerated().map { (place: $0.offset, scores: $0.element) }
        let isCut = rows.count > 60
        if isCut { rows = Array(rows.sorted { ($0.scores.f1, $0.place) < ($1.scores.f1, $1.place) }.prefix(60)) }
        let lines = rows.map { row(name($0.place), $0.scores) }
        let means = [row("mean", scores.macro), row("weighted mean", scores.weighted)]
        return (isCut ? "<p class=\"muted\">The 60 classes with the lowest F1:</p>" : "")
            + Page.table(["class", "precision", "recall", "F1", "examples"], lines + means)
    }

    private func addWeights(to page: inout Page) {
        let pictures = Self.fitting(findings.weights.prefix(64).map { $0 }, limit: 40_000).compactMap { $0 }
        guard !pictures.isEmpty else { return }
        let figures = pictures.map { "<figure><img src=\"\($0)\" alt=\"\"></figure>" }
        let left = findings.weights.count - pictures.count
        page.section(
            "First layer",
            "<p class=\"muted\">\(escapedMarkup(findings.weightsName)): its weights, each from its least (black) to its "
                + "greatest (white)\(left > 0 ? "; \(left) more are not shown" : "").</p>"
                + "<div class=\"images weights\">\(figures.joined())</div>")
    }

    /// Pictures as addresses, made smaller until all fit into so many bytes.
    private static func fitting(_ images: [Image?], limit: Int) -> [String?] {
        for side in [96, 64, 48, 32, 16] {
            let addresses = images.map { image -> String? in
                guard let image, let small = try? image.fitting(side), let bytes = try? encodePNG(small) else {
                    return nil
                }
                return dataURI(bytes, type: "image/png")
            }
            if addresses.reduce(0, { $0 + ($1?.utf8.count ?? 0) }) <= limit { return addresses }
        }
        return images.map { _ in nil }
    }

    // MARK: What it was

    private var options: String {
        let description = run.description
        let changed = Set(description.changed)
        let rows = description.options.prefix(200).map { [$0.name, shortText($0.value)] }
        if rows.isEmpty { return "<p class=\"muted\">None were kept.</p>" }
        let marked = Set(
            description.options.prefix(200).enumerated().filter { changed.contains($0.element.name) }.map(\.offset))
        return Page.table([], rows, numbersFrom: 2, marked: marked)
            + (marked.isEmpty ? "" : "<p class=\"muted\">Marked ones are not the defaults.</p>")
    }

    private var environment: String {
        let description = run.description
        var rows = description.environment.prefix(50).map { [$0.name, shortText($0.value)] }
        for member in description.data.prefix(20) {
            if let digests = member.value.asObject {
                rows += digests.prefix(20).map { ["SHA-256 of \($0.name)", shortText($0.value)] }
            } else {
                rows.append(["data \(member.name)", shortText(member.value)])
            }
        }
        return Page.table([], rows, numbersFrom: 2)
    }
}

/// Confidence and accuracy of each bin against the ideal.
public func reliabilityChart(_ calibration: Calibration) -> LineChart {
    let bins = calibration.bins.filter { $0.count > 0 }
    return LineChart(
        [
            .init(name: "accuracy", x: bins.map(\.confidence), y: bins.map(\.accuracy)),
            .init(name: "ideal", x: [0, 1], y: [0, 1]),
        ], Labels(x: "confidence", y: "accuracy"))
}

/// A value of an option in a line.
func shortText(_ value: JSONValue) -> String {
    let text =
        switch value {
        case .null: ""
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): value
        case .array(let items): items.prefix(20).map { shortText($0) }.joined(separator: ", ")
        case .object: "{...}"
        }
    return text.count > 300 ? text.prefix(299) + "…" : text
}

extension Image {
    /// The picture, made smaller where a side is longer than that.
    fileprivate func fitting(_ side: Int) throws -> Image {
        let longest = max(width, height)
        guard longest > side else { return self }
        return try resized(width: max(1, width * side / longest), height: max(1, height * side / longest))
    }
}
