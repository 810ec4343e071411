import CLibrary

/// The rate falls to `eta_min` along half a cosine of `T_max` epochs, and rises again along the next
/// (`torch.optim.lr_scheduler.CosineAnnealingLR`; Loshchilov and Hutter, "SGDR", 2017, without restarts).
public final class CosineAnnealingLR: LRScheduler {
    private var tMax: Int
    private var etaMin: Double

    /// - Parameters:
    ///   - tMax: epochs from the highest rate to the lowest, at least 1.
    ///   - etaMin: the lowest rate. Default: 0.
    ///   - lastEpoch: -1 to begin, or the last epoch of a run that goes on.
    /// - Throws: `ScheduleError` for a `tMax` below 1.
    public init(_ groups: any ScheduledGroups, tMax: Int, etaMin: Double = 0, lastEpoch: Int = -1) throws {
        self.tMax = tMax
        self.etaMin = etaMin
        try super.init(groups, lastEpoch: lastEpoch)
    }

    override func rates() -> [Double] {
        let (epoch, all) = (Double(lastEpoch), Double(tMax))
        if isInitial { return presentRates }
        if stepCount == 1, lastEpoch > 0 {
            return baseLRs.map { etaMin + ($0 - etaMin) * (1 + cos(epoch * .pi / all)) / 2 }
        }
        if (lastEpoch - 1 - tMax) % (2 * tMax) == 0 {
            // The rate before is the lowest, of which no quotient can be taken.
            return zip(presentRates, baseLRs).map { rate, base in
                rate + (base - etaMin) * (1 - cos(.pi / all)) / 2
            }
        }
        let height = 1 + cos(.pi * epoch / all)
        let before = 1 + cos(.pi * (epoch - 1) / all)
        return presentRates.map { height / before * ($0 - etaMin) + etaMin }
    }

    override func closedForm() -> [Double]? {
        let height = 1 + cos(.pi * Double(lastEpoch) / Double(tMax))
        return baseLRs.map { etaMin + ($0 - etaMin) * height / 2 }
    }

    override func validate() throws {
        try super.validate()
        try ScheduleError.check(tMax, "T_max", atLeast: 1)
    }

    override var fields: [ScheduleField] {
        [ScheduleField("T_max", self, \.tMax), ScheduleField("eta_min", self, \.etaMin)] + super.fields
    }
}
