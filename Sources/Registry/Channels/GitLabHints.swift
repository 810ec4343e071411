import HTTP

extension GitLabRegistry {
    /// Its hint is the package's number, with which the files are listed in one request.
    public func files(
        of name: PackageName, _ version: PackageVersion, hint: inout String?
    ) throws -> [String: RemoteFile]? {
        let api = GitLabAPI(self, client)
        if let id = hint.flatMap({ Int($0) }), let files = try api.files(ofPackage: id, name, version) { return files }
        hint = nil
        let ids = try api.packages(name, version)
        if ids.isEmpty { return nil }
        var all: [String: RemoteFile] = [:]
        for id in ids {
            for (file, remote) in try api.files(ofPackage: id, name, version) ?? [:] {
                if let known = all[file]?.id, let id = remote.id, known > id { continue }
                all[file] = remote
            }
        }
        // Several packages of one name and version are as good as never seen; then each look begins anew.
        if ids.count == 1 { hint = "\(ids[0])" }
        return all
    }
}

extension GitLabAPI {
    /// The numbers of the packages with that name and version.
    func packages(_ name: PackageName, _ version: PackageVersion) throws -> [Int] {
        // package_name finds what resembles it, and older servers do not know package_version.
        let query =
            "package_type=generic&package_name=\(percentEncode(name.text))"
            + "&package_version=\(percentEncode(version.text))"
        return try pages(ListedPackage.self, registry.packages, query, "listing the packages").filter {
            $0.name == name.text && $0.version == version.text && ($0.packageType ?? "generic") == "generic"
                && $0.status != "pending_destruction"
        }.map(\.id)
    }

    /// The files of the package with that number, the newest of each name; nil where there is none.
    func files(ofPackage id: Int, _ name: PackageName, _ version: PackageVersion) throws -> [String: RemoteFile]? {
        let listed: [ListedFile]
        do {
            listed = try pages(
                ListedFile.self, registry.packages.appending(path: "\(id)/package_files"), nil,
                "listing the files of \(name) \(version)")
        } catch let error as RegistryError where error.kind == .refused(404) { return nil }
        var newest: [String: RemoteFile] = [:]
        for file in listed {
            guard let listed = file.fileName, let id = file.id else { continue }
            let key = percentDecode(listed)
            if let known = newest[key]?.id, known > id { continue }
            newest[key] = RemoteFile(id: id, size: file.size, sha256: file.fileSha256)
        }
        return newest
    }
}
