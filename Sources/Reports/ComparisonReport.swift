import Files
import JSON
import Plots
import Runs

/// Several runs in one page, and what differs between them.
public struct ComparisonReport {
    private let runs: [RunSummary]
    private let names: [String]

    /// - Parameter runs: two or more.
    public init(_ runs: [RunSummary]) {
        self.runs = runs
        // The shortest that tells them apart: what differs from the defaults, the folder's name, its path.
        names =
            [runs.map(\.title), runs.map(\.name), runs.map(\.folder)].first { Set($0).count == runs.count }
            ?? runs.enumerated().map { "\($0.offset + 1)" }
    }

    /// The options that are not the same in all runs: their names, and a text for each run; "" where it has none.
    public var differences: [(name: String, values: [String])] {
        var order: [String] = []
        for run in runs {
            for option in run.description.options where !order.contains(option.name) { order.append(option.name) }
        }
        return order.compactMap { name in
            let values = runs.map { run in
                run.description.options.first { $0.name == name }.map { shortText($0.value) } ?? ""
            }
            return Set(values).count > 1 ? (name, values) : nil
        }
    }

    /// What the runs reached: the names of what was measured, and each run's best.
    public var figures: [(name: String, values: [Double?], best: Int?)] {
        var order: [String] = []
        for run in runs {
            for curve in run.history.curves where !order.contains(curve.name) { order.append(curve.name) }
        }
        return order.compactMap { name in
            guard let direction = Direction(of: name) else { return nil }
            let values = runs.map { run in
                run.history.curves.first { $0.name == name }.flatMap { $0.best(direction)?.value }
            }
            let best = values.indices.filter { values[$0] != nil }.min {
                direction.isBetter(values[$0] ?? .nan, than: values[$1] ?? .nan)
            }
            return (name, values, best)
        }
    }

    public var html: String {
        var page = Page(title: "\(runs.count) runs · Nightjar")
        page.add("<h1>\(runs.count) runs compared</h1>")
        let figures = figures
        page.section(
            "Best figures",
            Page.table(
                ["run"] + figures.map(\.name),
                names.enumerated().map { number, name in
                    [name]
                        + figures.map { figure in
                            (figure.values[number].map { shortNumber($0) } ?? "")
                                + (figure.best == number ? " ★" : "")
                        }
                }))
        let differences = differences
        page.section(
            "Options that differ",
            differences.isEmpty
                ? "<p class=\"muted\">None.</p>"
                : Page.table(
                    ["run"] + differences.map(\.name),
                    names.enumerated().map { number, name in [name] + differences.map { $0.values[number] } },
                    numbersFrom: .max))
        let legend = names.enumerated().map { number, name in
            "<li><i style=\"background:var(--s\(number % 7))\"></i>\(escapedMarkup(name))</li>"
        }
        page.section(
            "Curves",
            "<ul class=\"legend\">\(legend.joined())</ul>"
                + CurveCharts(Array(zip(names, runs.map(\.history)))).markup(limit: 200_000))
        return page.html
    }
}
