/// The initial rate times a function of the epoch (`torch.optim.lr_scheduler.LambdaLR`).
public final class LambdaLR: LRScheduler {
    /// The factor at an epoch.
    public typealias Factor = (_ epoch: Int) throws -> Double

    private let factors: [Factor]

    /// One function for all groups.
    public convenience init(
        _ groups: any ScheduledGroups, factor: @escaping Factor, lastEpoch: Int = -1
    ) throws {
        try self.init(groups, factors: Array(repeating: factor, count: groups.groupCount), lastEpoch: lastEpoch)
    }

    /// A function for each group.
    ///
    /// - Throws: `ScheduleError` for another number of functions; what they throw.
    public init(_ groups: any ScheduledGroups, factors: [Factor], lastEpoch: Int = -1) throws {
        guard factors.count == groups.groupCount else {
            throw ScheduleError("lr_lambda has \(factors.count) functions for \(groups.groupCount) parameter groups")
        }
        self.factors = factors
        try super.init(groups, lastEpoch: lastEpoch)
    }

    override func rates() throws -> [Double] {
        try zip(baseLRs, factors).map { base, factor in base * (try factor(lastEpoch)) }
    }

    /// The functions themselves are not saved, as in PyTorch.
    override var fields: [ScheduleField] {
        super.fields + [ScheduleField("lr_lambdas", constant: .list(factors.map { _ in .null }))]
    }
}
