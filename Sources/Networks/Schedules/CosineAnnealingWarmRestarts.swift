import CLibrary
import Operators

/// The rate falls along half a cosine, again and again, each time over `T_mult` times as many epochs
/// (`torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`; Loshchilov and Hutter, "SGDR", 2017).
public final class CosineAnnealingWarmRestarts: LRScheduler {
    private var t0: Int
    /// The length of the present fall, and how far in it we are; a fraction where a step was given one.
    private var tI: Int
    private var tMult: Int
    private var etaMin: Double
    private var tCur: Double

    static let declaration = ScheduleKind(
        "CosineAnnealingWarmRestarts",
        doc: "The rate falls along half a cosine again and again, each time over `T_mult` times as many epochs.",
        [.integer("T_0", min: 1), .integer("T_mult", min: 1, default: 1), .etaMin]
    ) { try CosineAnnealingWarmRestarts($0, $1) }

    /// - Throws: `ScheduleError` for a `T_0` or `T_mult` below 1.
    init(_ groups: any ScheduledGroups, _ a: Arguments) throws {
        (t0, tI, tMult) = (try a.integer("T_0"), try a.integer("T_0"), try a.integer("T_mult"))
        (etaMin, tCur) = (try a.number("eta_min"), Double(try a.integer("last_epoch")))
        try super.init(groups, lastEpoch: a.integer("last_epoch"))
    }

    override func rates() -> [Double] {
        let height = 1 + cos(.pi * tCur / Double(tI))
        return baseLRs.map { etaMin + ($0 - etaMin) * height / 2 }
    }

    public override func step() throws {
        guard lastEpoch >= 0 else { return try step(to: 0) }
        tCur += 1
        if tCur >= Double(tI) {
            tCur = tCur.truncatingRemainder(dividingBy: Double(tI))
            tI = multiplied(tI, Double(tMult))
        }
        lastEpoch += 1
        try set(rates())
    }

    /// Goes to an epoch, of which a part may have passed: `step(to: epoch + batch / batches)`.
    ///
    /// - Throws: `ScheduleError` for a negative epoch, and what `step()` throws.
    public func step(to epoch: Double) throws {
        guard epoch >= 0, epoch <= 0x1p53 else {
            throw ScheduleError("an epoch from 0 to 2^53 expected, got \(epoch)")
        }
        let first = Double(t0)
        if epoch < first {
            (tI, tCur) = (t0, epoch)
        } else if tMult == 1 {
            tCur = epoch.truncatingRemainder(dividingBy: first)
        } else {
            let factor = Double(tMult)
            let restarts = (log(epoch / first * (factor - 1) + 1) / log(factor)).rounded(.towardZero)
            let length = pow(factor, restarts)
            tCur = epoch - first * (length - 1) / (factor - 1)
            tI = multiplied(t0, length)
        }
        lastEpoch = Int(epoch)
        try set(rates())
    }

    /// The product, or the longest fall that there is.
    private func multiplied(_ length: Int, _ factor: Double) -> Int {
        let product = Double(length) * factor
        return product < 0x1p53 ? Int(product) : 1 << 53
    }

    override func validate() throws {
        try super.validate()
        try ScheduleError.check(t0, "T_0", atLeast: 1)
        try ScheduleError.check(tI, "T_i", atLeast: 1)
        try ScheduleError.check(tMult, "T_mult", atLeast: 1)
        guard tCur.magnitude <= 0x1p53 else { throw ScheduleError("T_cur of at most 2^53 expected, got \(tCur)") }
    }

    override var fields: [ScheduleField] {
        [
            ScheduleField("T_0", self, \.t0), ScheduleField("T_i", self, \.tI), ScheduleField("T_mult", self, \.tMult),
            ScheduleField("eta_min", self, \.etaMin), ScheduleField("T_cur", self, \.tCur),
        ] + super.fields
    }
}
