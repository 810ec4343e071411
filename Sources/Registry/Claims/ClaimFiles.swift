import Files
import HTTP

/// A claim as a small file in the package `NAME.claims`, in a registry that can do no more than store files: whoever's was
/// stored first goes first.
///
/// `claim-ID.json` says who claims. `over-ID-by-ID.json` says that the first of the two no longer counts: its owner gave it
/// up, or showed no sign of life.
final class ClaimFiles: PublishClaim {
    private let registry: any PackageRegistry
    private let wish: ClaimWish
    private let package: PackageName
    private let identifier = hexDigits(.random(in: 0 ... .max))
    /// What is known of others, by identifier.
    private var owners: [String: ClaimOwner] = [:]
    /// Whether claims can be seen at all.
    private var isBlind = false

    /// Seconds without a sign of life after which a claim runs out, beside the time that sending takes.
    static let patience = 60.0
    /// Bytes a second that anybody can send.
    static let slowest = 1024.0 * 1024
    /// Seconds between two looks at who goes first.
    static let interval = 2.0

    init(_ registry: any PackageRegistry, _ wish: ClaimWish) throws {
        self.registry = registry
        self.wish = wish
        package = try PackageName(wish.name.text + ".claims")
    }

    /// Stores the claim and waits until none goes before it. Nil where the version became complete.
    func acquire() throws -> ClaimFiles? {
        try store(claimName(identifier), wish.owner.encoded())
        var (told, count) = (Set<String>(), 0)
        var lastSign = wish.retrying.clock.now()
        while let first = try whoGoesFirst() {
            if try wish.retry({ _ in try wish.isComplete() }) {
                release()
                return nil
            }
            let owner = owners[first]
            if told.insert(first).inserted {
                let since = owner.map { $0.since.isEmpty ? "" : " since \($0.since)" } ?? ""
                let who = owner.map { printable($0.who) } ?? "somebody"
                wish.tell(.note("\(who) is publishing \(wish.name) \(wish.version)\(since): waiting"))
                lastSign = wish.retrying.clock.now()
            }
            let now = wish.retrying.clock.now()
            let files = try wish.retry { _ in try wish.look().count }
            if files != count { (count, lastSign) = (files, now) }
            if now - lastSign > Self.patience + Double(wish.bytes) / Self.slowest {
                wish.tell(.note("nothing came of it for \(Int(min(now - lastSign, 1e9))) s: taking over"))
                try store("over-\(first)-by-\(identifier).json", wish.owner.encoded())
                lastSign = now
                continue
            }
            try wish.retrying.pause(Self.interval)
        }
        return self
    }

    func check() throws -> Bool { try whoGoesFirst() == nil }

    func release() {
        guard !isBlind, let bytes = try? wish.owner.encoded() else { return }
        try? put("over-\(identifier)-by-\(identifier).json", bytes)
    }

    /// The identifier of the claim that goes before this one; nil where none does.
    private func whoGoesFirst() throws -> String? {
        if isBlind { return nil }
        let own = try PackageFileName(claimName(identifier))
        let files = try wish.retry { _ in try registry.files(of: package, wish.version, wanted: [own]) } ?? [:]
        for note in registry.takeNotes() { wish.tell(.note(note)) }
        guard let mine = files[own.text], mine.evidence == .listing else {
            isBlind = true
            wish.tell(.note("claims cannot be seen here: another publisher at the same time would go unnoticed"))
            return nil
        }
        let over = Set(files.keys.compactMap { $0.hasPrefix("over-") ? String($0.dropFirst(5).prefix(16)) : nil })
        // Somebody took over: whoever goes first now, it is another one.
        if over.contains(identifier) { return identifier }
        let claims = files.compactMap { name, file -> (id: String, file: RemoteFile)? in
            guard name.hasPrefix("claim-"), name.hasSuffix(".json") else { return nil }
            return (String(name.dropFirst(6).dropLast(5)), file)
        }
        for claim in claims.sorted(by: { Self.isBefore($0, $1) }) where !over.contains(claim.id) {
            guard Self.isBefore(claim, (identifier, mine)) else { return nil }
            if let manifest = wish.manifestID, let id = claim.file.id, id < manifest { continue }
            if try !isGone(claim.id) { return claim.id }
        }
        return nil
    }

    private static func isBefore(_ a: (id: String, file: RemoteFile), _ b: (id: String, file: RemoteFile)) -> Bool {
        if let left = a.file.id, let right = b.file.id, left != right { return left < right }
        return a.id < b.id
    }

    private func isGone(_ id: String) throws -> Bool {
        if owners[id] == nil {
            let name = try PackageFileName(claimName(id))
            guard let bytes = try wish.retry({ _ in try registry.bytes(of: name, in: package, wish.version) }) else {
                return false
            }
            // What is no claim of ours says nothing of its owner, and runs out like one.
            owners[id] = (try? ClaimOwner(decoding: bytes)) ?? ClaimOwner(who: "somebody")
        }
        return owners[id]?.isGone(seenBy: wish.owner) == true
    }

    private func store(_ name: String, _ bytes: [UInt8]) throws {
        let fileName = try PackageFileName(name)
        try wish.retry { attempt in
            if attempt > 1, try registry.files(of: package, wish.version, wanted: [fileName])?[name] != nil { return }
            try put(name, bytes)
        }
    }

    private func put(_ name: String, _ bytes: [UInt8]) throws {
        let file = try MeasuredFile(PackageFile(name, .bytes(bytes)))
        do { _ = try registry.put(file, in: package, wish.version, progress: { _ in }) } catch let error
            as RegistryError
        {
            // The reader of a message has never heard of this file.
            throw error.replacing("uploading '\(name)'", with: "claiming \(wish.name) \(wish.version)")
        }
    }
}

private func claimName(_ identifier: String) -> String { "claim-\(identifier).json" }

private func hexDigits(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
