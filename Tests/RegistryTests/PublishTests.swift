import Files
import HTTP
import TestSupport
import Testing

@testable import Registry

@Suite("Publishing")
struct PublishTests {
    @Test("the version is claimed, files go, the manifest last, and the listing verifies them")
    func firstTime() throws {
        let shop = try Workshop()
        let report = try shop.publish()
        #expect(shop.server.names == shop.all)
        #expect(report.uploaded == shop.all)
        #expect(report.verification == .listing)
        #expect(report.urls[0].hasSuffix("/api/v4/projects/group%2Fapp/packages/generic/mnist-cnn/1.0.0/model.bin"))
        #expect(
            shop.server.log == [
                "GET packages", "HEAD model.bin", "PUT claim", "GET package_files", "GET packages", "PUT model.bin",
                "PUT INSTRUCTION.md", "GET package_files", "PUT manifest.json", "GET package_files",
            ])
        #expect(
            shop.lines == [
                "model.bin: uploading 7 bytes", "model.bin: uploaded", "INSTRUCTION.md: uploading 5 bytes",
                "INSTRUCTION.md: uploaded", "manifest.json: uploading \(shop.server.files[3].size) bytes",
                "manifest.json: uploaded", "comparing sizes and digests", "verified by the registry's listing",
            ])
    }

    @Test("without a manifest the package holds its files and nothing else")
    func withoutManifest() throws {
        var shop = try Workshop()
        shop.details = nil
        try shop.publish()
        #expect(shop.server.names == ["model.bin", "INSTRUCTION.md"])
    }

    @Test("publishing again sends nothing, also from another job at another time")
    func again() throws {
        var shop = try Workshop()
        try shop.publish()
        shop.details = ManifestDetails(
            created: "2027-01-01T00:00:00Z", tool: "nightjar 2", provenance: ["job_url": "x"])
        let report = try shop.publish()
        #expect(shop.server.names == shop.all)
        #expect(report.uploaded == [])
        #expect(report.present == shop.all)
        #expect(report.verification == .listing)
    }

    @Test("other content under the same name is refused before anything is sent, or added where told")
    func conflict() throws {
        var shop = try Workshop()
        shop.server.add("INSTRUCTION.md", "# Other")
        let digest = { (text: String) in SHA256.hexDigest(of: Array(text.utf8)) }
        #expect(
            failure { try shop.publish() }
                == "mnist-cnn 1.0.0 was begun with other content and is not complete ('INSTRUCTION.md' there: 7 bytes with "
                + "SHA-256 \(digest("# Other")); here: 5 bytes with SHA-256 \(digest("# How"))): only that content can "
                + "complete it; publish this as 1.0.1 (--next patch takes it)")
        #expect(shop.server.names == ["INSTRUCTION.md"])
        shop.options.addsDiffering = true
        try shop.publish()
        #expect(shop.server.names.sorted() == (["INSTRUCTION.md"] + shop.all).sorted())
        #expect(try shop.publish().uploaded == [])
    }

    @Test("a manifest of other files is in the way")
    func otherManifest() throws {
        let shop = try Workshop()
        shop.server.add("manifest.json", "{\"name\":\"mnist-cnn\"}")
        #expect(
            failure { try shop.publish() }
                == "mnist-cnn 1.0.0 is published already with other content (its manifest lists other files): nothing was "
                + "changed; raise the version, or have the next free one taken (--next patch)")
    }

    @Test("only the very package counts, however many resemble it and pages there are; other files are told")
    func fuzzyListing() throws {
        let shop = try Workshop { $0.pageSize = 2 }
        shop.server.add("model.bin", "else", package: "mnist-cnn-old")
        shop.server.add("model.bin", "else", package: "big-mnist-cnn")
        shop.server.add("model.bin", "else", version: "0.9.0")
        for name in ["a", "b", "c", "d"] { shop.server.add(name, name) }
        let report = try shop.publish()
        #expect(report.uploaded == shop.all)
        #expect(report.others == ["a", "b", "c", "d"])
        #expect(
            shop.server.heads.contains {
                $0.contains("package_name=mnist-cnn&package_version=1.0.0&per_page=100&page=2")
            })
    }

    @Test("a server of the 201 kind will do")
    func plainCreated() throws {
        let shop = try Workshop { $0.knowsSelect = false }
        #expect(try shop.publish().verification == .listing)
    }

    @Test("a listing that lags is looked at again")
    func lag() throws {
        let shop = try Workshop { $0.lag = 3 }
        #expect(try shop.publish().verification == .listing)
        #expect(shop.clock.waits == [1, 2, 4])
    }

    @Test("files that never show are confirmed by the answers to the uploads, or not at all")
    func neverListed() throws {
        let confirmed = try Workshop { $0.lag = 100 }
        #expect(try confirmed.publish().verification == .answers)
        let unconfirmed = try Workshop {
            $0.lag = 100
            $0.knowsSelect = false
        }
        #expect(
            failure { try unconfirmed.publish() }
                == "the registry does not show model.bin, INSTRUCTION.md, manifest.json; mnist-cnn 1.0.0 is "
                + "incomplete (perhaps there: model.bin, INSTRUCTION.md, manifest.json): publishing it again continues")
    }

    @Test("a hidden package is found by its files")
    func hidden() throws {
        let shop = try Workshop { $0.isHidden = true }
        #expect(try shop.publish().verification == .answers)
        let again = try shop.publish()
        #expect(again.uploaded == [])
        #expect(again.verification == .files)
        #expect(
            shop.lines.contains("mnist-cnn 1.0.0 is there but in no listing (hidden?): files are looked at one by one"))
    }

    @Test("a deploy token, which cannot list, looks at each file")
    func deployToken() throws {
        var shop = try Workshop {
            ($0.header, $0.token, $0.canList) = ("deploy-token", "gldt-verysecret", false)
        }
        shop.kind = .deploy
        #expect(try shop.publish().verification == .files)
        #expect(shop.lines.first == "a deploy token cannot list packages: files are looked at one by one")
        #expect(try shop.publish().uploaded == [])
        #expect(shop.server.names == shop.all)
    }

    @Test("a deploy token that may only write says that nothing could be compared")
    func writeOnly() throws {
        for (knowsSelect, expected) in [(true, Verification.answers), (false, .none)] {
            var shop = try Workshop {
                ($0.header, $0.token, $0.canList) = ("deploy-token", "gldt-verysecret", false)
                ($0.canRead, $0.knowsSelect) = (false, knowsSelect)
            }
            shop.kind = .deploy
            #expect(try shop.publish().verification == expected)
            #expect(
                shop.lines[1]
                    == "the deploy token of THE_TOKEN may not look at files: what is there cannot be compared")
        }
    }

    @Test("files in an object storage are fetched to be compared, and no token goes there")
    func objectStorage() throws {
        let storage = try LoopbackServer { exchange in
            exchange.answer(200, [:], exchange.request.path == "/model.bin" ? "weights" : "# How")
        }
        var shop = try Workshop {
            ($0.header, $0.token, $0.canList) = ("deploy-token", "gldt-verysecret", false)
            $0.storage = storage.url
        }
        shop.kind = .deploy
        shop.details = nil
        #expect(try shop.publish().verification == .files)
        #expect(!storage.requests.isEmpty)
        #expect(
            !storage.requests.contains {
                $0.head.contains("verysecret") || $0.head.lowercased().contains("deploy-token")
            })
    }

    @Test("a listing without digests makes the files be fetched")
    func noDigests() throws {
        let shop = try Workshop { $0.listsDigests = false }
        #expect(try shop.publish().verification == .listing)
        #expect(shop.server.log.contains("GET model.bin"))
    }

    @Test("on demand everything is fetched again")
    func downloadsAgain() throws {
        var shop = try Workshop()
        shop.options.downloadsAgain = true
        #expect(try shop.publish().verification == .download)
        #expect(shop.all.allSatisfy { shop.server.log.contains("GET \($0)") })
    }

    @Test("the plan says what would go where")
    func plan() throws {
        let shop = try Workshop()
        let measured = try shop.package.measured(manifest: nil)
        let base = shop.server.url
        #expect(
            measured.plan(for: try shop.registry) == [
                "mnist-cnn 1.0.0 -> project group/app at \(base)/api/v4, with the job token of THE_TOKEN",
                "  model.bin: 7 bytes, SHA-256 \(SHA256.hexDigest(of: Array("weights".utf8)))",
                "    PUT \(base)/api/v4/projects/group%2Fapp/packages/generic/mnist-cnn/1.0.0/model.bin",
                "  INSTRUCTION.md: 5 bytes, SHA-256 \(SHA256.hexDigest(of: Array("# How".utf8)))",
                "    PUT \(base)/api/v4/projects/group%2Fapp/packages/generic/mnist-cnn/1.0.0/INSTRUCTION.md",
            ])
        #expect(shop.server.log.isEmpty)
    }
}
