import CLibrary

extension Schedules {
    /// Loshchilov and Hutter, "SGDR", 2017, without restarts: the rate rises again along the next `T_max` epochs.
    static let cosine = ScheduleKind(
        "CosineAnnealingLR", doc: "The rate falls along half a cosine over `T_max` epochs.",
        [.integer("T_max"), .etaMin],
        validate: { try ScheduleError.check($0.integer("T_max"), "T_max", atLeast: 1) },
        closedForm: { s in
            let (all, least) = (Double(try s.integer("T_max")), try s.number("eta_min"))
            let height = 1 + cos(.pi * Double(s.lastEpoch) / all)
            return s.baseLRs.map { least + ($0 - least) * height / 2 }
        }
    ) { s in
        let (length, least) = (try s.integer("T_max"), try s.number("eta_min"))
        let (epoch, all) = (Double(s.lastEpoch), Double(length))
        if s.isInitial { return s.presentRates }
        if s.stepCount == 1, s.lastEpoch > 0 {
            return s.baseLRs.map { least + ($0 - least) * (1 + cos(epoch * .pi / all)) / 2 }
        }
        if (s.lastEpoch - 1 - length) % (2 * length) == 0 {
            // The rate before is the lowest, of which no quotient can be taken.
            return zip(s.presentRates, s.baseLRs).map { rate, base in
                rate + (base - least) * (1 - cos(.pi / all)) / 2
            }
        }
        let height = 1 + cos(.pi * epoch / all)
        let before = 1 + cos(.pi * (epoch - 1) / all)
        return s.presentRates.map { height / before * ($0 - least) + least }
    }
}
