import Foundation
import Networks
import TestSupport

/// Parameter groups without parameters.
final class PlainGroups: ScheduledGroups {
    var rates: [Double]
    var initials: [Double?]
    var momenta: [Double?]

    init(_ rates: [Double] = [0.1], momentum: Double? = 0.9) {
        self.rates = rates
        initials = Array(repeating: nil, count: rates.count)
        momenta = Array(repeating: momentum, count: rates.count)
    }

    var groupCount: Int { rates.count }
    func learningRate(_ group: Int) -> Double { rates[group] }
    func setLearningRate(_ group: Int, _ value: Double) { rates[group] = value }
    func initialLearningRate(_ group: Int) -> Double? { initials[group] }
    func setInitialLearningRate(_ group: Int, _ value: Double) { initials[group] = value }
    func scheduledMomentum(_ group: Int) -> Double? { momenta[group] }
    func setScheduledMomentum(_ group: Int, _ value: Double) { momenta[group] = value }
}

/// The schedule that a case of `schedules.json` is about.
func makeSchedule(_ kind: String, _ options: JSON, _ groups: PlainGroups) throws -> LRScheduler {
    func int(_ name: String, _ usual: Int) -> Int { options[name].int ?? usual }
    func number(_ name: String, _ usual: Double) -> Double { options[name].double ?? usual }
    func perGroup(_ name: String, _ usual: Double) -> PerGroup {
        options[name].array.isEmpty ? .all(number(name, usual)) : .each(options[name].array.compactMap(\.double))
    }
    let last = int("last_epoch", -1)
    switch kind {
    case "LambdaLR":
        let names = options["lr_lambda"]
        guard !names.array.isEmpty else {
            return try LambdaLR(groups, factor: factor(names.string), lastEpoch: last)
        }
        return try LambdaLR(groups, factors: names.array.map { factor($0.string) }, lastEpoch: last)
    case "StepLR":
        return try StepLR(groups, stepSize: int("step_size", 0), gamma: number("gamma", 0.1), lastEpoch: last)
    case "MultiStepLR":
        return try MultiStepLR(
            groups, milestones: options["milestones"].ints, gamma: number("gamma", 0.1), lastEpoch: last)
    case "ConstantLR":
        return try ConstantLR(
            groups, factor: number("factor", 1 / 3), totalIters: int("total_iters", 5), lastEpoch: last)
    case "LinearLR":
        return try LinearLR(
            groups, startFactor: number("start_factor", 1 / 3), endFactor: number("end_factor", 1),
            totalIters: int("total_iters", 5), lastEpoch: last)
    case "ExponentialLR": return try ExponentialLR(groups, gamma: number("gamma", 0), lastEpoch: last)
    case "PolynomialLR":
        return try PolynomialLR(
            groups, totalIters: int("total_iters", 5), power: number("power", 1), lastEpoch: last)
    case "CosineAnnealingLR":
        return try CosineAnnealingLR(
            groups, tMax: int("T_max", 0), etaMin: number("eta_min", 0), lastEpoch: last)
    case "CosineAnnealingWarmRestarts":
        return try CosineAnnealingWarmRestarts(
            groups, t0: int("T_0", 0), tMult: int("T_mult", 1), etaMin: number("eta_min", 0), lastEpoch: last)
    case "OneCycleLR":
        var cycles = true
        if case .bool(let value) = options["cycle_momentum"] { cycles = value }
        return try OneCycleLR(
            groups, maxLR: perGroup("max_lr", 0), totalSteps: options["total_steps"].int,
            epochs: options["epochs"].int, stepsPerEpoch: options["steps_per_epoch"].int,
            pctStart: number("pct_start", 0.3),
            annealStrategy: .init(rawValue: options["anneal_strategy"].string) ?? .cos, cycleMomentum: cycles,
            baseMomentum: perGroup("base_momentum", 0.85), maxMomentum: perGroup("max_momentum", 0.95),
            divFactor: number("div_factor", 25), finalDivFactor: number("final_div_factor", 1e4),
            threePhase: options["three_phase"].bool)
    case "ReduceLROnPlateau":
        return try ReduceLROnPlateau(
            groups, mode: .init(rawValue: options["mode"].string) ?? .min, factor: number("factor", 0.1),
            patience: int("patience", 10), threshold: number("threshold", 1e-4),
            thresholdMode: .init(rawValue: options["threshold_mode"].string) ?? .rel, cooldown: int("cooldown", 0),
            minLR: perGroup("min_lr", 0), eps: number("eps", 1e-8))
    case "SequentialLR":
        let schedules = try options["schedulers"].array.map { try makeSchedule($0[0].string, $0[1], groups) }
        return try SequentialLR(groups, schedules: schedules, milestones: options["milestones"].ints)
    default: throw UnknownSchedule(kind: kind)
    }
}

struct UnknownSchedule: Error {
    let kind: String
}

/// The functions of `make_schedules.py`.
private func factor(_ name: String) -> LambdaLR.Factor {
    switch name {
    case "0.95**n": { pow(0.95, Double($0)) }
    case "1/(1+n)": { 1 / Double(1 + $0) }
    default: { cos(Double($0) / 10) }
    }
}
