import CLibrary

extension Schedules {
    /// A milestone that stands twice counts twice. PyTorch keeps them as counts by epoch, the list says the same.
    static let multiStep = ScheduleKind(
        "MultiStepLR", doc: "The rate times `gamma` at each of some epochs.", [.integers("milestones"), .gamma],
        closedForm: { s in
            let factor = try pow(s.number("gamma"), Double(s.integers("milestones").count { $0 <= s.lastEpoch }))
            return s.baseLRs.map { $0 * factor }
        }
    ) { s in
        let times = try s.integers("milestones").count { $0 == s.lastEpoch }
        return times == 0 ? s.presentRates : try s.presentRates.map { try $0 * pow(s.number("gamma"), Double(times)) }
    }
}
