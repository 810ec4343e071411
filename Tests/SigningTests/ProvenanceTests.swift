import JSON
import Testing

@testable import Signing

@Suite("Provenance")
struct ProvenanceTests {
    private let digest = String(repeating: "0", count: 64)
    private var files: [FileDigest] {
        [.init(name: "b.txt", sha256: digest), .init(name: "a.txt", sha256: String(repeating: "1", count: 64))]
    }

    private let job = [
        "CI_SERVER_URL": "https://gitlab.example", "CI_RUNNER_ID": "7", "CI_SERVER_VERSION": "18.5.0",
        "CI_RUNNER_VERSION": "18.5.1", "CI_JOB_URL": "https://gitlab.example/g/p/-/jobs/1",
        "CI_JOB_STARTED_AT": "2026-01-31T11:59:00Z", "CI_COMMIT_SHA": "abc", "CI_COMMIT_BRANCH": "main",
        "CI_PROJECT_URL": "https://gitlab.example/g/p",
        "CI_REPOSITORY_URL": "https://gitlab-ci-token:verysecret@gitlab.example/g/p.git", "CI_JOB_TOKEN": "verysecret",
    ]

    private func made(_ variables: [String: String]) -> Provenance {
        .fromEnvironment(tool: ("nightjar", "1.0"), finished: "2026-01-31T12:00:00Z") { variables[$0] }
    }

    @Test("tells what GitLab says of a job, and no secret")
    func statement() throws {
        var provenance = made(job)
        provenance.externalParameters = .object([.init("script", .string("train.lua"))])
        provenance.materials.append(.init(name: "MNIST/images", digest: ["sha256": digest]))
        let text = String(decoding: try provenance.encoded(about: files), as: UTF8.self)
        #expect(!text.contains("verysecret"))
        #expect(
            text == """
                {
                  "_type": "https://in-toto.io/Statement/v1",
                  "subject": [
                    {
                      "name": "a.txt",
                      "digest": {
                        "sha256": "1111111111111111111111111111111111111111111111111111111111111111"
                      }
                    },
                    {
                      "name": "b.txt",
                      "digest": {
                        "sha256": "0000000000000000000000000000000000000000000000000000000000000000"
                      }
                    }
                  ],
                  "predicateType": "https://slsa.dev/provenance/v1",
                  "predicate": {
                    "buildDefinition": {
                      "buildType": "urn:nightjar:train-and-publish:v1",
                      "externalParameters": {
                        "script": "train.lua"
                      },
                      "resolvedDependencies": [
                        {
                          "name": "source",
                          "uri": "git+https://gitlab.example/g/p.git@refs/heads/main",
                          "digest": {
                            "gitCommit": "abc"
                          }
                        },
                        {
                          "name": "MNIST/images",
                          "digest": {
                            "sha256": "0000000000000000000000000000000000000000000000000000000000000000"
                          }
                        }
                      ]
                    },
                    "runDetails": {
                      "builder": {
                        "id": "https://gitlab.example/-/runners/7",
                        "version": {
                          "gitlab": "18.5.0",
                          "gitlab-runner": "18.5.1",
                          "nightjar": "1.0"
                        }
                      },
                      "metadata": {
                        "invocationId": "https://gitlab.example/g/p/-/jobs/1",
                        "startedOn": "2026-01-31T11:59:00Z",
                        "finishedOn": "2026-01-31T12:00:00Z"
                      }
                    }
                  }
                }

                """)
    }

    @Test("says what it can of a run elsewhere, and which tag was built")
    func others() throws {
        let local = made([:])
        #expect(local.builderID == "urn:nightjar:local")
        #expect(local.materials.isEmpty && local.invocationID == nil)
        #expect(!(try local.encoded(about: files)).isEmpty)
        var tagged = job
        tagged["CI_COMMIT_BRANCH"] = nil
        tagged["CI_COMMIT_TAG"] = "v1.2.3"
        #expect(made(tagged).materials.first?.uri == "git+https://gitlab.example/g/p.git@refs/tags/v1.2.3")
        tagged["CI_PROJECT_URL"] = nil
        #expect(made(tagged).materials == [.init(name: "source", digest: ["gitCommit": "abc"])])
        #expect(failure { try local.encoded(about: []) } == "there are no files to tell the provenance of")
    }

    @Test("a statement of any run is about its files and no others")
    func subjects() throws {
        var (first, second) = try (made(job).encoded(about: files), made([:]).encoded(about: files.reversed()))
        #expect(first != second)
        #expect(Provenance.isStatement(first, about: files) && Provenance.isStatement(second, about: files))
        #expect(!Provenance.isStatement(first, about: Array(files.dropLast())))
        #expect(!Provenance.isStatement(first, about: files + [.init(name: "c", sha256: digest)]))
        #expect(!Provenance.isStatement(first, about: files.map { .init(name: $0.name, sha256: digest) }))
        #expect(!Provenance.isStatement(first, about: [files[0], files[0]]))
        let text = String(decoding: first, as: UTF8.self)
        for (old, new) in [
            ("https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"), ("Statement/v1", "Statement/v0.1"),
            ("\"subject\"", "\"subjects\""), ("\"sha256\": \"1", "\"sha512\": \"1"),
        ] { #expect(!Provenance.isStatement(Array(text.replacing(old, with: new).utf8), about: files)) }
        (first, second) = ([], Array("{}".utf8))
        #expect(!Provenance.isStatement(first, about: files) && !Provenance.isStatement(second, about: files))
        #expect(!Provenance.isStatement(second, about: []))
    }
}
