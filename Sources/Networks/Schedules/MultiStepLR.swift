import CLibrary

/// The rate times `gamma` at each milestone (`torch.optim.lr_scheduler.MultiStepLR`).
public final class MultiStepLR: LRScheduler {
    /// In the order given; one that stands twice counts twice.
    private var milestones: [Int]
    private var gamma: Double

    /// - Parameters:
    ///   - milestones: epochs, in any order.
    ///   - gamma: the factor. Default: 0.1.
    ///   - lastEpoch: -1 to begin, or the last epoch of a run that goes on.
    public init(
        _ groups: any ScheduledGroups, milestones: [Int], gamma: Double = 0.1, lastEpoch: Int = -1
    ) throws {
        self.milestones = milestones
        self.gamma = gamma
        try super.init(groups, lastEpoch: lastEpoch)
    }

    override func rates() -> [Double] {
        let times = milestones.count { $0 == lastEpoch }
        return times == 0 ? presentRates : presentRates.map { $0 * pow(gamma, Double(times)) }
    }

    override func closedForm() -> [Double]? {
        let factor = pow(gamma, Double(milestones.count { $0 <= lastEpoch }))
        return baseLRs.map { $0 * factor }
    }

    /// PyTorch keeps the milestones as counts by epoch, this list says the same.
    override var fields: [ScheduleField] {
        [ScheduleField("milestones", self, \.milestones), ScheduleField("gamma", self, \.gamma)] + super.fields
    }
}
