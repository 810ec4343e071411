import CLibrary
import CProcessor
import Synchronization

/// Runs the parts of a loop on all processors. Starting and joining costs a few microseconds while the workers are
/// still spinning from the last loop, some tens after they have gone to sleep.
public final class ThreadPool: Sendable {
    /// The pool that everything shares. It has as many threads as the process may use processors, or as
    /// `NIGHTJAR_NUM_THREADS` or `setThreads` says.
    public static var shared: ThreadPool { current.withLock { $0 } }

    private static let current = Mutex(ThreadPool(threads: defaultThreadCount()))

    /// Changes how many threads the shared pool has, from the next loop on: 1 to 256, others are brought into that
    /// range. A loop under way ends on the threads it has.
    public static func setThreads(_ count: Int) {
        let count = min(max(1, count), mostThreads)
        let replaced = current.withLock { pool -> ThreadPool? in
            if pool.threads == count { return nil }
            defer { pool = ThreadPool(threads: count) }
            return pool
        }
        replaced?.stop()
    }

    static let mostThreads = 256

    /// Threads in use, the caller's included.
    public let threads: Int

    /// What runs: set while the gate is closed and no worker is inside, read only by workers that came in.
    private struct Job: @unchecked Sendable {
        let body = UnsafeMutablePointer<(Int) -> Void>.allocate(capacity: 1)
        let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    }

    private let job = Job()
    private let next = Atomic<Int>(0)
    /// The generation of the job (upper half), whether it takes workers no more (bit 31), how many are inside.
    private let gate = Atomic<UInt64>(closed)
    private let sleepers = Atomic<Int>(0)
    private let isBusy = Atomic<Bool>(false)
    private let isStopped = Atomic<Bool>(false)
    private let sleep: Sleep

    private static let closed: UInt64 = 1 << 31
    private static let generation: UInt64 = 1 << 32

    private struct Sleep: @unchecked Sendable {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    }

    /// - Parameter threads: the most that work at once, 1 or more. The workers live, and keep the pool, until `stop`.
    public init(threads: Int) {
        job.body.initialize(to: { _ in })
        job.count.initialize(to: 0)
        sleep = Sleep()
        pthread_mutex_init(sleep.mutex, nil)
        pthread_cond_init(sleep.condition, nil)
        self.threads = max(1, threads)
        // A worker that cannot be had is one fewer: the loop's parts go to whoever comes.
        for _ in 1..<max(1, threads) { startWorker() }
    }

    deinit {
        pthread_cond_destroy(sleep.condition)
        pthread_mutex_destroy(sleep.mutex)
        sleep.condition.deallocate()
        sleep.mutex.deallocate()
        job.body.deinitialize(count: 1)
        job.body.deallocate()
        job.count.deallocate()
    }

    /// Lets the workers go, each after the loop it works on. Loops run on their caller's thread from then on.
    public func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        pthread_mutex_lock(sleep.mutex)
        pthread_cond_broadcast(sleep.condition)
        pthread_mutex_unlock(sleep.mutex)
    }

    /// Calls `body` once with each number in `0..<count`, on several threads in no certain order, and returns when
    /// all calls have. While a loop of several parts runs, a call from inside one runs on its own thread alone.
    public func run(_ count: Int, _ body: (Int) -> Void) {
        if count <= 0 { return }
        if count == 1 || threads == 1 || isBusy.exchange(true, ordering: .acquiring) {
            for index in 0..<count { body(index) }
            return
        }
        withoutActuallyEscaping(body) { body in
            job.body.pointee = body
            job.count.pointee = count
            next.store(0, ordering: .relaxed)
            let opened = (gate.load(ordering: .relaxed) & ~(Self.generation - 1)) &+ Self.generation
            gate.store(opened, ordering: .sequentiallyConsistent)
            if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
                pthread_mutex_lock(sleep.mutex)
                pthread_cond_broadcast(sleep.condition)
                pthread_mutex_unlock(sleep.mutex)
            }
            work()
            gate.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing)
            var spins = 0
            while gate.load(ordering: .acquiring) & (Self.closed - 1) != 0 {
                spins += 1
                if spins & 1023 == 0 { sched_yield() }
            }
            job.body.pointee = { _ in }
        }
        isBusy.store(false, ordering: .releasing)
    }

    private func work() {
        let (body, count) = (job.body.pointee, job.count.pointee)
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            if index >= count { return }
            body(index)
        }
    }

    private func startWorker() {
        let argument = Unmanaged.passRetained(self).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = pthread_create(&thread, nil, { pool in ThreadPool.enter(pool) }, argument)
            if status == 0, let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let status = pthread_create(
                &thread, nil, { pool in pool.flatMap { ThreadPool.enter($0) } }, argument)
            if status == 0 { pthread_detach(thread) }
        #endif
        if status != 0 { Unmanaged<ThreadPool>.fromOpaque(argument).release() }
    }

    private static func enter(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        // Signals are the main thread's: a worker must not be the one that Ctrl-C interrupts.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        Unmanaged<ThreadPool>.fromOpaque(argument).takeRetainedValue().serve()
        return nil
    }

    private func serve() {
        var seen: UInt64 = 0
        while let open = waitForJob(after: seen) {
            seen = open >> 32
            var current = open
            while current >> 32 == seen && current & Self.closed == 0 {
                let (entered, now) = gate.compareExchange(
                    expected: current, desired: current + 1, ordering: .acquiringAndReleasing)
                if entered {
                    work()
                    gate.wrappingSubtract(1, ordering: .releasing)
                    break
                }
                current = now
            }
        }
    }

    /// Spins for a while, for the next job mostly comes at once, then sleeps; nil once the pool is stopped.
    private func waitForJob(after seen: UInt64) -> UInt64? {
        for _ in 0..<20_000 where !isStopped.load(ordering: .relaxed) {
            let now = gate.load(ordering: .acquiring)
            if now >> 32 != seen && now & Self.closed == 0 { return now }
            nightjar_spin_hint()
        }
        pthread_mutex_lock(sleep.mutex)
        defer { pthread_mutex_unlock(sleep.mutex) }
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
        while !isStopped.load(ordering: .sequentiallyConsistent) {
            let now = gate.load(ordering: .sequentiallyConsistent)
            if now >> 32 != seen && now & Self.closed == 0 { return now }
            pthread_cond_wait(sleep.condition, sleep.mutex)
        }
        return nil
    }
}

private func defaultThreadCount() -> Int {
    KernelSettings.threads ?? Int(nightjar_processor_count())
}
