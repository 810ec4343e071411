import Checkpoints
import Files
import Host
import Lua
import Networks
import TensorFiles

private let mode: Argument = .choice("mode", "whether less or more is better", of: ["min", "max"], default: "min")

/// The part of `checkpoint` that keeps the best and knows when to stop.
let keepingModule = HostModule(
    "checkpoint", doc: "Keeping the best.",
    types: [
        HostType(
            EarlyStopping.self, name: "EarlyStopping", doc: "Tells when a number has stopped getting better.",
            methods: stoppingMethods),
        HostType(
            CheckpointKeeper.self, name: "Keeper", doc: "Keeps the best model and the last ones.",
            methods: keeperMethods),
    ],
    functions: [
        .function(
            "EarlyStopping",
            doc:
                "Tells when a number has stopped getting better, with the names of Lightning's. What it knows survives "
                + "a resume in `stateful`.",
            options: [
                mode,
                .integer("patience", "so many numbers in a row may be no better", min: 0, default: 3),
                .number("min_delta", "better by less does not count", min: 0, default: 0),
            ],
            returns: .object(EarlyStopping.self)
        ) { call in
            .object(
                EarlyStopping(
                    mode: try better(call), patience: try call.integer("patience"),
                    minDelta: try call.number("min_delta")))
        },
        .function(
            "Keeper",
            doc:
                "Keeps the best model (m.best.safetensors) and the last ones (m.epoch-7.safetensors) beside a path. What "
                + "it knows survives a resume in `stateful`.",
            arguments: [.string("path", "m.safetensors: the files' names are made from it")],
            options: [mode, .integer("last", "how many of the last models are kept", min: 0, default: 0)],
            returns: .object(CheckpointKeeper.self)
        ) { call in
            _ = try FileKind(writing: call.string("path"), of: Checkpoint.modelKinds)
            return .object(
                CheckpointKeeper(try call.string("path"), mode: try better(call), last: try call.integer("last")))
        },
    ])

private func better(_ call: Call) throws -> BetterNumber { BetterNumber(rawValue: try call.string("mode")) ?? .min }

private let stoppingMethods: [HostMethod<EarlyStopping>] = [
    .method(
        "step",
        doc:
            "Takes the next number: whether to stop, which is after `patience` numbers no better than the best, and at "
            + "once where one is not finite.",
        arguments: [.number("value")], returns: .boolean()
    ) { stopping, call in .boolean(stopping.step(try call.number("value"))) },
    .method(
        "stopped", doc: "Whether it said so: a training that is resumed asks before it goes on.", returns: .boolean()
    ) { stopping, _ in .boolean(stopping.state.isStopped) },
    .method("best", doc: "The best number so far.", returns: .number().orNil) { stopping, _ in
        stopping.state.best.map { .number($0) } ?? .nil
    },
    .method("state_dict", doc: "What it knows.", returns: .table()) { stopping, _ in
        var pairs: [(key: LuaValue, value: LuaValue)] = [
            (.string("waited"), .integer(stopping.state.waited)),
            (.string("stopped"), .boolean(stopping.state.isStopped)),
        ]
        if let best = stopping.state.best { pairs.append((.string("best"), .number(best))) }
        return .value(.table(pairs))
    },
    .method(
        "load_state_dict", doc: "Goes on from what state_dict() gave.", arguments: [.table("state_dict")]
    ) { stopping, call in
        let saved = try call.value("state_dict")
        guard case .integer(let waited) = saved["waited"], (0..<Int.max).contains(waited),
            case .boolean(let isStopped) = saved["stopped"]
        else {
            throw notSaved(call)
        }
        stopping.state = .init(best: saved["best"]?.anyNumber, waited: waited, isStopped: isStopped)
        return .none
    },
]

private let keeperMethods: [HostMethod<CheckpointKeeper>] = [
    .method(
        "save",
        doc:
            "Saves the model as the best one if the number is the best so far, and as one of the last; returns whether it "
            + "is the best.",
        arguments: [.number("value", "what it is judged by")],
        options: [
            .object("model", Module.self), .integer("epoch", "complete epochs", min: 0),
            .integer("step", "complete steps", min: 0, default: 0),
            .table("metadata", "strings and numbers to be kept with the model").optional,
            .boolean("durable", "waits until the disk has it", default: false),
        ],
        returns: .boolean()
    ) { keeper, call in
        let (epoch, step) = (try call.integer("epoch"), try call.integer("step"))
        let (model, durable) = (try call.module("model"), try call.boolean("durable"))
        var kept = try metadataTexts(call.value("metadata"), call)
        kept["nightjar"] = version
        kept["epoch"] = "\(epoch)"
        kept["step"] = "\(step)"
        return .boolean(
            try keeper.keep(call.number("value"), epoch: epoch, step: step) { path in
                try Checkpoint.saveModel(try model.stateDict(), metadata: kept, to: path, durable: durable)
            })
    },
    .method(
        "best", doc: "The best one so far; nil before the first.",
        returns: .custom("{value: number, epoch: integer, step: integer, path: string}?")
    ) { keeper, _ in
        guard let best = keeper.state.best else { return .nil }
        return .value(.table(pairs(of: best) + [(.string("path"), .string(keeper.bestPath))]))
    },
    .method(
        "paths", doc: "The last ones, oldest first.", returns: .custom("string[]")
    ) { keeper, _ in .strings(keeper.state.epochs.map { keeper.path(epoch: $0) }) },
    .method("state_dict", doc: "What it knows.", returns: .table()) { keeper, _ in
        var all: [(key: LuaValue, value: LuaValue)] = [
            (.string("epochs"), .list(keeper.state.epochs.map { .integer($0) }))
        ]
        if let best = keeper.state.best { all.append((.string("best"), .table(pairs(of: best)))) }
        return .value(.table(all))
    },
    .method(
        "load_state_dict", doc: "Goes on from what state_dict() gave.", arguments: [.table("state_dict")]
    ) { keeper, call in
        let saved = try call.value("state_dict")
        guard case .list(let epochs) = saved["epochs"] else { throw notSaved(call) }
        var state = CheckpointKeeper.State()
        state.epochs = try epochs.map { epoch in
            guard case .integer(let epoch) = epoch else { throw notSaved(call) }
            return epoch
        }
        if let best = saved["best"] {
            guard let value = best["value"]?.anyNumber, case .integer(let epoch) = best["epoch"],
                case .integer(let step) = best["step"]
            else { throw notSaved(call) }
            state.best = .init(value: value, epoch: epoch, step: step)
        }
        keeper.state = state
        return .none
    },
]

private func pairs(of best: CheckpointKeeper.Best) -> [(key: LuaValue, value: LuaValue)] {
    [
        (.string("value"), .number(best.value)), (.string("epoch"), .integer(best.epoch)),
        (.string("step"), .integer(best.step)),
    ]
}

private func notSaved(_ call: Call) -> any Error {
    call.badArgument("state_dict", expected: "what state_dict() gave", got: "another table")
}

extension LuaValue {
    /// An integer counts as a number.
    fileprivate var anyNumber: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
