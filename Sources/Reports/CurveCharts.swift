import JSON
import Plots
import Runs

/// Curves of one run or of several, in a chart for each thing that is measured.
struct CurveCharts {
    private struct Group {
        let name: String
        var series: [LineChart.Series]
    }

    private var groups: [Group] = []
    private let isComparison: Bool

    /// The curves of some runs: with one run a chart has its training's and its test's, with several each is named by its
    /// run.
    init(_ runs: [(name: String, history: RunHistory)]) {
        isComparison = runs.count > 1
        for (run, history) in runs {
            for curve in history.curves where curve.values.contains(where: \.isFinite) && curve.name != "epoch" {
                // Runs are compared by one curve of each in a chart; of one run all that measure the same are in one.
                let group = runs.count > 1 ? curve.name : Self.measured(curve.name)
                let series = LineChart.Series(
                    name: runs.count > 1 ? run : curve.name, x: curve.steps, y: curve.values)
                if let place = groups.firstIndex(where: { $0.name == group }) {
                    groups[place].series.append(series)
                } else {
                    groups.append(Group(name: group, series: [series]))
                }
            }
        }
        let order = groups.enumerated().map { ($0.element, Self.rank($0.element.name), $0.offset) }
        groups = order.sorted { ($0.1, $0.2) < ($1.1, $1.2) }.map(\.0)
    }

    /// What a name measures: "loss" of "train/loss", "test_loss" and "loss".
    static func measured(_ name: String) -> String {
        let parts = name.split { $0 == "/" || $0 == "_" || $0 == "." || $0 == "-" || $0 == " " }
        let sets: Set<Substring> = ["train", "training", "test", "val", "valid", "validation", "eval"]
        let rest = parts.filter { !sets.contains(Substring($0.lowercased())) }
        return rest.isEmpty ? name : rest.joined(separator: " ")
    }

    private static func rank(_ name: String) -> Int {
        let name = name.lowercased()
        return name.contains("loss") ? 0 : name.contains("acc") ? 1 : name == "lr" || name.contains("learning") ? 3 : 2
    }

    /// The most charts of a page; the curves of the others are in `metrics.csv`.
    private static let mostCharts = 24

    /// The charts, thinned out until they fit into so many bytes.
    func markup(limit: Int) -> String {
        for resolution in [1.0, 2, 4, 8, 16, 32] {
            let text = groups.prefix(Self.mostCharts).map { figure($0, resolution) }.joined(separator: "\n")
            if text.utf8.count <= limit { return wrapped(text) }
        }
        return "<p class=\"muted\">There are more curves than a page holds: see metrics.csv.</p>"
    }

    private func wrapped(_ figures: String) -> String {
        if groups.isEmpty { return "<p class=\"muted\">Nothing was logged.</p>" }
        let left = groups.count - Self.mostCharts
        let more = left > 0 ? "<p class=\"muted\">\(left) more are in metrics.csv.</p>" : ""
        return "<div class=\"charts\">\n\(figures)\n</div>\(more)"
    }

    private func figure(_ group: Group, _ resolution: Double) -> String {
        let (width, height) = (440.0, 270.0)
        var chart = LineChart(group.series, Labels(title: group.name))
        chart.resolution = resolution
        // A comparison has one legend for all charts.
        chart.hasLegend = !isComparison
        let frame = chart.frame(width: width, height: height)
        let curves = group.series.map { series -> JSONValue in
            let points = chart.samples(series, frame).joined().map { sample -> JSONValue in
                .array([
                    .number((sample.place.x * 10).rounded() / 10), .string(shortNumber(sample.x, digits: 7)),
                    .string(shortNumber(sample.y)),
                ])
            }
            return .object([.init("name", .string(series.name)), .init("points", .array(Array(points)))])
        }
        let area = frame.area
        let data = JSONValue.object([
            .init("width", .number(width)), .init("top", .number(area.y)),
            .init("bottom", .number(area.y + area.height)),
            .init("curves", .array(curves)),
        ])
        // All its numbers are finite, so that there is a text.
        let text = (try? JSONWriter().text(of: data)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return "<figure data-chart=\"\(escapedMarkup(text))\">"
            + Page.chart(chart, width: width, height: height) + "</figure>"
    }
}
