extension Schedules {
    static let constant = ScheduleKind(
        "ConstantLR", doc: "A part of the rate for some epochs, then all of it.",
        [.number("factor", default: 1.0 / 3), .totalIters],
        validate: { s in
            let factor = try s.number("factor")
            guard (0...1).contains(factor) else {
                throw ScheduleError("factor from 0 to 1 expected, got \(factor)")
            }
        },
        closedForm: { s in
            let factor = try s.number("factor")
            let isOver = try s.lastEpoch >= s.integer("total_iters")
            return s.baseLRs.map { $0 * (factor + (isOver ? 1 : 0) * (1 - factor)) }
        }
    ) { s in
        let factor = try s.number("factor")
        if s.lastEpoch == 0 { return s.presentRates.map { $0 * factor } }
        return try s.lastEpoch == s.integer("total_iters") ? s.presentRates.map { $0 * (1 / factor) } : s.presentRates
    }
}
