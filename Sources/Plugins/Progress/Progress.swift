import Console
import Host
import Lua
import Tensors

/// `nightjar.progress` and `nightjar.clock`.
let progressModule = HostModule(
    "", doc: "Progress on the terminal, and a clock.",
    types: [
        HostType(
            Progress.self, name: "Progress",
            doc: """
                A line that tells how far something is. On a terminal it changes in place, and speed and time left \
                stand at its right; in a pipe or file each text is a line. `<close>` finishes it whatever happens.
                """,
            methods: progressMethods)
    ],
    functions: [
        .function(
            "progress", doc: "A new progress line; nothing is shown before its first update.",
            arguments: [.string("label", "what its own texts begin with", default: "")],
            options: [
                .integer("total", "what there is to do", min: 0).optional,
                .string("unit", "what is counted: \"images\"", default: ""),
                .integer(
                    "columns", "the terminal's width, 0 for none; found out when left out", min: 0
                ).optional,
            ],
            returns: .object(Progress.self)
        ) { call in
            let columns = try call.optionalInteger("columns")
            let isTerminal = columns.map { $0 > 0 } ?? (Terminal.columns != nil)
            return .object(
                Progress(
                    ProgressLine(
                        label: try call.string("label"), total: try call.optionalInteger("total"),
                        unit: try call.string("unit"),
                        columns: { isTerminal ? columns ?? Terminal.columns : nil },
                        write: { StandardStreams.writeOutput($0) })))
        },
        .function(
            "clock", doc: "Seconds from a clock that never goes back; only differences mean something.",
            returns: .number()
        ) { _ in
            // What was asked for before belongs to the time before.
            Deferral.settle()
            return .number(monotonicSeconds())
        },
    ])

/// A progress line that a script holds.
final class Progress {
    var line: ProgressLine

    init(_ line: ProgressLine) { self.line = line }

    deinit {
        // The script ended or failed in the middle: what comes next begins on a line of its own.
        if line.isOpen { line.finish() }
    }
}

private let progressMethods: [HostMethod<Progress>] = [
    .method(
        "update",
        doc: """
            Tells how far it is; with a format as of string.format and its values, in these words. A log gets each \
            such text as a line, and without a format a line every ten seconds.
            """,
        arguments: [.integer("done", min: 0), .rest(values: "format")], returns: .receiver
    ) { progress, call in
        progress.line.update(try call.integer("done"), try call.formatted("format"))
        PrintHook.follow(progress, call.state)
        return .receiver
    },
    .method(
        "bytes", doc: "Tells how many bytes have come: `train-images  4.2/9.9 MB  43%`.",
        arguments: [.integer("done", min: 0), .integer("total", min: 0).optional], returns: .receiver
    ) { progress, call in
        progress.line.updateBytes(
            try call.integer("done"), of: try call.optionalInteger("total") ?? progress.line.total)
        PrintHook.follow(progress, call.state)
        return .receiver
    },
    .method(
        "log", doc: "Prints a line that stays, formatted as by string.format.", arguments: [.rest(values: "format")],
        returns: .receiver
    ) { progress, call in
        progress.line.log(try call.formatted("format") ?? "")
        return .receiver
    },
    .method(
        "finish", doc: "Ends the line with its last text, or another; a later update begins a new line.",
        arguments: [.rest(values: "format")]
    ) { progress, call in
        progress.line.finish(try call.formatted("format"))
        PrintHook.follow(progress, call.state)
        return .none
    },
]

extension Call {
    /// What string.format makes of the values of a variadic argument; nil where there are none.
    fileprivate func formatted(_ name: StaticString) throws -> String? {
        let values = try rest(name)
        guard let first = values.first, state.type(at: first) != .nil else { return nil }
        try state.reserve(values.count + 8)
        // A text without values is meant as it is, percent signs included.
        if values.count == 1 {
            state.pushCopy(first)
        } else {
            try state.require("string")
            state.pushField("format", of: -1)
            state.remove(-2)
            for index in values { state.pushCopy(index) }
            do {
                try state.call(arguments: Int32(values.count), results: 1)
            } catch let error as LuaError where error.line == nil && !error.isInterrupt {
                // string.format was called from here, so only we know the script's line.
                throw PlainError("\(functionName): \(error.message)")
            }
        }
        defer { state.pop() }
        return try state.describe(at: -1)
    }
}
