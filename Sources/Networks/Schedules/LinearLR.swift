extension Schedules {
    static let linear = ScheduleKind(
        "LinearLR", doc: "The rate goes from one part of itself to another.",
        [.number("start_factor", default: 1.0 / 3), .number("end_factor", default: 1), .totalIters],
        validate: { s in
            let (start, end) = (try s.number("start_factor"), try s.number("end_factor"))
            guard start > 0, start <= 1 else {
                throw ScheduleError("start_factor above 0 and at most 1 expected, got \(start)")
            }
            guard (0...1).contains(end) else { throw ScheduleError("end_factor from 0 to 1 expected, got \(end)") }
        },
        closedForm: { s in
            let (start, total) = (try s.number("start_factor"), try s.integer("total_iters"))
            let change = try s.number("end_factor") - start
            return s.baseLRs.map { $0 * (start + change * Double(min(total, s.lastEpoch)) / Double(total)) }
        }
    ) { s in
        let (start, total) = (try s.number("start_factor"), try s.integer("total_iters"))
        if s.lastEpoch == 0 { return s.presentRates.map { $0 * start } }
        if s.isInitial || s.lastEpoch > total { return s.presentRates }
        let change = try s.number("end_factor") - start
        let before = Double(total) * start + Double(s.lastEpoch - 1) * change
        return s.presentRates.map { $0 * (1 + change / before) }
    }
}
