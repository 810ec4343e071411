/// Changes the learning rates of an optimiser's parameter groups from step to step
/// (`torch.optim.lr_scheduler.LRScheduler`). The constructor of a schedule sets the first rates.
///
/// Most schedules reckon from the present rate, as PyTorch's do, so that what others change in between stays changed.
/// A rate that would be no finite number is an error, where PyTorch goes on with it or divides by zero.
public class LRScheduler {
    /// The parameter groups of the optimiser.
    public let groups: any ScheduledGroups
    /// How many steps were made, the first one of the constructor not counted; an epoch is whatever lies between two
    /// calls of `step()`.
    public internal(set) var lastEpoch: Int
    /// The rates that the groups started with.
    public internal(set) var baseLRs: [Double]
    var stepCount = 0
    /// Whether the constructor's step is being made.
    private(set) var isInitial = false
    var lastLR: [Double]

    /// Makes the first step. The stored properties of the kind come before, so that all it overrides may be called.
    ///
    /// - Parameter lastEpoch: -1 to begin, or the last epoch of a run that goes on.
    /// - Throws: `ScheduleError` for numbers that `validate` refuses, and where a run goes on whose groups have no
    ///   initial rates.
    init(_ groups: any ScheduledGroups, lastEpoch: Int) throws {
        self.groups = groups
        self.lastEpoch = lastEpoch
        baseLRs = []
        lastLR = []
        try ScheduleError.check(lastEpoch, "last_epoch", atLeast: -1)
        try validate()
        try prepareGroups()
        for group in 0..<groups.groupCount where groups.initialLearningRate(group) == nil {
            guard lastEpoch == -1 else {
                throw ScheduleError(
                    "last_epoch \(lastEpoch) goes on from an earlier run, but parameter group \(group + 1) has no "
                        + "initial_lr: load the optimizer's state first, or leave last_epoch out")
            }
            groups.setInitialLearningRate(group, groups.learningRate(group))
        }
        baseLRs = (0..<groups.groupCount).map { groups.initialLearningRate($0) ?? groups.learningRate($0) }
        try initialStep()
    }

    /// For schedules that make their first step in another way.
    init(unstepped groups: any ScheduledGroups, lastEpoch: Int) {
        self.groups = groups
        self.lastEpoch = lastEpoch
        baseLRs = []
        lastLR = (0..<groups.groupCount).map { groups.learningRate($0) }
    }

    // MARK: Steps

    /// The rates as the last step left them (`get_last_lr`), one for each group.
    public func getLastLR() -> [Double] { lastLR }

    /// Goes on by one epoch. Call it after the optimiser's own `step()`.
    ///
    /// - Throws: `ScheduleError` where the schedule has ended, a rate is not finite, or the optimiser has other groups
    ///   than the schedule was made for; what a caller's closure throws.
    public func step() throws {
        stepCount += 1
        try update()
    }

    func initialStep() throws {
        stepCount = 0
        isInitial = true
        defer { isInitial = false }
        try step()
    }

    /// Sets the rates of the next epoch, or of a given one.
    final func update(to epoch: Int? = nil) throws {
        lastEpoch = epoch ?? lastEpoch + 1
        try set(epoch == nil ? rates() : closedForm() ?? rates())
    }

    final func set(_ rates: [Double]) throws {
        guard rates.count == groups.groupCount else {
            throw ScheduleError(
                "the schedule was made for \(rates.count) parameter groups, the optimizer has \(groups.groupCount)")
        }
        if let rate = rates.first(where: { !$0.isFinite }) {
            throw ScheduleError("the learning rate would be \(rate.isNaN ? "nan" : "\(rate)") at epoch \(lastEpoch)")
        }
        for (group, rate) in rates.enumerated() { groups.setLearningRate(group, rate) }
        noteRates()
    }

    final func noteRates() { lastLR = presentRates }

    /// The groups' rates as they are now.
    final var presentRates: [Double] { (0..<groups.groupCount).map { groups.learningRate($0) } }

    // MARK: What a schedule is

    /// The rates of `lastEpoch`, reckoned from those of the epoch before where that can be (`get_lr`).
    func rates() throws -> [Double] { presentRates }

    /// The rates of `lastEpoch` reckoned from the initial ones (`_get_closed_form_lr`); nil where there is no such form.
    func closedForm() throws -> [Double]? { nil }

    /// Changes the groups before the first step, for schedules that start from rates of their own.
    func prepareGroups() throws {}

    /// - Throws: `ScheduleError` for numbers that no such schedule can have; asked when it is made, and when a state is
    ///   loaded.
    func validate() throws {
        try ScheduleError.checkSize(lastEpoch, "last_epoch")
        try ScheduleError.checkSize(stepCount, "_step_count")
    }

    // MARK: State

    /// The parts of the state, in PyTorch's order.
    var fields: [ScheduleField] {
        [
            ScheduleField("base_lrs", self, \.baseLRs), ScheduleField("last_epoch", self, \.lastEpoch),
            ScheduleField("_step_count", self, \.stepCount), ScheduleField("_is_initial", constant: .bool(false)),
            ScheduleField("_get_lr_called_within_step", constant: .bool(false)),
            ScheduleField("_last_lr", self, \.lastLR),
        ]
    }

    /// All that tells this schedule from another of its kind, by PyTorch's names and in its order.
    public final var stateDict: [ScheduleEntry] { fields.map { ScheduleEntry($0.name, $0.read()) } }

    /// Goes on from a state; what it does not name stays as it is. The optimiser's own state has the rates.
    ///
    /// - Throws: `ScheduleError` for names and values that are not of such a schedule; then nothing has changed.
    public final func loadStateDict(_ state: [ScheduleEntry]) throws {
        let before = stateDict
        do {
            try apply(state)
            try validate()
            guard baseLRs.isEmpty || baseLRs.count == groups.groupCount else {
                throw ScheduleError(
                    "'base_lrs' in the state has \(baseLRs.count) numbers for \(groups.groupCount) parameter groups")
            }
        } catch {
            try? apply(before)
            throw error
        }
    }

    private func apply(_ state: [ScheduleEntry]) throws {
        let fields = fields
        let changes = try state.map { entry in
            guard let field = fields.first(where: { $0.name == entry.name }) else {
                throw ScheduleError("'\(entry.name)' is not in the state of \(kind)")
            }
            return try field.prepare(entry.value)
        }
        for change in changes { change() }
    }

    /// "StepLR".
    var kind: String { "\(type(of: self))" }
}
