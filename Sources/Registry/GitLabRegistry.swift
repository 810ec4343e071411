import Files
import HTTP

/// A token and the way it is shown to GitLab.
public struct Credential: Sendable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The token of a CI job: header `JOB-TOKEN`.
        case job
        /// A personal, project or group access token with scope `api`: header `PRIVATE-TOKEN`.
        case access
        /// A deploy token: header `DEPLOY-TOKEN`. It can upload and fetch, but not list.
        case deploy
        /// Any token that is shown as `Authorization: Bearer`, such as one of OAuth.
        case bearer
        /// None, which reads what is public.
        case anonymous
    }

    public let kind: Kind
    public let secret: Secret
    /// Where it came from, for messages: the name of a variable.
    public let source: String

    /// - Throws: `RegistryError` where the text is no token of that kind.
    public init(_ kind: Kind, _ token: String, source: String = "a parameter") throws {
        let token = token.filter { !$0.isWhitespace && !$0.isNewline }
        func refuse(_ reason: String) -> RegistryError { RegistryError(.configuration, "\(source) \(reason)") }
        guard !token.isEmpty else { throw refuse("is empty") }
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw refuse("has characters that no token has")
        }
        // GitLab's prefixes; a token in the wrong header is ignored there and the answer a bare 401.
        if kind != .job && kind != .bearer && token.hasPrefix("glcbt-") {
            throw refuse("holds a job token, which is accepted only as CI_JOB_TOKEN")
        }
        if kind == .access && token.hasPrefix("gldt-") {
            throw refuse("holds a deploy token, which belongs into GITLAB_DEPLOY_TOKEN")
        }
        if kind == .deploy && token.hasPrefix("glpat-") {
            throw refuse("holds an access token, which belongs into GITLAB_TOKEN")
        }
        self.kind = kind
        self.source = source
        secret = Secret(token)
    }

    private init() { (kind, source, secret) = (.anonymous, "", Secret("")) }

    /// No token.
    public static let anonymous = Credential()

    /// The header field it goes into.
    public var header: String {
        switch kind {
        case .job: "JOB-TOKEN"
        case .access: "PRIVATE-TOKEN"
        case .deploy: "DEPLOY-TOKEN"
        case .bearer, .anonymous: "Authorization"
        }
    }

    /// What the header field holds.
    var value: Secret { kind == .bearer ? Secret("Bearer " + secret.revealed) : secret }

    /// "the job token of CI_JOB_TOKEN"
    public var description: String {
        switch kind {
        case .job: "the job token of \(source)"
        case .access: "the access token of \(source)"
        case .deploy: "the deploy token of \(source)"
        case .bearer: "the bearer token of \(source)"
        case .anonymous: "no token"
        }
    }
}

/// The generic package registry of a GitLab project.
public struct GitLabRegistry: Sendable, CustomStringConvertible {
    /// The API's address, "https://gitlab.example.com/api/v4".
    public let api: HTTPURL
    /// The project's number, or its full path as people write it ("group/app").
    public let project: String
    public let credential: Credential
    /// A file of certificates to trust for this server (PEM); nil for the system's.
    public let caFile: String?
    /// Timeouts, proxy and the interruption check.
    public var client = HTTPClient()
    /// Time, for the waits until a listing shows what was stored.
    public var clock = RetryClock.system
    /// How often a listing is asked for what it does not show yet. Default: 6.
    public var looks = 6
    /// What the requests so far taught; shared by copies.
    let memory = GitLabMemory()

    /// - Parameters:
    ///   - api: the API's address; a server's address gets `/api/v4` added where it has no path of its own ending so.
    ///   - project: number or full path.
    /// - Throws: `RegistryError` where the address is none, or would send the token unencrypted to another machine.
    public init(api: String, project: String, credential: Credential, caFile: String? = nil) throws {
        let address: HTTPURL
        do { address = try HTTPURL(api) } catch let error as HTTPError {
            throw RegistryError(.configuration, "the registry's address: \(error)")
        }
        guard address.query == nil else {
            throw RegistryError(.configuration, "the registry's address \(address) has a query, which it must not")
        }
        guard address.scheme == "https" || address.isLoopback else {
            throw RegistryError(
                .configuration, "\(address.origin) would get the token unencrypted: use https")
        }
        let path = address.path.hasSuffix("/") ? String(address.path.dropLast()) : address.path
        let isAPI = path.hasSuffix("/api/v4")
        self.api = try HTTPURL(address.origin + path + (isAPI ? "" : "/api/v4"))
        let slashes: (Character) -> Bool = { $0 == "/" || $0.isWhitespace }
        let trimmed = String(project.drop(while: slashes).reversed().drop(while: slashes).reversed())
        guard !trimmed.isEmpty else { throw RegistryError(.configuration, "the project is empty") }
        guard !trimmed.contains("://") else {
            throw RegistryError(
                .configuration, "the project is to be a number or a path like group/app, not an address")
        }
        self.project = trimmed
        self.credential = credential
        self.caFile = caFile
    }

    /// "project group/app at https://gitlab.example.com/api/v4"
    public var description: String { "project \(printable(project, limit: 200)) at \(api)" }

    /// Where the project's packages are.
    var packages: HTTPURL { api.appending(path: "projects/\(percentEncode(project))/packages") }

    /// Where a file of a package is uploaded to and fetched from.
    public func url(_ file: PackageFileName, of name: PackageName, _ version: PackageVersion) -> HTTPURL {
        // All three consist of characters that stand for themselves in a path.
        packages.appending(path: "generic/\(name)/\(version)/\(file)")
    }
}
