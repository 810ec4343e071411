#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The few socket calls a server on this machine needs. Each answers nil or false where the system refuses.
enum LoopbackSocket {
    /// Listens on 127.0.0.1 at a port the system chooses.
    static func listen() -> (descriptor: Int32, port: Int)? {
        #if canImport(Darwin)
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port: Int? = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0, systemListen(descriptor, 64) == 0,
                    getsockname(descriptor, generic, &length) == 0
                else { return nil }
                return Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }
        guard let port else {
            close(descriptor)
            return nil
        }
        return (descriptor, port)
    }

    static func send(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                guard let base = $0.baseAddress else { return 0 }
                #if canImport(Darwin)
                    return Darwin.send(descriptor, base + sent, bytes.count - sent, 0)
                #elseif canImport(Musl)
                    return Musl.send(descriptor, base + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                #else
                    return Glibc.send(descriptor, base + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                #endif
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// The next bytes; empty where the other side is done.
    static func receive(_ descriptor: Int32, _ most: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            let got = recv(descriptor, buffer.baseAddress, most, 0)
            count = max(0, got)
        }
    }

    /// Ends both directions without closing the number, which another thread may still use.
    static func shut(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private static func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 {
        #if canImport(Darwin)
            Darwin.listen(descriptor, backlog)
        #elseif canImport(Musl)
            Musl.listen(descriptor, backlog)
        #else
            Glibc.listen(descriptor, backlog)
        #endif
    }

    /// Runs `work` on a thread of its own.
    static func spawn(_ work: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Work(work)).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let failed = pthread_create(&thread, nil, { runWork($0) }, context)
            if let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let failed = pthread_create(&thread, nil, { runWork($0) }, context)
            if failed == 0 { pthread_detach(thread) }
        #endif
        if failed != 0 { Unmanaged<Work>.fromOpaque(context).release() }
    }
}

private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runWork(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
    return nil
}
