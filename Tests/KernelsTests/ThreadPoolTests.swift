import Foundation
import Kernels
import Synchronization
import Testing

@Suite("The thread pool")
struct ThreadPoolTests {
    @Test("runs every part once, again and again, nested loops included")
    func parts() {
        let pool = ThreadPool(threads: 3)
        for round in 2..<2000 {
            let count = 2 + round % 6
            let hits = UnsafeMutablePointer<Int>.allocate(capacity: 8)
            defer { hits.deallocate() }
            hits.initialize(repeating: 0, count: 8)
            pool.run(count) { index in
                pool.run(3) { _ in hits[index] += 1 }
            }
            for index in 0..<8 { #expect(hits[index] == (index < count ? 3 : 0)) }
        }
    }

    /// Workers look out for a loop, give way while they do, and then sleep: each has its way of being missed.
    @Test("loses no part however long ago the last loop was", arguments: [2, 3, 8])
    func pauses(threads: Int) {
        let pool = ThreadPool(threads: threads)
        defer { pool.stop() }
        let sum = Atomic<Int>(0)
        var expected = 0
        for round in 0..<600 {
            let count = 2 + round % 12
            pool.run(count) { part in
                if part == round % count { usleep(UInt32(round % 7 * 10)) }
                sum.wrappingAdd(part, ordering: .relaxed)
            }
            expected += count * (count - 1) / 2
            #expect(sum.load(ordering: .relaxed) == expected)
            // Around the 2 milliseconds after which a worker sleeps.
            if round % 3 == 0 { usleep(UInt32(round % 13 * 250)) }
        }
    }

    @Test("a stopped pool still runs its loops")
    func stopping() {
        for round in 0..<50 {
            let pool = ThreadPool(threads: 1 + round % 4)
            if round % 2 == 0 { pool.run(3) { _ in usleep(100) } }
            pool.stop()
            let sum = Atomic<Int>(0)
            pool.run(10) { sum.wrappingAdd($0, ordering: .relaxed) }
            #expect(sum.load(ordering: .relaxed) == 45)
        }
    }

    @Test("the workers of a stopped pool let go of it")
    func freeing() throws {
        weak var pool: ThreadPool?
        func use() {
            let used = ThreadPool(threads: 3)
            used.run(8) { _ in usleep(100) }
            used.stop()
            pool = used
        }
        use()
        for _ in 0..<2000 where pool != nil { usleep(1000) }
        #expect(pool == nil)
    }

    @Test("starts its workers when there is work for them, not before")
    func starting() throws {
        weak var pool: ThreadPool?
        func use() {
            let used = ThreadPool(threads: 3)
            used.run(8) { _ in }
            pool = used
        }
        use()
        #expect(pool == nil, "a worker would keep it")

        let threads = Mutex<Set<UInt>>([])
        let started = ThreadPool(threads: 3)
        defer { started.stop() }
        started.run(40) { _ in
            usleep(1000)
            threads.withLock { _ = $0.insert(UInt(pthread_self())) }
        }
        #expect(threads.withLock { $0.count } > 1)
    }
}
