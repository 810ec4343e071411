import CLibrary

extension Schedules {
    static let polynomial = ScheduleKind(
        "PolynomialLR", doc: "The rate falls to 0 by a power of the time that is left.",
        [.totalIters, .number("power", default: 1)],
        closedForm: { s in
            let total = try s.integer("total_iters")
            let factor = try pow(1 - Double(min(total, s.lastEpoch)) / Double(total), s.number("power"))
            return s.baseLRs.map { $0 * factor }
        }
    ) { s in
        let total = try s.integer("total_iters")
        if s.isInitial || s.lastEpoch > total { return s.presentRates }
        func left(_ epoch: Int) -> Double { 1 - Double(epoch) / Double(total) }
        let factor = try pow(left(s.lastEpoch) / left(s.lastEpoch - 1), s.number("power"))
        return s.presentRates.map { $0 * factor }
    }
}
