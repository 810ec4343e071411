import Testing

@testable import Registry

@Suite("Semantic versions")
struct SemanticVersionTests {
    /// The lists of the regular expression that semver.org suggests.
    private static let valid = """
        0.0.4 1.2.3 10.20.30 1.1.2-prerelease+meta 1.1.2+meta 1.1.2+meta-valid 1.0.0-alpha 1.0.0-beta 1.0.0-alpha.beta
        1.0.0-alpha.beta.1 1.0.0-alpha.1 1.0.0-alpha0.valid 1.0.0-alpha.0valid
        1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay 1.0.0-rc.1+build.1 2.0.0-rc.1+build.123 1.2.3-beta
        10.2.3-DEV-SNAPSHOT 1.2.3-SNAPSHOT-123 1.0.0 2.0.0 1.1.7 2.0.0+build.1848 2.0.1-alpha.1227 1.0.0-alpha+beta
        1.2.3----RC-SNAPSHOT.12.9.1--.12+788 1.2.3----R-S.12.9.1--.12+meta 1.2.3----RC-SNAPSHOT.12.9.1--.12
        1.0.0+0.build.1-rc.10000aaa-kk-0.1 99999999999999999999999.999999999999999999.99999999999999999
        1.0.0-0A.is.legal
        """.split(whereSeparator: \.isWhitespace).map { String($0) }

    private static let invalid = """
        1 1.2 1.2.3-0123 1.2.3-0123.0123 1.1.2+.123 +invalid -invalid -invalid+invalid -invalid.01 alpha alpha.beta
        alpha.beta.1 alpha.1 alpha+beta alpha_beta alpha. alpha.. beta 1.0.0-alpha_beta -alpha. 1.0.0-alpha..
        1.0.0-alpha..1 1.0.0-alpha...1 1.0.0-alpha....1 01.1.1 1.01.1 1.1.01 1.2.3.DEV 1.2-SNAPSHOT
        1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788 1.2-RC-SNAPSHOT -1.0.3-gamma+b7718 +justmeta 9.8.7+meta+meta
        9.8.7-whatever+meta+meta v1.2.3 1.2.3- 1.2.3+ 1.2.3-é 1..3 1.2.3-a.+b ١.2.3
        """.split(whereSeparator: \.isWhitespace).map { String($0) } + ["", " 1.2.3", "1.2.3 ", "1.2.3\n"]

    @Test("what the specification allows is read and written again", arguments: valid)
    func validVersion(text: String) throws { #expect(try #require(SemanticVersion(text)).description == text) }

    @Test("what it does not allow is none", arguments: invalid)
    func invalidVersion(text: String) { #expect(SemanticVersion(text) == nil) }

    @Test("precedence is the specification's")
    func precedence() throws {
        let ordered = [
            "0.0.0-foo", "0.0.0", "0.9.9", "0.10.0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-99999999999999999999",
            "1.0.0-100000000000000000000", "1.0.0-1-a", "1.0.0-A", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
            "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1",
            "9999999999999999999.0.0", "10000000000000000000.0.0",
        ]
        for (index, low) in ordered.enumerated() {
            for high in ordered[index...].dropFirst() {
                let (low, high) = (try #require(SemanticVersion(low)), try #require(SemanticVersion(high)))
                #expect(low < high && !(high < low) && !low.hasPrecedence(of: high), "\(low) before \(high)")
            }
        }
    }

    @Test("the build has no part in precedence, but one of two is the newer")
    func build() throws {
        let builds = try ["1.0.0", "1.0.0+2", "1.0.0+10", "1.0.0+a", "1.0.0+a.1"].map {
            try #require(SemanticVersion($0))
        }
        for (low, high) in zip(builds, builds.dropFirst()) {
            #expect(low < high && low.hasPrecedence(of: high) && low != high)
        }
        #expect(builds.reversed().sorted() == builds)
    }

    @Test(
        "the next release",
        arguments: [
            ("1.2.3", "1.2.4", "1.3.0", "2.0.0"), ("0.0.9", "0.0.10", "0.1.0", "1.0.0"),
            ("1.2.3-4", "1.2.3", "1.3.0", "2.0.0"), ("1.2.0-0", "1.2.0", "1.2.0", "2.0.0"),
            ("2.0.0-rc.1", "2.0.0", "2.0.0", "2.0.0"), ("1.9.99+b", "1.9.100", "1.10.0", "2.0.0"),
            (
                "99999999999999999999.0.9", "99999999999999999999.0.10", "99999999999999999999.1.0",
                "100000000000000000000.0.0"
            ),
        ])
    func next(text: String, patch: String, minor: String, major: String) throws {
        let version = try #require(SemanticVersion(text))
        #expect(SemanticVersion.Part.allCases.map { version.next($0).description } == [patch, minor, major])
    }

    @Test("a tag may have a v before it")
    func tags() {
        #expect(SemanticVersion(tag: "v1.2.3-rc.1")?.description == "1.2.3-rc.1")
        #expect(SemanticVersion(tag: "1.2.3")?.description == "1.2.3")
        for tag in ["vv1.2.3", "v1.2", "release-1.2.3", "V1.2.3", "v"] { #expect(SemanticVersion(tag: tag) == nil) }
    }
}
