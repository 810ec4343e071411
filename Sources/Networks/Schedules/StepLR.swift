import CLibrary

/// The rate times `gamma` every `step_size` epochs (`torch.optim.lr_scheduler.StepLR`).
public final class StepLR: LRScheduler {
    private var stepSize: Int
    private var gamma: Double

    /// - Parameters:
    ///   - stepSize: epochs between two changes, at least 1.
    ///   - gamma: the factor. Default: 0.1.
    ///   - lastEpoch: -1 to begin, or the last epoch of a run that goes on.
    /// - Throws: `ScheduleError` for a `stepSize` below 1.
    public init(_ groups: any ScheduledGroups, stepSize: Int, gamma: Double = 0.1, lastEpoch: Int = -1) throws {
        self.stepSize = stepSize
        self.gamma = gamma
        try super.init(groups, lastEpoch: lastEpoch)
    }

    override func rates() -> [Double] {
        lastEpoch == 0 || lastEpoch % stepSize != 0 ? presentRates : presentRates.map { $0 * gamma }
    }

    override func closedForm() -> [Double]? {
        let factor = pow(gamma, Double(lastEpoch / stepSize))
        return baseLRs.map { $0 * factor }
    }

    override func validate() throws {
        try super.validate()
        try ScheduleError.check(stepSize, "step_size", atLeast: 1)
    }

    override var fields: [ScheduleField] {
        [ScheduleField("step_size", self, \.stepSize), ScheduleField("gamma", self, \.gamma)] + super.fields
    }
}
