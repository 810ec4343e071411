import Files
import Foundation
import Synchronization
import TestSupport
import Testing

/// scripts/release.lua in a tag's job, against a server that answers as GitLab does.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct ReleaseTests {
    let scratch: ScratchDirectory
    let server: FakeGitLab
    let releases = Releases()
    static let script = joinPath(Nightjar.root, "scripts/release.lua")

    /// The releases of the project: GitLab's answers (lib/api/releases.rb, lib/api/release/links.rb).
    final class Releases: Sendable {
        struct State {
            var made: [String: String] = [:]
            var links: [String] = []
            var refusal: (Int, String)?
            var heads: [String] = []
        }
        let state = Mutex(State())

        func serve(_ exchange: Exchange) -> Bool {
            let (request, body) = (exchange.request, String(decoding: exchange.body() ?? [], as: UTF8.self))
            guard request.path.hasPrefix("/api/v4/projects/42/releases") else { return false }
            let (status, text) = state.withLock { state in
                state.heads.append(request.head)
                if let refusal = state.refusal { return refusal }
                if request.method == "GET" {
                    let links = state.links.map { #"{"name":"\#($0)","url":"u/\#($0)"}"# }
                    return (200, "[\(links.joined(separator: ","))]")
                }
                if request.path.hasSuffix("/assets/links") {
                    state.links.append(Self.field("name", of: body))
                    return (201, "{}")
                }
                let tag = Self.field("tag_name", of: body)
                guard state.made[tag] == nil else { return (409, #"{"message":"Release already exists"}"#) }
                state.made[tag] = body
                return (201, "{}")
            }
            exchange.answer(status, ["Content-Type": "application/json"], text)
            return true
        }

        private static func field(_ name: String, of body: String) -> String {
            let json = (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any]
            return json?[name] as? String ?? ""
        }
    }

    init() throws {
        scratch = try ScratchDirectory()
        server = try FakeGitLab()
        server.others.withLock { [releases] in $0 = { releases.serve($0) } }
        publish("1.1.0", accuracy: 96.8)
        publish("1.2.0", accuracy: 97.12)
        server.add("model.safetensors", "weights", version: "2.0.0")
    }

    private func publish(_ version: String, accuracy: Double) {
        server.add("model.safetensors", "weights \(version)", version: version)
        server.add(
            "metrics.json", #"{ "accuracy": \#(accuracy), "images": 10000, "data": "MNIST", "loss": 0.1 }"#,
            version: version)
        server.add("manifest.json", "{}", version: version)
    }

    private func release(_ arguments: String..., tag: String = "v1.2.0") throws -> Nightjar.Run {
        let run = try Nightjar.run(
            Self.script, arguments, in: scratch.path,
            environment: [
                "CI_API_V4_URL": "\(server.url)/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-verysecret",
                "CI_COMMIT_TAG": tag, "CI_COMMIT_SHA": "0123abcd",
            ])
        #expect(!(run.output + run.errors).contains("verysecret"), "the token is in the output")
        return run
    }

    @Test("the release has notes with the figures of this version and the one before, and the files as links")
    func makes() throws {
        #expect(try release() == .init(output: "release v1.2.0: made, with 3 files\n"))
        let body = try #require(releases.state.withLock { $0.made["v1.2.0"] })
        let json = try #require(JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
        #expect(json["name"] as? String == "mnist-cnn 1.2.0")
        #expect(
            json["description"] as? String == """
                mnist-cnn 1.2.0

                - Accuracy: 97.12 % (1.1.0: 96.80 %, +0.32)
                - Negative log-likelihood: 0.1000 (1.1.0: 0.1000, +0.0000)
                - Measured on 10000 test images (MNIST)
                - Commit: 0123abcd

                [Package mnist-cnn 1.2.0](\(server.url)/group/app/-/packages/2)
                """)
        let links = try #require((json["assets"] as? [String: Any])?["links"] as? [[String: String]])
        #expect(links.map { $0["name"] } == ["manifest.json", "metrics.json", "model.safetensors"])
        #expect(
            links.last == [
                "name": "model.safetensors", "link_type": "package", "direct_asset_path": "/model.safetensors",
                "url": "\(server.url)/api/v4/projects/42/packages/generic/mnist-cnn/1.2.0/model.safetensors",
            ])
        #expect(releases.state.withLock { $0.heads }.allSatisfy { $0.contains("JOB-TOKEN: glcbt-verysecret\r\n") })
    }

    @Test("a release that is there keeps its notes and gets the links that it lacks")
    func completes() throws {
        releases.state.withLock {
            $0.made["v1.2.0"] = "notes of a person"
            $0.links = ["metrics.json"]
        }
        #expect(try release() == .init(output: "release v1.2.0: there already; 2 links added\n"))
        #expect(releases.state.withLock { $0.links } == ["metrics.json", "manifest.json", "model.safetensors"])
        #expect(releases.state.withLock { $0.made["v1.2.0"] } == "notes of a person")
        #expect(try release() == .init(output: "release v1.2.0: there already; 0 links added\n"))
    }

    @Test("a version that is incomplete or absent is not released, and a refusal says what to do")
    func refusals() throws {
        for version in ["2.0.0", "3.0.0"] {
            #expect(
                try release(tag: "v\(version)")
                    == .init(
                        status: 1,
                        errors: "release.lua: mnist-cnn \(version) is not there or not complete: publish it before its "
                            + "release\n"))
        }
        releases.state.withLock { $0.refusal = (403, #"{"message":"403 Forbidden"}"#) }
        let forbidden = try release()
        #expect(forbidden.status == 1)
        #expect(
            forbidden.errors.contains(
                "making release v1.2.0: the server answered 403 Forbidden (403 Forbidden): who started the pipeline "
                    + "needs the role Developer, and the right to the tag where it is protected"))
        releases.state.withLock { $0.refusal = (503, "") }
        #expect(try release().status == 75)
        #expect(releases.state.withLock { $0.made.isEmpty })
    }

    @Test("figures are read from the model card, too, rounded as it has them")
    func modelCard() throws {
        for name in ["model.safetensors", "manifest.json"] { server.add(name, "{}", version: "1.3.0") }
        server.add(
            "model-card.cdx.json",
            """
            {"metadata": {"component": {"modelCard": {"quantitativeAnalysis": {"performanceMetrics": [
              {"type": "recall", "value": "98.00 %", "slice": "MNIST, test, 10000 images, digit 0"},
              {"type": "accuracy", "value": "97.50 %", "slice": "MNIST, test, 10000 images"}]}}}}}
            """, version: "1.3.0")
        #expect(try release(tag: "v1.3.0").status == 0)
        let body = try #require(releases.state.withLock { $0.made["v1.3.0"] })
        #expect(
            body.contains("- Accuracy: 97.50 % (1.2.0: 97.12 %, +0.38)\\n- Measured on 10000 test images (MNIST)\\n"),
            "\(body)")
    }

    @Test("figures of other images are not compared")
    func incomparable() throws {
        for name in ["model.safetensors", "manifest.json"] { server.add(name, "{}", version: "1.3.0") }
        _ = try scratch.write("metrics.json", #"{ "accuracy": 50.0, "images": 5, "data": "generated digits" }"#)
        #expect(try release("--metrics", "metrics.json", tag: "v1.3.0").status == 0)
        let body = try #require(releases.state.withLock { $0.made["v1.3.0"] })
        #expect(body.contains("- Accuracy: 50.00 %\\n- Measured on 5 test images (generated digits)\\n"))
    }
}
