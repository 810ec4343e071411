import CLibrary
import Operators

/// The rate goes up and down between two ends, the momentum the other way
/// (`torch.optim.lr_scheduler.CyclicLR`; Smith, "Cyclical Learning Rates", 2017).
final class CyclicLR: LRScheduler {
    /// How the height of the cycles changes: not, halved with each cycle, or by a factor with each step.
    enum Mode: String, Sendable, CaseIterable {
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

    static let declaration = ScheduleKind(
        "CyclicLR", doc: "The rate goes up and down between two ends; step it after every batch.",
        [
            .perGroup("base_lr", "the lowest rate, for all groups or for each"),
            .perGroup("max_lr", "the highest rate"),
            .integer("step_size_up", min: 1, default: 2000), .integer("step_size_down", min: 1).optional,
            .choice("mode", of: Mode.allCases.map(\.rawValue), default: "triangular"), .number("gamma", default: 1),
            .cycleMomentum, .perGroup("base_momentum", default: 0.8), .perGroup("max_momentum", default: 0.9),
        ]
    ) { try CyclicLR($0, $1) }

    /// - Throws: `ScheduleError` for halves of less than a step, and where the optimiser has no momentum to be changed.
    init(_ groups: any ScheduledGroups, _ a: Arguments) throws {
        let up = try a.integer("step_size_up")
        let down = try a.optionalInteger("step_size_down") ?? up
        try ScheduleError.check(up, "step_size_up", atLeast: 1)
        try ScheduleError.check(down, "step_size_down", atLeast: 1)
        lowest = try a.perGroup("base_lr", for: groups)
        maxLRs = try a.perGroup("max_lr", for: groups)
        totalSize = Double(up) + Double(down)
        stepRatio = Double(up) / totalSize
        (mode, gamma, cycleMomentum) = (try a.string("mode"), try a.number("gamma"), try a.boolean("cycle_momentum"))
        baseMomenta = try a.perGroup("base_momentum", for: groups)
        maxMomenta = try a.perGroup("max_momentum", for: groups)
        let lastEpoch = try a.integer("last_epoch")
        goesOn = lastEpoch != -1
        if cycleMomentum { try groups.expectMomentum() }
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
