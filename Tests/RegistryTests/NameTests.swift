import TestSupport
import Testing

@testable import Registry

@Suite("Names")
struct NameTests {
    private let rule = "only the letters a to z and A to Z, digits and . _ - + are allowed"

    @Test("what GitLab accepts everywhere is accepted")
    func accepted() throws {
        for text in ["mnist-cnn", "A.b_c+d", String(repeating: "a", count: 255), "1"] {
            #expect(try PackageName(text).text == text)
            #expect(try PackageVersion(text).text == text)
            #expect(try PackageFileName(text).text == text)
        }
        #expect(try PackageVersion("1.2.bananas").text == "1.2.bananas")
    }

    @Test("a refused name says which rule it breaks")
    func names() {
        #expect(failure { try PackageName("") } == "the package name is empty")
        #expect(failure { try PackageName("a b") } == "the package name 'a b' has a space: \(rule)")
        #expect(failure { try PackageName("a\n") } == "the package name 'a' has a control character: \(rule)")
        #expect(failure { try PackageName("a/b") } == "the package name 'a/b' has '/': \(rule)")
        #expect(failure { try PackageName("é") } == "the package name 'é' has 'é': \(rule)")
        #expect(failure { try PackageName("..") } == "the package name '..' is a step in a path and no name")
        #expect(
            failure { try PackageName(String(repeating: "a", count: 256)) }
                == "the package name is 256 bytes long, at most 255 are allowed")
    }

    @Test("a refused version says which rule it breaks")
    func versions() {
        #expect(failure { try PackageVersion("") } == "the package version is empty")
        #expect(failure { try PackageVersion("1@2") } == "the package version '1@2' has '@': \(rule)")
        #expect(
            failure { try PackageVersion("1..2") }
                == "the package version '1..2' has '..', which GitLab does not accept")
        #expect(
            failure { try PackageVersion("release/1.0") }
                == "the package version 'release/1.0' has '/', which GitLab does not accept: for a branch or a tag use "
                + "CI_COMMIT_REF_SLUG")
    }

    @Test("a refused file name says which rule it breaks")
    func files() {
        #expect(failure { try PackageFile("", .text("x")) } == "the file name is empty")
        #expect(failure { try PackageFile("a~b", .text("x")) } == "the file name 'a~b' has '~': \(rule)")
        #expect(
            failure { try PackageFile("../x", .text("x")) } == "the file name '../x' has '/': \(rule)")
        #expect(failure { try PackageFile("a%2Fb", .text("x")) } == "the file name 'a%2Fb' has '%': \(rule)")
    }

    @Test("a package without files, with one name twice, with a missing or empty file is refused")
    func packages() throws {
        let file = try PackageFile("a", .text("x"))
        #expect(failure { try Package(name: "p", version: "1", files: []) } == "the package has no files")
        #expect(
            failure { try Package(name: "p", version: "1", files: [file, file]) }
                == "the package has two files named 'a'")
        let broken = try Package(
            name: "p", version: "1",
            files: [file, PackageFile("b", .path("/nowhere/b")), PackageFile("c", .text(""))])
        #expect(
            failure { try broken.measured() }
                == "p 1 cannot be published: 'b': cannot open '/nowhere/b': No such file or directory; 'c' is empty")
        let own = try Package(name: "p", version: "1", files: [PackageFile("manifest.json", .text("{}"))])
        #expect(
            failure { try own.measured() }
                == "the package has a file named 'manifest.json', which is the name of its manifest")
        #expect(try own.measured(manifest: nil).names.count == 1)
    }

    @Test("the manifest lists the files and where they come from, the same way each time")
    func manifest() throws {
        let variables = ["CI_COMMIT_SHA": "abc", "CI_JOB_URL": "https://g/j/1", "SOURCE_DATE_EPOCH": "951782400"]
        let details = ManifestDetails.fromEnvironment(tool: "nightjar 1.2") { variables[$0] }
        let package = try Package(name: "p", version: "1", files: [PackageFile("a", .text("abc"))])
        let measured = try package.measured(manifest: details)
        guard case .bytes(let bytes) = try measured.manifest(runFiles: [])?.content else {
            throw RegistryError(.invalid, "no manifest")
        }
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {
                  "created" : "2000-02-29T00:00:00Z",
                  "files" : [
                    {
                      "name" : "a",
                      "sha256" : "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                      "size" : 3
                    }
                  ],
                  "name" : "p",
                  "provenance" : {
                    "commit_sha" : "abc",
                    "job_url" : "https://g/j/1"
                  },
                  "tool" : "nightjar 1.2",
                  "version" : "1"
                }

                """)
        let decoded = try Manifest(decoding: bytes)
        #expect(decoded.describes(package, measured.content))
        #expect(try decoded.encoded() == bytes)
    }
}
