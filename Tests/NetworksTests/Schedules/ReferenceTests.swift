import Networks
import TestSupport
import Testing

/// Schedules against the values of `make_schedules.py`, which PyTorch made.
@Suite("Schedules are PyTorch's")
struct ScheduleReferenceTests {
    static let kinds = [
        "LambdaLR", "StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR",
        "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "OneCycleLR", "ReduceLROnPlateau", "SequentialLR",
    ]

    /// Read once: it takes a while.
    private static let all = Result { try JSON.referenceCases("schedules.json") }

    private static func cases(_ kind: String) throws -> [JSON] { try all.get().filter { $0["kind"].string == kind } }

    private func numbers(_ json: JSON) -> [Double] { json.array.compactMap(\.double) }

    /// Whether two rows agree to 1e-12 of the larger.
    private func agree(_ one: [Double], _ other: [Double]) -> Bool {
        one.count == other.count
            && zip(one, other).allSatisfy { abs($0 - $1) <= 1e-12 * max(abs($0), abs($1), 1e-12) }
    }

    private func groups(of wanted: JSON) -> PlainGroups {
        let groups = PlainGroups(numbers(wanted["lrs"]))
        for (group, rate) in numbers(wanted["initial_lrs"]).enumerated() { groups.initials[group] = rate }
        return groups
    }

    /// Makes step `index`, with what the case has for it.
    private func step(_ schedule: LRScheduler, _ wanted: JSON, _ index: Int, _ groups: PlainGroups) throws {
        for (group, rate) in numbers(wanted["changes"]["\(index)"]).enumerated() where group < groups.groupCount {
            groups.rates[group] = rate
        }
        if let plateau = schedule as? ReduceLROnPlateau {
            try plateau.step(wanted["metrics"][index].double ?? .nan)
        } else if let epoch = wanted["arguments"][index].double {
            try #require(schedule as? CosineAnnealingWarmRestarts).step(to: epoch)
        } else {
            try schedule.step()
        }
    }

    @Test("Rates, momenta and epochs of every step", arguments: kinds)
    func sequences(kind: String) throws {
        let cases = try Self.cases(kind)
        #expect(cases.count >= 4)
        for wanted in cases {
            let name = "\(kind) \(wanted["options"]) \(wanted["lrs"])"
            let groups = groups(of: wanted)
            let schedule = try makeSchedule(kind, wanted["options"], groups)
            let rows = wanted["rates"].array
            #expect(rows.count > 30)
            for index in rows.indices {
                if index > 0 { try step(schedule, wanted, index - 1, groups) }
                #expect(agree(schedule.getLastLR(), numbers(rows[index])), "\(name), step \(index)")
                #expect(schedule.getLastLR() == groups.rates)
                #expect(schedule.lastEpoch == wanted["last_epochs"][index].int, "\(name), step \(index)")
                let momenta = numbers(wanted["momenta"][index])
                if !momenta.isEmpty {
                    #expect(agree(groups.momenta.compactMap { $0 }, momenta), "\(name), step \(index)")
                }
            }
        }
    }

    @Test("The state has PyTorch's names, order and values", arguments: kinds)
    func states(kind: String) throws {
        for wanted in try Self.cases(kind) {
            let groups = groups(of: wanted)
            let schedule = try makeSchedule(kind, wanted["options"], groups)
            for index in 1..<wanted["rates"].array.count { try step(schedule, wanted, index - 1, groups) }
            compare(schedule.stateDict, wanted["state"], "\(kind) \(wanted["options"])")
        }
    }

    private func compare(_ state: [ScheduleEntry], _ wanted: JSON, _ name: String) {
        // The optimizer's name for its momentum is its own affair here.
        let entries = wanted.array.filter { $0[0].string != "use_beta1" }
        #expect(state.map(\.name) == entries.map { $0[0].string }, "\(name)")
        for (entry, pair) in zip(state, entries) { compare(entry.value, pair[1], "\(name): \(entry.name)") }
    }

    private func compare(_ value: ScheduleValue, _ wanted: JSON, _ name: String) {
        switch value {
        case .null: if case .null = wanted {} else { Issue.record("\(name) is none") }
        case .bool(let bool): #expect(bool == wanted.bool, "\(name)")
        case .integer(let integer): #expect(integer == wanted.int, "\(name)")
        case .number(let number):
            let infinity = ["inf": Double.infinity, "-inf": -.infinity][wanted.string]
            #expect(agree([number], [infinity ?? wanted.double ?? .nan]) || number == infinity, "\(name)")
        case .string(let string): #expect(string == wanted.string, "\(name)")
        case .list(let items) where name.hasSuffix(": milestones"):
            // PyTorch counts the milestones: pairs of epoch and number, the first ones first.
            let all = wanted.array.flatMap { Array(repeating: $0[0].int, count: $0[1].int ?? 0) }
            let epochs = items.map { if case .integer(let epoch) = $0 { epoch } else { -1 } }
            #expect(epochs.sorted() == all.compactMap { $0 }.sorted(), "\(name)")
        case .list(let items):
            #expect(items.count == wanted.array.count, "\(name)")
            for (item, wanted) in zip(items, wanted.array) { compare(item, wanted, name) }
        case .entries(let entries): compare(entries, wanted, name)
        }
    }

    @Test("A run that is taken up again goes on as if it had not ended", arguments: kinds)
    func resuming(kind: String) throws {
        for wanted in try Self.cases(kind) {
            let groups = groups(of: wanted)
            let first = try makeSchedule(kind, wanted["options"], groups)
            for index in 0..<13 { try step(first, wanted, index, groups) }
            let fresh = self.groups(of: wanted)
            let second = try makeSchedule(kind, wanted["options"], fresh)
            try second.loadStateDict(first.stateDict)
            (fresh.rates, fresh.initials, fresh.momenta) = (groups.rates, groups.initials, groups.momenta)
            #expect(second.stateDict == first.stateDict)
            for index in 13..<30 {
                try step(second, wanted, index, fresh)
                #expect(agree(second.getLastLR(), numbers(wanted["rates"][index + 1])), "\(kind), step \(index)")
            }
        }
    }
}
