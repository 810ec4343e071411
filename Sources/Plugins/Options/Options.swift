import Host
import Lua

/// `nightjar.options`: what a script lets its user choose on the command line.
let optionsModule = HostModule(
    "", doc: "The command line's options.",
    functions: [
        .function(
            "options",
            doc: """
                Reads a script's options from `arg`. The specification's names are the options': `lr = 0.01`, \
                `epochs = { 3, "passes over the training set" }`, or an option of `nightjar.option`; the type is \
                the default's. A mistake on the command line ends the script with status 2 and a line that names \
                it; --help prints what the script's first comment and the specification say. Reading an option \
                that is not declared is an error. The second result holds the options that differ from their \
                defaults, but for a resume switch, the third has true for each that the command line names.
                """,
            arguments: [.table("arguments", "`arg`"), .table("specification")],
            returns: .several([
                .custom("table<string, any>", "the options' values"),
                .custom("table<string, any>", "those that are not the defaults"),
                .custom("table<string, boolean>", "those that the command line names"),
            ])
        ) { call in
            // Half a millisecond of compiling is for scripts that have options.
            let state = call.state
            try state.require("nightjar.option")
            state.pushField("_read", of: -1)
            state.pushCopy(try call.index("arguments"))
            state.pushCopy(try call.index("specification"))
            let module = state.top - 3
            let count = try state.call(arguments: 2)
            if state.pushField("_command", of: module) == .string {
                state.runtime.resumeNote.command = state.string(at: -1)
            }
            state.pop()
            return .pushed(count)
        }
    ])

/// `nightjar.option`: options that a default alone does not describe.
let optionModule = HostModule(
    "option", doc: "Options of a script for `nightjar.options` that a default alone does not describe.",
    functions: [
        .function(
            "integer", doc: "An integer.", arguments: [.integer("default").optional, doc],
            options: [.integer("min").optional, .integer("max").optional, required, fixed], returns: option
        ) { call in
            let (min, max) = (try call.optionalInteger("min"), try call.optionalInteger("max"))
            let value = try call.optionalInteger("default")
            if let value, value < min ?? value || value > max ?? value {
                throw call.badArgument("default", expected: "integer that min and max allow", got: "\(value)")
            }
            return try declared(
                "integer", call,
                [
                    ("default", value.map { .integer($0) }), ("min", min.map { .integer($0) }),
                    ("max", max.map { .integer($0) }),
                ])
        },
        .function(
            "number", doc: "A number.", arguments: [.number("default").optional, doc],
            options: [.number("min").optional, .number("max").optional, required, fixed], returns: option
        ) { call in
            let (min, max) = (try call.optionalNumber("min"), try call.optionalNumber("max"))
            let value = try call.optionalNumber("default")
            if let value, value < min ?? value || value > max ?? value {
                throw call.badArgument("default", expected: "number that min and max allow", got: "\(value)")
            }
            return try declared(
                "number", call,
                [
                    ("default", value.map { .number($0) }), ("min", min.map { .number($0) }),
                    ("max", max.map { .number($0) }),
                ])
        },
        .function(
            "boolean", doc: "A switch: --name, --no-name.", arguments: [.boolean("default", default: false), doc],
            options: [fixed], returns: option
        ) { call in try declared("boolean", call, [("default", .boolean(call.boolean("default")))]) },
        .function(
            "resume",
            doc: """
                A switch that goes on with a training which `checkpoint.save` saved, with its `options`: they hold unless \
                the command line names them, and those that are `fixed` must be the same. Who stops the script is told the \
                command.
                """,
            arguments: [.string("of", "the option that names the model's file"), doc], returns: option
        ) { call in
            try declared("boolean", call, [("default", .boolean(false)), ("of", .string(call.string("of")))])
        },
        text("string", "Any text."),
        .function(
            "file", doc: "A file, which must be there when the option is given.",
            arguments: [.string("default").optional, doc],
            options: [
                required, fixed,
                .string(
                    "scheme", "what a text may begin with, before a colon, that names no file but is taken as it is"
                )
                .optional,
            ],
            returns: option
        ) { call in
            try declared(
                "file", call,
                [
                    ("default", call.optionalString("default").map { .string($0) }),
                    ("scheme", call.optionalString("scheme").map { .string($0) }),
                ])
        },
        text("directory", "A directory, which must be there when the option is given."),
        .function(
            "choice", doc: "One of a few texts.",
            arguments: [.strings("values"), .string("default").optional, doc], options: [required, fixed],
            returns: option
        ) { call in
            let values = try call.strings("values")
            let value = try call.optionalString("default")
            if let value, !values.contains(value) {
                throw call.badArgument("default", expected: "one of the values", got: "'\(value)'")
            }
            return try declared(
                "choice", call,
                [("default", value.map { .string($0) }), ("values", .list(values.map { .string($0) }))])
        },
        .function(
            "list", doc: "Any number of texts, as a list: `--image a.png b.png`, `--image a.png --image b.png`.",
            arguments: [doc],
            options: [required, .boolean("rest", "whether it also has what belongs to no option", default: false)],
            returns: option
        ) { call in try declared("list", call, [("takes_rest", .boolean(call.boolean("rest")))]) },
        .function(
            "rest", doc: "The arguments that belong to no option, as a list. At most one option is such.",
            arguments: [doc], options: [required], returns: option
        ) { call in try declared("rest", call, []) },
    ],
    lua: { PackageResources.options_lua }, moreLua: { PackageResources.more_lua })

private let doc = Argument.string("doc", "a line for --help", default: "")
private let required = Argument.boolean("required", "whether it must be given", default: false)
private let fixed = Argument.boolean(
    "fixed", "whether a training that is resumed cannot have another; see option.resume", default: false)
private let option = Returns.table("for the specification")

private func text(_ kind: String, _ description: String) -> HostFunction {
    .function(
        kind, doc: description, arguments: [.string("default").optional, doc], options: [required, fixed],
        returns: option
    ) { call in try declared(kind, call, [("default", call.optionalString("default").map { .string($0) })]) }
}

/// An option as `options.lua` takes it.
private func declared(_ kind: String, _ call: Call, _ fields: [(String, LuaValue?)]) throws -> Results {
    let isRequired = kind == "boolean" ? false : try call.boolean("required")
    // Lists and switches that resume are not declared with it.
    let isFixed = (try? call.boolean("fixed")) ?? false
    if isRequired, fields.contains(where: { $0.0 == "default" && $0.1 != nil }) {
        throw PlainError("\(call.functionName): what is required needs no default")
    }
    let common: [(String, LuaValue?)] = [
        ("kind", .string(kind)), ("doc", .string(try call.string("doc"))), ("required", .boolean(isRequired)),
        ("fixed", .boolean(isFixed)),
    ]
    return .value(.table((common + fields).map { (key: .string($0.0), value: $0.1 ?? .nil) }))
}
