import CLibrary
import Operators

/// The rate rises to `max_lr` and falls far below where it began, while the momentum falls and rises
/// (`torch.optim.lr_scheduler.OneCycleLR`; Smith and Topin, "Super-Convergence", 2018).
final class OneCycleLR: LRScheduler {
    /// The curve between two rates.
    enum AnnealStrategy: String, Sendable, CaseIterable {
        case cos, linear
    }

    /// The numbers of a group at the ends of phases.
    private struct Ends {
        var maxLR: Double
        var minLR: Double
        var baseMomentum: Double
        var maxMomentum: Double
    }

    private var totalSteps: Int
    private var phases: [OneCyclePhase]
    private var strategy: String
    private var cycleMomentum: Bool
    private let ends: [Ends]
    private let divFactor: Double
    private let finalDivFactor: Double
    /// Whether a run goes on, whose groups have their rates.
    private let goesOn: Bool

    static let declaration = ScheduleKind(
        "OneCycleLR", doc: "The rate rises to `max_lr` and falls far below where it began; step it after every batch.",
        [
            .perGroup("max_lr", "the highest rate, for all groups or for each"), .integer("total_steps").optional,
            .integer("epochs").optional, .integer("steps_per_epoch").optional,
            .number("pct_start", "the part of the steps in which the rate rises", default: 0.3),
            .choice("anneal_strategy", of: AnnealStrategy.allCases.map(\.rawValue), default: "cos"),
            .cycleMomentum, .perGroup("base_momentum", default: 0.85), .perGroup("max_momentum", default: 0.95),
            .number("div_factor", "the first rate is max_lr divided by this", default: 25),
            .number("final_div_factor", "the last rate is the first divided by this", default: 1e4),
            .boolean("three_phase", default: false),
        ]
    ) { try OneCycleLR($0, $1) }

    /// - Throws: `ScheduleError` for numbers out of range, and where the optimiser has no momentum to be changed; a
    ///   step, where there was the last one already.
    init(_ groups: any ScheduledGroups, _ a: Arguments) throws {
        let steps = try Self.steps(
            a.optionalInteger("total_steps"), a.optionalInteger("epochs"), a.optionalInteger("steps_per_epoch"))
        let (pctStart, lastEpoch) = (try a.number("pct_start"), try a.integer("last_epoch"))
        (divFactor, finalDivFactor) = (try a.number("div_factor"), try a.number("final_div_factor"))
        guard (0...1).contains(pctStart) else {
            throw ScheduleError("pct_start from 0 to 1 expected, got \(pctStart)")
        }
        guard divFactor > 0, finalDivFactor > 0 else {
            throw ScheduleError(
                "div_factor and final_div_factor above 0 expected, got \(divFactor) and \(finalDivFactor)")
        }
        self.totalSteps = steps
        phases = try OneCyclePhase.all(
            totalSteps: steps, pctStart: pctStart, threePhase: a.boolean("three_phase"))
        strategy = try a.string("anneal_strategy")
        cycleMomentum = try a.boolean("cycle_momentum")
        goesOn = lastEpoch != -1
        let maxLRs = try a.perGroup("max_lr", for: groups)
        let baseMomenta = try a.perGroup("base_momentum", for: groups)
        let maxMomenta = try a.perGroup("max_momentum", for: groups)
        ends = maxLRs.indices.map { [divFactor, finalDivFactor] group in
            let initial = lastEpoch != -1 ? groups.initialLearningRate(group) : nil
            return Ends(
                maxLR: maxLRs[group], minLR: (initial ?? maxLRs[group] / divFactor) / finalDivFactor,
                baseMomentum: baseMomenta[group], maxMomentum: maxMomenta[group])
        }
        if cycleMomentum { try groups.expectMomentum() }
        try super.init(groups, lastEpoch: lastEpoch)
    }

    private static func steps(_ total: Int?, _ epochs: Int?, _ stepsPerEpoch: Int?) throws -> Int {
        if let total {
            try ScheduleError.check(total, "total_steps", atLeast: 1)
            return total
        }
        guard let epochs, let stepsPerEpoch else {
            throw ScheduleError("total_steps, or both epochs and steps_per_epoch, expected")
        }
        try ScheduleError.check(epochs, "epochs", atLeast: 1)
        try ScheduleError.check(stepsPerEpoch, "steps_per_epoch", atLeast: 1)
        let (product, overflow) = epochs.multipliedReportingOverflow(by: stepsPerEpoch)
        try ScheduleError.checkSize(overflow ? .max : product, "epochs times steps_per_epoch")
        return product
    }

    override func prepareGroups() {
        guard !goesOn else { return }
        for (group, ends) in ends.enumerated() {
            groups.setInitialLearningRate(group, ends.maxLR / divFactor)
            if cycleMomentum { groups.setScheduledMomentum(group, ends.maxMomentum) }
        }
    }

    override func rates() throws -> [Double] {
        guard lastEpoch <= totalSteps else {
            throw ScheduleError("step \(lastEpoch) of a schedule that was made for \(totalSteps)")
        }
        let last = phases.count - 1
        let index = phases.firstIndex { Double(lastEpoch) <= $0.endStep } ?? last
        let (phase, start) = (phases[index], index == 0 ? 0 : phases[index - 1].endStep)
        guard phase.endStep != start else {
            throw ScheduleError("phase \(index + 1) of the schedule has no steps; choose another pct_start")
        }
        let passed = (Double(lastEpoch) - start) / (phase.endStep - start)
        return try zip(0..<groups.groupCount, ends).map { group, ends in
            let initial = groups.initialLearningRate(group) ?? ends.maxLR / divFactor
            func number(_ name: String) throws -> Double {
                switch name {
                case "initial_lr": initial
                case "max_lr": ends.maxLR
                case "min_lr": ends.minLR
                case "base_momentum": ends.baseMomentum
                case "max_momentum": ends.maxMomentum
                default: throw ScheduleError("'\(name)' is no end of a phase")
                }
            }
            if cycleMomentum {
                groups.setScheduledMomentum(
                    group, annealed(try number(phase.startMomentum), try number(phase.endMomentum), passed))
            }
            return annealed(try number(phase.startLR), try number(phase.endLR), passed)
        }
    }

    private func annealed(_ start: Double, _ end: Double, _ part: Double) -> Double {
        strategy == AnnealStrategy.cos.rawValue
            ? end + (start - end) / 2 * (cos(.pi * part) + 1) : (end - start) * part + start
    }

    override func validate() throws {
        try super.validate()
        try ScheduleError.check(totalSteps, "total_steps", atLeast: 1)
        guard !phases.isEmpty else { throw ScheduleError("a schedule has at least one phase") }
        guard AnnealStrategy(rawValue: strategy) != nil else {
            throw ScheduleError("anneal_strategy 'cos' or 'linear' expected, got '\(strategy)'")
        }
    }

    override var fields: [ScheduleField] {
        [
            ScheduleField("total_steps", self, \.totalSteps), ScheduleField("_schedule_phases", self, \.phases),
            ScheduleField("_anneal_func_type", self, \.strategy),
            ScheduleField("cycle_momentum", self, \.cycleMomentum),
        ] + super.fields
    }
}

/// A stretch of a cycle, from one pair of a group's numbers to another.
private struct OneCyclePhase: ScheduleStorable {
    let endStep: Double
    let startLR: String
    let endLR: String
    let startMomentum: String
    let endMomentum: String

    static func all(totalSteps: Int, pctStart: Double, threePhase: Bool) -> [OneCyclePhase] {
        let steps = Double(totalSteps)
        let rise = OneCyclePhase(
            pctStart * steps - 1, ("initial_lr", "max_lr"), ("max_momentum", "base_momentum"))
        guard threePhase else {
            return [rise, OneCyclePhase(steps - 1, ("max_lr", "min_lr"), ("base_momentum", "max_momentum"))]
        }
        return [
            rise,
            OneCyclePhase(2 * pctStart * steps - 2, ("max_lr", "initial_lr"), ("base_momentum", "max_momentum")),
            OneCyclePhase(steps - 1, ("initial_lr", "min_lr"), ("max_momentum", "max_momentum")),
        ]
    }

    private init(_ endStep: Double, _ rates: (String, String), _ momenta: (String, String)) {
        self.endStep = endStep
        (startLR, endLR) = rates
        (startMomentum, endMomentum) = momenta
    }

    static var noun: String { "a phase of a cycle" }

    init?(_ value: ScheduleValue) {
        guard case .entries(let entries) = value else { return nil }
        func entry<Value: ScheduleStorable>(_ name: String) -> Value? {
            entries.first { $0.name == name }.flatMap { Value($0.value) }
        }
        guard let endStep: Double = entry("end_step"), let startLR: String = entry("start_lr"),
            let endLR: String = entry("end_lr"), let startMomentum: String = entry("start_momentum"),
            let endMomentum: String = entry("end_momentum")
        else { return nil }
        self.init(endStep, (startLR, endLR), (startMomentum, endMomentum))
    }

    var scheduleValue: ScheduleValue {
        .entries([
            ScheduleEntry("end_step", .number(endStep)), ScheduleEntry("start_lr", .string(startLR)),
            ScheduleEntry("end_lr", .string(endLR)), ScheduleEntry("start_momentum", .string(startMomentum)),
            ScheduleEntry("end_momentum", .string(endMomentum)),
        ])
    }
}
