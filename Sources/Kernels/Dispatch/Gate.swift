import CLibrary
import CProcessor
import Synchronization

/// Where a pool's workers wait for a job, and the caller for the workers.
///
/// One word says which job it is, whether it takes workers, how many at once, and how many are inside. Whoever waits
/// looks at it for a moment, for mostly it changes at once; then goes on looking, but lets any other thread that wants
/// the processor have it; and then sleeps.
final class Gate: Sendable {
    /// The number of the job (upper half), whether it is closed (bit 31), how many may be inside (15 bits), how many
    /// are (16 bits).
    private let state = Atomic<UInt64>(closed)
    /// Workers that sleep and were not woken.
    private let sleepers = Atomic<Int>(0)
    private let isCallerAsleep = Atomic<Bool>(false)
    private let isStopped = Atomic<Bool>(false)
    private let bed = Bed()

    private static let closed: UInt64 = 1 << 31
    private static let job: UInt64 = 1 << 32
    private static let inside: UInt64 = 0xFFFF

    /// How long one looks without letting go of the processor: in nanoseconds, about what it costs to be woken.
    private static let glance: Int64 = 10_000
    /// How long a worker looks out for the next job: longer than what a script does between two steps.
    private static let vigil: Int64 = 2_000_000
    /// How long the caller looks out for the last worker: longer than most parts take.
    private static let patience: Int64 = 20_000
    /// Who did not have the processor for so long while he looked shares it with another program: this program's own
    /// threads give it back sooner.
    private static let absence: Int64 = 1_000_000
    /// How long that is then taken for granted.
    private static let memory: Int64 = 100_000_000

    private struct Bed: @unchecked Sendable {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        /// Workers sleep here.
        let jobs = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        /// The caller sleeps here.
        let ends = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        /// How many of the workers that were woken have not got up yet. Guarded by the mutex, as what makes `sleepers`
        /// larger or smaller is.
        let calls = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    }

    init() {
        pthread_mutex_init(bed.mutex, nil)
        pthread_cond_init(bed.jobs, nil)
        pthread_cond_init(bed.ends, nil)
        bed.calls.initialize(to: 0)
    }

    deinit {
        pthread_cond_destroy(bed.ends)
        pthread_cond_destroy(bed.jobs)
        pthread_mutex_destroy(bed.mutex)
        bed.ends.deallocate()
        bed.jobs.deallocate()
        bed.mutex.deallocate()
        bed.calls.deallocate()
    }

    // MARK: The caller

    /// Lets up to so many workers in, and wakes them where they sleep. What they are to do was written before.
    func open(for workers: Int) {
        let number = (state.load(ordering: .relaxed) & ~(Self.job - 1)) &+ Self.job
        state.store(number | UInt64(workers) << 16, ordering: .sequentiallyConsistent)
        // A worker says that it sleeps before it looks for the last time: one of the two is seen.
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake(workers) }
    }

    private func wake(_ most: Int) {
        pthread_mutex_lock(bed.mutex)
        let asleep = sleepers.load(ordering: .relaxed)
        let woken = min(most, asleep)
        sleepers.store(asleep - woken, ordering: .relaxed)
        bed.calls.pointee += woken
        pthread_mutex_unlock(bed.mutex)
        for _ in 0..<woken { pthread_cond_signal(bed.jobs) }
    }

    /// Lets no more workers in, and returns when the last has left.
    func closeAndWait() {
        state.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing)
        let start = nanoseconds()
        repeat {
            for _ in 0..<64 {
                if isEmpty { return }
                nightjar_spin_hint()
            }
        } while nanoseconds() - start < Self.patience
        // A worker that lost its processor in the middle of a part can have this one.
        pthread_mutex_lock(bed.mutex)
        isCallerAsleep.store(true, ordering: .sequentiallyConsistent)
        while !isEmpty { pthread_cond_wait(bed.ends, bed.mutex) }
        isCallerAsleep.store(false, ordering: .relaxed)
        pthread_mutex_unlock(bed.mutex)
    }

    private var isEmpty: Bool { state.load(ordering: .sequentiallyConsistent) & Self.inside == 0 }

    /// Sends all workers home: `enter` returns false from now on.
    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        pthread_mutex_lock(bed.mutex)
        pthread_cond_broadcast(bed.jobs)
        pthread_mutex_unlock(bed.mutex)
    }

    // MARK: The workers

    /// What a worker remembers.
    struct Visitor {
        /// The last job it saw.
        fileprivate var seen: UInt64 = 0
        /// When it last came back from an absence.
        fileprivate var absence: Int64 = .min / 2
        /// Until when it expects that another program wants its processor.
        fileprivate var sharesUntil: Int64 = 0
    }

    /// Waits for a job that was not seen yet and has room, and comes in; false once the gate was stopped.
    func enter(_ visitor: inout Visitor) -> Bool {
        while var current = awaitJob(&visitor) {
            visitor.seen = current / Self.job
            while hasRoom(current, for: visitor) {
                let (entered, now) = state.compareExchange(
                    expected: current, desired: current + 1, ordering: .acquiringAndReleasing)
                if entered { return true }
                current = now
            }
        }
        return false
    }

    private func hasRoom(_ state: UInt64, for visitor: Visitor) -> Bool {
        state / Self.job == visitor.seen && state & Self.closed == 0
            && state & Self.inside < state >> 16 & (Self.inside >> 1)
    }

    func leave() {
        let left = state.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue
        guard left & Self.inside == 0, isCallerAsleep.load(ordering: .sequentiallyConsistent) else { return }
        // The caller holds the mutex from when it said so until it sleeps.
        pthread_mutex_lock(bed.mutex)
        pthread_mutex_unlock(bed.mutex)
        pthread_cond_signal(bed.ends)
    }

    private func newJob(_ visitor: Visitor) -> UInt64? {
        let now = state.load(ordering: .sequentiallyConsistent)
        return now / Self.job != visitor.seen && now & Self.closed == 0 ? now : nil
    }

    private func awaitJob(_ visitor: inout Visitor) -> UInt64? {
        while !isStopped.load(ordering: .relaxed) {
            if let job = lookOut(&visitor) ?? sleep(visitor) { return job }
        }
        return nil
    }

    /// Looks out for a job. To do so on a processor that another program wants would use up this worker's share of it,
    /// which then fails when there is work.
    private func lookOut(_ visitor: inout Visitor) -> UInt64? {
        let start = nanoseconds()
        if start < visitor.sharesUntil { return newJob(visitor) }
        var last = start
        while last - start < Self.vigil, start >= visitor.sharesUntil, !isStopped.load(ordering: .relaxed) {
            for _ in 0..<64 {
                if let job = newJob(visitor) { return job }
                nightjar_spin_hint()
            }
            if last - start > Self.glance { sched_yield() }
            let now = nanoseconds()
            if now - last > Self.absence {
                if now - visitor.absence < Self.memory / 4 { visitor.sharesUntil = now + Self.memory }
                visitor.absence = now
            }
            last = now
        }
        return nil
    }

    /// Sleeps until it is called for; the job that came just before it could, else nil.
    private func sleep(_ visitor: Visitor) -> UInt64? {
        pthread_mutex_lock(bed.mutex)
        defer { pthread_mutex_unlock(bed.mutex) }
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if let job = newJob(visitor) {
            sleepers.wrappingSubtract(1, ordering: .relaxed)
            return job
        }
        while bed.calls.pointee == 0 {
            if isStopped.load(ordering: .sequentiallyConsistent) { return nil }
            pthread_cond_wait(bed.jobs, bed.mutex)
        }
        bed.calls.pointee -= 1
        return nil
    }
}
