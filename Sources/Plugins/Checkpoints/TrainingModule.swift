import Checkpoints
import Files
import Host
import Lua
import Networks
import TensorFiles
import Tensors

private let path: Argument = .string("path", "the model's file")
private let stateful: Argument = .table(
    "stateful",
    "by names, objects with state_dict() and load_state_dict(state): loaders, schedules, keepers, other networks"
).optional
private let metadata: Argument = .table("metadata", "strings and numbers to be kept with the model").optional

/// The part of `checkpoint` that saves, and goes on with, a training.
let trainingModule = HostModule(
    "checkpoint", doc: "Saving a training so that it can be cut off at any moment.",
    functions: [
        .function(
            "save",
            doc: """
                Saves a model and, where an optimizer is given, all that training needs to go on, in a second file beside \
                it (model.training.safetensors): weights, optimizer, random numbers (of math.random, too), and what else is \
                given. Whoever reads, and whenever the process ends, finds a model and a state that match. From the first \
                such save on no other process can train into these files.
                """,
            arguments: [path],
            options: [
                .object("model", Module.self), .object("optimizer", Optimizer.self).optional,
                .integer("epoch", "complete epochs", min: 0, default: 0),
                .integer("step", "complete steps, over all epochs", min: 0, default: 0), metadata, stateful,
                .any("state", "what else is to be kept: a value, or a table of plain values and tensors").optional,
                .table("options", "what the script was started with, as nj.options gives it").optional,
                .boolean("durable", "waits until the disk has it", default: false),
            ]
        ) { call in
            try save(call)
            return .none
        },
        .function(
            "resume",
            doc: """
                Puts back what `save` kept of training: model, optimizer with all its options, random numbers, and the \
                objects of `stateful`. What was saved of another network, optimizer or data is refused, and then nothing has \
                changed.
                """,
            arguments: [path],
            options: [
                .object("model", Module.self), .object("optimizer", Optimizer.self), stateful, metadata,
                .strings("fixed", "names in the metadata that must be as they were, such as digests of the data")
                    .optional,
            ],
            returns: .custom(
                "{epoch: integer, step: integer, metadata: table<string, string>, state: any, options: table<string, any>, "
                    + "changes: string?}",
                "`changes` tells how `metadata` differs from what was saved, and those before")
        ) { call in try resume(call) },
        .function(
            "options", doc: "What the script was started with whose training was saved.", arguments: [path],
            returns: .custom("table<string, any>")
        ) { call in
            .value(try TrainingFiles(model: call.string("path")).value("options").map { LuaValue($0) } ?? .list([]))
        },
        .function(
            "due",
            doc: """
                Whether it is time to save again: so many seconds after the last save, and a hundred times what that took, \
                so that saving costs no more than a hundredth of the time. Always with 0 seconds, and before the first save.
                """,
            arguments: [.number("seconds", min: 0)], returns: .boolean()
        ) { call in .boolean(saveClock(call).isDue(after: try call.number("seconds"))) },
    ])

private func noteSaved(_ step: Int, _ path: String, _ call: Call) {
    call.state.runtime.resumeNote.saved = "\(plural(step, "step")) \(step == 1 ? "is" : "are") saved in \(path)"
}

private func saveClock(_ call: Call) -> SaveClock { call.state.runtime.attachment { SaveClock() } }

private func save(_ call: Call) throws {
    let (path, model) = (try call.string("path"), try call.module("model"))
    let (epoch, step) = (try call.integer("epoch"), try call.integer("step"))
    var kept = try metadataTexts(call.value("metadata"), call)
    kept["nightjar"] = version
    let durable = try call.boolean("durable")
    guard let optimizer: Optimizer = try call.optionalObject("optimizer") else {
        for name in ["stateful", "state", "options"] as [StaticString] where try call.has(name) {
            throw call.badArgument(name, expected: "nothing without an optimizer", got: "a value")
        }
        _ = try FileKind(writing: path, of: Checkpoint.modelKinds)
        kept["epoch"] = "\(epoch)"
        kept["step"] = "\(step)"
        return try Checkpoint.saveModel(try model.stateDict(), metadata: kept, to: path, durable: durable)
    }
    _ = try FileKind(writing: path, of: [.safetensors])
    var training = TrainingState(
        model: try model.stateDict(), optimizer: optimizer.state, generator: call.generator.snapshot, epoch: epoch,
        step: step, metadata: kept)
    training.values = [("optimizer", groups(optimizer)), ("stateful", try StatefulObjects(call).states())]
    if let words = call.state.mathRandomState {
        training.values.append(("math.random", .list(words.map { .integer(Int(bitPattern: UInt($0))) })))
    }
    if case .table(let options) = try call.value("options") {
        let plain = options.compactMap { key, value -> (key: StateValue, value: StateValue)? in
            guard case .string(let name) = key, let value = StateValue(option: value) else { return nil }
            return (.string(name), value)
        }
        training.values.append(("options", .table(plain)))
    }
    if try call.has("state") { training.values.append(("state", try StateValue(call.value("state"), "state"))) }
    let files = TrainingFiles(model: path)
    try saveClock(call).time {
        let isFirst = try call.state.runtime.attachment { TrainingClaims() }.claim(files)
        try files.save(training, durable: durable)
        // What Adam and its like remember comes with the first step; better now than after an hour.
        if isFirst { try files.checkRoom(growth: optimizer.largestStateSize - optimizer.stateSize) }
    }
    noteSaved(step, path, call)
}

private func resume(_ call: Call) throws -> Results {
    let path = try call.string("path")
    let files = TrainingFiles(model: path)
    let (model, optimizer): (Module, Optimizer) = (try call.module("model"), try call.object("optimizer"))
    let objects = try StatefulObjects(call)
    let kept = try metadataTexts(call.value("metadata"), call)
    _ = try call.state.runtime.attachment { TrainingClaims() }.claim(files, isWriting: false)
    let training = try files.load()
    try matchStateDict(
        expected: describe(try model.stateDict()), found: describe(training.model), file: files.state)
    for name in try call.has("fixed") ? call.strings("fixed") : [] where kept[name] != training.metadata[name] {
        throw PlainError(
            "\(call.functionName): '\(files.state)' was saved with \(name) \(training.metadata[name] ?? "unknown"), now it is "
                + "\(kept[name] ?? "unknown"): a training goes on with what it began with")
    }
    try objects.check(training["stateful"])
    // What can refuse comes first, so that nothing has changed where something does.
    let before = try objects.states()
    do {
        try objects.load(training["stateful"])
        try load(training, into: optimizer, files.state)
    } catch {
        try? objects.load(before)
        throw error
    }
    try take(training.model, into: model)
    call.generator.snapshot = training.generator
    if case .list(let words) = training["math.random"] {
        call.state.mathRandomState = words.compactMap { word in
            if case .integer(let word) = word { UInt64(UInt(bitPattern: word)) } else { nil }
        }
    }
    var result: [(key: LuaValue, value: LuaValue)] = [
        (.string("epoch"), .integer(training.epoch)), (.string("step"), .integer(training.step)),
        (.string("metadata"), metadataTable(training.metadata)),
        (.string("options"), training["options"].map { LuaValue($0) } ?? .list([])),
    ]
    if let state = training["state"] { result.append((.string("state"), LuaValue(state))) }
    if let changes = changes(from: training.metadata, to: kept, step: training.step) {
        result.append((.string("changes"), .string(changes)))
    }
    noteSaved(training.step, path, call)
    return .value(.table(result))
}

/// "step 352: lr 0.05 in place of 0.01", after what was changed before; nil where nothing ever was.
private func changes(from saved: [String: String], to given: [String: String], step: Int) -> String? {
    let changed = given.keys.filter { $0 != changesName && saved[$0] != given[$0] }.sorted()
    let texts = changed.map { name in
        let short = name.hasPrefix("config.") ? String(name.dropFirst("config.".count)) : name
        return "\(short) \(given[name] ?? "") in place of \(saved[name] ?? "none")"
    }
    let now = texts.isEmpty ? nil : "step \(step): \(texts.joined(separator: ", "))"
    let all = [saved[changesName], now].compactMap { $0 }
    return all.isEmpty ? nil : all.joined(separator: "; ")
}

/// Where the metadata tell how a training that was resumed differs from one that was not.
private let changesName = "config.changes"

// MARK: Optimisers

private func groups(_ optimizer: Optimizer) -> StateValue {
    let groups = optimizer.groups.map { group in
        StateValue.table([
            (.string("count"), .integer(group.parameters.count)),
            (
                .string("values"),
                .table(
                    group.values.compactMap { name, value in
                        StateValue(option: LuaValue(value)).map { (.string(name), $0) }
                    })
            ),
        ])
    }
    return .table([(.string("kind"), .string(optimizer.kind.schema.name)), (.string("groups"), .list(groups))])
}

private func load(_ training: TrainingState, into optimizer: Optimizer, _ file: String) throws {
    func refusal(_ reason: String) -> FileError { FileError(path: file, action: "load", reason: reason) }
    guard case .string(let kind) = training["optimizer"]?["kind"],
        case .list(let saved) = training["optimizer"]?["groups"]
    else { throw refusal("it does not say which optimizer it is of") }
    guard kind == optimizer.kind.schema.name else {
        throw refusal("it is of \(kind), this optimizer is \(optimizer.kind.schema.name)")
    }
    let groups = try saved.map { group in
        guard case .integer(let count) = group["count"], case .table(let pairs) = group["values"] else {
            throw refusal("a group of its optimizer cannot be read")
        }
        return (
            count: count,
            values: try pairs.map { key, value in
                guard case .string(let name) = key, let value = Value(LuaValue(value)) else {
                    throw refusal("a group of its optimizer cannot be read")
                }
                return (name: name, value: value)
            }
        )
    }
    do {
        try optimizer.load(state: training.optimizer, groups: groups)
    } catch let error as TensorError {
        throw refusal(error.description)
    }
}
