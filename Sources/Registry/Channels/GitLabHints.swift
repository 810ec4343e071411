extension GitLabRegistry {
    /// Its hint is the package's number, with which the files are listed in one request.
    public func files(
        of name: PackageName, _ version: PackageVersion, hint: inout String?
    ) throws -> [String: RemoteFile]? {
        let key = GitLabMemory.Key(name: name, version: version)
        if let number = hint.flatMap({ Int($0) }), memory[key].packages.isEmpty {
            memory.change(key) { $0.packages = [number] }
        }
        let files = try files(of: name, version, wanted: [])
        let packages = memory[key].packages
        // Several packages of one name and version are as good as never seen; then each look begins anew.
        hint = files != nil && packages.count == 1 ? "\(packages[0])" : nil
        return files
    }
}
