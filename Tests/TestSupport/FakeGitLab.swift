import Files
import Synchronization

/// A GitLab for tests, as far as its generic package registry goes: project 42 with the path group/app. It answers
/// in the words of GitLab's own source (lib/api/generic_packages.rb and its tests).
public final class FakeGitLab: Sendable {
    /// What goes wrong with one request.
    public enum Fault: Sendable {
        case answer(Int, [String: String] = [:], String = "", stores: Bool = false)
        /// The connection closes without an answer.
        case drop(stores: Bool)
        /// The answer's body ends in the middle.
        case cut
        /// No answer until the client hangs up.
        case stall
        /// The connection closes after so many bytes of the body.
        case hangUp(after: Int)
        /// Everything as it should be, after so many seconds.
        case wait(Double)
        /// Other bytes are stored than came.
        case corrupt
    }

    public struct File: Sendable {
        public let id: Int
        public let package: String
        public let version: String
        public let name: String
        public let content: [UInt8]
        public let size: Int
        public let sha256: String
    }

    public struct Settings: Sendable {
        public var header = "job-token"
        public var token = "glcbt-verysecret"
        /// Whether everyone may read, without a token.
        public var isPublic = false
        public var allowsDuplicates = true
        /// Whether the token may list (a deploy token may not), read and write.
        public var canList = true
        public var canRead = true
        public var canWrite = true
        /// What 403 says.
        public var forbidden = "403 Forbidden"
        /// Whether the package is hidden from listings.
        public var isHidden = false
        /// How many listings after the first upload (of no claim) still show nothing.
        public var lag = 0
        /// At most so many entries on a page.
        public var pageSize = 100
        /// Whether the server knows `select=package_file`.
        public var knowsSelect = true
        /// Whether the listing has digests.
        public var listsDigests = true
        /// Where downloads are sent, like an object storage; "" for none.
        public var storage = ""
        /// More characters than a listing needs in the digests of files: other bytes are claimed.
        public var misreports = ""
    }

    public struct State: Sendable {
        public var settings = Settings()
        var files: [File] = []
        var faults: [String: [Fault]] = [:]
        var log: [String] = []
        var hasUploaded = false
    }

    public let state = Mutex(State())
    /// Answers what is no package's; false where it does not.
    public let others = Mutex<(@Sendable (Exchange) -> Bool)?>(nil)
    private let server = Mutex<LoopbackServer?>(nil)

    public init(_ change: (inout Settings) -> Void = { _ in }) throws {
        state.withLock { change(&$0.settings) }
        let running = try LoopbackServer { [weak self] in self?.serve($0) }
        server.withLock { $0 = running }
    }

    /// "http://127.0.0.1:43121"
    public var url: String { server.withLock { $0?.url ?? "" } }

    /// Method and name of every request, "PUT model.bin" or "GET packages", in the order of arrival. Claims, whose names are
    /// left to chance, are "claim" and "over".
    public var log: [String] { state.withLock { $0.log } }

    /// The heads of every request, as they came.
    public var heads: [String] { server.withLock { $0?.requests.map(\.head) ?? [] } }

    public var files: [File] { state.withLock { $0.files } }

    /// Names of the files that packages have, in the order of arrival, without claims.
    public var names: [String] { files.filter { !$0.package.hasSuffix(".claims") }.map(\.name) }

    /// Names of the claims, in the order of arrival.
    public var claims: [String] { files.filter { $0.package.hasSuffix(".claims") }.map(\.name) }

    /// How many connections there were so far.
    public var connections: Int { server.withLock { $0?.connections ?? 0 } }

    public func change(_ change: (inout Settings) -> Void) { state.withLock { change(&$0.settings) } }

    /// Lets the next requests of that method and name go wrong, one after the other.
    public func fail(_ request: String, _ faults: Fault...) {
        state.withLock { $0.faults[request, default: []] += faults }
    }

    /// Puts a file there.
    public func add(_ name: String, _ content: String, package: String = "mnist-cnn", version: String = "1.0.0") {
        store(package, version, name, Array(content.utf8), content.utf8.count)
    }

    func store(_ package: String, _ version: String, _ name: String, _ content: [UInt8], _ size: Int) {
        state.withLock { state in
            state.files.append(
                File(
                    id: state.files.count + 1, package: package, version: version, name: name, content: content,
                    size: size, sha256: SHA256.hexDigest(of: content)))
        }
    }

    private func serve(_ exchange: Exchange) {
        let parts = exchange.request.path.split(separator: "/").map { String($0) }
        let json = ["Content-Type": "application/json"]
        guard parts.count >= 5, parts[0...2] == ["api", "v4", "projects"], parts[4] == "packages" else {
            if let others = others.withLock({ $0 }), others(exchange) { return }
            return exchange.answer(404, json, "{\"error\":\"404 Not Found\"}")
        }
        let name = parts.count > 5 ? parts[parts.count - 1] : "packages"
        let kind = ["claim", "over"].first { name.hasPrefix($0 + "-") } ?? name
        let key = "\(exchange.request.method) \(kind)"
        let (settings, fault) = state.withLock { state in
            state.log.append(key)
            let fault = state.faults[key]?.first
            if fault != nil { state.faults[key]?.removeFirst() }
            return (state.settings, fault)
        }
        let isRead = settings.isPublic && ["GET", "HEAD"].contains(exchange.request.method)
        let tokens = ["job-token", "private-token", "deploy-token", "authorization"]
        let isAnonymous = tokens.allSatisfy { exchange.request.headers[$0] == nil }
        guard exchange.request.headers[settings.header] == settings.token || isRead && isAnonymous else {
            return exchange.answer(
                401, ["WWW-Authenticate": "Basic realm=\"GitLab Packages Registry\""].merging(json) { $1 },
                "{\"message\":\"401 Unauthorized\"}")
        }
        guard parts[3] == "42" || parts[3] == "group%2Fapp" else {
            return exchange.answer(404, json, "{\"message\":\"404 Project Not Found\"}")
        }
        if parts.count == 9, parts[5] == "generic" {
            if exchange.request.method == "PUT" {
                upload(exchange, parts[6], parts[7], name, settings, fault)
            } else {
                download(exchange, parts[6], parts[7], name, settings, fault)
            }
        } else {
            list(exchange, parts.count == 7 ? Int(parts[5]) : nil, settings, fault)
        }
    }
}
