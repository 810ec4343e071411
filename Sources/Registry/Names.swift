/// The name of a package as GitLab accepts it: letters, digits and `. _ - +` (lib/gitlab/regex/packages.rb).
public struct PackageName: Sendable, Hashable, CustomStringConvertible {
    public let text: String
    /// - Throws: `RegistryError` that says which rule the text breaks.
    public init(_ text: String) throws {
        try checkName(text, "package name")
        self.text = text
    }
    public var description: String { text }
}

/// The version of a package: letters, digits and `. _ - +`, no `..`. It need not be semantic.
public struct PackageVersion: Sendable, Hashable, CustomStringConvertible {
    public let text: String
    /// - Throws: `RegistryError` that says which rule the text breaks.
    public init(_ text: String) throws {
        if text.contains("/") {
            throw RegistryError(
                .invalid,
                "the package version \(quoted(text)) has '/', which GitLab does not accept: "
                    + "for a branch or a tag use CI_COMMIT_REF_SLUG")
        }
        try checkName(text, "package version")
        if text.contains("..") {
            throw RegistryError(.invalid, "the package version \(quoted(text)) has '..', which GitLab does not accept")
        }
        self.text = text
    }
    public var description: String { text }
}

/// The name of a file in a package: letters, digits and `. _ - +`. Newer servers accept a little more, but these
/// are accepted by all.
public struct PackageFileName: Sendable, Hashable, CustomStringConvertible {
    public let text: String
    /// - Throws: `RegistryError` that says which rule the text breaks.
    public init(_ text: String) throws {
        try checkName(text, "file name")
        self.text = text
    }
    /// A name that is known to keep the rules.
    init(known text: String) { self.text = text }
    public var description: String { text }
}

private func checkName(_ text: String, _ what: String) throws {
    guard !text.isEmpty else { throw RegistryError(.invalid, "the \(what) is empty") }
    let foreign = text.unicodeScalars.first { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-", "+": false
        default: true
        }
    }
    if let foreign {
        throw RegistryError(
            .invalid,
            "the \(what) \(quoted(text)) has \(shown(foreign)): only the letters a to z and A to Z, digits "
                + "and . _ - + are allowed")
    }
    guard text != "." && text != ".." else {
        throw RegistryError(.invalid, "the \(what) \(quoted(text)) is a step in a path and no name")
    }
    guard text.utf8.count <= 255 else {
        throw RegistryError(.invalid, "the \(what) is \(text.utf8.count) bytes long, at most 255 are allowed")
    }
}

private func shown(_ scalar: Unicode.Scalar) -> String {
    if scalar == " " { return "a space" }
    let text = quoted(String(scalar))
    return text == "''" ? "a control character" : text
}
