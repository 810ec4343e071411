/// The version after the newest semantic one of those that are there, complete or not; others do not count.
public func nextVersion(
    after versions: [PackageVersion], _ part: SemanticVersion.Part
) -> (next: String, newest: String?) {
    guard let newest = versions.compactMap({ SemanticVersion($0.text) }).max() else {
        return (SemanticVersion(.zero, .zero, .zero).next(part).description, nil)
    }
    return (newest.next(part).description, newest.description)
}
