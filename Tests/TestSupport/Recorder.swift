import Synchronization

/// A server that keeps what it was sent and answers what it is told to: 201 and an empty object where it is told
/// nothing.
public final class Recorder: Sendable {
    private struct State {
        var answers: [String: (Int, String)] = [:]
        var bodies: [String: String] = [:]
        var log: [String] = []
    }

    private let state = Mutex(State())
    private let server = Mutex<LoopbackServer?>(nil)

    public init() throws {
        let running = try LoopbackServer { [weak self] in self?.serve($0) }
        server.withLock { $0 = running }
    }

    public var url: String { server.withLock { $0?.url ?? "" } }

    /// Status and body by method and path: "GET /a".
    public var answers: [String: (Int, String)] {
        get { state.withLock { $0.answers } }
        set { state.withLock { $0.answers = newValue } }
    }

    /// The last body that came, by method and path.
    public var bodies: [String: String] { state.withLock { $0.bodies } }
    /// Method and target of every request.
    public var log: [String] { state.withLock { $0.log } }
    /// The heads of every request, as they came.
    public var heads: [String] { server.withLock { $0?.requests.map(\.head) ?? [] } }

    private func serve(_ exchange: Exchange) {
        let body = String(decoding: exchange.body() ?? [], as: UTF8.self)
        let key = "\(exchange.request.method) \(exchange.request.path)"
        let (status, text) = state.withLock { state in
            state.log.append("\(exchange.request.method) \(exchange.request.target)")
            if exchange.request.method != "GET" { state.bodies[key] = body }
            return state.answers[key] ?? (201, "{}")
        }
        exchange.answer(status, ["Content-Type": "application/json"], text)
    }
}
