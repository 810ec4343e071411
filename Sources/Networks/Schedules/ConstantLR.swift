/// The rate times `factor` until epoch `total_iters` (`torch.optim.lr_scheduler.ConstantLR`).
public final class ConstantLR: LRScheduler {
    private var factor: Double
    private var totalIters: Int

    /// - Parameters:
    ///   - factor: from 0 to 1. Default: 1/3.
    ///   - totalIters: the epoch from which the rate is whole again. Default: 5.
    ///   - lastEpoch: -1 to begin, or the last epoch of a run that goes on.
    /// - Throws: `ScheduleError` for a factor out of range; a step, where a factor of 0 is to be undone.
    public init(
        _ groups: any ScheduledGroups, factor: Double = 1.0 / 3, totalIters: Int = 5, lastEpoch: Int = -1
    ) throws {
        self.factor = factor
        self.totalIters = totalIters
        try super.init(groups, lastEpoch: lastEpoch)
    }

    override func rates() -> [Double] {
        if lastEpoch == 0 { return presentRates.map { $0 * factor } }
        return lastEpoch == totalIters ? presentRates.map { $0 * (1 / factor) } : presentRates
    }

    override func closedForm() -> [Double]? {
        baseLRs.map { $0 * (factor + (lastEpoch >= totalIters ? 1 : 0) * (1 - factor)) }
    }

    override func validate() throws {
        try super.validate()
        guard (0...1).contains(factor) else {
            throw ScheduleError("factor from 0 to 1 expected, got \(factor)")
        }
    }

    override var fields: [ScheduleField] {
        [ScheduleField("factor", self, \.factor), ScheduleField("total_iters", self, \.totalIters)] + super.fields
    }
}
