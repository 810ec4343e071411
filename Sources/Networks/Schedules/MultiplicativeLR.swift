/// The rate times a function of the epoch, again at each epoch (`torch.optim.lr_scheduler.MultiplicativeLR`).
public final class MultiplicativeLR: LRScheduler {
    private let factors: [LambdaLR.Factor]

    /// A function for each group.
    ///
    /// - Throws: `ScheduleError` for another number of functions; what they throw.
    public init(_ groups: any ScheduledGroups, factors: [LambdaLR.Factor], lastEpoch: Int = -1) throws {
        guard factors.count == groups.groupCount else {
            throw ScheduleError("lr_lambda has \(factors.count) functions for \(groups.groupCount) parameter groups")
        }
        self.factors = factors
        try super.init(groups, lastEpoch: lastEpoch)
    }

    override func rates() throws -> [Double] {
        if isInitial { return presentRates }
        return try zip(presentRates, factors).map { rate, factor in rate * (try factor(lastEpoch)) }
    }

    /// The functions themselves are not saved, as in PyTorch.
    override var fields: [ScheduleField] {
        super.fields + [ScheduleField("lr_lambdas", constant: .list(factors.map { _ in .null }))]
    }
}
