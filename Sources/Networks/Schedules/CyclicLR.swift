import CLibrary

/// The rate goes up and down between two ends, the momentum the other way
/// (`torch.optim.lr_scheduler.CyclicLR`; Smith, "Cyclical Learning Rates", 2017).
public final class CyclicLR: LRScheduler {
    /// How the height of the cycles changes: not, halved with each cycle, or by a factor with each step.
    public enum Mode: String, Sendable, CaseIterable {
        case triangular, triangular2
        case exponential = "exp_range"
    }

    private let lowest: [Double]
    private var maxLRs: [Double]
    private var totalSize: Double
    private var stepRatio: Double
    private var mode: String
    private var gamma: Double
    private var cycleMomentum: Bool
    private let baseMomenta: [Double], maxMomenta: [Double]
    private let goesOn: Bool

    /// - Parameters:
    ///   - baseLR, maxLR: the ends, for all groups or for each.
    ///   - stepSizeUp, stepSizeDown: steps of each half. Defaults: 2000, and as up.
    ///   - gamma: the factor of the mode `exponential`. Default: 1.
    ///   - cycleMomentum: whether the momentum, or beta1, is changed as well. Default: true.
    ///   - baseMomentum, maxMomentum: its lowest and highest value. Defaults: 0.8 and 0.9.
    ///   - lastEpoch: -1 to begin, or the last epoch of a run that goes on.
    /// - Throws: `ScheduleError` for halves of less than a step, and where the optimiser has no momentum to be changed.
    public init(
        _ groups: any ScheduledGroups, baseLR: PerGroup, maxLR: PerGroup, stepSizeUp: Int = 2000,
        stepSizeDown: Int? = nil, mode: Mode = .triangular, gamma: Double = 1, cycleMomentum: Bool = true,
        baseMomentum: PerGroup = 0.8, maxMomentum: PerGroup = 0.9, lastEpoch: Int = -1
    ) throws {
        try ScheduleError.check(stepSizeUp, "step_size_up", atLeast: 1)
        try ScheduleError.check(stepSizeDown ?? stepSizeUp, "step_size_down", atLeast: 1)
        lowest = try baseLR.values("base_lr", for: groups)
        maxLRs = try maxLR.values("max_lr", for: groups)
        totalSize = Double(stepSizeUp) + Double(stepSizeDown ?? stepSizeUp)
        stepRatio = Double(stepSizeUp) / totalSize
        self.mode = mode.rawValue
        self.gamma = gamma
        self.cycleMomentum = cycleMomentum
        baseMomenta = try baseMomentum.values("base_momentum", for: groups)
        maxMomenta = try maxMomentum.values("max_momentum", for: groups)
        goesOn = lastEpoch != -1
        if cycleMomentum, (0..<groups.groupCount).contains(where: { groups.scheduledMomentum($0) == nil }) {
            throw ScheduleError(
                "the optimizer has neither momentum nor betas to be changed; say cycle_momentum = false")
        }
        try super.init(groups, lastEpoch: lastEpoch)
        baseLRs = lowest
    }

    override func prepareGroups() {
        guard !goesOn else { return }
        for group in 0..<groups.groupCount {
            groups.setLearningRate(group, lowest[group])
            groups.setInitialLearningRate(group, lowest[group])
            if cycleMomentum { groups.setScheduledMomentum(group, maxMomenta[group]) }
        }
    }

    override func rates() -> [Double] {
        let passed = Double(lastEpoch) / totalSize
        let cycle = (1 + passed).rounded(.down)
        let x = 1 + passed - cycle
        var height = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1)
        switch mode {
        case Mode.triangular2.rawValue: height *= 1 / pow(2, cycle - 1)
        case Mode.exponential.rawValue: height *= pow(gamma, Double(lastEpoch))
        default: break
        }
        if cycleMomentum {
            for (group, (base, most)) in zip(baseMomenta, maxMomenta).enumerated() where group < groups.groupCount {
                groups.setScheduledMomentum(group, most - (most - base) * height)
            }
        }
        return zip(lowest, maxLRs).map { base, most in base + (most - base) * height }
    }

    override func validate() throws {
        try super.validate()
        guard Mode(rawValue: mode) != nil else {
            throw ScheduleError("mode 'triangular', 'triangular2' or 'exp_range' expected, got '\(mode)'")
        }
        guard totalSize >= 2, stepRatio > 0, stepRatio < 1 else {
            throw ScheduleError("halves of at least one step expected, got \(stepRatio) of \(totalSize)")
        }
    }

    override var fields: [ScheduleField] {
        [
            ScheduleField("max_lrs", self, \.maxLRs), ScheduleField("total_size", self, \.totalSize),
            ScheduleField("step_ratio", self, \.stepRatio), ScheduleField("mode", self, \.mode),
            ScheduleField("gamma", self, \.gamma), ScheduleField("cycle_momentum", self, \.cycleMomentum),
        ] + super.fields
    }
}
