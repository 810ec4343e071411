import Operators

/// The rate times `factor` when a number that is to fall, or to rise, has not done so for a while
/// (`torch.optim.lr_scheduler.ReduceLROnPlateau`).
public final class ReduceLROnPlateau: LRScheduler {
    /// Whether a smaller or a larger number is better.
    enum Mode: String, Sendable, CaseIterable {
        case min, max
    }

    /// Whether the threshold is a part of the best number, or a difference from it.
    enum ThresholdMode: String, Sendable, CaseIterable {
        case rel, abs
    }

    private var factor: Double
    private var defaultMinLR: Double?
    private var minLRs: [Double]
    private var patience: Int
    private var cooldown: Int
    private var eps: Double
    private var mode: String
    private var threshold: Double
    private var thresholdMode: String
    private var best: Double
    private var cooldownCounter = 0
    private var badEpochs = 0

    static let declaration = ScheduleKind(
        "ReduceLROnPlateau", doc: "The rate times `factor` when a number has not become better for a while.",
        [
            .choice("mode", of: Mode.allCases.map(\.rawValue), default: "min"),
            .number("factor", default: 0.1), .integer("patience", "epochs that are let pass", default: 10),
            .number("threshold", "what an improvement is at least", default: 1e-4),
            .choice("threshold_mode", of: ThresholdMode.allCases.map(\.rawValue), default: "rel"),
            .integer("cooldown", "epochs after a change in which none is counted", default: 0),
            .perGroup("min_lr", "below which no rate goes", default: 0),
            .number("eps", "a change that is not larger is not made", default: 1e-8),
        ], takesLastEpoch: false
    ) { try ReduceLROnPlateau($0, $1) }

    /// - Throws: `ScheduleError` for a factor of 1 or more, and another number of lowest rates than of groups.
    init(_ groups: any ScheduledGroups, _ a: Arguments) throws {
        factor = try a.number("factor")
        minLRs = try a.perGroup("min_lr", for: groups)
        defaultMinLR = try a.optionalNumber("min_lr")
        (patience, cooldown, eps) = (try a.integer("patience"), try a.integer("cooldown"), try a.number("eps"))
        (mode, thresholdMode) = (try a.string("mode"), try a.string("threshold_mode"))
        threshold = try a.number("threshold")
        best = mode == Mode.min.rawValue ? .infinity : -.infinity
        super.init(unstepped: groups, lastEpoch: 0)
        try validate()
    }

    /// - Throws: `ScheduleError`: the number of the epoch is needed.
    public override func step() throws {
        throw ScheduleError("the number that is to get better expected, as in step(loss)")
    }

    /// Goes on by one epoch.
    ///
    /// - Parameter metric: the number that is to get better.
    /// - Throws: `ScheduleError` where the optimiser has other groups than the schedule was made for.
    public func step(_ metric: Double) throws {
        lastEpoch += 1
        if isBetter(metric) {
            best = metric
            badEpochs = 0
        } else {
            badEpochs += 1
        }
        if cooldownCounter > 0 {
            cooldownCounter -= 1
            badEpochs = 0
        }
        if badEpochs > patience {
            try reduce()
            cooldownCounter = cooldown
            badEpochs = 0
        }
        noteRates()
    }

    private func isBetter(_ metric: Double) -> Bool {
        switch (mode, thresholdMode) {
        case ("min", "rel"): metric < best * (1 - threshold)
        case ("min", _): metric < best - threshold
        case (_, "rel"): metric > best * (threshold + 1)
        default: metric > best + threshold
        }
    }

    private func reduce() throws {
        if minLRs.count != groups.groupCount {
            guard let defaultMinLR else {
                throw ScheduleError("min_lr has \(minLRs.count) numbers for \(groups.groupCount) parameter groups")
            }
            minLRs = Array(repeating: defaultMinLR, count: groups.groupCount)
        }
        for (group, lowest) in minLRs.enumerated() {
            let old = groups.learningRate(group)
            let new = max(old * factor, lowest)
            if old - new > eps { groups.setLearningRate(group, new) }
        }
    }

    override func validate() throws {
        try super.validate()
        guard factor < 1 else { throw ScheduleError("factor below 1 expected, got \(factor)") }
        guard Mode(rawValue: mode) != nil else {
            throw ScheduleError("mode 'min' or 'max' expected, got '\(mode)'")
        }
        guard ThresholdMode(rawValue: thresholdMode) != nil else {
            throw ScheduleError("threshold_mode 'rel' or 'abs' expected, got '\(thresholdMode)'")
        }
        try ScheduleError.checkSize(badEpochs, "num_bad_epochs")
    }

    override var fields: [ScheduleField] {
        let worst = mode == Mode.min.rawValue ? Double.infinity : -.infinity
        return [
            ScheduleField("factor", self, \.factor), ScheduleField("default_min_lr", self, \.defaultMinLR),
            ScheduleField("min_lrs", self, \.minLRs), ScheduleField("patience", self, \.patience),
            ScheduleField("cooldown", self, \.cooldown), ScheduleField("eps", self, \.eps),
            ScheduleField("last_epoch", self, \.lastEpoch), ScheduleField("_last_lr", self, \.lastLR),
            ScheduleField("mode_worse", constant: .number(worst)), ScheduleField("mode", self, \.mode),
            ScheduleField("threshold", self, \.threshold), ScheduleField("threshold_mode", self, \.thresholdMode),
            ScheduleField("best", self, \.best), ScheduleField("cooldown_counter", self, \.cooldownCounter),
            ScheduleField("num_bad_epochs", self, \.badEpochs),
        ]
    }
}
