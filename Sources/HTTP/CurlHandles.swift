import CCurl
import Synchronization

/// Handles of libcurl that no request uses at the moment. Each keeps the connections that it opened, so that the next
/// request to the same origin needs no new one.
enum CurlHandles {
    private struct Idle: @unchecked Sendable {
        let handle: UnsafeMutableRawPointer
        let origin: String
    }

    private static let idle = Mutex<[Idle]>([])
    private static let most = 16

    /// A handle without settings, if there is one with a connection to that origin. Nil where memory is gone.
    static func take(for origin: String) -> UnsafeMutableRawPointer? {
        let found = idle.withLock { idle -> Idle? in
            idle.lastIndex { $0.origin == origin }.map { idle.remove(at: $0) }
        }
        return found?.handle ?? ccurl_new()
    }

    static func giveBack(_ handle: UnsafeMutableRawPointer, for origin: String) {
        ccurl_reset(handle)
        let surplus = idle.withLock { idle -> Idle? in
            idle.append(Idle(handle: handle, origin: origin))
            return idle.count > most ? idle.removeFirst() : nil
        }
        if let surplus { ccurl_free(surplus.handle) }
    }
}
