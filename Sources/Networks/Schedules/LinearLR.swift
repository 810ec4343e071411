/// The rate times a factor that goes evenly from `start_factor` to `end_factor`
/// (`torch.optim.lr_scheduler.LinearLR`).
public final class LinearLR: LRScheduler {
    private var startFactor: Double
    private var endFactor: Double
    private var totalIters: Int

    /// - Parameters:
    ///   - startFactor: above 0, at most 1. Default: 1/3.
    ///   - endFactor: from 0 to 1. Default: 1.
    ///   - totalIters: the epoch at which the end is reached. Default: 5.
    ///   - lastEpoch: -1 to begin, or the last epoch of a run that goes on.
    /// - Throws: `ScheduleError` for factors out of range.
    public init(
        _ groups: any ScheduledGroups, startFactor: Double = 1.0 / 3, endFactor: Double = 1, totalIters: Int = 5,
        lastEpoch: Int = -1
    ) throws {
        self.startFactor = startFactor
        self.endFactor = endFactor
        self.totalIters = totalIters
        try super.init(groups, lastEpoch: lastEpoch)
    }

    override func rates() -> [Double] {
        if lastEpoch == 0 { return presentRates.map { $0 * startFactor } }
        if isInitial || lastEpoch > totalIters { return presentRates }
        let change = endFactor - startFactor
        let before = Double(totalIters) * startFactor + Double(lastEpoch - 1) * change
        return presentRates.map { $0 * (1 + change / before) }
    }

    override func closedForm() -> [Double]? {
        let change = endFactor - startFactor
        let passed = Double(min(totalIters, lastEpoch))
        return baseLRs.map { $0 * (startFactor + change * passed / Double(totalIters)) }
    }

    override func validate() throws {
        try super.validate()
        guard startFactor > 0, startFactor <= 1 else {
            throw ScheduleError("start_factor above 0 and at most 1 expected, got \(startFactor)")
        }
        guard (0...1).contains(endFactor) else {
            throw ScheduleError("end_factor from 0 to 1 expected, got \(endFactor)")
        }
    }

    override var fields: [ScheduleField] {
        [
            ScheduleField("start_factor", self, \.startFactor), ScheduleField("end_factor", self, \.endFactor),
            ScheduleField("total_iters", self, \.totalIters),
        ] + super.fields
    }
}
