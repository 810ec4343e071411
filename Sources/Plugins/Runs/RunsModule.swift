import Datasets
import Host
import Images
import Lua
import Runs
import Tensors

/// `nightjar.runs`: what a training leaves for being looked at.
let runsModule = HostModule(
    "runs",
    doc: "What a training leaves for being looked at: a folder with metrics.csv, TensorBoard's events, the options and "
        + "report.html.",
    types: [
        HostType(
            ScriptRun.self, name: "Run",
            doc: "A run's folder, which this process alone writes. `<close>` or the end of the script closes it.",
            releasable: true, methods: runMethods)
    ],
    functions: [
        .function(
            "open",
            doc: """
                Begins a run in a folder, or goes on with one. A folder that has a run is refused unless `resume` or \
                `overwrite` is given; so is one that another process writes. With `resume`, what was written after that \
                state is taken off again, so that metrics.csv becomes the one of a training that was never interrupted.
                """,
            arguments: [
                .string(
                    "folder",
                    "nil makes a new one in `root`, named by the time and the options that differ from their defaults; "
                        + "with `resume` it is the one of the state"
                ).optional
            ],
            options: [
                .table("options", "the script's options, as nj.options gives them").optional,
                .table("changed", "those that differ from their defaults, nj.options' second result").optional,
                .any("data", "the data set, of which name and digests are kept").optional,
                .table("resume", "what run:state() gave").optional,
                .boolean("overwrite", "begins a run that the folder has anew", default: false),
                .string("root", "where folders without a name are made", default: "runs"),
            ],
            returns: .object(ScriptRun.self)
        ) { call in .object(try openRun(call)) }
    ])

/// A run as scripts hold it.
final class ScriptRun {
    let run: Run

    init(_ run: Run) { self.run = run }
}

private let step: Argument = .integer(
    "step", "where on the horizontal axis it stands", min: 0, max: Run.lastStep)

private let runMethods: [HostMethod<ScriptRun>] = [
    .method("folder", doc: "Where it is.", returns: .string()) { run, _ in .string(run.run.folder) },
    .method(
        "log",
        doc: """
            Writes numbers by their names: a line of metrics.csv and scalars for TensorBoard. A name that was not there \
            before gets a column of its own at the right. It is in the system's hands before the call returns.
            """,
        arguments: [step, .table("values", "numbers: { loss = 0.31, [\"test/accuracy\"] = 97.2 }")], returns: .receiver
    ) { run, call in
        try run.run.log(step: call.integer("step"), values(call))
        return .receiver
    },
    .method(
        "add_scalar", doc: "`log` of one number, as PyTorch's SummaryWriter has it.",
        arguments: [.string("tag"), .number("value"), step], returns: .receiver
    ) { run, call in
        try run.run.log(step: call.integer("step"), [(call.string("tag"), .number(call.number("value")))])
        return .receiver
    },
    .method(
        "add_histogram", doc: "Shows TensorBoard how a tensor's values are distributed.",
        arguments: [.string("tag"), .anyOf("values", of: [.object(Tensor.self), .numbers]), step], returns: .receiver
    ) { run, call in
        let tensor: Tensor? = try call.optionalObject("values")
        let numbers = try tensor.map { try plainNumbers($0, call, "values") } ?? call.numbers("values")
        guard let histogram = EventHistogram(numbers) else {
            throw call.badArgument("values", expected: "at least one finite number", got: "none")
        }
        try run.run.add(step: call.integer("step"), [(call.string("tag"), .histogram(histogram))])
        return .receiver
    },
    .method(
        "add_image", doc: "Shows TensorBoard a picture.",
        arguments: [.string("tag"), .anyOf("image", of: [.object(Tensor.self), .object(ScriptImage.self)]), step],
        returns: .receiver
    ) { run, call in
        let picture: ScriptImage? = try call.optionalObject("image")
        let image = try picture?.image ?? Image(call.object("image", as: Tensor.self))
        try run.run.add(step: call.integer("step"), [(call.string("tag"), .image(image))])
        return .receiver
    },
    .method(
        "state",
        doc: "How far the files have grown, as a plain table to be kept with a training's state for `resume`.",
        options: [
            .boolean(
                "sync", "waits until the disk has the files: without it a power cut may leave less than the state says",
                default: false)
        ],
        returns: .table()
    ) { run, call in .value(try run.run.position(sync: call.boolean("sync")).lua(folder: run.run.folder)) },
    .method(
        "finish",
        doc: """
            Says that the training came to its end, and writes report.html: one page that needs nothing beside it, with \
            curves, options and environment. With `network` and `loader` the network is run over the loader once more, and \
            the page has its confusion matrix, scores, calibration and worst mistakes, too; with `network` its first \
            layer's weights.
            """,
        options: [
            .any("network", "a classifier: a module, a plan or a function").optional,
            .any("loader", "of the examples that it is judged by").optional,
            .strings("classes", "the names of the classes; else their numbers").optional,
        ], returns: .string("the page's path")
    ) { run, call in .string(try finishRun(run.run, call)) },
    .metamethod(.tostring, doc: "Its folder.", returns: .string()) { run, _ in .string("Run(\(run.run.folder))") },
]

/// The numbers that `log` was given, by name.
private func values(_ call: Call) throws -> [(name: String, value: MetricValue)] {
    let (state, index) = (call.state, try call.index("values"))
    var values: [(name: String, value: MetricValue)] = []
    try state.forEachPair(at: index) {
        guard state.type(at: -2) == .string, let name = state.string(at: -2) else {
            throw call.badArgument("values", expected: "numbers by their names", got: "a key that is no name")
        }
        guard state.type(at: -1) == .number, let number = state.number(at: -1) else {
            let hint = state.object(at: -1, as: Tensor.self) == nil ? "" : "; its item() gives the number"
            throw call.badArgument(
                "values", expected: "numbers by their names",
                got: "a \(state.typeName(at: -1)) as '\(name.prefix(60))'\(hint)")
        }
        let integer = state.isFloat(at: -1) ? nil : state.integer(at: -1)
        values.append((name, integer.map { .integer($0) } ?? .number(number)))
    }
    // Lua's order differs from process to process.
    return values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
}
