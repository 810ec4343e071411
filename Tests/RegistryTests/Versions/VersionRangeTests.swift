import Testing

@testable import Registry

@Suite("Version ranges")
struct VersionRangeTests {
    /// What npm's documentation of its ranges says that they stand for: from and below.
    private static let documented = [
        ("*", "0.0.0", ""), ("x", "0.0.0", ""), ("1.x", "1.0.0", "2.0.0-0"), ("1.2.x", "1.2.0", "1.3.0-0"),
        ("1", "1.0.0", "2.0.0-0"), ("1.2", "1.2.0", "1.3.0-0"), ("1.2.*", "1.2.0", "1.3.0-0"),
        ("~1.2.3", "1.2.3", "1.3.0-0"), ("~1.2", "1.2.0", "1.3.0-0"), ("~1", "1.0.0", "2.0.0-0"),
        ("~0.2.3", "0.2.3", "0.3.0-0"), ("~0.2", "0.2.0", "0.3.0-0"), ("~0", "0.0.0", "1.0.0-0"),
        ("~1.2.3-beta.2", "1.2.3-beta.2", "1.3.0-0"), ("^1.2.3", "1.2.3", "2.0.0-0"), ("^0.2.3", "0.2.3", "0.3.0-0"),
        ("^0.0.3", "0.0.3", "0.0.4-0"), ("^1.2.3-beta.2", "1.2.3-beta.2", "2.0.0-0"),
        ("^0.0.3-beta", "0.0.3-beta", "0.0.4-0"), ("^1.2.x", "1.2.0", "2.0.0-0"), ("^0.0.x", "0.0.0", "0.1.0-0"),
        ("^0.0", "0.0.0", "0.1.0-0"), ("^1.x", "1.0.0", "2.0.0-0"), ("^0.x", "0.0.0", "1.0.0-0"),
        ("^1", "1.0.0", "2.0.0-0"), ("^0.3", "0.3.0", "0.4.0-0"), ("^1.2", "1.2.0", "2.0.0-0"),
        ("^0", "0.0.0", "1.0.0-0"),
    ]

    @Test("a range is from where to where npm's documentation says", arguments: documented)
    func documentedRange(text: String, from: String, below: String) throws {
        let range = try #require(VersionRange(text))
        #expect(range.lower.description == from)
        #expect((range.upper?.description ?? "") == below)
        #expect(range.exactVersion == nil)
        #expect(range.description == text)
    }

    @Test(
        "versions are in it or not",
        arguments: [
            ("1.2.3", "1.2.3 1.2.3+other", "1.2.4 1.2.3-beta 1.2.2"), ("v1.2.3", "1.2.3", "1.2.4"),
            ("^1.2.3+build", "1.2.3 1.3.0 1.2.3+a", "2.0.0 1.2.0"),
            ("~1.2.3", "1.2.3 1.2.99", "1.3.0 1.2.2 1.2.4-beta 1.3.0-0"),
            ("~2.4", "2.4.0 2.4.5", "2.5.0 2.3.9 2.4.0-rc.1"),
            ("~0.5.4-pre", "0.5.5 0.5.4 0.5.4-pre.1", "0.5.5-pre 0.6.0"),
            ("^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.10 1.2.3 1.9.0", "1.2.3-beta.1 1.2.4-beta.3 2.0.0-alpha 2.0.0"),
            ("^1.2.3", "1.8.1", "1.2.3-pre 2.0.0-alpha 1.3.0-beta"), ("^0.0.1", "0.0.1", "0.0.2 0.0.2-alpha 0.1.0"),
            ("^0.3", "0.3.0 0.3.9", "0.4.0 0.2.9 1.0.0"), ("*", "0.0.0 9.9.9", "1.2.3-foo 0.0.0-0"),
            ("1.2", "1.2.0 1.2.9", "1.3.0 1.1.9 1.2.0-pre"), ("1.x.3", "1.0.0 1.9.9", "2.0.0"),
        ])
    func contains(text: String, inside: String, outside: String) throws {
        let range = try #require(VersionRange(text))
        for version in inside.split(separator: " ") {
            #expect(range.contains(try #require(SemanticVersion(version))), "\(version) in \(text)")
        }
        for version in outside.split(separator: " ") {
            #expect(!range.contains(try #require(SemanticVersion(version))), "\(version) not in \(text)")
        }
    }

    @Test(
        "what is no range is none",
        arguments: [
            "", "^", "~", "prod", "latest", "1.2.3.4", "1.", ".1", "^~1", "1^", "01", "1.02", "x.y", "1.x.y", "-1",
            "1-beta",
            "1.2-beta", ">=1", "1 || 2", "1.2.3 ", "vx.prod",
        ])
    func none(text: String) { #expect(VersionRange(text) == nil) }
}

@Suite("Versions chosen")
struct VersionChoiceTests {
    private func best(_ choice: String, of versions: String) throws -> [String] {
        try VersionChoice(choice).candidates(versions.split(separator: " ").map { try PackageVersion(String($0)) })
            .map(\.text)
    }

    @Test("the newest first, a pre-release only where asked for or nothing else is there")
    func candidates() throws {
        let versions = "1.2.0 0.9.0 main-1a2b 1.10.0 2.0.0-rc.1 1.9.0+b 1.9.0+a 1.10"
        #expect(try best("latest", of: versions) == ["1.10.0", "1.9.0+b", "1.9.0+a", "1.2.0", "0.9.0", "2.0.0-rc.1"])
        #expect(try best("latest", of: "1.0.0-rc.1 1.0.0-rc.2") == ["1.0.0-rc.2", "1.0.0-rc.1"])
        #expect(try best("~1.9", of: versions) == ["1.9.0+b", "1.9.0+a"])
        #expect(try best("1.9.0+a", of: versions) == ["1.9.0+a", "1.9.0+b"])
        #expect(try best("^2.0.0-rc.0", of: versions) == ["2.0.0-rc.1"])
        #expect(try best("^3", of: versions) == [])
        #expect(try best("prod", of: versions) == [])
    }

    @Test("the next version is after the newest that is semantic")
    func next() throws {
        let versions = try ["1.9.0", "1.10.0", "2.0.0-rc.1", "main", "9.9"].map { try PackageVersion($0) }
        #expect(nextVersion(after: versions, .patch) == ("2.0.0", "2.0.0-rc.1"))
        #expect(nextVersion(after: Array(versions.prefix(2)), .minor) == ("1.11.0", "1.10.0"))
        #expect(SemanticVersion.Part.allCases.map { nextVersion(after: [], $0).next } == ["0.0.1", "0.1.0", "1.0.0"])
    }

    @Test("a request names a package and perhaps a version")
    func requests() throws {
        #expect(try PackageRequest("mnist-cnn").description == "mnist-cnn@latest")
        #expect(try PackageRequest("mnist-cnn@^1").choice == .range(#require(VersionRange("^1"))))
        #expect(try PackageRequest("mnist-cnn@prod").choice == .name(PackageVersion("prod")))
        #expect(try PackageRequest("mnist-cnn@v1.2.3").choice.description == "v1.2.3")
        #expect(
            failure { try PackageRequest("mnist-cnn@>=1") }
                == "'>=1' is no version, range or channel: expected something like latest, 1.2.3, ~1.2, ^1 or prod")
        #expect(
            failure { try PackageRequest("mnist-cnn@") }
                == "'' is no version, range or channel: expected something like latest, 1.2.3, ~1.2, ^1 or prod")
        #expect(failure { try PackageRequest("@1") } == "the package name is empty")
    }
}
