import Files
import Host
import JSON
import Lua
import Reports
import Runs

private let folders: Argument = .strings("folders", "of runs")
private let root: Argument = .string("root", "the folder of runs", default: "runs")

/// The part of `nightjar.runs` that looks at runs, finished or not.
let runListModule = HostModule(
    "runs", doc: "Runs that are there: listed, read, compared.",
    functions: [
        .function(
            "list", doc: "The runs in a folder of runs, in the order of their names.", arguments: [root],
            returns: .custom(
                "{ folder: string, name: string, begun: string?, finished: string?, open: boolean, steps: integer, epochs: "
                    + "integer?, figures: table[], options: table }[]",
                "figures: of each name its last and, where the name says what is better, its best with its step")
        ) { call in
            try call.state.push(json: .array(try RunSummary.all(in: call.string("root")).map { $0.json }))
            return .pushed(1)
        },
        .function(
            "read",
            doc: "A run with all that it has logged: what `list` gives, and curves by name with steps and values.",
            arguments: [.string("folder")], returns: .table()
        ) { call in
            let run = try RunSummary(folder: call.string("folder"))
            let curves = run.history.curves.map { curve in
                JSONValue.Member(
                    curve.name,
                    .object([
                        .init("steps", .array(curve.steps.map { .integer(Int($0)) })),
                        .init("values", .array(curve.values.map { .number($0) })),
                    ]))
            }
            try call.state.push(json: .object((run.json.asObject ?? []) + [.init("curves", .object(curves))]))
            return .pushed(1)
        },
        .function(
            "best", doc: "The run whose best number of a name is the best of all.",
            arguments: [folders, .string("metric", "\"accuracy\" also finds \"test/accuracy\"")],
            options: [
                .choice("better", "which numbers are; else as the name says", of: ["lower", "higher"]).optional
            ],
            returns: .custom("{ folder: string, name: string, metric: string, value: number, step: integer }")
        ) { call in
            let runs = try call.strings("folders").map { try RunSummary(folder: $0) }
            let direction = try call.optionalString("better").flatMap { Direction(rawValue: $0) }
            let best = try RunSummary.best(of: runs, metric: call.string("metric"), direction: direction)
            return .value(
                .table([
                    (key: .string("folder"), value: .string(best.run.folder)),
                    (key: .string("name"), value: .string(best.run.name)),
                    (key: .string("metric"), value: .string(best.curve)),
                    (key: .string("value"), value: .number(best.value)),
                    (key: .string("step"), value: .integer(best.step)),
                ]))
        },
        .function(
            "compare",
            doc: "What differs between runs, and a page with their curves over each other where `to` names one.",
            arguments: [folders], options: [.string("to", "the page: an HTML file").optional],
            returns: .custom(
                "{ options: { name: string, values: string[] }[], figures: { name: string, values: table, best: integer? }[] }",
                "values: one for each run, in the order of the folders")
        ) { call in
            let report = ComparisonReport(try call.strings("folders").map { try RunSummary(folder: $0) })
            if let path = try call.optionalString("to") { try writeFile(path, report.html) }
            let options = report.differences.map { option in
                JSONValue.object([
                    .init("name", .string(option.name)), .init("values", .array(option.values.map { .string($0) })),
                ])
            }
            let figures = report.figures.map { figure in
                JSONValue.object(
                    [
                        .init("name", .string(figure.name)),
                        .init("values", .array(figure.values.map { $0.map { .number($0) } ?? .null })),
                    ] + (figure.best.map { [.init("best", .integer($0 + 1))] } ?? []))
            }
            try call.state.push(json: .object([.init("options", .array(options)), .init("figures", .array(figures))]))
            return .pushed(1)
        },
    ])

/// The command `nightjar runs`.
public let runsCommand = HostCommand(
    "runs", usage: "runs [compare RUNS... | best]", doc: "list trainings, compare them, name the best"
) { PackageResources.runs_lua }

extension RunSummary {
    /// For scripts.
    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("folder", .string(folder)), .init("name", .string(name)), .init("open", .bool(isOpen)),
            .init("steps", .integer(history.lastStep)), .init("options", .object(description.options)),
            .init("changed", .array(description.changed.map { .string($0) })),
        ]
        if let begun = description.begun { members.append(.init("begun", .string(begun))) }
        if let finished = description.finished { members.append(.init("finished", .string(finished))) }
        if let epochs = history.curves.first(where: { $0.name == "epoch" })?.last, let whole = Int(exactly: epochs) {
            members.append(.init("epochs", .integer(whole)))
        }
        let figures = history.curves.compactMap { curve -> JSONValue? in
            guard let last = curve.last else { return nil }
            var figure: [JSONValue.Member] = [.init("name", .string(curve.name)), .init("last", .number(last))]
            if let best = Direction(of: curve.name).flatMap({ curve.best($0) }) {
                figure += [.init("best", .number(best.value)), .init("step", .integer(best.step))]
            }
            return .object(figure)
        }
        return .object(members + [.init("figures", .array(figures))])
    }
}
