/// A file of a package that belongs to the run that made it, as a signature or a statement of provenance does: another
/// run makes other bytes for the same content. It goes after the content files and is never compared; one that an earlier
/// try has stored is kept where it holds for the content.
public struct RunFile: Sendable {
    public let name: PackageFileName
    /// Makes the file's bytes for the package's content files, whose sizes and digests are known.
    public let make: @Sendable (_ content: [MeasuredFile]) throws -> [UInt8]
    /// Whether bytes that are in the registry hold for the content files.
    public let verifies: @Sendable (_ bytes: [UInt8], _ content: [MeasuredFile]) -> Bool

    /// - Throws: `RegistryError` where the name breaks a rule.
    public init(
        _ name: String, make: @escaping @Sendable (_ content: [MeasuredFile]) throws -> [UInt8],
        verifies: @escaping @Sendable (_ bytes: [UInt8], _ content: [MeasuredFile]) -> Bool
    ) throws {
        self.name = try PackageFileName(name)
        self.make = make
        self.verifies = verifies
    }
}
