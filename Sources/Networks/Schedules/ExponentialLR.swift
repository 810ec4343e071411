import CLibrary

/// The rate times `gamma` every epoch (`torch.optim.lr_scheduler.ExponentialLR`).
public final class ExponentialLR: LRScheduler {
    private var gamma: Double

    /// - Parameters:
    ///   - gamma: the factor.
    ///   - lastEpoch: -1 to begin, or the last epoch of a run that goes on.
    public init(_ groups: any ScheduledGroups, gamma: Double, lastEpoch: Int = -1) throws {
        self.gamma = gamma
        try super.init(groups, lastEpoch: lastEpoch)
    }

    override func rates() -> [Double] { isInitial ? presentRates : presentRates.map { $0 * gamma } }

    override func closedForm() -> [Double]? {
        baseLRs.map { $0 * pow(gamma, Double(lastEpoch)) }
    }

    override var fields: [ScheduleField] { [ScheduleField("gamma", self, \.gamma)] + super.fields }
}
