import Host
import Lua
import Networks

/// `optim.lr_scheduler`: schedules of learning rates.
let scheduleModule = HostModule(
    "optim.lr_scheduler", doc: "Schedules of learning rates, with PyTorch's names and numbers.",
    prefix: "lr_scheduler.",
    types: [
        HostType(
            LRScheduler.self, name: "LRScheduler",
            doc: "Changes the learning rates of an optimizer; schedule.last_epoch counts its steps.", identity: true,
            methods: scheduleMethods)
    ],
    functions: Schedules.all.map { kind in
        .function(kind.schema.name, kind.schema) { call in
            try call.withCallbacks { .object(try kind.make(arguments(call, kind.schema))) }
        }
    })

private let scheduleMethods: [HostMethod<LRScheduler>] = [
    .method(
        "step", doc: "Goes on by one epoch, after the optimizer's own step.",
        arguments: [
            .anyOf(
                "metrics", "for ReduceLROnPlateau: the number that is to get better",
                of: [.number, .object(Tensor.self)]
            ).optional
        ]
    ) { schedule, call in
        let given = try call.optionalObject("metrics", as: Tensor.self)?.item() ?? call.optionalNumber("metrics")
        try call.withCallbacks {
            switch (schedule, given) {
            case (let plateau as ReduceLROnPlateau, let metric?): try plateau.step(metric)
            case (let restarts as CosineAnnealingWarmRestarts, let epoch?): try restarts.step(to: epoch)
            case (_, nil): try schedule.step()
            default:
                throw call.badArgument(
                    "metrics", expected: "nothing, as only ReduceLROnPlateau takes it,", got: "number")
            }
        }
        return .none
    },
    .method(
        "get_last_lr", doc: "The rates as the last step left them, one for each group.", returns: .custom("number[]")
    ) { schedule, _ in .numbers(schedule.getLastLR()) },
    .method("state_dict", doc: "All that tells it from another of its kind.", returns: .table()) { schedule, _ in
        .value(LuaValue(.entries(schedule.stateDict)))
    },
    .method(
        "load_state_dict", doc: "Goes on from what state_dict() gave; the optimizer's own state has the rates.",
        arguments: [.table("state_dict")]
    ) { schedule, call in
        guard case .entries(let entries) = ScheduleValue(try call.value("state_dict")) else {
            throw call.badArgument("state_dict", expected: "what state_dict() gave", got: "list")
        }
        try schedule.loadStateDict(entries)
        return .none
    },
    .metamethod(.property, arguments: [.any("key").optional]) { schedule, call in
        switch call.state.string(at: 2) {
        case "last_epoch": return .integer(schedule.lastEpoch)
        case "base_lrs": return .numbers(schedule.baseLRs)
        default:
            throw PlainError(
                "LRScheduler has neither method nor field '\((try? call.state.describe(at: 2)) ?? "?")' (fields: last_epoch, "
                    + "base_lrs)")
        }
    },
]

/// A constructor's arguments; functions of the script are called back.
private func arguments(_ call: Call, _ schema: Schema) throws -> Arguments {
    let arguments = call.arguments(for: schema)
    return Arguments(
        schema.parameters,
        try schema.parameters.map { parameter in
            "\(parameter.name)" == "lr_lambda" ? try functions(call) : try arguments.value(parameter.name)
        })
}

private func functions(_ call: Call) throws -> Value {
    let (state, index) = (call.state, try call.index("lr_lambda"))
    func function(at index: Int32) throws -> Value {
        guard state.type(at: index) == .function else {
            throw call.badArgument(
                "lr_lambda", expected: "function or list of functions", got: state.typeName(at: index))
        }
        let function = ScriptFunction(state, at: index)
        return .object(
            ScheduleFunction { epoch in
                try function {
                    $0.push(epoch)
                    return 1
                } read: { state, count in
                    guard count > 0, let factor = state.number(at: state.top - count + 1) else {
                        throw PlainError(
                            "lr_lambda: a number expected, got \(count > 0 ? state.typeName(at: -1) : "nothing")")
                    }
                    return factor
                }
            })
    }
    guard state.type(at: index) == .table else { return try function(at: index) }
    return .list(
        try (0..<state.rawCount(at: index)).map { position in
            state.pushItem(position + 1, of: index)
            defer { state.pop() }
            return try function(at: state.top)
        })
}

extension LuaValue {
    fileprivate init(_ value: ScheduleValue) {
        switch value {
        case .null: self = .nil
        case .bool(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .list(let items): self = .list(items.map { LuaValue($0) })
        case .entries(let entries):
            self = .table(
                entries.filter { $0.value != .null }.map { (key: .string($0.name), value: LuaValue($0.value)) })
        }
    }
}

extension ScheduleValue {
    fileprivate init(_ value: LuaValue) {
        switch value {
        case .boolean(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .list(let items): self = .list(items.map { ScheduleValue($0) })
        case .table(let pairs):
            self = .entries(
                pairs.compactMap { key, value in
                    guard case .string(let name) = key else { return nil }
                    return ScheduleEntry(name, ScheduleValue(value))
                })
        default: self = .null
        }
    }
}
