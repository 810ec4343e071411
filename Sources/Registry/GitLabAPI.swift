import Files
import HTTP

/// Requests to GitLab, each sent once.
struct GitLabAPI {
    let registry: GitLabRegistry
    let client: HTTPClient

    init(_ registry: GitLabRegistry, _ client: HTTPClient) {
        self.registry = registry
        var client = client
        if let caFile = registry.caFile { client.caFile = caFile }
        self.client = client
    }

    func send(
        _ method: HTTPRequest.Method, _ url: HTTPURL, action: String, body: HTTPRequest.Body = .none,
        followsRedirects: Bool = true, progress: ((HTTPProgress) -> Void)? = nil, sink: HTTPClient.Sink? = nil
    ) throws -> HTTPResponse {
        let credential = registry.credential
        let request = HTTPRequest(
            method, url, headers: ["Accept": "*/*"],
            credentials: credential.kind == .anonymous ? [] : [(credential.header, credential.value)], body: body)
        var client = client
        if !followsRedirects { client.maximumRedirects = 0 }
        do {
            return try client.send(request, progress: progress, sink: sink)
        } catch let error as HTTPError {
            throw RegistryError(error, action: action, secret: credential.secret)
        } catch let error as FileError {
            throw RegistryError(.file, "\(action): \(error)")
        }
    }

    /// The numbers of the packages with that name and version: one, where nothing went wrong.
    func find(_ name: PackageName, _ version: PackageVersion) throws -> [Int] {
        let query =
            "package_type=generic&package_name=\(percentEncode(name.text))"
            + "&package_version=\(percentEncode(version.text))"
        // package_name finds what resembles it, and older servers do not know package_version.
        return try pages(ListedPackage.self, registry.packages, query, "listing the packages").filter {
            $0.name == name.text && $0.version == version.text && ($0.packageType ?? "generic") == "generic"
                && $0.status != "pending_destruction"
        }.map(\.id)
    }

    /// The files of packages by their numbers, the newest of each name; nil where one of the packages is no more.
    func list(_ packages: [Int], action: String) throws -> [String: RemoteFile]? {
        var newest: [String: RemoteFile] = [:]
        for package in packages {
            let url = registry.packages.appending(path: "\(package)/package_files")
            let files: [ListedFile]
            do { files = try pages(ListedFile.self, url, nil, action) } catch let error as RegistryError {
                if error.kind == .refused(404) { return nil }
                throw error
            }
            for file in files {
                guard let listed = file.fileName, let id = file.id else { continue }
                // A path in a name is listed percent-encoded; whatever else is so is taken for what it means.
                let key = percentDecode(listed)
                if let known = newest[key]?.id, known > id { continue }
                newest[key] = RemoteFile(id: id, size: file.size, sha256: file.fileSha256)
            }
        }
        return newest
    }

    /// The versions of a package, the newest first.
    func versions(_ name: PackageName) throws -> [String] {
        let query = "package_type=generic&package_name=\(percentEncode(name.text))&order_by=created_at&sort=desc"
        return try pages(ListedPackage.self, registry.packages, query, "listing the versions of \(name)").filter {
            $0.name == name.text && $0.status != "pending_destruction"
        }.compactMap(\.version)
    }

    func pages<T: JSONReadable>(
        _ type: T.Type, _ url: HTTPURL, _ query: String?, _ action: String
    ) throws -> [T] {
        var all: [T] = []
        var page = 1
        while true {
            let more = (query.map { $0 + "&" } ?? "") + "per_page=\(pageSize)&page=\(page)"
            let response = try send(.get, url.with(query: more), action: action)
            guard response.status == 200, let items = try? response.json?.items(T.self) else {
                throw registry.refusal(response, action: action)
            }
            all += items
            let next: Int
            if let header = response.headers["X-Next-Page"] {
                guard let number = Int(header) else { return all }
                next = number
            } else {
                // A proxy may have taken the header away.
                guard items.count >= pageSize else { return all }
                next = page + 1
            }
            // A server that counts in circles, or hands out pages without end.
            guard next > page, next <= 1000 else { return all }
            page = next
        }
    }

    /// What a HEAD request tells of a file; nil where it is not there.
    func head(_ url: HTTPURL, _ name: PackageFileName, redirects: Int = 5) throws -> RemoteFile? {
        let action = "looking for '\(name)'"
        let response = try send(.head, url, action: action, followsRedirects: false)
        switch response.status {
        case 404: return nil
        case 200:
            return RemoteFile(
                size: response.headers["Content-Length"].flatMap { Int($0) },
                sha256: response.headers["X-Checksum-SHA256"], evidence: .file)
        case 301, 302, 303, 307, 308:
            // A project that was moved redirects to itself. Another origin is a storage, whose addresses are signed
            // for GET alone: that there is one says enough.
            if redirects > 0, let location = response.headers["Location"], let target = try? url.resolving(location),
                target.origin == url.origin
            {
                return try head(target, name, redirects: redirects - 1)
            }
            return RemoteFile(evidence: .file)
        default: throw registry.refusal(response, action: action)
        }
    }

    /// Size and digest of a file, by fetching it; nothing is kept.
    func fetchDigest(_ url: HTTPURL, _ name: PackageFileName) throws -> RemoteFile {
        var size = 0
        var hash = SHA256()
        let action = "fetching '\(name)'"
        let response = try send(
            .get, url, action: action,
            sink: {
                size += $0.count
                hash.update($0)
            })
        guard response.status == 200 else { throw registry.refusal(response, action: action) }
        return RemoteFile(size: size, sha256: hash.hexDigest(), evidence: .file)
    }

    /// Uploads a file, once. Gives what the answer says of it, and the number of its package where that is told.
    func upload(
        _ file: MeasuredFile, to url: HTTPURL, progress: @escaping (HTTPProgress) -> Void
    ) throws -> (file: RemoteFile, package: Int?) {
        let body: HTTPRequest.Body =
            switch file.content {
            case .bytes(let bytes): .bytes(bytes)
            case .path(let path): .file(path: path, size: file.size, sha256: file.sha256)
            }
        let action = "uploading '\(file.name)'"
        let response = try send(
            .put, url.with(query: "select=package_file"), action: action, body: body, progress: progress)
        guard response.status == 200 || response.status == 201, !response.isPage,
            let json = response.json, json.asObject != nil
        else { throw registry.refusal(response, action: action) }
        let stored = try? ListedFile(json: json)
        var remote = RemoteFile(id: stored?.id, size: stored?.size, sha256: stored?.fileSha256, evidence: .answer)
        // 200 promises the file's description (`select`); 201 does not.
        guard response.status == 201 || remote.size != nil || remote.sha256 != nil else {
            throw registry.refusal(response, action: action)
        }
        guard remote.isSame(as: file) != false else {
            throw RegistryError(
                .unverified,
                "\(action): the server stored \(describe(remote)), sent were \(file.size) bytes with SHA-256 \(file.sha256)"
            )
        }
        if remote.sha256 == nil || remote.size == nil { remote.evidence = .none }
        return (remote, stored?.packageID)
    }
}

private let pageSize = 100

/// `text` with `%2F` and the like replaced by what they stand for; where they stand for nothing, as it is.
func percentDecode(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), rest.count >= 2,
            let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
        {
            bytes.append(value)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
