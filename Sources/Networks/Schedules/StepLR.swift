import CLibrary

extension Schedules {
    static let step = ScheduleKind(
        "StepLR", doc: "The rate times `gamma` every `step_size` epochs.", [.integer("step_size", min: 1), .gamma],
        validate: { try ScheduleError.check($0.integer("step_size"), "step_size", atLeast: 1) },
        closedForm: { s in
            let factor = try pow(s.number("gamma"), Double(s.lastEpoch / s.integer("step_size")))
            return s.baseLRs.map { $0 * factor }
        }
    ) { s in
        guard try s.lastEpoch != 0 && s.lastEpoch % s.integer("step_size") == 0 else { return s.presentRates }
        return try s.presentRates.map { try $0 * s.number("gamma") }
    }
}
