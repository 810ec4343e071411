/// What a publisher wants that would complete a version.
public struct ClaimWish {
    public let name: PackageName
    public let version: PackageVersion
    public let owner: ClaimOwner
    /// How many bytes it has to send: how long others may take for it without a sign of life.
    public let bytes: Int
    /// The id of the manifest that is there, where the version is complete already and gets files added: claims from
    /// before it are over.
    let manifestID: Int?
    /// The files of the version as they are now.
    let look: () throws -> [String: RemoteFile]
    /// Does requests again that fail in passing.
    let retrying: Retrier
    let tell: (PublishEvent) -> Void

    func retry<T>(_ work: (Int) throws -> T) throws -> T { try retrying(tell: tell, work) }

    /// Whether somebody else has completed the version.
    func isComplete() throws -> Bool {
        guard let manifest = try look()[Manifest.fileName] else { return false }
        return manifestID == nil || manifest.id != manifestID
    }
}

/// The right to complete a version.
public protocol PublishClaim {
    /// Whether it still holds; false where another publisher goes first.
    func check() throws -> Bool

    /// Gives it up, so that others need not wait. Never fails: a claim that stays runs out by itself.
    func release()
}
