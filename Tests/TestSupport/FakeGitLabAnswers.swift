import Files
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension FakeGitLab {
    /// Does what the fault says. False where there is none, or one that the caller sees to.
    private func fails(_ exchange: Exchange, _ fault: Fault?, store: () -> Void = {}) -> Bool {
        switch fault {
        case .none, .corrupt, .hangUp: return false
        case .wait(let seconds):
            usleep(UInt32(seconds * 1e6))
            return false
        case .stall: exchange.stall()
        case .cut: exchange.answer(200, [:], "[{", announced: 1000)
        case .drop(let stores): if stores { store() }
        case .answer(let status, let headers, let body, let stores):
            if stores { store() }
            exchange.answer(status, headers, body)
        }
        return true
    }

    func upload(
        _ exchange: Exchange, _ package: String, _ version: String, _ name: String, _ settings: Settings,
        _ fault: Fault?
    ) {
        let json = ["Content-Type": "application/json"]
        if case .answer(_, _, _, stores: false) = fault { return _ = fails(exchange, fault) }
        guard settings.canWrite else {
            return exchange.answer(403, json, "{\"message\":\"\(settings.forbidden)\"}")
        }
        let isAllowed = (package + version + name).unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-+".unicodeScalars.contains($0))
        }
        guard isAllowed, !version.contains("..") else {
            return exchange.answer(400, json, "{\"error\":\"package_version is invalid\"}")
        }
        let isTaken = files.contains { $0.package == package && $0.version == version && $0.name == name }
        guard settings.allowsDuplicates || !isTaken else {
            return exchange.answer(
                400, json, "{\"message\":\"400 Bad request - Duplicate package is not allowed\"}")
        }
        if case .hangUp(let count) = fault { return exchange.takeBody(upTo: count) }
        guard var content = exchange.body() else { return }
        if case .corrupt = fault { content[0] ^= 1 }
        let stored = content
        let keep = {
            self.store(package, version, name, stored, stored.count)
            if !package.hasSuffix(".claims") { self.state.withLock { $0.hasUploaded = true } }
        }
        if fails(exchange, fault, store: keep) { return }
        keep()
        let file = files.last { $0.package == package && $0.version == version && $0.name == name }
        guard settings.knowsSelect, exchange.request.query["select"] == "package_file", let file else {
            return exchange.answer(201, json, "{\"message\":\"201 Created\"}")
        }
        exchange.answer(200, json, describe(file, settings))
    }

    func download(
        _ exchange: Exchange, _ package: String, _ version: String, _ name: String, _ settings: Settings,
        _ fault: Fault?
    ) {
        if fails(exchange, fault) { return }
        guard settings.canRead else { return exchange.answer(403, [:], "{\"message\":\"403 Forbidden\"}") }
        // The newest of those with one name.
        let file = files.last { $0.package == package && $0.version == version && $0.name == name }
        guard let file else { return exchange.answer(404, [:], "{\"message\":\"404 Not Found\"}") }
        if settings.storage.isEmpty {
            exchange.answer(200, ["X-Checksum-SHA256": file.sha256], file.content)
        } else {
            exchange.answer(302, ["Location": "\(settings.storage)/\(file.name)?X-Amz-Signature=abc"])
        }
    }

    /// The packages, or the files of the package with that number.
    func list(_ exchange: Exchange, _ package: Int?, _ settings: Settings, _ fault: Fault?) {
        if fails(exchange, fault) { return }
        guard settings.canList else { return exchange.answer(401, [:], "{\"message\":\"401 Unauthorized\"}") }
        let isLate = state.withLock { state in
            guard state.hasUploaded, state.settings.lag > 0 else { return false }
            state.settings.lag -= 1
            return true
        }
        let query = exchange.request.query
        var packages: [(name: String, version: String)] = []
        for file in files where !packages.contains(where: { $0 == (file.package, file.version) }) {
            packages.append((file.package, file.version))
        }
        var entries: [String] = []
        if let package {
            guard packages.indices.contains(package - 1), !settings.isHidden else {
                return exchange.answer(404, [:], "{\"message\":\"404 Not Found\"}")
            }
            let shown = isLate ? [] : files.filter { ($0.package, $0.version) == packages[package - 1] }
            entries = shown.map { describe($0, settings) }
        } else if !isLate && !settings.isHidden {
            entries = packages.enumerated().filter { $0.element.name.contains(query["package_name"] ?? "") }.map {
                "{\"id\":\($0.offset + 1),\"name\":\"\($0.element.name)\",\"version\":\"\($0.element.version)\","
                    + "\"package_type\":\"generic\",\"status\":\"default\",\"tags\":[],"
                    + "\"_links\":{\"web_path\":\"/group/app/-/packages/\($0.offset + 1)\"}}"
            }
        }
        let size = max(1, min(settings.pageSize, query["per_page"].flatMap { Int($0) } ?? 20))
        let page = max(1, query["page"].flatMap { Int($0) } ?? 1)
        let next = page * size < entries.count ? "\(page + 1)" : ""
        let shown = entries.dropFirst((page - 1) * size).prefix(size)
        exchange.answer(
            200, ["Content-Type": "application/json", "X-Next-Page": next], "[\(shown.joined(separator: ","))]")
    }

    private func describe(_ file: File, _ settings: Settings) -> String {
        let all = files
        var packages: [String] = []
        for other in all where !packages.contains("\(other.package) \(other.version)") {
            packages.append("\(other.package) \(other.version)")
        }
        let number = (packages.firstIndex(of: "\(file.package) \(file.version)") ?? 0) + 1
        let digest = settings.misreports.isEmpty ? file.sha256 : settings.misreports
        return
            "{\"id\":\(file.id),\"package_id\":\(number),\"size\":\(file.size),\"file_name\":\"\(file.name)\",\"file_md5\":null,"
            + "\"file_sha256\":\(settings.listsDigests ? "\"\(digest)\"" : "null")}"
    }
}
