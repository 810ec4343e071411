import CLibrary
import Synchronization

/// Work that threads do before its results are asked for.
///
/// The threads are there only while there is work that nobody has begun, and room for its results: they end when it is
/// out, and so leave nothing behind of a pass that was broken off. What no thread has begun when it is asked for is done by whoever asks, so that
/// results come where the system gives no thread, too.
final class Ahead<Value: Sendable>: Sendable {
    typealias Work = @Sendable () throws -> Value

    private let workers: Int
    private let desk: Desk

    /// - Parameters:
    ///   - workers: the most threads at once.
    ///   - room: how many bytes of results may wait: no thread begins work beside more.
    ///   - size: the bytes of a result.
    init(workers: Int, room: Int, size: @escaping @Sendable (Value) -> Int) {
        self.workers = max(0, workers)
        desk = Desk(room: room, size: size)
    }

    /// What the threads know: not the `Ahead` itself, which may be gone before them.
    private final class Desk: Sendable {
        struct State {
            /// Work that nobody has begun, the next one last.
            var waiting: [(ticket: Int, work: Work)] = []
            /// Begun by a thread, and not asked for yet.
            var begun: Set<Int> = []
            var results: [Int: Result<Value, any Error>] = [:]
            /// Work whose result nobody wants any more.
            var dropped: Set<Int> = []
            var threads = 0
            /// Bytes of the results.
            var held = 0
        }

        let state = Mutex(State())
        let signal = Signal()
        let room: Int
        private let measure: @Sendable (Value) -> Int

        init(room: Int, size: @escaping @Sendable (Value) -> Int) { (self.room, measure) = (room, size) }

        func size(_ result: Result<Value, any Error>) -> Int { (try? result.get()).map(measure) ?? 0 }

        /// Takes a result out.
        func remove(_ ticket: Int, _ state: inout State) -> Result<Value, any Error>? {
            guard let result = state.results.removeValue(forKey: ticket) else { return nil }
            state.held -= size(result)
            return result
        }
    }

    /// Has work done by a thread, some time.
    ///
    /// - Parameter ticket: what its result is asked for by; no two have the same.
    func add(_ ticket: Int, _ work: @escaping Work) {
        desk.state.withLock { $0.waiting.insert((ticket, work), at: 0) }
        startThread()
    }

    /// The result of work, waited for, or the work done now.
    ///
    /// - Throws: what the work threw.
    func take(_ ticket: Int) throws -> Value {
        let own = desk.state.withLock { state in
            let place = state.waiting.lastIndex { $0.ticket == ticket }
            return place.map { state.waiting.remove(at: $0).work }
        }
        if let own { return try own() }
        let result = desk.signal.wait { desk.state.withLock { desk.remove(ticket, &$0) } }
        // There may be room again.
        startThread()
        return try result.get()
    }

    /// Forgets work whose result is not wanted any more.
    func drop(_ ticket: Int) {
        desk.state.withLock { state in
            state.waiting.removeAll { $0.ticket == ticket }
            _ = desk.remove(ticket, &state)
            if state.begun.contains(ticket) { state.dropped.insert(ticket) }
        }
    }

    /// Forgets all work; each thread ends with what it has begun.
    func stop() {
        desk.state.withLock { state in
            state.waiting = []
            (state.results, state.held) = ([:], 0)
            state.dropped.formUnion(state.begun)
        }
    }

    // MARK: Threads

    /// Starts a thread where there is work for one more.
    private func startThread() {
        let isNeeded = desk.state.withLock { state in
            guard state.threads < workers, !state.waiting.isEmpty, state.held < desk.room else { return false }
            state.threads += 1
            return true
        }
        guard isNeeded else { return }
        let argument = Unmanaged.passRetained(Entry { [desk] in Self.work(desk) }).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let failed = pthread_create(&thread, nil, { enter($0) }, argument) != 0
            if let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let failed = pthread_create(&thread, nil, { enter($0) }, argument) != 0
            if !failed { pthread_detach(thread) }
        #endif
        guard failed else { return }
        Unmanaged<Entry>.fromOpaque(argument).release()
        desk.state.withLock { $0.threads -= 1 }
    }

    private static func work(_ desk: Desk) {
        while true {
            let next = desk.state.withLock { state in
                let next = state.held < desk.room ? state.waiting.popLast() : nil
                if let next { state.begun.insert(next.ticket) } else { state.threads -= 1 }
                return next
            }
            guard let next else { return }
            let result = Result { try next.work() }
            desk.signal.change {
                desk.state.withLock { state in
                    state.begun.remove(next.ticket)
                    guard state.dropped.remove(next.ticket) == nil else { return }
                    state.results[next.ticket] = result
                    state.held += desk.size(result)
                }
            }
        }
    }
}

/// Wakes those who wait for something to change.
private final class Signal: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Waits until `look` finds something.
    func wait<Found>(_ look: () -> Found?) -> Found {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let found = look() { return found }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// Makes a change, under the lock so that it cannot come between looking and waiting.
    func change(_ make: () -> Void) {
        pthread_mutex_lock(mutex)
        make()
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}

private final class Entry: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func enter(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    // Signals are the main thread's: a worker must not be the one that Ctrl-C interrupts.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    if let argument { Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue().body() }
    return nil
}
