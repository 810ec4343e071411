import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Does something with each item, several at a time on threads of their own. The first failure stops the others.
///
/// - Parameters:
///   - limit: how many at a time; at 1 all is done on the calling thread.
///   - report: told what the work emits, always on the calling thread.
///   - work: gets an item, a closure that emits events, and one that says whether to stop.
/// - Throws: what the first failure threw.
func concurrently<Item: Sendable, Event: Sendable>(
    _ items: [Item], atMost limit: Int, report: @escaping (Event) -> Void,
    _ work: @escaping @Sendable (Item, @escaping (Event) -> Void, @escaping @Sendable () -> Bool) throws -> Void
) throws {
    guard limit > 1, items.count > 1 else {
        for item in items { try work(item, report, { false }) }
        return
    }
    let crew = Crew<Event>(count: items.count) { index, emit, isStopped in try work(items[index], emit, isStopped) }
    var started = 0
    for _ in 0..<min(limit, items.count) where spawn({ crew.work() }) { started += 1 }
    // Without threads this one does it.
    if started == 0 { crew.work() }
    while true {
        let (events, isDone) = crew.take(workers: started)
        events.forEach(report)
        if isDone { break }
        usleep(5000)
    }
    if let failure = crew.failure { throw failure }
}

private final class Crew<Event: Sendable>: Sendable {
    typealias Work = @Sendable (Int, @escaping (Event) -> Void, @escaping @Sendable () -> Bool) throws -> Void

    private struct State {
        var next = 0
        var finished = 0
        var events: [Event] = []
        var failure: (any Error)?
    }

    private let count: Int
    private let body: Work
    private let state = Mutex(State())

    init(count: Int, _ body: @escaping Work) {
        self.count = count
        self.body = body
    }

    var failure: (any Error)? { state.withLock { $0.failure } }

    func work() {
        while let index = state.withLock({ state -> Int? in
            guard state.failure == nil, state.next < count else { return nil }
            defer { state.next += 1 }
            return state.next
        }) {
            do {
                try body(
                    index, { [self] event in state.withLock { $0.events.append(event) } },
                    { [self] in state.withLock { $0.failure != nil } })
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
            }
        }
        state.withLock { $0.finished += 1 }
    }

    /// What was emitted since the last time, and whether all workers are done.
    func take(workers: Int) -> ([Event], Bool) {
        state.withLock { state in
            defer { state.events = [] }
            return (state.events, state.finished >= max(1, workers))
        }
    }
}

private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Starts a thread. False where none can be had.
private func spawn(_ body: @escaping @Sendable () -> Void) -> Bool {
    let argument = Unmanaged.passRetained(Box(body)).toOpaque()
    func started(_ status: Int32) -> Bool {
        if status != 0 { Unmanaged<Box>.fromOpaque(argument).release() }
        return status == 0
    }
    #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(
            &thread, nil,
            {
                Unmanaged<Box>.fromOpaque($0).takeRetainedValue().body()
                return nil
            }, argument)
        if status == 0, let thread { pthread_detach(thread) }
    #else
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            {
                if let box = $0 { Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body() }
                return nil
            }, argument)
        if status == 0 { pthread_detach(thread) }
    #endif
    return started(status)
}
