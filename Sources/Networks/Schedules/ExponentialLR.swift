import CLibrary

extension Schedules {
    static let exponential = ScheduleKind(
        "ExponentialLR", doc: "The rate times `gamma` every epoch.", [.number("gamma")],
        closedForm: { s in
            let factor = try pow(s.number("gamma"), Double(s.lastEpoch))
            return s.baseLRs.map { $0 * factor }
        }
    ) { s in s.isInitial ? s.presentRates : try s.presentRates.map { try $0 * s.number("gamma") } }
}
