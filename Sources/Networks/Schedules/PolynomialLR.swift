import CLibrary

/// The rate falls to 0 at epoch `total_iters` along (1 - epoch / total_iters) to the given power
/// (`torch.optim.lr_scheduler.PolynomialLR`).
public final class PolynomialLR: LRScheduler {
    private var totalIters: Int
    private var power: Double

    /// - Parameters:
    ///   - totalIters: the epoch at which the rate is 0. Default: 5.
    ///   - power: Default: 1.
    ///   - lastEpoch: -1 to begin, or the last epoch of a run that goes on.
    public init(_ groups: any ScheduledGroups, totalIters: Int = 5, power: Double = 1, lastEpoch: Int = -1) throws {
        self.totalIters = totalIters
        self.power = power
        try super.init(groups, lastEpoch: lastEpoch)
    }

    override func rates() -> [Double] {
        if isInitial || lastEpoch > totalIters { return presentRates }
        let all = Double(totalIters)
        let factor = pow((1 - Double(lastEpoch) / all) / (1 - Double(lastEpoch - 1) / all), power)
        return presentRates.map { $0 * factor }
    }

    override func closedForm() -> [Double]? {
        let factor = pow(1 - Double(min(totalIters, lastEpoch)) / Double(totalIters), power)
        return baseLRs.map { $0 * factor }
    }

    override var fields: [ScheduleField] {
        [ScheduleField("total_iters", self, \.totalIters), ScheduleField("power", self, \.power)] + super.fields
    }
}
