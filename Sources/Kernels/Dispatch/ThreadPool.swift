import CLibrary
import CProcessor
import Synchronization

/// Runs the parts of a loop on all processors. Starting and joining costs less than a microsecond while the workers
/// still look out for the next loop, about ten after they have gone to sleep.
///
/// The parts are claimed one by one, so that a worker which comes late, or not at all, holds nobody up.
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
    private let gate = Gate()
    private let isBusy = Atomic<Bool>(false)
    private let isStarted = Atomic<Bool>(false)
    /// Nanoseconds that loops of several parts have taken before there were workers.
    private let timeAlone = Atomic<Int>(0)
    /// What loops may take before there are workers, in nanoseconds: a few times what starting one costs, for a program
    /// that does little spends as much on calling everything for the first time, which no worker makes shorter.
    private static let startingTime = 400_000

    /// - Parameter threads: the most that work at once, 1 to 256; others are brought into that range. The workers start
    ///   when loops of several parts have taken some time; they live, and keep the pool, until `stop`.
    public init(threads: Int) {
        job.body.initialize(to: { _ in })
        job.count.initialize(to: 0)
        self.threads = min(max(1, threads), Self.mostThreads)
    }

    deinit {
        job.body.deinitialize(count: 1)
        job.body.deallocate()
        job.count.deallocate()
    }

    /// Lets the workers go, each after the loop it works on. Loops run on their caller's thread from then on.
    public func stop() { gate.stop() }

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
            gate.open(for: min(count, threads) - 1)
            if isStarted.load(ordering: .relaxed) { work() } else { workAlone() }
            gate.closeAndWait()
            job.body.pointee = { _ in }
        }
        isBusy.store(false, ordering: .releasing)
    }

    private func work() {
        let (body, count) = (job.body.pointee, job.count.pointee)
        while let index = claim(count) { body(index) }
    }

    private func claim(_ count: Int) -> Int? {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < count ? index : nil
    }

    /// The same before there are workers: they start when the loops so far have taken longer than starting them does, and
    /// come into the loop under way. A program that does little needs none.
    private func workAlone() {
        let (body, count) = (job.body.pointee, job.count.pointee)
        while !isStarted.load(ordering: .relaxed) {
            guard let index = claim(count) else { return }
            let began = nanoseconds()
            body(index)
            let spent = timeAlone.wrappingAdd(Int(nanoseconds() - began), ordering: .relaxed).newValue
            if spent > Self.startingTime { start() }
        }
        work()
    }

    private func start() {
        isStarted.store(true, ordering: .relaxed)
        // A worker that cannot be had is one fewer: the loop's parts go to whoever comes.
        for _ in 1..<threads { startWorker() }
    }

    // MARK: Workers

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
        let pool = Unmanaged<ThreadPool>.fromOpaque(argument).takeRetainedValue()
        var visitor = Gate.Visitor()
        while pool.gate.enter(&visitor) {
            pool.work()
            pool.gate.leave()
        }
        return nil
    }
}

private func defaultThreadCount() -> Int {
    KernelSettings.threads ?? Int(nightjar_processor_count())
}
