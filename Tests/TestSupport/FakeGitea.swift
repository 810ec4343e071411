import Files
import Synchronization

/// A Gitea for tests, as far as the generic packages of the owner "team" go: what it answers is that of Gitea's own
/// source (routers/api/packages/generic, routers/api/v1/packages).
public final class FakeGitea: Sendable {
    public struct File: Sendable {
        public let package: String
        public let version: String
        public let name: String
        public let content: [UInt8]
    }

    public struct State: Sendable {
        public var token = "gitea-verysecret"
        /// Whether anybody may read.
        public var isPublic = false
        /// At most so many entries on a page, whatever is asked for.
        public var pageSize = 50
        /// Answers in place of the next ones to that method: status, headers, body, and whether an upload is stored.
        public var faults: [String: [(status: Int, headers: [String: String], body: String, stores: Bool)]] = [:]
        public fileprivate(set) var files: [File] = []
        public fileprivate(set) var log: [String] = []
    }

    public let state = Mutex(State())
    private let server = Mutex<LoopbackServer?>(nil)

    public init() throws {
        let running = try LoopbackServer { [weak self] in self?.serve($0) }
        server.withLock { $0 = running }
    }

    public var url: String { server.withLock { $0?.url ?? "" } }
    public var files: [File] { state.withLock { $0.files } }
    /// Method and path of every request.
    public var log: [String] { state.withLock { $0.log } }
    /// The heads of every request, as they came.
    public var heads: [String] { server.withLock { $0?.requests.map(\.head) ?? [] } }

    /// Puts a file there.
    public func add(_ name: String, _ content: String, package: String = "mnist-cnn", version: String = "1.0.0") {
        let file = File(package: package, version: version, name: name, content: Array(content.utf8))
        state.withLock { $0.files.append(file) }
    }

    /// Lets the next request of that method go wrong.
    public func fail(
        _ method: String, _ status: Int, _ headers: [String: String] = [:], _ body: String = "", stores: Bool = false
    ) {
        state.withLock { $0.faults[method, default: []].append((status, headers, body, stores)) }
    }

    private func serve(_ exchange: Exchange) {
        let request = exchange.request
        let parts = request.path.split(separator: "/").map { String($0) }
        let (now, fault) = state.withLock { state in
            state.log.append("\(request.method) \(request.path)")
            let fault = state.faults[request.method]?.first
            if fault != nil { state.faults[request.method]?.removeFirst() }
            return (state, fault)
        }
        let isKnown = request.headers["authorization"] == "token \(now.token)"
        if let fault, !fault.stores { return exchange.answer(fault.status, fault.headers, fault.body) }
        guard isKnown || now.isPublic && request.method == "GET" else {
            return exchange.answer(401, [:], "reqPackageAccess")
        }
        if parts.count == 7, parts[...2] == ["api", "packages", "team"], parts[3] == "generic" {
            if request.method == "PUT" {
                guard let content = exchange.body() else { return }
                let file = File(package: parts[4], version: parts[5], name: parts[6], content: content)
                let isNew = state.withLock { state in
                    let same = state.files.contains {
                        ($0.package, $0.version, $0.name) == (file.package, file.version, file.name)
                    }
                    if !same { state.files.append(file) }
                    return !same
                }
                if let fault { return exchange.answer(fault.status, fault.headers, fault.body) }
                return exchange.answer(isNew ? 201 : 409, [:], isNew ? "" : "package file already exists")
            }
            let file = now.files.first { ($0.package, $0.version, $0.name) == (parts[4], parts[5], parts[6]) }
            return file.map { exchange.answer(200, [:], $0.content) }
                ?? exchange.answer(404, [:], "package does not exist")
        }
        guard parts.count >= 5 || parts.count == 4, parts.prefix(3) == ["api", "v1", "packages"], parts[3] == "team"
        else {
            return exchange.answer(404, [:], #"{"message":"user redirect does not exist"}"#)
        }
        parts.count == 4 ? listPackages(exchange, now) : listFiles(exchange, now, parts)
    }

    private func listPackages(_ exchange: Exchange, _ now: State) {
        let query = exchange.request.query
        var names: [(String, String)] = []
        for file in now.files where file.package.contains(query["q"] ?? "") {
            if !names.contains(where: { $0 == (file.package, file.version) }) {
                names.append((file.package, file.version))
            }
        }
        let (page, size) = (Int(query["page"] ?? "") ?? 1, min(now.pageSize, Int(query["limit"] ?? "") ?? 30))
        let entries = names.dropFirst((page - 1) * size).prefix(size).map {
            #"{"id":1,"type":"generic","name":"\#($0.0)","version":"\#($0.1)"}"#
        }
        exchange.answer(200, ["Content-Type": "application/json"], "[\(entries.joined(separator: ","))]")
    }

    private func listFiles(_ exchange: Exchange, _ now: State, _ parts: [String]) {
        let found = now.files.filter { parts.count == 8 && ($0.package, $0.version) == (parts[5], parts[6]) }
        guard !found.isEmpty else { return exchange.answer(404, [:], #"{"message":"The target couldn't be found."}"#) }
        // Servers before 1.24 write "Size".
        let entries = found.enumerated().map { id, file in
            #"{"id":\#(id + 1),"Size":\#(file.content.count),"name":"\#(file.name)","#
                + #""sha256":"\#(SHA256.hexDigest(of: file.content))"}"#
        }
        exchange.answer(200, ["Content-Type": "application/json"], "[\(entries.joined(separator: ","))]")
    }
}
