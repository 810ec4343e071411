import Console
import Host
import Lua
import Metrics
import Plots
import Tensors

/// `nightjar.plot`: charts in files and in the terminal.
let plotModule = HostModule(
    "plot",
    doc: "Charts: lines, histograms, matrices and grids of pictures, saved as PNG or SVG or printed as characters.",
    types: [
        HostType(
            Figure.self, name: "Figure", doc: "A chart. print(figure) shows it in characters.", methods: figureMethods)
    ],
    functions: [
        .function(
            "lines", doc: "Curves over one horizontal axis. What is not finite interrupts a curve.",
            arguments: [
                .any(
                    "series",
                    "numbers (a list or a tensor); or several by their names; or a list of { name = ..., x = ..., y = ... }"
                )
            ],
            options: labelOptions + [
                .boolean(
                    "log_x", "a logarithmic horizontal axis, which leaves out what is not above 0", default: false),
                .boolean("log_y", "a logarithmic vertical axis", default: false),
            ], returns: figure
        ) { call in
            .object(
                Figure(
                    LineChart(
                        try series(call), try labels(call), isXLogarithmic: try call.boolean("log_x"),
                        isYLogarithmic: try call.boolean("log_y"))))
        },
        .function(
            "histogram", doc: "How many of some numbers lie in each of equally wide bins.",
            arguments: [.anyOf("values", of: [.object(Tensor.self), .numbers])],
            options: labelOptions + [
                .integer("bins", "how many; else as the values ask for it", min: 1, max: 1000).optional
            ],
            returns: figure
        ) { call in
            let tensor: Tensor? = try call.optionalObject("values")
            let values = try tensor.map { try plainNumbers($0, call, "values") } ?? call.numbers("values")
            return .object(Figure(Histogram(values, bins: try call.optionalInteger("bins"), try labels(call))))
        },
        .function(
            "matrix",
            doc:
                "A table of numbers as a heat map with the numbers in it. Of a confusion matrix rows are true classes and "
                + "columns predicted ones.",
            arguments: [.anyOf("values", of: [.object(ConfusionMatrix.self), .object(Tensor.self), .list])],
            options: labelOptions + [
                .strings("names", "of rows and columns; else their numbers from 0").optional,
                .strings("row_names").optional, .strings("column_names").optional,
            ], returns: figure
        ) { call in .object(Figure(try matrix(call))) },
        .function(
            "images", doc: "Pictures in rows.",
            arguments: [
                .anyOf(
                    "images", "a tensor [n, channels, height, width], or a list of images and tensors",
                    of: [.object(Tensor.self), .list])
            ],
            options: labelOptions + [
                .strings("captions", "a few words for each; \"\\n\" ends a line").optional,
                .integer("columns", "how many stand in a row; else about a square", min: 1, max: 1000).optional,
                .boolean(
                    "normalize", "whether the darkest value of each tensor is black and the brightest white",
                    default: false),
            ], returns: figure
        ) { call in
            .object(
                Figure(
                    ImageGrid(
                        try images(call), captions: try call.has("captions") ? try call.strings("captions") : [],
                        columns: try call.optionalInteger("columns"), try labels(call))))
        },
    ])

private let figure = Returns.object(Figure.self)

private let labelOptions: [Argument] = [
    .string("title", default: ""), .string("x_label", "what the horizontal axis is called", default: ""),
    .string("y_label", "what the vertical axis is called", default: ""),
]

private func labels(_ call: Call) throws -> Labels {
    Labels(title: try call.string("title"), x: try call.string("x_label"), y: try call.string("y_label"))
}

/// A chart as scripts hold it.
final class Figure {
    let chart: any Chart

    init(_ chart: any Chart) { self.chart = chart }

    /// In characters: as wide as the terminal and in colours where standard output is one, else 80 wide and plain.
    func text(columns: Int? = nil, rows: Int = 15, hasColours: Bool? = nil) -> String {
        let terminal = Terminal.columns
        return chart.terminal(
            TerminalStyle(
                columns: columns ?? min(terminal ?? 80, 160), rows: rows, hasColours: hasColours ?? (terminal != nil)))
    }
}

private let figureMethods: [HostMethod<Figure>] = [
    .method(
        "save", doc: "Writes a file whose kind is its ending: .png (pixels) or .svg (lines).",
        arguments: [.string("path")],
        options: [
            .number("width", "in points; else as the chart asks for it", min: 50, max: 5000).optional,
            .number("height", min: 50, max: 5000).optional,
            .number("scale", "pixels of a PNG for each point", min: 0.5, max: 4, default: 2),
        ], returns: .receiver
    ) { figure, call in
        try writeChart(
            figure.chart, to: call.string("path"),
            size: (call.optionalNumber("width"), call.optionalNumber("height")), scale: call.number("scale"))
        return .receiver
    },
    .method(
        "text", doc: "The chart in characters.",
        options: [
            .integer("columns", "how wide; else the terminal's width, or 80", min: 20, max: 1000).optional,
            .integer("rows", "lines of a chart with axes", min: 3, max: 200, default: 15),
            .boolean("colours", "whether the terminal's colours are used; else where it is one").optional,
        ], returns: .string()
    ) { figure, call in
        .string(
            figure.text(
                columns: try call.optionalInteger("columns"), rows: try call.integer("rows"),
                hasColours: try call.optionalBoolean("colours")))
    },
    .metamethod(.tostring, doc: "The chart in characters.", returns: .string()) { figure, _ in .string(figure.text()) },
]
