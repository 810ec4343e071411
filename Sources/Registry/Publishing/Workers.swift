import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Does something with each item on several threads at once. What the work tells is handed to `hear` on the calling
/// thread, which returns when all is done. With one thread everything happens on the calling one.
func inParallel<Item: Sendable, News: Sendable>(
    _ items: [Item], threads: Int, hear: @escaping (News) -> Void,
    work: @escaping @Sendable (Item, _ tell: @escaping (News) -> Void) -> Void
) {
    guard threads > 1, items.count > 1 else {
        for item in items { work(item, hear) }
        return
    }
    let desk = Desk<Item, News>(items)
    for _ in 0..<min(threads, items.count) {
        desk.employ {
            while let item = desk.next() { work(item) { desk.tell($0) } }
        }
    }
    // Where the system gives no thread at all, this one does the work.
    if desk.isEmpty { while let item = desk.next() { work(item, hear) } }
    while let news = desk.wait() { for one in news { hear(one) } }
}

/// Where workers take items and leave news.
private final class Desk<Item: Sendable, News: Sendable>: Sendable {
    private struct State {
        var items: [Item]
        var news: [News] = []
        var workers = 0
    }

    private struct Signal: @unchecked Sendable {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    }

    private let state: Mutex<State>
    private let signal = Signal()

    init(_ items: [Item]) {
        state = Mutex(State(items: items.reversed()))
        pthread_mutex_init(signal.mutex, nil)
        pthread_cond_init(signal.condition, nil)
    }

    deinit {
        pthread_cond_destroy(signal.condition)
        pthread_mutex_destroy(signal.mutex)
        signal.condition.deallocate()
        signal.mutex.deallocate()
    }

    var isEmpty: Bool { state.withLock { $0.workers == 0 } }

    func next() -> Item? { state.withLock { $0.items.popLast() } }

    func tell(_ news: News) {
        state.withLock { $0.news.append(news) }
        wake()
    }

    /// What was told since; waits for it. Nil once every worker has ended and all was handed out.
    func wait() -> [News]? {
        pthread_mutex_lock(signal.mutex)
        defer { pthread_mutex_unlock(signal.mutex) }
        while true {
            let (news, workers) = state.withLock { state in
                defer { state.news = [] }
                return (state.news, state.workers)
            }
            if !news.isEmpty { return news }
            if workers == 0 { return nil }
            pthread_cond_wait(signal.condition, signal.mutex)
        }
    }

    /// Runs `body` on a thread of its own, if the system gives one.
    func employ(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.workers += 1 }
        let work = Work {
            body()
            self.leave()
        }
        let context = Unmanaged.passRetained(work).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let failed = pthread_create(&thread, nil, { run($0) }, context) != 0
            if let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let failed = pthread_create(&thread, nil, { run($0) }, context) != 0
            if !failed { pthread_detach(thread) }
        #endif
        guard failed else { return }
        Unmanaged<Work>.fromOpaque(context).release()
        leave()
    }

    private func leave() {
        state.withLock { $0.workers -= 1 }
        wake()
    }

    private func wake() {
        // Under the lock, so that it cannot come between looking and waiting.
        pthread_mutex_lock(signal.mutex)
        pthread_cond_signal(signal.condition)
        pthread_mutex_unlock(signal.mutex)
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
    return nil
}
